"""Keeps a ring's identity from night to night: which of tonight's groups goes on as which ring known so far.

C: ring by account, 1 where the account is a member; w: what an account's memory weighs, the larger of then and now.

    O = C_then diag(w) C_now^T      J = O / (W_then + W_now - O)      ov = O / min(W_then, W_now)

A ring and a group match if J >= 0.3 or ov >= 0.6. A ring claims the matching group it overlaps most. Of several rings
that claim one group, the one with most confirmed fraud goes on, then the oldest; the others are its aliases for ever. A
ring without a group is dormant, and may return while its last members, its *front*, are kept. Source: Greene 2010.

Weights are whole numbers, so that sums and ties do not depend on any order.
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


def trace(then: Groups, born: Ints, now: Groups, accounts: Accounts, parameters: Parameters) -> Lineage:
    """Which group carries on which ring. `then`: the front of every ring; `born`: by ring, the time of its first
    night.
    """
    ring, group, overlap = _matches(then, now, accounts, parameters)
    first = _first_opened(now, accounts)
    claimed = np.full(then.count, NONE, dtype=np.int64)
    _take_first(claimed, ring, group, (first[group], -overlap))
    fraud = np.bincount(then.group[accounts.fraud[then.account]], minlength=then.count)
    rings = np.flatnonzero(claimed != NONE)
    heir = np.full(now.count, NONE, dtype=np.int64)
    _take_first(heir, claimed[rings], rings, (rings, born[rings], -fraud[rings]))
    parent = np.full(now.count, NONE, dtype=np.int64)
    fresh = heir[group] == NONE
    _take_first(parent, group[fresh], ring[fresh], (ring[fresh], born[ring[fresh]], -overlap[fresh]))
    return Lineage(claimed, heir, parent)


def _matches(then: Groups, now: Groups, accounts: Accounts, parameters: Parameters) -> tuple[Ints, Ints, Ints]:
    """Rings and groups that match, and the weight they have in common."""
    weight = np.zeros(len(accounts.opened), dtype=np.int64)
    for rows in (then, now):
        np.maximum.at(weight, rows.account, rows.weight)
    before, after = _incidence(then, len(weight)), _incidence(now, len(weight))
    common = sparse.coo_array(before.multiply(weight).tocsr() @ after.T)
    ring, group, overlap = common.row.astype(np.int64), common.col.astype(np.int64), common.data
    whole_then, whole_now = (before @ weight)[ring], (after @ weight)[group]
    jaccard = overlap / (whole_then + whole_now - overlap)
    enough = jaccard >= parameters.match_jaccard
    enough |= overlap / np.minimum(whole_then, whole_now) >= parameters.match_overlap
    return ring[enough], group[enough], overlap[enough]


def _incidence(rows: Groups, accounts: int) -> Any:
    ones = np.ones(len(rows.account), dtype=np.int64)
    return sparse.csr_array((ones, (rows.group, rows.account)), shape=(rows.count, accounts))


def _first_opened(now: Groups, accounts: Accounts) -> Ints:
    """By group, the place of its oldest account among all, by opening, then id."""
    place = np.empty(len(accounts.opened), dtype=np.int64)
    place[np.argsort(accounts.opened, kind="stable")] = np.arange(len(place))
    found = np.full(now.count, len(place), dtype=np.int64)
    np.minimum.at(found, now.group, place[now.account])
    return found


def _take_first(into: Ints, keys: Ints, values: Ints, order: tuple[Ints, ...]) -> None:
    """For each key the value that comes first; `order`: keys of `numpy.lexsort`, the last is the primary one."""
    rows = np.lexsort((*order, keys))
    found, first = np.unique(keys[rows], return_index=True)
    into[found] = values[rows[first]]
