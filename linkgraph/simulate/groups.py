"""Groups of accounts: their sizes, designs and members."""

from dataclasses import dataclass

import numpy as np

from linkgraph.simulate.designs import DESIGNS, GROUP_KINDS, GroupKind
from linkgraph.simulate.draws import Bools, Ints, ranks_of, starts_of, stream
from linkgraph.simulate.world import World


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups, one entry each, and their members in group order.

    kind, design: indices into `GROUP_KINDS` and `DESIGNS`. members, of, rank: account, its group, its place inside.
    """

    kind: Ints
    design: Ints
    size: Ints
    members: Ints
    of: Ints
    rank: Ints

    def first(self) -> Ints:
        """The first member of every group."""
        return self.members[starts_of(self.size)[:-1]]

    def is_kind(self, name: str) -> Bools:
        """Which groups are of a kind."""
        return np.equal(self.kind, [k.name for k in GROUP_KINDS].index(name))

    def is_ring(self) -> Bools:
        """Which groups one hand controls."""
        return np.array([k.is_ring for k in GROUP_KINDS])[self.kind]

    def sharing(self, what: str) -> Bools:
        """Which groups share something, by the first word of `Design.shares`."""
        return np.array([what in dict(d.shares) for d in DESIGNS])[self.design]

    def pattern(self, what: str, patterns: tuple[str, ...]) -> Ints:
        """By which of these patterns each group shares something, -1 for none of them."""
        found = [dict(d.shares).get(what, "") for d in DESIGNS]
        return np.array([patterns.index(p) if p in patterns else -1 for p in found])[self.design]

    def having(self, way: str) -> Bools:
        """Which groups act in some way, by `Design.ways`."""
        return np.array([way in d.ways for d in DESIGNS])[self.design]


def draw_groups(world: World) -> Groups:
    """Draw the groups of a world."""
    rng = stream(world, "groups")
    shares = world.group_shares()
    sizes = [_sizes(rng, world, kind, round(shares[kind.name] * world.accounts)) for kind in GROUP_KINDS]
    kind = np.repeat(np.arange(len(GROUP_KINDS), dtype=np.int64), [len(s) for s in sizes])
    size = np.concatenate(sizes)
    if size.sum() > world.accounts:
        raise ValueError(f"{world.accounts} accounts are too few for one group of each kind")
    members = rng.permutation(world.accounts)[: size.sum()].astype(np.int64)
    of = np.repeat(np.arange(len(size), dtype=np.int64), size)
    return Groups(kind, _designs(rng, world, kind), size, members, of, ranks_of(size))


def _sizes(rng: np.random.Generator, world: World, row: GroupKind, accounts: int) -> Ints:
    """Sizes of groups that together have about so many accounts; one group where it is half full."""
    if 2 * accounts < row.low or not accounts:
        return np.zeros(0, dtype=np.int64)
    count, mean = accounts // row.low + 1, world.habits.ring_size if row.is_ring else row.mean
    sizes = row.low + np.rint(rng.exponential(max(mean - row.low, 0), count)).astype(np.int64)
    giants = rng.random(count) < row.giants
    sizes = np.where(giants, rng.integers(row.high, 3 * row.high + 1, count), np.minimum(sizes, row.high))
    sizes = np.minimum(sizes, max(accounts, row.low))
    return sizes[np.cumsum(sizes) <= max(accounts, int(sizes[0]))]


def _designs(rng: np.random.Generator, world: World, kind: Ints) -> Ints:
    """Designs by weight, in even steps instead of independent draws, so that a small world misses none by chance."""
    designs = np.zeros(len(kind), dtype=np.int64)
    weights = {d.name: d.weight for d in DESIGNS} | dict(world.weights)
    for index, row in enumerate(GROUP_KINDS):
        mine = np.flatnonzero(kind == index)
        bounds = np.cumsum([weights[d.name] * (d.group_kind == row.name) for d in DESIGNS])
        steps = (rng.permutation(len(mine)) + rng.random()) / max(len(mine), 1)
        designs[mine] = np.searchsorted(bounds / bounds[-1], steps, side="right")
    return designs
