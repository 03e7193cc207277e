"""The ring model: what was fitted is what is shipped, and every prediction is the sum of what its features added."""

import json

import numpy as np
import pytest

from linkgraph.detect.candidates import pool_of
from linkgraph.detect.ring_features import FEATURES
from linkgraph.detect.ring_learning import calibrated, learn, overlap, unseen
from linkgraph.detect.ring_model import RingModel, evidence, ring_model

DENSITY = FEATURES.index("density")


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    rng = np.random.default_rng(7)
    found = rng.random((3000, len(FEATURES)))
    found[rng.random(found.shape) < 0.2] = np.nan
    return found


@pytest.fixture(scope="module")
def model(rows: np.ndarray) -> RingModel:
    """Dense groups are rings; where density is unknown nobody knows."""
    target = np.where(rows[:, DENSITY] > 0.6, 0.9, 0.05)
    fold = np.arange(len(rows)) // 3
    return calibrated(learn(rows, target, 0, trees=60), unseen(rows, target, fold, 0, trees=60), target)


def test_what_was_planted_is_learned(model: RingModel, rows: np.ndarray) -> None:
    known = ~np.isnan(rows[:, DENSITY])
    prediction = model.predict(rows[known])
    assert prediction[rows[known, DENSITY] > 0.65].min() > 0.7
    assert prediction[rows[known, DENSITY] < 0.55].max() < 0.3


def test_every_prediction_is_the_sum_of_what_its_features_added(model: RingModel, rows: np.ndarray) -> None:
    some = rows[:200]
    shares = model.shares(some)
    np.testing.assert_allclose(model.base + shares.sum(axis=1), model.predict(some), atol=1e-9)
    assert np.abs(shares[:, DENSITY]).mean() > 10 * np.abs(np.delete(shares, DENSITY, axis=1)).mean()


def test_the_model_in_plain_json_predicts_the_same(model: RingModel, rows: np.ndarray) -> None:
    again = ring_model(json.loads(json.dumps(model.as_values())))
    np.testing.assert_array_equal(again.predict(rows), model.predict(rows))
    np.testing.assert_array_equal(again.probability(model.predict(rows)), model.probability(model.predict(rows)))


def test_rows_are_judged_alike_alone_and_together(model: RingModel, rows: np.ndarray) -> None:
    together = model.predict(rows)
    assert [model.predict(rows[n : n + 1])[0] for n in range(20)] == together[:20].tolist()


def test_probability_rises_with_the_prediction_and_is_never_certain(model: RingModel) -> None:
    found = model.probability(np.linspace(-0.5, 1.5, 50))
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0.0
    assert found.max() < 1.0
    floor = model.prediction_for(0.5)
    assert model.probability(np.array([floor]))[0] >= 0.5
    assert model.probability(np.array([floor - 0.01]))[0] < 0.5


def test_evidence_is_the_log_odds_and_never_negative() -> None:
    np.testing.assert_allclose(evidence(np.array([0.0 + 1e-9, 0.5, 0.9])), [0.0, 0.0, np.log(9)], atol=1e-9)


def test_overlap_is_the_best_jaccard() -> None:
    group = np.array([0, 0, 0, 0, 1, 1, 1, -1])
    pool = pool_of([np.array(one, np.int32) for one in ([0, 1, 2], [0, 1, 4, 5, 6], [7, 7], [3, 4, 5, 6])])
    best, which = overlap(pool, group, np.array([4, 3]))
    assert best.tolist() == pytest.approx([3 / 4, 3 / 5, 0.0, 3 / 4])
    assert which.tolist() == [0, 1, -1, 1]
