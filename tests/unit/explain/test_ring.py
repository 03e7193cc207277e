from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.errors import NotFoundError
from linkgraph.explain.ring import RingLimits, show_ring
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import WORLD, account, member, pair, ring, tables
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


@pytest.mark.parametrize(("others", "cut"), [(100, ()), (101, ("links",))])
def test_pairs_of_a_member_that_were_not_read_are_not_passed_over_in_silence(
    tmp_path: Path, others: int, cut: tuple[str, ...]
) -> None:
    names = [f"o{number:03}" for number in range(others)]
    content = tables(
        accounts=[account(name) for name in ("a1", "a2", *names)],
        rings=[ring("r1")],
        ring_members=[member("r1", "a1", 0.9), member("r1", "a2", 0.9)],
        links=[pair("a1", name, 9.0, ["access=9"], []) for name in names],
    )
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        assert show_ring(opened, "r1").limits_hit == cut
