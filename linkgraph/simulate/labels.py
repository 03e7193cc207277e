"""What the exchange has found out so far: the `labels` feed. Each row tells of a moment and is known only later."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from linkgraph.simulate.designs import DESIGNS
from linkgraph.simulate.draws import Ints, stream
from linkgraph.simulate.feeds import table
from linkgraph.simulate.population import per_account
from linkgraph.simulate.render import chosen, instants
from linkgraph.simulate.scene import Scene
from linkgraph.simulate.sessions import takeover_times

LABELS: Final = ("fraud", "cleared", "victim", "suspected")

_DAY = 86_400
_SOURCES: Final = ("review", "chargeback", "police", "customer")
_TYPOLOGIES: Final = tuple(sorted({d.typology for d in DESIGNS} - {""}))
_CLEARED: Final = {
    **{"family": 0.05, "office": 0.03, "payroll": 0.10, "roommates": 0.03, "colleagues": 0.05, "influencer": 0.08},
    **{"charity": 0.08, "desk": 0.10, "custodian": 0.08, "market_maker": 0.20, "promotion": 0.03, "followers": 0.03},
}
_CLEARED_OTHERS = 0.01
_VICTIMS = 0.8
_FOOLED = 0.5  # victims of swindlers who are known as such
_SUSPECTED_FRAUD, _SUSPECTED_OTHERS = 0.10, 0.001


@dataclass(frozen=True, slots=True)
class _Found:
    """Accounts that get one label, the moment it speaks of, and how many days later it is known, at most."""

    account: Ints
    at: Ints
    delay: int


def label_table(scene: Scene) -> pa.Table:
    """The `labels` feed: only what is known by the end of the world, in the order in which it became known."""
    found = [_frauds(scene), _cleared(scene), _victims(scene), _suspected(scene)]  # in the order of `LABELS`
    label = np.repeat(np.arange(len(found), dtype=np.int64), [len(f.account) for f in found])
    account = np.concatenate([f.account for f in found])
    at = np.concatenate([f.at for f in found])
    rng = stream(scene.world, "labels")
    delay = np.array([f.delay for f in found])[label] * _DAY
    known_at = at + _DAY // 4 + (delay * rng.random(len(at))).astype(np.int64)
    source = rng.integers(0, len(_SOURCES), len(at))
    order = np.argsort(known_at, kind="stable")
    rows = order[known_at[order] <= scene.world.end]
    columns = {
        "account_id": scene.account_ids(account[rows]),
        "label": chosen(LABELS, label[rows]),
        "at": instants(at[rows]),
        "source": chosen(_SOURCES, np.where(label[rows] == 1, 0, source[rows])),
        "typology": chosen(_TYPOLOGIES, _typology(scene, account[rows], label[rows])),
        "known_at": instants(known_at[rows]),
    }
    return table("labels", columns)


def _typology(scene: Scene, account: Ints, label: Ints) -> Ints:
    """Typology of confirmed cases, -1 for the others."""
    of_design = [_TYPOLOGIES.index(d.typology) if d.typology else -1 for d in DESIGNS]
    of_group = np.append(np.array(of_design)[scene.people.groups.design], -1)
    named = (label == LABELS.index("fraud")) | (label == LABELS.index("victim"))
    return np.where(named, of_group[scene.people.group[account]], -1)


def _some_time(scene: Scene, rng: np.random.Generator, account: Ints) -> Ints:
    """A moment in the life of each account, early enough for most to become known."""
    created = scene.people.created[account]
    return created + (0.8 * (scene.world.end - created) * rng.random(len(account))).astype(np.int64)


def _frauds(scene: Scene) -> _Found:
    people, world = scene.people, scene.world
    rng = stream(world, "frauds")
    looked_at = rng.random(len(people.groups.size)) < world.labelled_rings
    looked_at |= ~people.groups.is_kind("ring")
    wholly = per_account(people, rng.random(len(people.groups.size)) < world.wholly_labelled)
    named = wholly | (rng.random(len(people)) < world.labelled_members)
    caught = people.bad & per_account(people, looked_at) & named
    account = np.flatnonzero(caught)
    return _Found(account, _some_time(scene, rng, account), 40)


def _cleared(scene: Scene) -> _Found:
    people, rng = scene.people, stream(scene.world, "cleared")
    chance = np.full(len(people), _CLEARED_OTHERS)
    for kind, share in _CLEARED.items():
        chance[people.in_kind(kind)] = share
    account = np.flatnonzero((people.role == 0) & (rng.random(len(people)) < chance))
    return _Found(account, _some_time(scene, rng, account), 20)


def _victims(scene: Scene) -> _Found:
    people, rng = scene.people, stream(scene.world, "victims")
    fooled = people.in_kind("scam") & (rng.random(len(people)) < _FOOLED)
    account = np.flatnonzero(((people.intruder >= 0) & (rng.random(len(people)) < _VICTIMS)) | fooled)
    taken = people.intruder[account] >= 0
    moment = np.where(taken, takeover_times(scene.world, people)[account], _some_time(scene, rng, account))
    return _Found(account, moment, 15)


def _suspected(scene: Scene) -> _Found:
    people, rng = scene.people, stream(scene.world, "suspected")
    chance = np.where(people.bad, _SUSPECTED_FRAUD, _SUSPECTED_OTHERS)
    account = np.flatnonzero(rng.random(len(people)) < chance)
    return _Found(account, _some_time(scene, rng, account), 10)
