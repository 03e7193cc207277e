"""From log-odds to probability: isotonic steps where there are rows enough, else a beta calibration.

Beta (Kull, Silva Filho, Flach 2017): logit p = a ln s - b ln(1 - s) + c with s = 1 / (1 + e^-L), a and b at least 0.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

from linkgraph.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Either steps (`at`: log-odds, `rate`: probability there, straight between them) or the a, b, c of a beta."""

    at: tuple[float, ...] = ()
    rate: tuple[float, ...] = ()
    beta: tuple[float, float, float] | None = None

    def probability(self, log_odds: Floats) -> Floats:
        """Calibrated probability, never falling as the log-odds rise."""
        if self.beta is None:
            return np.interp(log_odds, self.at, self.rate)
        a, b, c = self.beta
        return expit(a * _log_sigmoid(log_odds) - b * _log_sigmoid(-log_odds) + c)

    def as_record(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"at": list(self.at), "rate": list(self.rate), "beta": None if self.beta is None else list(self.beta)}

    @classmethod
    def of(cls, record: dict[str, Any]) -> "Calibration":
        """Back from plain JSON values."""
        beta = record["beta"]
        return cls(tuple(record["at"]), tuple(record["rate"]), None if beta is None else (beta[0], beta[1], beta[2]))


def calibrate(log_odds: Floats, outcome: Floats, parameters: Parameters) -> Calibration | None:
    """The calibration of these rows; None where all had the same outcome."""
    positives = int(outcome.sum())
    if positives in (0, len(outcome)):
        return None
    if len(outcome) >= parameters.isotonic_min and positives >= parameters.isotonic_positives:
        return _isotonic(log_odds, outcome)
    return Calibration(beta=_beta(log_odds, outcome))


def _isotonic(log_odds: Floats, outcome: Floats) -> Calibration:
    """Pool adjacent violators over equal log-odds taken together; only the ends of each step are kept."""
    at, place, rows = np.unique(log_odds, return_inverse=True, return_counts=True)
    rate = isotonic_regression(np.bincount(place, outcome) / rows, weights=rows).x
    ends = np.ones(len(at), dtype=bool)
    ends[1:-1] = (np.diff(rate[:-1]) > 0) | (np.diff(rate[1:]) > 0)
    return Calibration(tuple(at[ends].tolist()), tuple(np.clip(rate[ends], 0.0, 1.0).tolist()))


def _beta(log_odds: Floats, outcome: Floats) -> tuple[float, float, float]:
    features = np.column_stack([_log_sigmoid(log_odds), -_log_sigmoid(-log_odds), np.ones(len(log_odds))])

    def loss(values: Floats) -> tuple[float, Floats]:
        odds = features @ values
        return float(np.sum(np.logaddexp(0.0, odds) - outcome * odds)), features.T @ (expit(odds) - outcome)

    bounds = [(0.0, None), (0.0, None), (None, None)]
    a, b, c = minimize(loss, np.array([1.0, 1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=bounds).x.tolist()
    return a, b, c


def _log_sigmoid(x: Floats) -> Floats:
    return -np.logaddexp(0.0, -x)
