"""A timeline holds all that happened: in order, counted once, what is alike together until something stands out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.errors import NotFoundError
from linkgraph.explain.folding import STANDING_OUT, Event, fold
from linkgraph.explain.happenings import Happening, happenings
from linkgraph.explain.timeline import KINDS, Sources, Span, read_timeline
from linkgraph.explain.timeline_text import render_timeline
from linkgraph.ledger import FEEDS
from linkgraph.model import Account, FeedRow, Link, Ring, RingEvent, RunStamp, Told, Verdict
from tests.builders import account

SECOND = 1_000_000
DAY = 86_400
NOW = 100 * DAY
DISPUTES = ("chargeback", "fraud_report", "takeover_report", "p2p_appeal", "bank_recall", "inquiry")


def row(feed: str, at: int, line: int = 1, values: dict[str, Any] | None = None, **more: Any) -> FeedRow:
    """A row of a feed, at a second; columns that are not given are null."""
    empty = dict.fromkeys(name for name, _ in FEEDS[feed].columns)
    known_at, source_id = more.pop("known_at", at), more.pop("source_id", None)
    return FeedRow(feed, at * SECOND, known_at * SECOND, source_id, "d0", line, empty | (values or {}) | more)


def login(at: int, line: int = 1, **values: Any) -> FeedRow:
    """A sign-in of `a`."""
    return row("logins", at, line, account_id="a", **values)


class View:
    """A run with one account, `a`, that may be in a ring."""

    def __init__(self, ring_id: str | None = None, events: Sequence[RingEvent] = (), label: str | None = None) -> None:
        self._ring_id, self._events, self._label = ring_id, events, label

    def run(self) -> RunStamp:
        return RunStamp("r-1", NOW, "c0ffee", cold_start=False, counts={})

    def accounts(self, account_ids: Sequence[str]) -> list[Account]:
        return [Account(**account("a", ring_id=self._ring_id, label=self._label))] if "a" in account_ids else []

    def links(self, account_ids: Sequence[str], limit: int) -> list[Link]:
        return [Link("a", "device", f"d{n}", n * DAY, (n + 1) * DAY, n + 1, 1, 1) for n in range(3)][:limit]

    def ring_events(self, ring_ids: Sequence[str]) -> list[RingEvent]:
        return [each for each in self._events if each.ring_id in ring_ids or each.other_ring_id in ring_ids]

    def ring_events_after(self, as_of: int) -> list[RingEvent]:
        raise NotImplementedError

    def rings_by_id(self, ring_ids: Sequence[str]) -> list[Ring]:
        raise NotImplementedError


def read(rows: Sequence[FeedRow], span: Span | None = None, view: View | None = None, **more: Any) -> list[Event]:
    """The events that a span of the timeline of `a` has."""
    verdicts = more.get("verdicts", ())
    told = Told(tuple(rows), more.get("cut", ()))
    return list(read_timeline(view or View(), "a", span or Span(), Sources(verdicts, lambda _: told, 14)).events)


def drawn(feed: str, at: int, line: int, pick: int) -> FeedRow:
    """A row of a feed about `a`; `pick` chooses among few values, so that many rows are alike."""
    few: dict[str, Sequence[Any]] = {
        "account_id": "a",
        "kind": {"disputes": DISPUTES, "logins": ("login", "kyc")}.get(feed, ("card", "bank")),
        "amount": (Decimal(1), Decimal("2.50")),
        "currency": ("EUR", "USD"),
        "direction": ("in", "out"),
        "rail": ("card", "crypto"),
        "result": ("success", "failed"),
        "security_change": (None, None, None, "password"),
        "appealed_at": (None, at * SECOND, 200 * DAY * SECOND),
        "identifier": "xy",
        "count": (None, 1, 7),
        "token": "xy",
        "buyer_id": "ab",
        "seller_id": "ca",
        "from_account_id": "ab",
        "to_account_id": "ca",
    }
    values = {}
    for place, (name, _) in enumerate(FEEDS[feed].columns):
        options = few.get(name, (None, "x", "y"))
        values[name] = options[(pick >> place % 5) % len(options)]
    return row(feed, at, line, values=values)


ROWS = st.lists(
    st.tuples(st.sampled_from(sorted(set(FEEDS) - {"staff_access"})), st.integers(0, NOW), st.integers(0, 63)),
    max_size=40,
).map(lambda rows: [drawn(feed, at, line, pick) for line, (feed, at, pick) in enumerate(rows)])


@given(rows=ROWS)
def test_all_that_happened_is_there_once_and_in_order(rows: list[FeedRow]) -> None:
    events = read(rows)
    appealed = [each for each in rows if each.feed == "p2p_orders" and each.values["appealed_at"] == each.at]
    assert sum(each.count for each in events) == len(rows) + len(appealed)
    assert [each.place for each in events] == sorted((each.place for each in events), reverse=True)
    assert len({each.place for each in events}) == len(events)
    for each in events:
        assert each.first_at <= each.at <= NOW
        assert each.kind in KINDS
        assert (each.source_id is None) or each.count == 1
    for name in ("EUR", "USD"):
        told = [happening for each in rows for happening in happenings(each, "a", NOW * SECOND)]
        wanted = sum(each.amount for each in told if each.currency == name and each.amount and each.kind != "balance")
        assert wanted == sum(e.amount for e in events if e.currency == name and e.amount and e.kind != "balance")


@given(rows=ROWS)
def test_nothing_that_is_told_as_one_reaches_over_what_stands_out(rows: list[FeedRow]) -> None:
    told = [happening for each in rows for happening in happenings(each, "a", NOW * SECOND)]
    out = [each.row.at // SECOND for each in told if each.kind in STANDING_OUT]
    for event in fold(told, whole=True):
        assert not [at for at in out if event.first_at < at < event.at]


@given(rows=ROWS, limit=st.integers(1, 7))
def test_pages_follow_one_another_without_gap(rows: list[FeedRow], limit: int) -> None:
    pages, after = [], None
    while page := read(rows, Span(limit, after)):
        assert len(page) <= limit
        pages += page
        after = page[-1].place
    assert pages == read(rows)


@given(
    rows=ROWS, since=st.integers(0, NOW), length=st.integers(1, NOW), kinds=st.sets(st.sampled_from(KINDS), max_size=4)
)
def test_a_span_chooses_among_the_same_events(rows: list[FeedRow], since: int, length: int, kinds: set[str]) -> None:
    until = since + length
    chosen = [
        each for each in read(rows) if each.at >= since and each.first_at < until and (not kinds or each.kind in kinds)
    ]
    assert read(rows, Span(None, None, since, until, frozenset(kinds))) == chosen


@pytest.mark.parametrize(("since", "until", "held"), [(3, 4, 1), (5, 9, 1), (6, 9, 0), (0, 1, 0), (0, 2, 1)])
def test_what_lasted_is_held_by_a_span_that_it_reaches_into(since: int, until: int, held: int) -> None:
    assert len(read([login(n, n) for n in (1, 3, 5)], Span(None, None, since, until))) == held


def test_an_intruder_is_seen_in_a_victims_account_only() -> None:
    told = row("disputes", 50 * DAY, kind="takeover_report")
    rows = [login(DAY, device="old"), login(49 * DAY, 2, device="new"), told]
    for label, by in (("victim", "intruder"), ("fraud", "account"), (None, "account")):
        assert read(rows, view=View(label=label))[1].by == by


@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_is_nothing(rows: list[FeedRow], data: st.DataObject) -> None:
    assert read(data.draw(st.permutations(rows))) == read(rows)


def test_what_is_alike_is_one_event_until_something_new_comes() -> None:
    rows = [login(n * DAY, n, device="d1", ip=f"i{n % 2}", known_at=n * DAY + 7) for n in range(1, 6)]
    rows += [login(6 * DAY, 6, device="d2", ip="i0"), *(login(n * DAY, n, device="d1", ip="i9") for n in (7, 8))]
    assert [(each.count, each.summary) for each in read(rows)] == [
        (2, "Signed in 2 times (device d1; ip i9, first used here)"),
        (1, "Signed in (device d2, first used here; ip i0)"),
        (4, "Signed in 4 times (device d1; 2 ips, 1 of them first used here)"),
        (1, "Signed in (device d1, first used here; ip i1, first used here)"),
    ]
    four = read(rows)[2]
    assert (four.first_at, four.at, four.known_at, four.source_id) == (2 * DAY, 5 * DAY, 5 * DAY + 7, None)


def test_an_observation_that_counts_says_how_often() -> None:
    rows = [
        row("observations", n, n, kind="device", identifier="d", count=count)
        for n, count in ((1, None), (2, 7), (3, 7))
    ]
    assert [each.summary for each in read(rows)] == [
        "Seen with its device 14 times (device d)",
        "Seen with its device (device d, first used here)",
    ]


def test_trying_is_not_using() -> None:
    rows = [login(n, n, device="d", result="Failed") for n in (1, 2, 3)] + [login(4, 4, device="d")]
    assert [(each.kind, each.by, each.summary) for each in read(rows)] == [
        ("login", "account", "Signed in (device d, first used here)"),
        ("failed_login", "unknown", "Failed to sign in 3 times (device d)"),
    ]


def test_an_address_that_was_paid_from_is_nobodys_until_it_is_paid_to() -> None:
    paid = {"rail": "crypto", "wallet": "w", "currency": "USDT"}
    rows = [row("payments", n, n, paid, direction=direction) for n, direction in ((1, "in"), (2, "out"))]
    assert [each.summary for each in read(rows)] == [
        "Paid out by crypto (wallet w, first used here)",
        "Paid in by crypto (wallet w)",
    ]


def test_nothing_is_called_the_first_where_older_rows_were_left_out() -> None:
    [event] = read([login(1, device="d")], cut=("logins",))
    assert (event.summary, event.first_uses) == ("Signed in (device d)", ())


def test_who_is_on_the_other_side_and_who_acted() -> None:
    order = {"buyer_id": "a", "seller_id": "c", "amount": Decimal(5), "currency": "EUR", "state": "completed"}
    rows = [
        row("transfers", 1, from_account_id="b", to_account_id="a", amount=Decimal(1), currency="EUR"),
        row("p2p_orders", 2, 1, order, payer="p", appealed_at=9 * SECOND),
        row("p2p_orders", 3, 2, order, buyer_id="d", seller_id="a", payer="p"),
        row("disputes", 4, kind="chargeback", payment_id="p7", reason_code="10.4", status="lost"),
        row("disputes", 5, 2, kind="takeover_report"),
        row("labels", 6, label="victim", typology="account_takeover"),
    ]
    assert [(each.kind, each.by, each.other_account_id, each.summary) for each in read(rows)] == [
        ("appeal", "unknown", "c", "The order person to person with c was appealed"),
        ("label", "reviewer", None, "Labelled victim: account_takeover"),
        ("dispute", "account", None, "Report that the account was taken over"),
        ("dispute", "outside", None, "Chargeback, reason 10.4, lost, on payment p7"),
        ("p2p_order", "account", "d", "Sold person to person to d, completed"),
        ("p2p_order", "account", "c", "Bought person to person from c, completed (payer p, first used here)"),
        ("transfer_in", "other_account", "b", "Received from b"),
    ]


def test_a_dispute_on_an_order_names_the_account_on_its_other_side() -> None:
    order = {"order_id": "o1", "buyer_id": "b", "seller_id": "a", "state": "completed"}
    rows = [
        row("p2p_orders", 1, 1, order),
        *(row("disputes", n, n, kind="p2p_appeal", order_id=f"o{n - 1}") for n in (2, 3)),
    ]
    assert [(each.summary, each.other_account_id) for each in read(rows)] == [
        ("Appeal, on order o2", None),
        ("Appeal, on order o1 with b", "b"),
        ("Sold person to person to b, completed", "b"),
    ]


def test_a_balance_is_the_last_and_money_the_sum() -> None:
    rows = [row("balances", n, n, account_id="a", currency="EUR", amount=Decimal(n)) for n in (1, 2, 3)]
    rows += [row("bonuses", 3 + n, n, campaign="c", currency="EUR", amount=Decimal("0.10")) for n in (1, 2)]
    assert [(each.kind, str(each.amount)) for each in read(rows)] == [("bonus", "0.20"), ("balance", "3")]


def test_every_payment_is_told_by_itself_and_parts_no_sign_ins() -> None:
    paid = {"direction": "in", "rail": "bank", "currency": "EUR", "amount": Decimal(1)}
    rows = [row("payments", 2 * n, n, paid, source_id=f"p{n}") for n in (1, 2)] + [login(n, n) for n in (1, 3, 5)]
    assert [(each.kind, each.count, each.source_id) for each in read(rows)] == [
        ("login", 3, None),
        ("payment_in", 1, "p2"),
        ("payment_in", 1, "p1"),
    ]


def test_verdicts_count_from_when_they_were_made_and_never_after_the_run() -> None:
    verdicts = [
        Verdict("v1", "cleared", None, None, ("a",), None, 5),
        Verdict("v2", "shared_by", "device", "d" * 32, ("a", "b"), None, NOW + 9),
        Verdict("v3", "fraud", None, None, ("b",), None, 5),
    ]
    assert [(each.at, each.known_at, each.source_id, each.summary) for each in read([], verdicts=verdicts)] == [
        (NOW, NOW + 9, "v2", f"Ruled shared_by on device {'d' * 20}... (device {'d' * 20}...)"),
        (5, 5, "v1", "Ruled cleared"),
    ]


def test_rings_are_followed_back_to_those_it_came_from() -> None:
    def event(number: int, ring: str, what: str, other: str | None = None, who: str | None = None) -> RingEvent:
        return RingEvent(ring, f"r-{number}", number * DAY, what, other, who, None, None, None)

    events = [
        event(1, "R1", "born", who="a"),
        event(1, "R1", "born", who="b"),
        event(2, "R1", "dormant"),
        event(3, "R1", "returned"),
        event(4, "R1", "shrank", "R2", "a"),
        event(4, "R2", "grew", "R1", "a"),
        event(5, "R1", "dormant"),
        RingEvent("R2", "r-6", 6 * DAY, "shrank", None, "a", "device", "d" * 32, -4.0),
        RingEvent("R2", "r-7", 7 * DAY, "grew", None, "a", "money", None, 3.0),
    ]
    found = read([], view=View("R2", events))
    assert [each.summary for each in found] == [
        "Joined ring R2: money, +3.0 bits",
        "Left ring R2: device dddddddddddddddddddd..., -4.0 bits",
        "Joined ring R2 from R1",
        "Left ring R1 for R2",
        "Its ring R1 returned",
        "Its ring R1 went dormant",
        "One of the first members of ring R1",
    ]
    assert {(each.kind, each.by) for each in found} == {("ring", "night")}
    assert [each.source_id for each in found][::6] == ["r-7", "r-1"]


def test_without_the_ledger_the_night_says_what_was_first_used() -> None:
    found = read_timeline(View(), "a", Span(2), Sources((), lambda _: None, 14))
    assert (found.feeds_read, found.more, found.limits_hit) == (False, True, ("ledger",))
    assert [(each.at, each.known_at, each.summary) for each in found.events] == [
        (2 * DAY, None, "First used its device, 3 times up to 1970-01-04 (device d2)"),
        (DAY, None, "First used its device, 2 times up to 1970-01-03 (device d1)"),
    ]
    assert "the ledger was not read" in render_timeline(found)


def test_an_account_that_the_run_does_not_have_is_not_looked_for_in_the_ledger() -> None:
    def unread(account_id: str) -> Told | None:
        raise AssertionError(account_id)

    with pytest.raises(NotFoundError):
        read_timeline(View(), "nobody", Span(), Sources((), unread, 14))


def test_what_could_steer_a_terminal_is_shown_as_an_escape() -> None:
    told = Told((row("bonuses", 1, campaign="\x1b[2J", currency="EUR"),))
    text = render_timeline(read_timeline(View(), "a", Span(), Sources((), lambda _: told, 14)))
    assert "Got a bonus of \\x1b[2J" in text and "\x1b" not in text


def test_every_feed_but_who_looked_has_its_words() -> None:
    for feed in set(FEEDS) - {"staff_access"}:
        values = {name: "x" for name, kind in FEEDS[feed].columns if str(kind) == "string"}
        found = happenings(row(feed, 1, 1, values | ({"kind": "inquiry"} if feed == "disputes" else {})), "a", 0)
        assert all(isinstance(each, Happening) and each.verb for each in found)
