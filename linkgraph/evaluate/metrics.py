"""Figures on one ranking of accounts. Pure: arrays in, numbers out.

Accounts of the same score come in random order: every figure is the expected one over all such orders, so that nothing
hangs on the order of ids, and no seed is needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_BINS = 10


def inclusion(scores: Floats, capacity: int) -> Floats:
    """Chance of each account to be among the `capacity` highest."""
    if len(scores) <= capacity:
        return np.ones(len(scores))
    edge = np.partition(scores, len(scores) - capacity)[len(scores) - capacity]
    above, tied = scores > edge, scores == edge
    return np.asarray(above + tied * ((capacity - above.sum()) / tied.sum()), dtype=np.float64)


def average_precision(scores: Floats, positive: Bools) -> float:
    """Mean over the positives of the precision at their rank; NaN without positives.

    Closed form of the expectation over ties: McSherry and Najork 2008. Within a block of n equals with r positives
    after i accounts of which p are positive, place k holds a positive with chance r/n, after p + 1 + (k - 1)(r -
    1)/(n - 1) others.
    """
    if not positive.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.concatenate([[0], np.cumsum(positive[order])])
    start = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    end = np.append(start[1:], len(ranked))
    harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, len(ranked) + 1))])
    n, r, before = end - start, hits[end] - hits[start], hits[start]
    slope = (r - 1) / np.maximum(n - 1, 1)
    block = r / n * ((before + 1 - slope * (start + 1)) * (harmonic[end] - harmonic[start]) + slope * n)
    return float(block.sum() / hits[-1])


def auc(scores: Floats, positive: Bools) -> float:
    """Chance that a positive ranks above a negative; NaN if there is none of either."""
    p, n = int(positive.sum()), int((~positive).sum())
    if not p or not n:
        return float("nan")
    return float((rankdata(scores)[positive].sum() - p * (p + 1) / 2) / (p * n))


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far stated probabilities are from what happened. error: mean distance, over bins of equal mass, between the
    probability stated and the share that came true. bins: (stated, true, accounts).
    """

    brier: float
    error: float
    bins: tuple[tuple[float, float, int], ...]


def calibration(stated: Floats, positive: Bools) -> Calibration | None:
    """Brier score, and expected calibration error in ten bins of equal mass; None without accounts.

    Equal probabilities go into one bin, the one of their middle.
    """
    if not len(stated):
        return None
    bin_of = ((rankdata(stated) - 0.5) * _BINS / len(stated)).astype(np.int64)
    parts = [np.flatnonzero(bin_of == each) for each in np.unique(bin_of)]
    bins = tuple((float(stated[part].mean()), float(positive[part].mean()), len(part)) for part in parts)
    error = sum(abs(said - came) * n for said, came, n in bins) / len(stated)
    return Calibration(float(np.mean((stated - positive) ** 2)), error, bins)
