"""The null model of meetings: what one rhythm explains is no evidence, what it does not is bounded, and times must be
fine enough."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from linkgraph.detect.synchrony import (
    Place,
    bucket_cap,
    busiest,
    can_tell,
    cell,
    expected,
    grain,
    rate_by_hour,
    rate_together,
    surprise,
)

MOST = 20.0


def bits(days: int, chance: float, accounts: int = 2) -> float:
    return float(surprise(np.array([days]), np.array([chance]), np.array([accounts]), MOST)[0])


@pytest.mark.parametrize(("days", "chance"), [(2, 0.5), (3, 0.1), (2, 4.0), (10, 9.0)])
def test_bits_are_those_of_the_poisson_tail(days: int, chance: float) -> None:
    assert bits(days, chance) == pytest.approx(-math.log2(poisson.sf(days - 1, chance)))


def test_among_many_others_a_coincidence_says_less() -> None:
    assert bits(3, 0.05, accounts=1025) == pytest.approx(bits(3, 0.05) - 10)
    assert bits(2, 0.01, accounts=100_000) == 0


def test_bits_are_bounded_and_defined_where_chance_is_none() -> None:
    assert bits(60, 1e-300) == bits(5, 0.0) == MOST
    assert bits(1, 1e9) == 0


@given(st.integers(1, 60), st.floats(1e-6, 100), st.floats(1e-6, 100), st.integers(2, 5000))
def test_more_days_never_say_less_and_more_chance_never_more(days: int, one: float, other: float, crowd: int) -> None:
    low, high = sorted((one, other))
    assert 0 <= bits(days, high, crowd) <= bits(days, low, crowd) + 1e-9
    assert bits(days, low, crowd) <= bits(days + 1, low, crowd) + 1e-9 <= MOST + 1e-9


def test_expectation_sums_over_the_places_of_a_pair() -> None:
    first = np.array([0, 2])
    active = (np.array([2, 3, 1]), np.array([5, 1, 4]))
    assert expected(first, active, np.array([0.1, 0.2, 0.5])).tolist() == pytest.approx([1.6, 2.0])
    assert busiest(first, np.array([3, 9, 4])).tolist() == [9, 4]


def test_nobody_is_no_pair() -> None:
    none = np.zeros(0, np.int64)
    assert len(expected(none, (none, none), np.zeros(0))) == len(busiest(none, none)) == 0
    assert len(surprise(none, np.zeros(0), none, MOST)) == 0


@pytest.mark.parametrize(
    ("borders", "seconds"), [((9, 9, 9), 86_400), ((3, 9, 9), 3_600), ((0, 1, 9), 60), ((0, 1, 2), 1), ((5, 5, 5), 1)]
)
def test_the_grain_is_what_most_times_are_rounded_to(borders: tuple[int, int, int], seconds: int) -> None:
    assert grain(10, *borders) == seconds


def test_rounded_times_tell_only_of_long_windows() -> None:
    tells = {
        seconds: [can_tell(window, seconds) for window in (600, 1_200, 10_800, 86_400)] for seconds in (1, 60, 3600)
    }
    assert tells == {1: [True] * 4, 60: [False, True, True, True], 3600: [False, False, False, True]}
    assert not can_tell(86_400, 86_400)


def test_the_largest_buckets_go_first_when_there_are_too_many_pairs() -> None:
    buckets = np.array([0, 5, 10, 4, 2, 1])  # of 0, 1, 2, 3, 4 and of more accounts
    assert bucket_cap(buckets, 34) == (4, 1)
    assert bucket_cap(buckets, 33) == (3, 3)
    assert bucket_cap(buckets, 9) == (1, 17)


def place(activity: int, accounts: int, squares: int, weekly_squares: int) -> Place:
    columns = (np.array([value], dtype=np.int64) for value in (activity, accounts, squares, weekly_squares))
    return Place(*columns)


QUARTER = 90 * 86_400


def test_a_place_that_is_busy_at_all_hours_brings_two_together_as_often_as_any_moment() -> None:
    spread = rate_by_hour(np.array([168_000]), np.array([168 * 1000 * 1000]), 600, QUARTER)
    assert spread[0] == pytest.approx(600 / QUARTER, rel=0.01)


def test_a_place_of_one_busy_hour_a_week_brings_them_together_in_that_hour() -> None:
    one_hour = rate_by_hour(np.array([1000]), np.array([1000 * 1000]), 600, QUARTER)
    assert one_hour[0] == pytest.approx(600 / (3_600 * 90 / 7), rel=0.01)


def test_acts_in_different_hours_still_may_meet() -> None:
    assert rate_by_hour(np.array([5]), np.array([5]), 600, QUARTER)[0] == pytest.approx(600 / QUARTER)


def test_two_who_meet_alone_somewhere_do_not_explain_themselves() -> None:
    # One round of five accounts at a place nobody else has seen: their own bucket would explain any meeting there.
    alone = place(activity=10, accounts=5, squares=50, weekly_squares=100)
    assert rate_together(alone, 1_200, QUARTER, 10)[0] < 0.05
    assert rate_together(alone, 1_200, QUARTER, 4)[0] == 0.5


@given(st.integers(600, 86_400))
def test_a_week_is_cut_into_whole_hours_or_buckets(seconds: int) -> None:
    assert cell(seconds) == max(3_600, seconds)
