"""Boosted trees on an account's own counts and its neighbours': the baseline to take seriously (in GADBench they beat
graph neural nets). Trained on earlier cuts alone, by what had become known of them when they are used.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkgraph.evaluate.baselines import one_hop, shared_degree
from linkgraph.evaluate.facts import Snapshot

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FOLDS = 2
_LEAST = 10  # positives; fewer teach nothing


def features(snapshot: Snapshot) -> Floats:
    """One row per account: its counts, the mean and the largest of each count over those it shares something with,
    what it
    shares, and the share of its senders that are confirmed.
    """
    own = np.column_stack(list(snapshot.counts.values()))
    account, identifier, _ = snapshot.links
    kinds = int(identifier.max(initial=-1)) + 1
    users = np.bincount(identifier, minlength=kinds)
    size, columns = own.shape
    around = np.zeros((size, 2 * columns))
    weight = users[identifier] - 1.0
    total = np.bincount(account, weight, size)
    for column in range(columns):
        mine = own[:, column]
        others = np.bincount(identifier, mine[account], kinds)[identifier] - mine[account]
        around[:, column] = np.bincount(account, others, size) / np.maximum(total, 1.0)
        most = np.zeros(kinds)
        np.maximum.at(most, identifier, mine[account])
        np.maximum.at(around[:, columns + column], account, most[identifier])
    sender, receiver = snapshot.transfers
    money = np.bincount(receiver, snapshot.fraud[sender].astype(np.float64), size)
    return np.column_stack([own, around, shared_degree(snapshot), one_hop(snapshot), money])


@dataclass(frozen=True, slots=True)
class Seen:
    """A snapshot and the features of its accounts."""

    snapshot: Snapshot
    rows: Floats


def boosted(now: Seen, account: Ints, past: list[Seen], ring: Ints, seed: int) -> Floats | None:
    """A score of each account in `account`; None if the past has too few targets.

    The trees learn who was unlabelled at an earlier cut and is confirmed by now, as now is known: nothing later.
    ring: ring of every account; rings are cut into folds, and an account is scored by trees that never saw its ring.
    """
    then = [np.flatnonzero(each.snapshot.alive & ~each.snapshot.labelled) for each in past]
    hit = np.concatenate([np.zeros(0, dtype=bool), *(now.snapshot.fraud[known] for known in then)])
    if hit.sum() < _LEAST:
        return None
    rows = np.concatenate([each.rows[known] for each, known in zip(past, then, strict=True)])
    fold, mine = ring[np.concatenate(then)] % _FOLDS, ring[account] % _FOLDS
    wanted, scores = now.rows[account], np.zeros(len(account))
    for number in range(_FOLDS):
        learn, use = fold != number, mine == number
        if use.any():
            scores[use] = _fitted(rows[learn], hit[learn], seed).predict_proba(wanted[use])[:, 1]
    return scores


def _fitted(rows: Floats, hit: NDArray[np.bool_], seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415, it sets environment variables

    return HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=8, l2_regularization=1.0, random_state=seed).fit(
        rows, hit
    )
