"""What the score of a night has learned: weights, flag level and calibration of its model, else the starting values."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from linkgraph.detect import behaviour, scoring
from linkgraph.detect.calibration import Calibration
from linkgraph.detect.propagation import Floats
from linkgraph.parameters import Parameters
from linkgraph.stages.night import Night


@dataclass(frozen=True, slots=True)
class Learned:
    """base: log-odds of an account without evidence. level: score above base from which an account is flagged."""

    weights: scoring.Weights
    level: float
    base: float = 0.0
    calibration: Calibration | None = None

    def probability(self, score: Floats) -> Floats:
        """Calibrated probability of fraud within the horizon of the fit; nothing says it without a calibration."""
        return np.zeros(len(score)) if self.calibration is None else self.calibration.probability(self.base + score)

    def as_record(self) -> dict[str, Any]:
        """Plain JSON values."""
        w = self.weights
        return {
            "base": self.base,
            "level": self.level,
            "weights": {name: getattr(w, name) for name in ("one_hop", "transfer", "propagated", "ring")},
            "signals": dict(zip(behaviour.NAMES, w.signals.tolist(), strict=True)),
            "calibration": self.calibration.as_record() if self.calibration else None,
        }


def starting(parameters: Parameters, behaviour_weight: float) -> scoring.Weights:
    """The weights before anything was learned, with what behaviour weighs as a whole."""
    relative = np.array([signal.weight for signal in behaviour.SIGNALS])
    p = parameters
    return scoring.Weights(
        p.weight_one_hop, p.weight_transfer, p.weight_propagated, p.weight_ring, behaviour_weight * relative
    )


def cold_level(parameters: Parameters) -> float:
    """The score above base at which the risk is `cold_flag_risk`."""
    return -math.log1p(-parameters.cold_flag_risk)


def learned(night: Night) -> Learned:
    """What a model learned before the clock; without one the starting values, in which behaviour weighs nothing yet."""
    p, model = night.parameters, night.models.get("score")
    if model is None:
        return Learned(starting(p, p.weight_behaviour), cold_level(p))
    values = model.values
    signals = np.array([values["signals"].get(name, 0.0) for name in behaviour.NAMES])
    calibration = Calibration.of(values["calibration"]) if values["calibration"] else None
    return Learned(scoring.Weights(**values["weights"], signals=signals), values["level"], values["base"], calibration)
