"""Weights of the score from what became of accounts: logistic regression with weights that are never negative.

A Gaussian around the starting weights holds back what the labels do not speak for (ridge towards a prior, maximum a
posteriori): with few outcomes the weights stay near where domain knowledge put them. Accounts seen at several cuts are
weighed down by how far the cuts' horizons overlap, since they are the same outcomes again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

Floats = NDArray[np.float64]

_ROUNDS = 1_000
_FREE = 1e3  # log-odds per unit: as good as no prior


@dataclass(frozen=True, slots=True)
class Rows:
    """Accounts at cuts: the causes of the score (rows x causes), whether fraud followed, and what a row counts."""

    causes: Floats
    outcome: Floats
    counts: Floats


@dataclass(frozen=True, slots=True)
class Prior:
    """Starting weight of each cause, and how far from it a weight may lie (standard deviation, log-odds per unit)."""

    weights: Floats
    spread: float | Floats


@dataclass(frozen=True, slots=True)
class Fitted:
    """base + causes @ weights = log-odds of the outcome. loss: deviance and prior together, as minimised."""

    base: float
    weights: Floats
    loss: float


def fit(rows: Rows, prior: Prior, dropped: frozenset[int] = frozenset()) -> Fitted:
    """The most probable weights, all at least 0; those of `dropped` causes are 0. Needs both outcomes."""
    rate = np.average(rows.outcome, weights=rows.counts)
    start = np.concatenate([[np.log(rate / (1.0 - rate))], prior.weights])
    bounds = [(None, None), *((0.0, 0.0) if j in dropped else (0.0, None) for j in range(len(prior.weights)))]
    start[1:][sorted(dropped)] = 0.0
    found = minimize(
        _loss, start, args=(rows, prior), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": _ROUNDS}
    )
    return Fitted(float(found.x[0]), np.maximum(found.x[1:], 0.0), float(found.fun))


def _loss(values: Floats, rows: Rows, prior: Prior) -> tuple[float, Floats]:
    base, weights = values[0], values[1:]
    odds = base + rows.causes @ weights
    missed = rows.counts * (expit(odds) - rows.outcome)
    away = (weights - prior.weights) / prior.spread
    loss = rows.counts @ (np.logaddexp(0.0, odds) - rows.outcome * odds) + 0.5 * away @ away
    slope = np.concatenate([[missed.sum()], rows.causes.T @ missed + away / prior.spread])
    return float(loss), slope


def idle(rows: Rows, prior: Prior, twins: Mapping[int, Floats], enough: float) -> frozenset[int]:
    """Causes that explain no more than their twin does, in which links were shuffled: the graph adds nothing there.

    Both are fitted freely, without the prior's pull. A cause is only judged where it reached at least `enough` of those
    who became fraud: with fewer nobody can tell, and the prior stays. twins: for some causes, the column by chance.
    """
    found = []
    for cause, twin in twins.items():
        spread = np.array(prior.spread) * np.ones(len(prior.weights))
        spread[cause] = _FREE
        free = replace(prior, spread=spread)
        reached = rows.counts @ (rows.outcome * (rows.causes[:, cause] > 0))
        if reached >= enough and fit(_with(rows, cause, twin), free).loss <= fit(rows, free).loss:
            found.append(cause)
    return frozenset(found)


def _with(rows: Rows, cause: int, column: Floats) -> Rows:
    causes = rows.causes.copy()
    causes[:, cause] = column
    return replace(rows, causes=causes)
