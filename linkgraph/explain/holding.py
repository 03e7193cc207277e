"""Who is held to a ring by which pairs: what is left of a ring when some evidence does not count."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from linkgraph.detect import pairs as linking
from linkgraph.detect.evidence import UNITS_PER_BIT
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


@dataclass(frozen=True)
class Held:
    """A ring as its pairs hold it. cut: there are more pairs than were read."""

    ids: tuple[str, ...]
    bonds: tuple[Bond, ...]
    cut: bool

    @cached_property
    def whole(self) -> frozenset[str]:
        """The largest part of the members that pairs hold together."""
        return _largest(self.ids, self.bonds)

    @cached_property
    def naming(self) -> dict[str, list[int]]:
        """The places of the pairs that name each identifier."""
        found: dict[str, list[int]] = {}
        for place, each in enumerate(self.bonds):
            for key, *_ in each.parts:
                if key is not None:
                    found.setdefault(key, []).append(place)
        return found


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
    return _left_by(held, rules, {at for at, each in enumerate(held.bonds) if not holds(each, rules, refutes)})


def leavers_without(held: Held, rules: Rules, keys: frozenset[str]) -> frozenset[str]:
    """The same where these identifiers do not count, without looking at pairs that name none of them."""
    named = {at for key in keys for at in held.naming.get(key, ())}
    return _left_by(
        held, rules, {at for at in named if not holds(held.bonds[at], rules, lambda a, b, key: key in keys)}
    )


def _left_by(held: Held, rules: Rules, gone: set[int]) -> frozenset[str]:
    if not gone:
        return frozenset()
    before, left = held.whole, [each for at, each in enumerate(held.bonds) if at not in gone]
    after = _largest(sorted(before), left)
    return before - after if len(after) >= min(rules.ring_min, len(before)) else frozenset(held.ids)


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


def _largest(ids: Sequence[str], bonds: Sequence[Bond]) -> frozenset[str]:
    """The largest part of `ids` that the pairs hold together; of several, the one with the smallest id.

    Rings are small and this is asked often: a graph library takes longer to be handed one than this takes.
    """
    first = {each: each for each in ids}

    def root(of: str) -> str:
        while first[of] != of:
            first[of] = of = first[first[of]]
        return of

    ends = [(b.account_a, b.account_b) for b in bonds if b.account_a in first and b.account_b in first]
    for one, other in ends:
        a, b = sorted((root(one), root(other)))
        first[b] = a
    if not ends:
        return frozenset()
    parts = Counter(root(each) for each in ids)
    biggest = min(parts, key=lambda each: (-parts[each], each))
    return frozenset(each for each in ids if root(each) == biggest)
