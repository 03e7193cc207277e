"""Draws: the same for the same seed, about the figure itself, and wide where few rings stand behind many accounts."""

from typing import Any

import numpy as np
import pytest

from linkgraph.evaluate.intervals import Draws, draw, interval, ranked, resampled
from linkgraph.evaluate.metrics import average_precision, inclusion


def _world(rings: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(3)
    positive = np.arange(2000) < 60
    quality = rng.random(rings)
    ring = np.arange(60) % rings
    scores = np.round(rng.random(2000), 2)
    scores[:60] += np.round(quality[ring], 2)
    return scores, positive, ring


def test_everybody_once_is_the_figure_itself() -> None:
    scores, positive, ring = _world(60)
    cut = ranked(scores, positive, ring)
    once = Draws(np.ones((4000, 60), dtype=np.int64), 0)
    recall, precision = resampled([cut], once, 50)
    assert recall.mean() == pytest.approx(inclusion(scores, 50)[positive].mean(), rel=0.02)
    assert precision.mean() == pytest.approx(average_precision(scores, positive), rel=0.02)


def test_the_same_seed_gives_the_same_interval_and_rings_a_wider_one_than_accounts() -> None:
    widths = []
    for rings in (60, 6):
        scores, positive, ring = _world(rings)
        values = [resampled([ranked(scores, positive, ring)], draw(rings, 500, 7), 50)[1] for _ in range(2)]
        assert np.array_equal(values[0], values[1])
        ends = interval(values)
        assert ends is not None
        widths.append(ends[1] - ends[0])
    assert widths[1] > 1.5 * widths[0]


def test_cuts_whose_positives_were_not_drawn_are_left_out() -> None:
    one = ranked(np.array([2.0, 1.0]), np.array([True, False]), np.array([0]))
    other = ranked(np.array([1.0, 2.0]), np.array([True, False]), np.array([1]))
    draws = Draws(np.array([[2, 0], [0, 2], [0, 0]]), 0)
    recall, precision = resampled([one, other], draws, 1)
    assert recall.tolist() == [0.5, 0.0]  # two copies of one account, one place
    assert precision[0] == 1.0
    assert interval([]) is None
