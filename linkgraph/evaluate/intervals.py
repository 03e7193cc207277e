"""Intervals by drawing the positives anew, whole rings or whole days at a time, the same draw for every method and cut.

Accounts of one ring come true together, and so do those confirmed on one day: drawn singly they would make every figure
look far surer than it is. Negatives are held: there are thousands of them for each positive.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Where the positives of one cut stand in one ranking.

    unit: what each is drawn with (its ring, or its day). above: negatives ranked above it. tied: negatives of its
    score. level: rank of its score among the scores, 0 the highest.
    """

    unit: Ints
    above: Ints
    tied: Ints
    level: Ints


def ranked(scores: Floats, positive: NDArray[np.bool_], unit: Ints) -> Ranked:
    """The positives of a ranking; `unit` of every positive, in the order of the accounts."""
    negative = np.sort(-scores[~positive])
    own = -scores[positive]
    above = np.searchsorted(negative, own, side="left")
    tied = np.searchsorted(negative, own, side="right") - above
    return Ranked(unit, above, tied, np.unique(own, return_inverse=True)[1].reshape(-1))


@dataclass(frozen=True, slots=True)
class Draws:
    """How often each unit was drawn: draws x units; and one uniform number per draw and account, to order ties."""

    counts: Ints
    seed: int


def draw(units: int, draws: int, seed: int) -> Draws:
    """As many units as there are, with replacement, `draws` times."""
    rng = np.random.default_rng(seed)
    return Draws(rng.multinomial(units, np.full(units, 1.0 / units), size=draws), seed)


def resampled(cuts: list[Ranked], draws: Draws, capacity: int) -> tuple[Floats, Floats]:
    """Mean over the cuts of recall at `capacity`, and median over them of average precision: one value per draw."""
    recall, precision = zip(*(_one_cut(cut, draws, capacity) for cut in cuts), strict=True)
    some = [~np.isnan(column) for column in recall]
    kept = np.any(some, axis=0)
    recalls, precisions = np.array(recall)[:, kept], np.array(precision)[:, kept]
    return np.nanmean(recalls, axis=0), np.nanmedian(precisions, axis=0)


def _one_cut(cut: Ranked, draws: Draws, capacity: int) -> tuple[Floats, Floats]:
    """Recall and average precision of every draw; NaN where a draw left no positive."""
    weight = draws.counts[:, cut.unit].astype(np.float64)
    chance = np.random.default_rng(draws.seed).random(weight.shape)
    order = np.argsort(cut.level + chance, axis=1)
    above = cut.above + np.floor(chance * (cut.tied + 1))
    above, weight = np.take_along_axis(above, order, axis=1), np.take_along_axis(weight, order, axis=1)
    through = np.cumsum(weight, axis=1)
    total = through[:, -1] if weight.shape[1] else np.zeros(len(weight))
    share = np.where(total > 0, 1.0 / np.maximum(total, 1.0), np.nan)
    hits = np.clip(capacity - above - (through - weight), 0.0, weight).sum(axis=1)
    middle = through - (weight - 1) / 2  # the mean rank of several copies of one account
    precision = np.where(weight > 0, weight * middle / np.maximum(middle + above, 1.0), 0.0).sum(axis=1)
    return hits * share, precision * share


def interval(values: list[Floats]) -> tuple[float, float] | None:
    """The 95 % interval; of several ways of drawing, from the lowest end to the highest. None without a draw."""
    kept = [each for each in values if len(each)]
    if not kept:
        return None
    ends = [np.percentile(each, (2.5, 97.5)) for each in kept]
    return float(min(end[0] for end in ends)), float(max(end[1] for end in ends))
