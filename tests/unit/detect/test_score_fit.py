"""Weights recovered from made-up outcomes; never negative; held by the prior where outcomes say nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from linkgraph.detect.score_fit import Prior, Rows, fit, idle

TRUTH = np.array([1.5, 0.0, 0.6])


def rows(seed: int, size: int = 20_000, truth: np.ndarray[tuple[int], np.dtype[np.float64]] = TRUTH) -> Rows:
    draw = np.random.default_rng(seed)
    causes = np.log1p(draw.poisson(1.0, (size, len(truth))).astype(np.float64))
    outcome = (draw.random(size) < expit(-4.0 + causes @ truth)).astype(np.float64)
    return Rows(causes, outcome, np.ones(size))


@pytest.mark.parametrize("seed", range(3))
def test_weights_are_found_again(seed: int) -> None:
    found = fit(rows(seed), Prior(np.zeros(3), 10.0))
    assert found.base == pytest.approx(-4.0, abs=0.25)
    assert found.weights == pytest.approx(TRUTH, abs=0.2)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_no_weight_is_negative(seed: int, truth: list[float]) -> None:
    made = rows(seed, 500, np.array(truth))
    made.outcome[:2] = [0.0, 1.0]
    assert (fit(made, Prior(np.ones(3), 0.5)).weights >= 0).all()


def test_few_outcomes_move_the_prior_little_and_many_much() -> None:
    prior = Prior(np.array([0.2, 1.0, 0.2]), 0.25)
    few, many = fit(rows(5, 60), prior).weights, fit(rows(5, 50_000), prior).weights
    assert few == pytest.approx(prior.weights, abs=0.25)
    assert many == pytest.approx(TRUTH, abs=0.2)


def test_a_row_that_counts_double_is_two_rows() -> None:
    made = rows(7, 400)
    twice = Rows(np.vstack([made.causes] * 2), np.tile(made.outcome, 2), np.ones(800))
    doubled = Rows(made.causes, made.outcome, np.full(400, 2.0))
    prior = Prior(np.zeros(3), 1.0)
    assert fit(twice, prior).weights == pytest.approx(fit(doubled, prior).weights, abs=1e-4)


def test_the_order_of_rows_changes_nothing_that_matters() -> None:
    made, prior = rows(8, 2_000), Prior(np.zeros(3), 1.0)
    mixed = np.random.default_rng(1).permutation(2_000)
    other = fit(Rows(made.causes[mixed], made.outcome[mixed], made.counts), prior)
    assert other.weights == pytest.approx(fit(made, prior).weights, abs=1e-4)


def test_a_cause_no_better_than_its_twin_is_idle_and_one_that_is_stays() -> None:
    made, prior = rows(9), Prior(np.full(3, 0.5), 0.25)
    twins = {cause: np.random.default_rng(2).permutation(made.causes[:, cause]) for cause in (0, 2)}
    assert idle(made, prior, twins, 10.0) == frozenset()
    assert idle(made, prior, {0: made.causes[:, 0], 2: twins[2]}, 10.0) == {0}


def test_nothing_is_idle_for_want_of_outcomes() -> None:
    made = rows(9, 400)
    assert idle(made, Prior(np.full(3, 0.5), 0.25), {0: made.causes[:, 0]}, 1e6) == frozenset()
