"""Signals against a plain reading of their definition: excess over the median, base rate, and what is not evaluated."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect import behaviour
from linkgraph.detect.behaviour import SIGNALS, Signal, evaluated, lift, reason, share, stand, surge

COUNT = Signal("count", "step", behaviour.number("n"), "n", ("feed",), 30, "{value:.0f} things")
Figures = st.lists(st.integers(0, 40), min_size=1, max_size=12)


def columns(**values: list[int]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    return {name: np.array(column, np.int64) for name, column in values.items()}


@given(Figures, st.integers(0, 12))
def test_excess_and_rate_are_over_all_accounts(figures: list[int], silent: int) -> None:
    """Accounts without a row count as nothing."""
    everybody = figures + [0] * silent
    found = stand(COUNT, columns(account=list(range(len(figures))), n=figures), len(everybody))
    median = sorted(everybody)[(len(everybody) - 1) // 2]
    assert found.median == median
    assert found.account.tolist() == [account for account, n in enumerate(figures) if n > median]
    for account, excess, rate in zip(found.account, found.excess, found.rate, strict=True):
        mine = figures[account]
        assert excess == pytest.approx(math.log((1 + mine) / (1 + median)))
        assert rate == sum(each >= mine for each in everybody) / len(everybody)


@given(Figures, st.randoms())
def test_the_order_of_rows_does_not_matter(figures: list[int], draw: Random) -> None:
    rows = list(enumerate(figures))
    mixed = draw.sample(rows, len(rows))
    one, other = (
        stand(COUNT, columns(account=[a for a, _ in each], n=[n for _, n in each]), 30) for each in (rows, mixed)
    )
    for name in ("account", "value", "excess", "rate", "seen"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()


def test_the_usual_value_is_no_excess() -> None:
    found = stand(COUNT, columns(account=[0, 1, 2], n=[4, 4, 9]), 3)
    assert (found.account.tolist(), found.median) == ([2], 4.0)


def test_a_signal_without_its_inputs_is_not_evaluated() -> None:
    assert evaluated({}, 0) == ()
    known = {need: 0 for signal in SIGNALS for need in signal.needs if need != "payments.status"}
    left_out = [signal.name for signal in SIGNALS if signal not in evaluated(known, 400 * 86_400)]
    assert left_out == ["declined_cards", "declined_share"]


def test_nothing_is_new_while_a_feed_is_younger_than_the_window() -> None:
    days = {days: {signal.name for signal in evaluated({"used.card": 0}, days * 86_400)} for days in (13, 29, 180)}
    assert days[13] == set()
    assert days[29] == {"new_cards_14"}
    assert days[180] == {"new_cards", "new_cards_30", "new_cards_14", "card_surge"}


def test_names_are_unique_and_reasons_say_value_window_and_rate() -> None:
    assert len(set(behaviour.NAMES)) == len(SIGNALS)
    assert reason("new_cards_14", 5, 0.004, 5) == (
        "5 new cards in the last 14 days (5 seen; 0.4 % of accounts have as much)"
    )
    assert "fewer than 0.1 %" in reason("new_cards_14", 5, 0.0004, 5)
    for signal in SIGNALS:
        assert "{" not in reason(signal.name, 3.0, 0.5, 2)
        assert signal.weight >= 0


def test_a_surge_is_over_the_own_pace() -> None:
    found = surge("recent", "past")(columns(recent=[5, 5, 0], past=[0, 12, 50], days=[400, 390, 400]))
    assert found.tolist() == pytest.approx([5, 4, 0])


def test_shares_and_lifts_need_three_observations() -> None:
    assert share("part", "whole")(columns(part=[2, 3, 0], whole=[2, 4, 0])).tolist() == [0, 75, 0]
    assert lift(columns(matched=[2, 30, 30], expected=[10, 10, 15_000])).tolist() == [0, 30, 2]


def test_a_role_is_spoken_for_from_the_notable_value_on() -> None:
    assert behaviour.notable(["out_within_hour", "out_within_hour", "takeover_marks"], [79, 80, 2]) == [
        "", "mule", "victim",
    ]  # fmt: skip
