"""Judges candidates: how well each one is a ring, and which features said so.

A forest of small regression trees predicts the Jaccard overlap of a candidate with a ring, from its features; a rising
table turns the prediction into the probability that it overlaps one by half or more. The prediction is taken apart
exactly: every step down a tree changes the expected value, and the change belongs to the feature asked (Saabas 2014),
so that base + sum of the features' shares = prediction.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.ring_features import FEATURES, Floats

_ROWS_AT_ONCE = 16_384
_SUREST = 0.99  # no group of accounts is surer than this to be a ring


@dataclass(frozen=True, slots=True)
class RingModel:
    """All trees in one set of arrays. feature: -1 at leaves; a value goes left at or below the threshold, NaN as
    `missing_left` says. value: expected value at the node. root: first node of each tree. base: value before any tree.
    knots: predictions and their probabilities, both rising.
    """

    feature: NDArray[np.int16]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    missing_left: NDArray[np.bool_]
    value: Floats
    root: NDArray[np.int32]
    base: float
    knots: tuple[Floats, Floats]

    def predict(self, rows: Floats) -> Floats:
        """Expected Jaccard of each row of features."""
        return self.base + np.concatenate([np.empty(0), *(self._leaves(part) for part in _parts(rows))])

    def probability(self, prediction: Floats) -> Floats:
        """Probability that a candidate overlaps a ring by half or more."""
        return np.minimum(np.interp(prediction, *self.knots), _SUREST)

    def prediction_for(self, probability: float) -> float:
        """The smallest prediction of at least that probability; infinite where none is so sure."""
        x = np.linspace(float(self.knots[0][0]), float(self.knots[0][-1]), 2001)
        enough = x[self.probability(x) >= probability]
        return float(enough[0]) if len(enough) else float("inf")

    def shares(self, rows: Floats) -> Floats:
        """What each feature added to the prediction of each row: rows by features; base + sum = prediction."""
        found = np.zeros((len(rows), len(FEATURES)))
        for row in range(len(rows)):
            node = self.root.copy()
            while (inner := self.feature[node] >= 0).any():
                below = self._below(rows[row : row + 1], node[None, :])[0]
                moved = np.where(inner, self.value[below] - self.value[node], 0.0)
                np.add.at(found[row], self.feature[node][inner], moved[inner])
                node = np.where(inner, below, node).astype(np.int32)
        return found

    def _leaves(self, rows: Floats) -> Floats:
        node = np.broadcast_to(self.root, (len(rows), len(self.root)))
        while (self.feature[node] >= 0).any():
            node = np.where(self.feature[node] >= 0, self._below(rows, node), node)
        return np.asarray((self.value[node] - self.value[self.root]).sum(axis=1), dtype=np.float64)

    def _below(self, rows: Floats, node: NDArray[np.int32]) -> NDArray[np.int32]:
        asked = np.take_along_axis(rows, np.maximum(self.feature[node], 0).astype(np.int64), axis=1)
        goes_left = np.where(np.isnan(asked), self.missing_left[node], asked <= self.threshold[node])
        return np.where(goes_left, self.left[node], self.right[node])

    def as_values(self) -> dict[str, Any]:
        """Plain JSON."""
        names = [FEATURES[index] if index >= 0 else "" for index in self.feature]
        return {
            "feature": names,
            "threshold": self.threshold.tolist(),
            "left": self.left.tolist(),
            "right": self.right.tolist(),
            "missing_left": self.missing_left.astype(int).tolist(),
            "value": self.value.tolist(),
            "root": self.root.tolist(),
            "base": self.base,
            "knots": [knot.tolist() for knot in self.knots],
        }


def ring_model(values: dict[str, Any]) -> RingModel:
    """The model in plain JSON, as from `as_values`."""
    place = {name: index for index, name in enumerate(FEATURES)} | {"": -1}
    x, y = values["knots"]
    return RingModel(
        np.array([place[name] for name in values["feature"]], dtype=np.int16),
        np.array(values["threshold"], dtype=np.float64),
        np.array(values["left"], dtype=np.int32),
        np.array(values["right"], dtype=np.int32),
        np.array(values["missing_left"], dtype=bool),
        np.array(values["value"], dtype=np.float64),
        np.array(values["root"], dtype=np.int32),
        float(values["base"]),
        (np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)),
    )


def evidence(probability: Floats) -> Floats:
    """R: the log-odds that a reported ring adds to its members, never below 0."""
    log_odds: Floats = np.maximum(0.0, np.log(probability) - np.log1p(-probability))
    return log_odds


def _parts(rows: Floats) -> list[Floats]:
    return [rows[start : start + _ROWS_AT_ONCE] for start in range(0, len(rows), _ROWS_AT_ONCE)]
