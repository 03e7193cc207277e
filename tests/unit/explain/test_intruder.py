"""In a victim's account, what the intruder did is laid to him and what the holder did is not."""

from typing import Any

import pytest

from linkgraph.explain.happenings import Happening, happenings
from linkgraph.explain.intruder import attributed
from linkgraph.model import FeedRow
from tests.unit.explain.test_timeline import DAY, login, row

OPENED, REPORTED = 100 * DAY, 400 * DAY


def days_before(days: float, **values: Any) -> FeedRow:
    """A sign-in so many days before the report."""
    return login(round(REPORTED - days * DAY), round(days * 10), **values)


def acted(*rows: FeedRow) -> list[str]:
    """Who did what each row says, on an account of old that was reported as taken over."""
    told = [row("disputes", REPORTED, kind="takeover_report"), login(OPENED, device="old")]
    found = attributed(said(*told, *rows), 14)
    return [each.by for each in found[2:]]


def said(*rows: FeedRow) -> list[Happening]:
    """What rows say."""
    return [each for one in rows for each in happenings(one, "a", 10**18)]


def test_what_came_shortly_before_the_report_is_the_intruders_and_so_is_what_is_done_with_it_later() -> None:
    rows = [days_before(days, device="new") for days in (13.9, 5, 0, -30)]
    assert acted(*rows) == ["intruder"] * 4


@pytest.mark.parametrize("days", [14, 90])
def test_what_was_there_before_is_the_holders(days: float) -> None:
    assert acted(days_before(days, device="mine"), days_before(3, device="mine"), days_before(2, device="old")) == [
        "account",
        "account",
        "account",
    ]


def test_what_came_after_the_report_is_the_holders() -> None:
    assert acted(days_before(-0.1, device="replaced")) == ["account"]


def test_an_address_tells_nothing() -> None:
    assert acted(days_before(3, device="old", ip="train")) == ["account"]


def test_his_tries_are_his_and_make_nothing_new() -> None:
    tries = [days_before(20, device="new", result="failed"), days_before(3, device="other", result="failed")]
    assert acted(*tries, days_before(2, device="new")) == ["intruder", "unknown", "intruder"]


def test_what_happens_in_his_session_is_his() -> None:
    paid = {"direction": "out", "rail": "bank", "instrument": None, "currency": "EUR"}
    rows = [row("payments", REPORTED - DAY, n, paid, session_id=session) for n, session in ((1, "s1"), (2, "s2"))]
    assert acted(days_before(1, device="new", session_id="s1"), *rows) == ["intruder", "intruder", "account"]


def test_what_others_and_reviewers_did_is_theirs() -> None:
    sent = row("transfers", REPORTED - DAY, from_account_id="b", to_account_id="a", currency="EUR")
    ruled = row("labels", REPORTED, label="victim", typology="account_takeover")
    assert acted(sent, ruled) == ["other_account", "reviewer"]


def test_a_ruling_tells_of_it_as_a_report_does_and_the_earlier_counts() -> None:
    ruled = row("labels", REPORTED - 10 * DAY, label="victim", typology="account_takeover")
    assert acted(ruled, days_before(20, device="then"), days_before(5, device="since")) == [
        "reviewer",
        "intruder",
        "account",
    ]


def test_a_young_account_and_one_that_nobody_reported_have_no_intruder() -> None:
    young = [row("disputes", REPORTED, kind="takeover_report"), days_before(13, device="d")]
    other = [row("disputes", REPORTED, kind="chargeback"), login(OPENED, device="old"), days_before(3, device="d")]
    scammed = [row("labels", REPORTED, label="victim", typology="scam"), *other[1:]]
    for rows in (young, other, scammed):
        assert "intruder" not in [each.by for each in attributed(said(*rows), 14)]


def test_nothing_but_who_acted_is_changed() -> None:
    before = said(
        row("disputes", REPORTED, kind="takeover_report"), login(OPENED, device="old"), days_before(3, ip="i")
    )
    assert attributed(before, 14) == before
