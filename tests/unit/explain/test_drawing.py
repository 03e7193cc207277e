from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.errors import NotFoundError
from linkgraph.explain import drawing
from linkgraph.explain.drawing import ACCOUNT, GROUP, IDENTIFIER, draw_ring, neighbourhood
from linkgraph.explain.reach import Bounds
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import WORLD, Tables, account, identifier, member, pair, ring, tables, used
from tests.unit.store.test_embedded import publish


@pytest.fixture
def view(tmp_path: Path) -> Iterator[GraphView]:
    with closing(EmbeddedView(publish(tmp_path, WORLD))) as opened:
        yield opened


def test_hubs_are_shown_and_not_gone_through(view: GraphView) -> None:
    found = neighbourhood(view, "a2", 1)
    assert [(node.node_id, node.hop) for node in found.nodes] == [
        ("account:a1", 1),
        ("account:a2", 0),
        ("account:a3", 1),
        ("card:c1", 0),
        ("device:d1", 0),
        ("ip:hub", 0),
    ]
    hub = found.nodes[-1].identifier
    assert (hub and hub.counted, found.limits_hit) == (False, ())
    # Of the hub's 8,412 users one is drawn; the others are counted.
    assert (found.hidden_nodes, found.hidden_edges) == (0, 8_411)


def test_further_hops_reach_further(view: GraphView) -> None:
    two = neighbourhood(view, "a2", 2)
    assert {node.account.account_id: node.hop for node in two.nodes if node.account} == {
        "a1": 1,
        "a2": 0,
        "a3": 1,
        "a4": 2,
    }
    assert {node.node_id for node in two.nodes} >= {"ip:old"}
    with pytest.raises(NotFoundError):
        neighbourhood(view, "nobody", 1)


def test_signs_between_two_accounts_are_an_edge(tmp_path: Path) -> None:
    content = tables(
        accounts=[account("a"), account("b")],
        links=[pair("a", "b", 4.0, ["money=4.0"], ["money:transfer x 2"])],
    )
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        found = neighbourhood(opened, "a", 1)
    assert [(edge.source, edge.target, edge.n, len(edge.signs)) for edge in found.edges] == [
        ("account:a", "account:b", None, 1)
    ]


def test_caps_are_named_and_what_they_hide_is_counted(view: GraphView, monkeypatch: pytest.MonkeyPatch) -> None:
    assert neighbourhood(view, "a1", 2, Bounds(accounts=1)).limits_hit == ("accounts",)
    whole = neighbourhood(view, "a1", 1)
    monkeypatch.setattr(drawing, "MOST_NODES", 3)
    few = neighbourhood(view, "a1", 1)
    assert (few.limits_hit, len(few.nodes)) == (("nodes",), 3)
    assert few.hidden_nodes == whole.hidden_nodes + len(whole.nodes) - 3
    assert "account:a1" in {node.node_id for node in few.nodes}


def test_a_ring_is_drawn_without_its_hubs_and_always_in_the_same_places(view: GraphView) -> None:
    found = draw_ring(view, "r1")
    assert [(node.node_id, node.type) for node in found.nodes] == [
        ("account:a1", ACCOUNT),
        ("account:a2", ACCOUNT),
        ("account:a3", ACCOUNT),
        ("card:c1", IDENTIFIER),
        ("device:d1", IDENTIFIER),
    ]
    assert [(edge.source, edge.target) for edge in found.edges] == [
        ("account:a1", "card:c1"),
        ("account:a1", "device:d1"),
        ("account:a2", "card:c1"),
        ("account:a2", "device:d1"),
        ("account:a3", "device:d1"),
    ]
    # The hub with two uses, and an address that only one of them used.
    assert (found.hidden_nodes, found.hidden_edges) == (2, 3)
    places = [(node.x, node.y) for node in found.nodes]
    assert len(set(places)) == 5
    assert all(x is not None and y is not None and 0 <= x <= 1 and 0 <= y <= 1 for x, y in places)
    assert draw_ring(view, "r0") == found
    assert draw_ring(view, "r3").nodes == ()


def _large(members: int, alike: int) -> Tables:
    """A ring on one device; the first `alike` members also share a card, each other has an address with the next."""
    names = [f"m{number:04}" for number in range(members)]
    things = {"device:d": names, "card:c": names[:alike]}
    things |= {f"ip:{n}": names[n : n + 2] for n in range(alike, members - 1)}
    return tables(
        accounts=[account(name) for name in names],
        identifiers=[identifier(key, degree=len(users)) for key, users in things.items()],
        rings=[ring("r1", size=members)],
        ring_members=[member("r1", name, 0.9) for name in names],
        used=[used(name, key) for key, users in things.items() for name in users],
    )


def test_a_large_ring_is_folded_and_loses_nothing(tmp_path: Path) -> None:
    with closing(EmbeddedView(publish(tmp_path, _large(160, 100)))) as opened:
        found = draw_ring(opened, "r1")
    (group,) = [node for node in found.nodes if node.type == GROUP]
    assert (group.size, len(group.alike), group.alike[0]) == (100, 100, "account:m0000")
    assert sum(node.size for node in found.nodes if node.account) == 160
    edges = {(edge.source, edge.target): edge.n for edge in found.edges if edge.source == group.node_id}
    assert edges == {(group.node_id, "card:c"): 300, (group.node_id, "device:d"): 300}
    assert (found.hidden_nodes, found.limits_hit) == (0, ())


def test_no_drawing_has_more_than_2000_nodes_and_2500_edges(tmp_path: Path) -> None:
    with closing(EmbeddedView(publish(tmp_path, _large(1_100, 2)))) as opened:
        found = draw_ring(opened, "r1")
    assert (len(found.nodes), found.limits_hit) == (2_000, ("edges", "nodes"))
    assert sum(node.size for node in found.nodes) + found.hidden_nodes == 1_100 + 2 + 1_097
    assert (len(found.edges), len(found.edges) + found.hidden_edges) == (2_500, 1_100 + 2 + 2 * 1_097)
