"""Proposes overlapping groups of accounts that might be rings; another module judges them and chooses among them.

One partition is not enough: a ring held by strong pairs inside a loose crowd, a ring that shares one kind of thing, and
a star around a collector are each whole in another cut of the same pairs. The pool holds, in this order,

1. components of the linked pairs at every bit of evidence, strongest first (the single-linkage dendrogram);
2. components of each evidence family alone, and of all families but one;
3. the groups of the partition proposer (`rings.partition`), for components it cuts;
4. stars: an account with everybody it shares money, referral or a wallet with;
5. everybody who uses one identifier, and components held together by identifiers of few alone, as far as pairs link
   them: a device of four may hide behind a public one that all four use, and which is worth as much.

The order follows the source and the first member, so it does not depend on how many other accounts there are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.detect.graph import components
from linkgraph.detect.pairs import linked
from linkgraph.kinds import FAMILIES
from linkgraph.parameters import Parameters

Ints = NDArray[np.int32]
Places = NDArray[np.int64]

_CAPS = (3, 6, 12, 24)  # accounts
_STAR_FAMILIES = ("money", "referral", "wallet")


@dataclass(frozen=True, slots=True)
class Pool:
    """Groups one after another. start: offset of each, one more entry; members: accounts, sorted inside a group."""

    start: Places
    members: Ints

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def size(self) -> Places:
        """Accounts per group."""
        return np.diff(self.start)

    @property
    def of(self) -> Places:
        """The group of every entry of `members`."""
        return np.repeat(np.arange(len(self)), self.size)

    def group(self, number: int) -> Ints:
        """Members of one group."""
        return self.members[self.start[number] : self.start[number + 1]]

    def where(self, kept: NDArray[np.bool_]) -> "Pool":
        """The groups that `kept` keeps, in order."""
        return Pool(_starts(self.size[kept]), self.members[np.repeat(kept, self.size)])


@dataclass(frozen=True, slots=True)
class Linked:
    """Linked pairs, a < b, sorted. units: evidence in 1/1024 bit, one column per entry of `kinds.FAMILIES`."""

    a: Ints
    b: Ints
    probability: NDArray[np.float64]
    units: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.a)

    def where(self, kept: NDArray[np.bool_]) -> "Linked":
        """The pairs that `kept` keeps, in order."""
        return Linked(self.a[kept], self.b[kept], self.probability[kept], self.units[kept])


def pool_of(groups: list[Ints]) -> Pool:
    """Groups of sorted members as a pool, in the order given."""
    sizes = np.array([len(group) for group in groups], dtype=np.int64)
    return Pool(_starts(sizes), np.concatenate([np.empty(0, np.int32), *groups]).astype(np.int32))


def grouped(group: Places, account: Ints) -> Pool:
    """A pool from one entry per membership; groups in the order of their numbers."""
    order = np.lexsort((account, group))
    return Pool(_starts(np.unique(group, return_counts=True)[1]), account[order].astype(np.int32))


def propose(accounts: int, pairs: Linked, given: list[Pool], parameters: Parameters) -> Pool:
    """All candidates of `ring_min` to `ring_ceiling` accounts, each once. `given`: groups of other proposers."""
    units = pairs.units.sum(axis=1)
    masks = [units >= level * UNITS_PER_BIT for level in _levels(units)]
    for family in range(len(FAMILIES)):
        alone = pairs.units[:, family]
        rest = linked(units - alone, parameters.prior_bits, parameters.tau)
        masks += [alone > 0, rest] if alone.any() else []
    parts = [_parts(pairs.a[mask], pairs.b[mask], parameters) for mask in masks]
    return distinct(joined([*parts, *given, *_stars(accounts, pairs, parameters)]))


def sharing(account: Ints, identifier: Places, degree: Places, parameters: Parameters) -> Pool:
    """The users of every identifier, and the components that identifiers of at most so many accounts hold together.

    One entry of the arrays for each link of an account to an identifier.
    """
    users = grouped(identifier, account)
    held = [_held(account[kept], identifier[kept], parameters) for cap in _CAPS if (kept := degree <= cap).any()]
    return joined([users.where((users.size >= parameters.ring_min) & (users.size <= parameters.ring_ceiling)), *held])


def joined(pools: list[Pool]) -> Pool:
    """One pool after another."""
    sizes = np.concatenate([np.empty(0, np.int64), *(pool.size for pool in pools)])
    return Pool(_starts(sizes), np.concatenate([np.empty(0, np.int32), *(pool.members for pool in pools)]))


def distinct(pool: Pool) -> Pool:
    """The pool without repetitions; of equal groups the first stays."""
    if not len(pool):
        return pool
    words = _scrambled(pool.members)
    marks = np.add.reduceat(words, pool.start[:-1]) + pool.size.astype(np.uint64)
    kept = np.zeros(len(pool), dtype=bool)
    kept[np.unique(marks, return_index=True)[1]] = True
    return pool.where(kept)


def ordered(pool: Pool, worth: NDArray[np.float64]) -> tuple[Pool, NDArray[np.float64]]:
    """Disjoint groups and what each is worth, in the order of their first member."""
    order = np.argsort(pool.members[pool.start[:-1]], kind="stable")
    return pool_of([pool.group(int(number)) for number in order]), worth[order]


def _levels(units: NDArray[np.int64]) -> list[int]:
    """Whole bits from the strongest pair to the weakest."""
    if not len(units):
        return [0]
    return list(range(int(units.max()) // UNITS_PER_BIT, int(units.min()) // UNITS_PER_BIT - 1, -1))


def _parts(a: Ints, b: Ints, parameters: Parameters) -> Pool:
    """Components of some pairs, as far as their size allows."""
    ends, local = np.unique(np.concatenate([a, b]), return_inverse=True)
    label = components(len(ends), *np.split(local.astype(np.int32), 2))
    order = np.argsort(label, kind="stable")
    size = np.bincount(label)
    pool = Pool(_starts(size), ends[order].astype(np.int32))
    return pool.where((size >= parameters.ring_min) & (size <= parameters.ring_ceiling))


def _held(account: Ints, identifier: Places, parameters: Parameters) -> Pool:
    """Components of accounts and identifiers; their accounts."""
    who, one = np.unique(account, return_inverse=True)
    what, other = np.unique(identifier, return_inverse=True)
    label = components(len(who) + len(what), one.astype(np.int32), (len(who) + other).astype(np.int32))[: len(who)]
    size = np.bincount(label)
    pool = Pool(_starts(size), who[np.argsort(label, kind="stable")].astype(np.int32))
    return pool.where((size >= parameters.ring_min) & (size <= parameters.ring_ceiling))


def _stars(accounts: int, pairs: Linked, parameters: Parameters) -> list[Pool]:
    return [
        _star(accounts, pairs.where(pairs.units[:, FAMILIES.index(name)] > 0), parameters) for name in _STAR_FAMILIES
    ]


def _star(accounts: int, pairs: Linked, parameters: Parameters) -> Pool:
    """Every account with its neighbours, where they are enough."""
    both = np.arange(accounts, dtype=np.int32)
    around = np.concatenate([pairs.a, pairs.b, np.unique(np.concatenate([pairs.a, pairs.b]))])
    other = np.concatenate([pairs.b, pairs.a, np.unique(np.concatenate([pairs.a, pairs.b]))])
    order = np.lexsort((other, around))
    size = np.bincount(around, minlength=len(both))
    pool = Pool(_starts(size), other[order].astype(np.int32))
    return pool.where((size >= parameters.ring_min) & (size <= parameters.ring_ceiling))


def _starts(sizes: NDArray[np.int64]) -> Places:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _scrambled(members: Ints) -> NDArray[np.uint64]:
    """A 64-bit word per account whose sums tell sets apart (the finaliser of splitmix64)."""
    word = members.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))
