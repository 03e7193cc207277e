"""Keeps a ring's identity from night to night: which of tonight's groups goes on as which ring known so far.

w: what the memory of an account weighs, the larger of its weights in the ring then and in its group now.

    O = sum of w over common accounts      J = O / (W_then + W_now - O)      ov = O / min(W_then, W_now)

A ring and a group match if J >= 0.3 or ov >= 0.6. A ring claims the matching group it overlaps most. Of several rings
that claim one group, one that was active last night goes on before a dormant one, then the one with most confirmed
fraud, then the oldest, then the one with more in common; the others are its aliases for ever. A ring without a group is
dormant, and may return while its last members, its *front*, are kept. Source: Greene 2010.

Groups are disjoint, so an unchanged group overlaps only the one active ring that it was, and goes on as that whatever
has been learned of its accounts. Weights are whole numbers, so that sums and ties do not depend on any order.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from linkgraph.parameters import Parameters

Ints = NDArray[np.int64]
NONE = -1
_PER_WEIGHT = 1000


@dataclass(frozen=True, slots=True)
class Groups:
    """`count` groups of accounts as rows, one per membership: number of the group, of the account, and its weight."""

    count: int
    group: Ints
    account: Ints
    weight: Ints


@dataclass(frozen=True, slots=True)
class Fronts:
    """Rings known before, with their last members. By ring, `born`: the time of its first night, `idle`: nights since
    it last had a group.
    """

    rows: Groups
    born: Ints
    idle: Ints


@dataclass(frozen=True, slots=True)
class Accounts:
    """By account, numbered in the order of their ids: when it was opened (unknown: late), whether it is confirmed
    fraud tonight.
    """

    opened: Ints
    fraud: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lineage:
    """What becomes of rings and groups; -1 is none.

    claimed: by ring, the group that carries it on, under its own id or another.
    heir: by group, the ring it goes on as.
    parent: by group without heir, the ring it split from.
    """

    claimed: Ints
    heir: Ints
    parent: Ints


def weights(membership: NDArray[Any], fraud: NDArray[np.bool_], parameters: Parameters) -> Ints:
    """What the memory of each member weighs: confirmed fraud most, then core, likely, fringe."""
    words = {
        "core": parameters.weight_core,
        "likely": parameters.weight_likely,
        "fringe": parameters.weight_fringe,
    }
    found = np.array([words[word] for word in membership], dtype=np.float64)
    found[fraud] = parameters.weight_fraud
    return np.rint(found * _PER_WEIGHT).astype(np.int64)


def trace(fronts: Fronts, now: Groups, accounts: Accounts, parameters: Parameters) -> Lineage:
    """Which group carries on which ring."""
    then, born = fronts.rows, fronts.born
    ring, group, overlap = _matches(then, now, len(accounts.opened), parameters)
    first = _first_opened(now, accounts)
    claimed = np.full(then.count, NONE, dtype=np.int64)
    _take_first(claimed, ring, group, (first[group], -overlap))
    fraud = np.bincount(then.group[accounts.fraud[then.account]], minlength=then.count)
    rings = np.flatnonzero(claimed != NONE)
    common = np.zeros(then.count, dtype=np.int64)
    common[ring[claimed[ring] == group]] = overlap[claimed[ring] == group]
    order = (rings, -common[rings], born[rings], -fraud[rings], fronts.idle[rings] > 0)
    heir = np.full(now.count, NONE, dtype=np.int64)
    _take_first(heir, claimed[rings], rings, order)
    parent = np.full(now.count, NONE, dtype=np.int64)
    fresh = heir[group] == NONE
    _take_first(parent, group[fresh], ring[fresh], (ring[fresh], born[ring[fresh]], -overlap[fresh]))
    return Lineage(claimed, heir, parent)


def _matches(then: Groups, now: Groups, accounts: int, parameters: Parameters) -> tuple[Ints, Ints, Ints]:
    """Rings and groups that match, and the weight they have in common."""
    tonight = np.zeros(accounts, dtype=np.int64)
    tonight[now.account] = now.weight
    larger = np.maximum(then.weight, tonight[then.account])
    # What an account of the ring weighs more then than now, it weighs more in the group too.
    more = larger - tonight[then.account]
    members = _incidence(now, np.ones_like(now.weight), accounts).T
    common = sparse.coo_array(_incidence(then, larger, accounts) @ members)
    ring, group, overlap = common.row.astype(np.int64), common.col.astype(np.int64), common.data
    added = (_incidence(then, more, accounts) @ members)[ring, group]
    whole_then = np.bincount(then.group, larger, then.count)[ring]
    whole_now = np.bincount(now.group, now.weight, now.count)[group] + added
    jaccard = overlap / (whole_then + whole_now - overlap)
    enough = jaccard >= parameters.match_jaccard
    enough |= overlap / np.minimum(whole_then, whole_now) >= parameters.match_overlap
    return ring[enough], group[enough], overlap[enough]


def _incidence(rows: Groups, values: Ints, accounts: int) -> Any:
    return sparse.csr_array((values, (rows.group, rows.account)), shape=(rows.count, accounts))


def _first_opened(now: Groups, accounts: Accounts) -> Ints:
    """By group, the place of its oldest account among all, by opening, then id."""
    place = np.empty(len(accounts.opened), dtype=np.int64)
    place[np.argsort(accounts.opened, kind="stable")] = np.arange(len(place))
    found = np.full(now.count, len(place), dtype=np.int64)
    np.minimum.at(found, now.group, place[now.account])
    return found


def _take_first(into: Ints, keys: Ints, values: Ints, order: tuple[NDArray[Any], ...]) -> None:
    """For each key the value that comes first; `order`: keys of `numpy.lexsort`, the last is the primary one."""
    rows = np.lexsort((*order, keys))
    found, first = np.unique(keys[rows], return_index=True)
    into[found] = values[rows[first]]
