"""Who is held to a ring by which pairs: what is left of a ring when some evidence does not count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from linkgraph.detect import pairs as linking
from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.detect.graph import components
from linkgraph.explain import signs
from linkgraph.kinds import BY_NAME
from linkgraph.model import Member, Pair
from linkgraph.solved import Rules

# Pairs of a ring that are read, the strongest first; a ring of the largest size may have more.
PAIRS_READ = 20_000

# From two accounts and 'kind:token', or None for what is no identifier: whether that evidence does not count.
Refutes = Callable[[str, str, str | None], bool]


class View(Protocol):
    """What is asked of a run; every graph store's view has it."""

    def members(self, ring_ids: Sequence[str]) -> list[Member]: ...
    def pairs_among(self, account_ids: Sequence[str], limit: int) -> list[Pair]: ...


@dataclass(frozen=True, slots=True)
class Bond:
    """A pair as far as it holds its accounts together. parts: 'kind:token', or None for what is no identifier, the
    family it belongs to, and its bits.
    """

    account_a: str
    account_b: str
    parts: tuple[tuple[str | None, str, float], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A ring as its pairs hold it. cut: there are more pairs than were read."""

    ids: tuple[str, ...]
    bonds: tuple[Bond, ...]
    cut: bool


def read_ring(view: View, ring_id: str) -> Held:
    """The members of a ring and the pairs among them."""
    ids = tuple(each.account_id for each in view.members([ring_id]))
    pairs = view.pairs_among(ids, PAIRS_READ + 1)
    return Held(ids, tuple(bond(pair) for pair in pairs[:PAIRS_READ]), len(pairs) > PAIRS_READ)


def bond(pair: Pair) -> Bond:
    """What a pair consists of."""
    told = set(signs.signs(pair))
    parts = [_part(name, bits, name in told) for name, bits in zip(pair.shared, pair.shared_bits, strict=True)]
    return Bond(pair.account_a, pair.account_b, tuple(parts))


def _part(name: str, bits: float, is_sign: bool) -> tuple[str | None, str, float]:
    kind = name.partition(":")[0]
    return (None, kind, bits) if is_sign else (name, BY_NAME[kind].family, bits)


def leavers(held: Held, rules: Rules, refutes: Refutes) -> frozenset[str]:
    """Members that no pair holds to their ring any more.

    A ring is the largest part of its members that pairs hold together. When that falls below the least size of a ring,
    nobody is left in it. Members whom pairs did not hold before stay, as something else put them there.
    """
    before = _largest(held.ids, held.bonds)
    left = [each for each in held.bonds if holds(each, rules, refutes)]
    if len(left) == len(held.bonds):
        return frozenset()
    after = _largest(sorted(before), left)
    return frozenset(before - after if len(after) >= min(rules.ring_min, len(before)) else held.ids)


def holds(bond: Bond, rules: Rules, refutes: Refutes) -> bool:
    """Whether a pair of the run still passes the threshold: the best that counts of each family, summed over them."""
    left = [part for part in bond.parts if not refutes(bond.account_a, bond.account_b, part[0])]
    if len(left) == len(bond.parts):
        return True
    best: dict[str, float] = {}
    for _, family, bits in left:
        best[family] = max(best.get(family, 0.0), bits)
    units = np.array([round(sum(best.values()) * UNITS_PER_BIT)], np.int32)
    return bool(linking.linked(units, rules.prior, rules.tau)[0])


def left_rings(
    view: View, rules: Rules, ring_ids: Sequence[str], refutes: Refutes
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Who leaves any of these rings, and the names of the limits that were hit."""
    rings = [read_ring(view, ring_id) for ring_id in ring_ids]
    gone = frozenset[str]().union(*(leavers(each, rules, refutes) for each in rings))
    return gone, ("pairs",) if any(each.cut for each in rings) else ()


def _largest(ids: Sequence[str], bonds: Sequence[Bond]) -> set[str]:
    """The largest part of `ids` that the pairs hold together; of several, the one with the smallest id."""
    place = {account_id: number for number, account_id in enumerate(sorted(ids))}
    ends = [(place[b.account_a], place[b.account_b]) for b in bonds if b.account_a in place and b.account_b in place]
    if not ends:
        return set()
    one, other = (np.array(column, np.int32) for column in zip(*ends, strict=True))
    part = components(len(place), one, other)
    biggest = int(np.argmax(np.bincount(part)))
    return {account_id for account_id, number in place.items() if part[number] == biggest}
