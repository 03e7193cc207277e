"""What holds a ring together, and which identifiers and which single pairs it falls apart without.

Without a thing a pair has the best that is left of each family; it falls when they are fewer than a pair of the run
needs. All of it is exact: the table of pairs says what each thing is worth to a pair.

A ring's `fragility` is another count: how many identifiers must go, one after the other, until no part has over half of
the core, by who used what. A bridge is a single thing, and splits off as little as one account.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect import graph
from linkgraph.explain import signs
from linkgraph.kinds import BY_NAME, SIGN_NAMES
from linkgraph.model import Account, Identifier, Pair
from linkgraph.parameters import Parameters

Bools = NDArray[np.bool_]
Numbers = NDArray[np.int32]

# What a pair needs by the starting values of the parameters.
_PARAMETERS = Parameters()
BITS_NEEDED = math.log2(_PARAMETERS.tau / (1.0 - _PARAMETERS.tau)) - _PARAMETERS.prior_bits

_INNOCENT = ("victim", "cleared")


@dataclass(frozen=True, slots=True)
class Holder:
    """One thing that holds members together: an identifier, or a sort of sign (`identifier` is then its name).

    members, pairs: how many of the ring it is evidence for. degree: accounts of the whole run that used it; None for
    signs. bits: what it is worth alone to the pair it says most of.
    """

    family: str
    kind: str | None
    identifier: str
    degree: int | None
    class_name: str | None
    members: int
    pairs: int
    bits: float


@dataclass(frozen=True, slots=True)
class HeldFamily:
    """How many members and pairs of a ring a family of evidence holds."""

    family: str
    members: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """What the ring falls apart without: an identifier, or one pair (`ends`); and who then leaves."""

    family: str | None
    kind: str | None
    identifier: str | None
    ends: tuple[str, str] | None
    leaving: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """Holders and families with most pairs first, bridges with most who leave first; names of the lists cut."""

    holders: tuple[Holder, ...]
    families: tuple[HeldFamily, ...]
    bridges: tuple[Bridge, ...]
    limits_hit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldingLimits:
    """How many holders and bridges are shown, and of how many things it is tried what falls apart without them.
    `needed`: bits from which a pair is linked.
    """

    holders: int = 100
    bridges: int = 100
    tried: int = 500
    needed: float = BITS_NEEDED


def holds_ring(pair: Pair, people: Mapping[str, Account]) -> bool:
    """Whether a pair may hold a ring together, by the night's own rule (`stages/proposing.py`): nobody who was ruled
    innocent, nor money alone between a confirmed fraud and somebody unruled.
    """
    labels = [people[end].label if end in people else None for end in (pair.account_a, pair.account_b)]
    if any(label in _INNOCENT for label in labels):
        return False
    only_money = set(signs.bits_by_family(pair)) == {"money"}
    return not only_money or (labels[0] == "fraud") == (labels[1] == "fraud")


def holding(
    pairs: Sequence[Pair], identifiers: Mapping[str, Identifier], whole: bool, limits: HoldingLimits | None = None
) -> Holding:
    """What holds the accounts of `pairs` together: pairs of one ring, which `holds`. Where they are not the `whole` of
    its pairs, no bridge is named, since another pair may carry it.
    """
    limits = limits or HoldingLimits()
    carried: defaultdict[str, list[int]] = defaultdict(list)
    most: defaultdict[str, float] = defaultdict(float)
    for number, pair in enumerate(pairs):
        for key, bits in _worth(pair).items():
            carried[key].append(number)
            most[key] = max(most[key], bits)
    holders = sorted(
        (
            _holder(key, [pairs[number] for number in numbers], most[key], identifiers.get(key))
            for key, numbers in carried.items()
        ),
        key=lambda each: (-each.pairs, -each.members, each.kind or "", each.identifier),
    )
    named = sorted((key for key in carried if not _is_sign(key)), key=lambda key: (-len(carried[key]), key))
    tried = named[: limits.tried]
    found = _Ring(pairs, limits.needed).bridges({key: carried[key] for key in tried}, limits.tried) if whole else []
    cut = {
        "holders": len(holders) > limits.holders,
        "bridges": not whole or len(found) > limits.bridges or len(named) > limits.tried,
    }
    return Holding(
        tuple(holders[: limits.holders]),
        tuple(_families(pairs)),
        tuple(found[: limits.bridges]),
        tuple(name for name, was_cut in cut.items() if was_cut),
    )


def thing(shared: str) -> str:
    """What a pair shares, as one thing over all pairs: an identifier's key, or 'family:sign' without its value."""
    sign, found, _ = shared.rpartition(" x ")
    return sign if found and sign.partition(":")[2] in SIGN_NAMES else shared


