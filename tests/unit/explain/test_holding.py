"""What is left of a ring when some evidence does not count, against a graph library and against asking pair by pair."""

from typing import Any

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.explain.holding import Bond, Held, leavers, leavers_without
from linkgraph.solved import Rules

RULES = Rules(
    one_hop=1.0,
    transfer=1.0,
    propagated=1.0,
    ring=1.0,
    level=1.0,
    odds_ref=0.05,
    rho=0.1,
    push_eps=1e-4,
    prior=-10.0,
    tau=0.5,
    ring_min=3,
    sigma={},
    signals={},
)
IDS = [f"a{number}" for number in range(9)]
KEYS = st.sampled_from(["device:d1", "device:d2", "card:c1", None])
PART = st.tuples(KEYS, st.sampled_from(["access", "payment"]), st.sampled_from([4.0, 8.0, 12.0]))
BOND = st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.lists(PART, min_size=1, max_size=3)).filter(
    lambda ends: ends[0] < ends[1]
)
RINGS = st.lists(BOND, max_size=14).map(
    lambda rows: Held(tuple(reversed(IDS)), tuple(Bond(a, b, tuple(parts)) for a, b, parts in rows), cut=False)
)


def largest(bonds: list[Bond]) -> frozenset[str]:
    """The largest component with a pair in it; of several the one with the smallest id."""
    graph: Any = nx.Graph()
    graph.add_nodes_from(IDS)
    graph.add_edges_from((each.account_a, each.account_b) for each in bonds)
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    return frozenset(parts[0]) if bonds else frozenset()


@given(held=RINGS)
def test_what_holds_a_ring_is_its_largest_component(held: Held) -> None:
    assert held.whole == largest(list(held.bonds))


@given(held=RINGS, keys=st.frozensets(st.sampled_from(["device:d1", "device:d2", "card:c1", "ip:x"])))
def test_who_leaves_without_identifiers_is_who_leaves_when_each_pair_is_asked(held: Held, keys: frozenset[str]) -> None:
    expected = leavers(held, RULES, lambda account_a, account_b, key: key in keys)
    assert leavers_without(held, RULES, keys) == expected
    if not keys:
        assert expected == frozenset()
