"""Who meets whom, and when: strangers by chance, the busy more often, pairs inside groups."""

import numpy as np

from linkgraph.simulate.draws import Ints, stream
from linkgraph.simulate.scene import Scene


def busy(scene: Scene, rng: np.random.Generator, rows: int) -> Ints:
    """Accounts, some much more often than others; the same ones on both sides and in both markets."""
    ranking = stream(scene.world, "busy").permutation(len(scene.people)).astype(np.int64)
    return ranking[(len(scene.people) * rng.random(rows) ** 3).astype(np.int64)]


def both_open(scene: Scene, rng: np.random.Generator, left: Ints, right: Ints) -> Ints:
    """A moment after both accounts were opened, epoch seconds."""
    opened = np.maximum(scene.people.created[left], scene.people.created[right])
    return opened + ((scene.world.end - opened) * rng.random(len(left))).astype(np.int64)
