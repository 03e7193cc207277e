"""Probabilities against the rates they were learned from; both forms, and what has none."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from linkgraph.detect.calibration import Calibration, Floats, calibrate
from linkgraph.parameters import Parameters

PARAMETERS = Parameters()


def drawn(seed: int, size: int, stretch: float = 1.0) -> tuple[Floats, Floats]:
    """Log-odds, and outcomes at `stretch` times those log-odds, as an overconfident score would have them."""
    draw = np.random.default_rng(seed)
    log_odds = draw.normal(-2.0, 2.0, size)
    return log_odds, (draw.random(size) < expit(stretch * log_odds)).astype(np.float64)


def error(calibration: Calibration, log_odds: Floats, outcome: Floats) -> float:
    """Expected calibration error in ten bins of equal size."""
    p = calibration.probability(log_odds)
    bins = np.array_split(np.argsort(p, kind="stable"), 10)
    return float(np.mean([abs(p[each].mean() - outcome[each].mean()) for each in bins]))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("size", "form"), [(20_000, "isotonic"), (900, "beta")])
def test_calibrated_on_one_draw_it_holds_on_another(seed: int, size: int, form: str) -> None:
    found = calibrate(*drawn(seed, size, 0.5), PARAMETERS)
    assert found is not None
    assert (found.beta is None) == (form == "isotonic")
    assert error(found, *drawn(seed + 100, 20_000, 0.5)) <= 0.05


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([30, 1_500]))
def test_it_never_falls_stays_a_probability_and_survives_its_record(seed: int, size: int) -> None:
    found = calibrate(*drawn(seed, size), PARAMETERS)
    if found is not None:
        p = found.probability(np.linspace(-30, 30, 200))
        assert (np.diff(p) >= -1e-12).all()
        assert p.min() >= 0 and p.max() <= 1
        assert Calibration.of(json.loads(json.dumps(found.as_record()))) == found


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_one_sort_of_outcome_calibrates_nothing(outcome: float) -> None:
    assert calibrate(np.arange(50.0), np.full(50, outcome), PARAMETERS) is None


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_steps_are_those_of_a_library_that_knows_them(seed: int) -> None:
    from sklearn.isotonic import IsotonicRegression

    log_odds, outcome = drawn(seed, 2_000)
    log_odds = np.round(log_odds, 1)
    found = calibrate(log_odds, outcome, PARAMETERS)
    known = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(log_odds, outcome)
    assert found is not None
    x = np.linspace(-12, 12, 300)
    assert found.probability(x) == pytest.approx(known.predict(x), abs=1e-9)
