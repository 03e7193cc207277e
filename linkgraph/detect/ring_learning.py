"""Learns the ring model from candidates whose truth is known: generated worlds, or rings labelled whole.

scikit-learn is imported where it fits: its import sets variables of the process, which a night has no use for.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.candidates import Pool
from linkgraph.detect.ring_features import DEEDS, FEATURES, INNOCENCE, Floats
from linkgraph.detect.ring_model import RingModel

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

TREES: Final = 400
# Smaller trees (12 leaves of 40 rows, 250 trees) could not tell a family with one confirmed member from a ring:
# precision 0.70 against 0.80 on three worlds that are in no figure of BENCHMARKS.md.
_LEAVES, _SMALLEST_LEAF, _RATE = 24, 15, 0.06
_FOLDS = 3
_MORE_TREES = 60  # of a refit: a ledger has hundreds of ruled candidates, not a hundred thousand
_KNOTS = 41
_HALF = 0.5  # Jaccard from which a candidate is the ring
_BARE = 0.3  # part of those copies about which nothing but the pairs is known
# What a ledger may not tell; a second copy of every row has each of these left out by the toss of a coin.
_UNTOLD = (
    ("same_surname",),
    ("same_address",),
    ("countries",),
    ("opened_apart", "opened_within"),
    ("own_devices", "shared_device_use"),
    ("own_instruments",),
    ("own_wallets",),
    ("uses",),
    *((name,) for name in DEEDS),
    ("fraud", "suspected", "innocent"),
)


def overlap(pool: Pool, group: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Largest Jaccard of each candidate with a true group, and which one (-1: none). group: true group of every
    account, -1 for none; sizes: accounts of each true group.
    """
    mine = group[pool.members]
    told = mine >= 0
    keys, common = np.unique(pool.of[told] * (len(sizes) + 1) + mine[told], return_counts=True)
    of, which = keys // (len(sizes) + 1), keys % (len(sizes) + 1)
    jaccard = common / (pool.size[of] + sizes[which] - common)
    order = np.lexsort((which, -jaccard, of))
    first = order[np.unique(of[order], return_index=True)[1]]
    best, ring = np.zeros(len(pool)), np.full(len(pool), -1, dtype=np.int64)
    best[of[first]], ring[of[first]] = jaccard[first], which[first]
    return best, ring


def learn(rows: Floats, target: Floats, seed: int, trees: int = TREES) -> RingModel:
    """The model of features -> Jaccard, not yet calibrated (a prediction is its own probability).

    Every row is learned from twice, the second time with facts left out, so that
    a ledger without names or logins is judged too.
    """
    return _as_model(_fitted(_with_gaps(rows, seed), np.tile(target, 2), seed, trees))


def unseen(rows: Floats, target: Floats, fold_of: NDArray[np.int64], seed: int, trees: int = TREES) -> Floats:
    """The prediction of every row by trees that have not seen its fold. fold_of: rows of one number are never split (a
    true ring, a component).
    """
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415

    out = np.zeros(len(target))
    folds = GroupKFold(min(_FOLDS, len(np.unique(fold_of))))
    for seen, left in folds.split(rows, target, fold_of):
        some = _with_gaps(rows[seen], seed)
        out[left] = _fitted(some, np.tile(target[seen], 2), seed, trees).predict(rows[left])
    return out


def refitted(model: RingModel, rows: Floats, target: Floats, seed: int) -> RingModel:
    """The model with some more trees for what it gets wrong on these candidates, of rings and groups ruled whole.

    Its probabilities stay those of its predictions, which mean the same: the Jaccard to expect. What speaks for
    innocence still may not speak for guilt, since every tree keeps that by itself.
    """
    wrong = target - model.predict(rows)
    more = _as_model(_fitted(_with_gaps(rows, seed), np.tile(wrong, 2), seed, _MORE_TREES))
    nodes = len(model.feature)
    return RingModel(
        np.concatenate([model.feature, more.feature]),
        np.concatenate([model.threshold, more.threshold]),
        np.concatenate([model.left, more.left + nodes]).astype(np.int32),
        np.concatenate([model.right, more.right + nodes]).astype(np.int32),
        np.concatenate([model.missing_left, more.missing_left]),
        np.concatenate([model.value, more.value]),
        np.concatenate([model.root, more.root + nodes]).astype(np.int32),
        model.base + more.base,
        model.knots,
    )


