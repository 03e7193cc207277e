"""Figures on a ranking against all orders of the ties, and against scikit-learn where it has no ties to break."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from linkgraph.evaluate.metrics import auc, average_precision, calibration, inclusion

few = st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=6)


def _precision(order: tuple[int, ...], hits: list[bool]) -> float:
    places = [rank for rank, each in enumerate(order, 1) if hits[each]]
    return sum(number / rank for number, rank in enumerate(places, 1)) / len(places)


def _orders(scores: list[int]) -> list[tuple[int, ...]]:
    """Every order in which no higher score stands below a lower one."""
    falling = sorted(scores, reverse=True)
    return [order for order in permutations(range(len(scores))) if [scores[each] for each in order] == falling]


@given(few)
def test_average_precision_is_the_mean_over_all_orders_of_ties(rows: list[tuple[int, bool]]) -> None:
    scores, hits = (list(column) for column in zip(*rows, strict=True))
    found = average_precision(np.array(scores, dtype=float), np.array(hits))
    if not any(hits):
        assert np.isnan(found)
        return
    assert found == pytest.approx(np.mean([_precision(order, hits) for order in _orders(scores)]))


@given(few, st.integers(1, 7))
def test_inclusion_is_the_share_of_orders_that_have_it_in_front(rows: list[tuple[int, bool]], capacity: int) -> None:
    scores = [score for score, _ in rows]
    orders = _orders(scores)
    expected = [np.mean([each in order[:capacity] for order in orders]) for each in range(len(scores))]
    assert inclusion(np.array(scores, dtype=float), capacity) == pytest.approx(expected)


def test_without_ties_it_is_what_scikit_learn_says() -> None:
    rng = np.random.default_rng(0)
    scores, hits = rng.random(500), rng.random(500) < 0.1
    assert average_precision(scores, hits) == pytest.approx(average_precision_score(hits, scores))
    tied = np.round(scores, 1)
    assert auc(tied, hits) == pytest.approx(roc_auc_score(hits, tied))


def test_calibration_by_hand() -> None:
    stated = np.array([0.1] * 10 + [0.5] * 10)
    came = np.array([False] * 10 + [True] * 5 + [False] * 5)
    found = calibration(stated, came)
    assert found is not None
    assert found.brier == pytest.approx((10 * 0.01 + 10 * 0.25) / 20)
    assert np.array(found.bins) == pytest.approx(np.array([(0.1, 0.0, 10), (0.5, 0.5, 10)])), "equals are in one bin"
    assert found.error == pytest.approx(0.5 * 0.1)
    spread = calibration(np.arange(100) / 100, np.zeros(100, dtype=bool))
    assert spread is not None
    assert [accounts for _, _, accounts in spread.bins] == [10] * 10
    assert spread.error == pytest.approx(0.495)
    assert calibration(np.array([]), np.array([], dtype=bool)) is None
