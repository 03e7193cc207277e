"""The life of a ring: what an id is now, who is in the ring, and how it is told."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from linkgraph.errors import NotFoundError
from linkgraph.explain.history import changes_after, read_history, ring_for
from linkgraph.explain.history_text import render_changes, render_history
from linkgraph.explain.ring import show_ring
from linkgraph.explain.ring_text import render_ring
from linkgraph.model import RunStamp
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import AS_OF, DAY, WORLD, Row, event, ring, tables
from tests.unit.store.test_embedded import publish

RUN = RunStamp("r-1", AS_OF, "c0ffee", True, {})


@pytest.fixture
def view(tmp_path: Path) -> Iterator[GraphView]:
    with closing(EmbeddedView(publish(tmp_path, WORLD))) as opened:
        yield opened


def on(night: int, ring_id: str, name: str, **changes: Any) -> Row:
    return event(ring_id, name, run_id=f"n-{night}", as_of=night * DAY, **changes)


# c merged into b, b into a, which slept, came back and lost an account; d slept until it was retired.
LIFE = tables(
    rings=[ring("a", score=0.5), ring("e", score=0.9)],
    ring_events=[
        *[on(1, "a", "born", account_id=one, kind="card", identifier="x" * 30, bits=8.0) for one in ("a1", "a2")],
        *[on(1, "b", "born", account_id=one) for one in ("b1", "b2")],
        on(1, "c", "born", account_id="c1"),
        *[on(1, "d", "born", account_id=f"d{number:02}") for number in range(10)],
        on(2, "c", "merged", other_ring_id="b"),
        on(2, "b", "grew", account_id="c1", other_ring_id="c"),
        on(3, "b", "merged", other_ring_id="a", kind="device", identifier="y", bits=6.0),
        *[on(3, "a", "grew", account_id=one, other_ring_id="b") for one in ("b1", "b2", "c1")],
        on(3, "d", "dormant", kind="synchrony", bits=-4.0),
        on(4, "a", "dormant"),
        on(5, "a", "returned"),
        on(5, "a", "shrank", account_id="a2", other_ring_id="e"),
        on(5, "a", "grew", account_id="a3", kind="ip", identifier="z", bits=1.0),
        on(5, "e", "split", account_id="a2", other_ring_id="a"),
        on(6, "d", "retired"),
    ],
)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[GraphView]:
    with closing(EmbeddedView(publish(tmp_path, LIFE))) as opened:
        yield opened


def test_every_id_leads_to_the_ring_that_answers_for_it(life: GraphView) -> None:
    assert [ring_for(life, one) for one in "abcde"] == ["a", "a", "a", "d", "e"]
    assert ring_for(life, "nobody") is None


def test_the_state_is_that_of_the_last_turn(life: GraphView) -> None:
    assert [read_history(life, one).state for one in "abcde"] == ["alive", "alive", "alive", "retired", "alive"]


def test_members_are_those_after_all_events_even_of_a_ring_that_has_ended(life: GraphView) -> None:
    assert read_history(life, "c").members == ("a1", "a3", "b1", "b2", "c1")
    assert len(read_history(life, "d").members) == 10


def test_the_life_holds_that_of_all_aliases_and_no_other(life: GraphView) -> None:
    found = read_history(life, "b")
    assert (found.asked, found.ring_id, found.aliases) == ("b", "a", ("b", "c"))
    assert {each.ring_id for each in found.events} == {"a", "b", "c"}
    assert [each.as_of for each in found.events] == sorted(each.as_of for each in found.events)
    assert len(found.events) == len(set(found.events)) == 15


def test_an_id_that_no_ring_has_had_is_not_found_and_not_echoed(life: GraphView) -> None:
    with pytest.raises(NotFoundError, match="no ring has ever had this id") as caught:
        read_history(life, "nobody")
    assert "nobody" not in str(caught.value)


def test_the_text_tells_each_night_and_the_strongest_cause(life: GraphView) -> None:
    assert render_history(read_history(life, "b"), RUN) == (
        "b is now part of ring a.\n"
        "Ring a: alive (run r-1, as of 2025-11-24, cold start)\n"
        "  also known as b, c\n"
        "  5 accounts: a1, a3, b1, b2, c1\n"
        "\n"
        "Life\n"
        "  1970-01-02  born with 2 accounts: a1, a2\n"
        f"              gained card {'x' * 20}..., +8.0 bits\n"
        "  1970-01-02  b born with 2 accounts: b1, b2\n"
        "              no pair gained or lost explains it\n"
        "  1970-01-02  c born with 1 account: c1\n"
        "              no pair gained or lost explains it\n"
        "  1970-01-03  b grew by 1 account: c1, from c\n"
        "              no pair gained or lost explains it\n"
        "  1970-01-03  c became part of b\n"
        "              no pair gained or lost explains it\n"
        "  1970-01-04  grew by 3 accounts: b1, b2, c1, from b\n"
        "              no pair gained or lost explains it\n"
        "  1970-01-04  b became part of a\n"
        "              gained device y, +6.0 bits\n"
        "  1970-01-05  dormant: nothing holds it together any more\n"
        "              no pair gained or lost explains it\n"
        "  1970-01-06  returned\n"
        "              no pair gained or lost explains it\n"
        "  1970-01-06  grew by 1 account: a3\n"
        "              gained ip z, +1.0 bits\n"
        "  1970-01-06  shrank by 1 account: a2, to e\n"
        "              no pair gained or lost explains it\n"
    )


def test_a_ring_that_has_ended_tells_its_last_members(life: GraphView) -> None:
    text = render_history(read_history(life, "d"), RUN)
    assert text.startswith("Ring d: retired (run ")
    assert "\n  last 10 accounts: d00, d01, d02, d03, d04, d05, d06, d07 and 2 more\n" in text
    assert text.endswith("lost synchrony, -4.0 bits\n  1970-01-07  retired: it has been dormant too long to return\n")


def test_what_changed_comes_by_score_then_what_has_ended(life: GraphView) -> None:
    found = changes_after(life, 4 * DAY)
    assert [(each.ring_id, each.ring is not None) for each in found] == [("e", True), ("a", True), ("d", False)]
    assert render_changes(found, RUN) == (
        "e  0.90  split  (Ring e.)\na  0.50  returned, grew 1, shrank 1  (Ring a.)\nd  ----  retired\n"
    )
    assert changes_after(life, 6 * DAY) == []
    assert render_changes([], RUN) == "no ring has changed (run r-1, as of 2025-11-24, cold start)\n"


def test_an_alias_shows_the_ring_it_went_on_as_and_says_so(view: GraphView) -> None:
    found = show_ring(view, "r0")
    assert (found.ring.ring_id, found.alias) == ("r1", "r0")
    assert render_ring(found, RUN).startswith("r0 is now part of ring r1.\nRing r1: active")
    assert show_ring(view, "r1").alias is None


def test_a_ring_that_sleeps_is_not_shown_as_if_it_were_active(view: GraphView) -> None:
    with pytest.raises(NotFoundError, match="its history tells"):
        show_ring(view, "r4")