def calibrated(model: RingModel, prediction: Floats, target: Floats) -> RingModel:
    """The model with the probability that a *chosen* candidate overlaps a ring by half or more. prediction, target: of
    chosen candidates, by trees that had not seen them: the best of many overlapping ones are right more often than a
    candidate of the same prediction.
    """
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415

    curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(prediction, target >= _HALF)
    x = np.linspace(0.0, 1.0, _KNOTS)
    return replace(model, knots=(x, np.round(curve.predict(x), 6)))


def _with_gaps(rows: Floats, seed: int) -> Floats:
    """The rows, and again with some facts unknown."""
    rng, copy = np.random.default_rng(seed), rows.copy()
    bare = rng.random(len(rows)) < _BARE
    for names in _UNTOLD:
        untold = bare | (rng.random(len(rows)) < 0.5)
        for name in names:
            copy[untold, FEATURES.index(name)] = np.nan
    return np.concatenate([rows, copy])


def _fitted(rows: Floats, target: Floats, seed: int, trees: int) -> "HistGradientBoostingRegressor":
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    forest = HistGradientBoostingRegressor(
        max_iter=trees,
        max_leaf_nodes=_LEAVES,
        min_samples_leaf=_SMALLEST_LEAF,
        learning_rate=_RATE,
        monotonic_cst=[-1 if name in INNOCENCE else 0 for name in FEATURES],
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(1):  # more threads fight over small tables, and one is the same everywhere
        return forest.fit(rows, target)


def _as_model(trees: "HistGradientBoostingRegressor") -> RingModel:
    nodes = [tree.nodes for stage in trees._predictors for tree in stage]
    root = np.concatenate([[0], np.cumsum([len(tree) for tree in nodes])])
    values = [_expected(tree) for tree in nodes]
    leaf = np.concatenate([tree["is_leaf"] for tree in nodes]).astype(bool)
    start = np.repeat(root[:-1], np.diff(root))
    base = float(trees._baseline_prediction.item()) + sum(float(value[0]) for value in values)
    return RingModel(
        np.where(leaf, -1, _joined(nodes, "feature_idx")).astype(np.int16),
        _short(np.where(leaf, 0.0, _joined(nodes, "num_threshold"))),
        (np.where(leaf, 0, _joined(nodes, "left")) + start).astype(np.int32),
        (np.where(leaf, 0, _joined(nodes, "right")) + start).astype(np.int32),
        np.concatenate([tree["missing_go_to_left"] for tree in nodes]).astype(bool),
        _short(np.concatenate(values)),
        root[:-1].astype(np.int32),
        base,
        (np.array([0.0, 1.0]), np.array([0.0, 1.0])),
    )


def _short(values: Floats) -> Floats:
    """Six digits: what a shipped file needs, and far below what any figure shows."""
    return np.array([float(f"{value:.6g}") for value in values])


def _joined(nodes: Sequence[NDArray[np.void]], name: str) -> Floats:
    return np.concatenate([tree[name].astype(np.float64) for tree in nodes])


def _expected(tree: NDArray[np.void]) -> Floats:
    """Mean of the leaves below each node, weighted by the rows that reached them; children follow their parents."""
    value = tree["value"].astype(np.float64).copy()
    for node in range(len(tree) - 1, -1, -1):
        if not tree["is_leaf"][node]:
            left, right = int(tree["left"][node]), int(tree["right"][node])
            counts = np.array([tree["count"][left], tree["count"][right]], dtype=np.float64)
            value[node] = (counts * [value[left], value[right]]).sum() / counts.sum()
    return value