def _is_sign(key: str) -> bool:
    return key.partition(":")[2] in SIGN_NAMES and key.partition(":")[0] not in BY_NAME


def _worth(pair: Pair) -> dict[str, float]:
    """What each thing is worth to the pair; of a sign that it shows more than once, the best."""
    worth: dict[str, float] = {}
    for each, bits in zip(pair.shared, pair.shared_bits, strict=True):
        key = thing(each)
        worth[key] = max(worth.get(key, bits), bits)
    return worth


def _holder(key: str, carried: Sequence[Pair], bits: float, identifier: Identifier | None) -> Holder:
    members = {end for pair in carried for end in (pair.account_a, pair.account_b)}
    kind, _, token = key.partition(":")
    sign = _is_sign(key)
    return Holder(
        family=_family(key),
        kind=None if sign else kind,
        identifier=token,
        degree=identifier.degree if identifier else None,
        class_name=identifier.class_name if identifier else None,
        members=len(members),
        pairs=len(carried),
        bits=bits,
    )


def _family(key: str) -> str:
    kind = BY_NAME.get(key.partition(":")[0])
    return kind.family if kind else key.partition(":")[0]


def _families(pairs: Sequence[Pair]) -> list[HeldFamily]:
    ends: defaultdict[str, set[str]] = defaultdict(set)
    count: defaultdict[str, int] = defaultdict(int)
    for pair in pairs:
        for family in signs.bits_by_family(pair):
            ends[family] |= {pair.account_a, pair.account_b}
            count[family] += 1
    found = [HeldFamily(family, len(ends[family]), count[family]) for family in count]
    return sorted(found, key=lambda each: (-each.pairs, -each.members, each.family))


class _Ring:
    """The pairs of a ring as a graph, from which things can be taken away."""

    def __init__(self, pairs: Sequence[Pair], needed: float) -> None:
        self._pairs = pairs
        self._needed = needed
        self._names = sorted({end for pair in pairs for end in (pair.account_a, pair.account_b)})
        number = {name: place for place, name in enumerate(self._names)}
        self._src = np.array([number[pair.account_a] for pair in pairs], np.int32)
        self._dst = np.array([number[pair.account_b] for pair in pairs], np.int32)
        self._whole = self._largest(np.ones(len(pairs), np.bool_))

    def bridges(self, carried: Mapping[str, Sequence[int]], most: int) -> list[Bridge]:
        """Things, then single pairs, without which somebody leaves the largest part; most who leave first."""
        found = [self._without_thing(key, numbers) for key, numbers in carried.items()]
        places = graph.bridges(len(self._names), self._src, self._dst).tolist()
        found += [self._without_pair(place) for place in places[:most]]
        kept = [each for each in found if each.leaving]
        return sorted(
            kept, key=lambda each: (-len(each.leaving), each.ends is not None, each.family or "", each.leaving)
        )

    def _without_thing(self, key: str, numbers: Sequence[int]) -> Bridge:
        stays = np.ones(len(self._pairs), np.bool_)
        stays[[number for number in numbers if _left(self._pairs[number], key) < self._needed]] = False
        kind, _, token = key.partition(":")
        return Bridge(_family(key), kind, token, None, self._leaving(stays))

    def _without_pair(self, place: int) -> Bridge:
        stays = np.ones(len(self._pairs), np.bool_)
        stays[place] = False
        pair = self._pairs[place]
        return Bridge(None, None, None, (pair.account_a, pair.account_b), self._leaving(stays))

    def _leaving(self, stays: Bools) -> tuple[str, ...]:
        if stays.all():
            return ()
        return tuple(self._names[number] for number in np.flatnonzero(self._whole & ~self._largest(stays)))

    def _largest(self, stays: Bools) -> Bools:
        """Who is in the largest part; of equals, the one with the first account."""
        if not self._names:
            return np.zeros(0, np.bool_)
        part = graph.components(len(self._names), self._src[stays], self._dst[stays])
        return np.asarray(part == np.argmax(np.bincount(part)))


def _left(pair: Pair, without: str) -> float:
    """Bits of a pair without one of the things it shares."""
    lost = _family(without)
    worth = zip(pair.shared, pair.shared_bits, strict=True)
    own = [(thing(each), bits) for each, bits in worth if _family(each) == lost]
    best = max((bits for _, bits in own), default=0.0)
    return pair.bits - best + max((bits for name, bits in own if name != without), default=0.0)
