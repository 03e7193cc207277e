from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.errors import NotFoundError
from linkgraph.explain.ring import RingLimits, show_ring
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import AS_OF, DAY, WORLD, account, member, pair, ring, tables
from tests.unit.store.test_embedded import publish


@pytest.fixture
def view(tmp_path: Path) -> Iterator[GraphView]:
    with closing(EmbeddedView(publish(tmp_path, WORLD))) as opened:
        yield opened


def test_members_come_surest_first_with_their_account_and_the_links_among_them(view: GraphView) -> None:
    found = show_ring(view, "r1")
    assert [(each.account_id, own.role) for each, own in found.members] == [
        ("a1", "perpetrator"),
        ("a2", "perpetrator"),
        ("a3", "victim"),
    ]
    assert [(each.account_a, each.account_b) for each in found.links] == [("a1", "a2"), ("a1", "a3"), ("a2", "a3")]
    assert found.limits_hit == ()


def test_a_ring_may_be_empty_and_an_unknown_one_is_not_found_and_not_echoed(view: GraphView) -> None:
    assert (show_ring(view, "r3").members, show_ring(view, "r3").links) == ((), ())
    with pytest.raises(NotFoundError) as caught:
        show_ring(view, "nowhere")
    assert "nowhere" not in str(caught.value)


def test_limits_that_bite_are_named(view: GraphView) -> None:
    found = show_ring(view, "r1", RingLimits(members=2, links=3))
    assert ([each.account_id for each, _ in found.members], len(found.links)) == (["a1", "a2"], 1)
    assert found.limits_hit == ("members",)
    assert show_ring(view, "r1", RingLimits(links=1)).limits_hit == ("links",)


def test_pairs_with_others_are_not_read_and_hide_none_inside(tmp_path: Path) -> None:
    names = [f"o{number:03}" for number in range(200)]
    content = tables(
        accounts=[account(name) for name in ("a1", "a2", *names)],
        rings=[ring("r1")],
        ring_members=[member("r1", "a1", 0.9), member("r1", "a2", 0.9)],
        links=[*[pair("a1", name, 9.0, ["access=9"], []) for name in names], pair("a1", "a2", 1.0, ["access=7"], [])],
    )
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        found = show_ring(opened, "r1")
    assert ([(each.account_a, each.account_b) for each in found.links], found.limits_hit) == ([("a1", "a2")], ())


def test_what_holds_a_ring_leaves_out_whom_people_ruled_innocent(view: GraphView) -> None:
    found = show_ring(view, "r1").holding
    assert [(each.identifier, each.members, each.pairs) for each in found.holders] == [("c1", 2, 1), ("d1", 2, 1)]


def test_changes_are_what_happened_after_the_time(view: GraphView) -> None:
    assert show_ring(view, "r1").changes is None
    since = show_ring(view, "r1", RingLimits(since=AS_OF - DAY)).changes or ()
    assert [(each.ring_id, each.event) for each in since] == [("r0", "merged"), ("r1", "grew")]
    assert show_ring(view, "r0", RingLimits(since=AS_OF)).changes == ()


def test_a_ring_names_those_that_are_now_part_of_it(view: GraphView) -> None:
    for asked, alias in (("r1", None), ("r0", "r0")):
        found = show_ring(view, asked)
        assert (found.ring.ring_id, found.alias, found.aliases) == ("r1", alias, ("r0",))
    assert show_ring(view, "r3").aliases == ()
