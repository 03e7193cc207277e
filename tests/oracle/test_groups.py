"""Components, separation, rings and fragility against networkx and plain Python, on random graphs."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.graph import bridge_sides, components, leiden
from linkgraph.detect.rings import Chance, Edges, find_rings, fragility, separation
from linkgraph.parameters import Parameters

N = 24
SMALL = Parameters(ring_max=6, ring_ceiling=12)
Pairs = st.dictionaries(
    st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(0.3, 1.0),
    max_size=50,
)


def edges(pairs: dict[tuple[int, int], float]) -> Edges:
    keys = sorted(pairs)
    a, b = (np.array([key[end] for key in keys], np.int32) for end in (0, 1))
    return a, b, np.array([pairs[key] for key in keys])


def graph(pairs: dict[tuple[int, int], float]) -> "nx.Graph[int]":
    found: nx.Graph[int] = nx.Graph()
    found.add_nodes_from(range(N))
    found.add_weighted_edges_from((a, b, p) for (a, b), p in pairs.items())
    return found


@given(Pairs)
def test_components_are_those_of_networkx_numbered_by_their_first(pairs: dict[tuple[int, int], float]) -> None:
    a, b, _ = edges(pairs)
    parts = sorted(nx.connected_components(graph(pairs)), key=min)
    expected = {node: number for number, part in enumerate(parts) for node in part}
    assert components(N, a, b).tolist() == [expected[node] for node in range(N)]


@given(Pairs)
def test_sides_of_bridges_are_what_is_left_without_them(pairs: dict[tuple[int, int], float]) -> None:
    whole = graph(pairs)
    part = whole.subgraph(max(nx.connected_components(whole), key=len))
    order = {node: place for place, node in enumerate(sorted(part))}
    ends = sorted((order[min(pair)], order[max(pair)]) for pair in part.edges)
    src, dst = (np.array([pair[end] for pair in ends], np.int32) for end in (0, 1))
    if not ends:
        return
    expected = []
    for pair in ends:
        rest = nx.Graph(ends)
        rest.remove_edge(*pair)
        sizes = [len(each) for each in nx.connected_components(rest)]
        expected.append(min(sizes) if len(sizes) == 2 else 0)
    assert bridge_sides(len(order), src, dst).tolist() == expected


@given(Pairs, st.lists(st.integers(0, 3), min_size=N, max_size=N))
def test_separation_is_the_formula(pairs: dict[tuple[int, int], float], words: list[int]) -> None:
    expected = 0.0
    for word in set(words):
        inside = sum(p for (a, b), p in pairs.items() if words[a] == words[b] == word)
        cut = sum(p for (a, b), p in pairs.items() if (words[a] == word) != (words[b] == word))
        expected += words.count(word) / N * (inside / (inside + cut) if inside else 0.0)
    assert separation(N, edges(pairs), np.array(words, np.int32)) == pytest.approx(expected)


@given(Pairs, st.integers(0, 3))
def test_rings_are_disjoint_connected_and_of_the_stated_sizes(pairs: dict[tuple[int, int], float], seed: int) -> None:
    a, b, p = edges(pairs)
    whole = graph(pairs)
    rings = find_rings(N, (a, b, p), SMALL, Chance(seed, str))
    members = [account for ring in rings for account in ring.members.tolist()]
    assert len(set(members)) == len(members)
    for ring in rings:
        inside = whole.subgraph(ring.members.tolist())
        assert nx.is_connected(inside)
        assert SMALL.ring_min <= len(ring.members) <= SMALL.ring_ceiling
        assert (ring.status == "active") == (len(ring.members) <= SMALL.ring_max)
        assert {(int(a[at]), int(b[at])) for at in ring.pairs} == {(min(e), max(e)) for e in inside.edges}
    for part in nx.connected_components(whole):
        small = SMALL.ring_min <= len(part) <= SMALL.ring_max
        if small and (len(part) < 2 * SMALL.bridge_side or not nx.has_bridges(whole.subgraph(part))):
            assert part in [set(ring.members.tolist()) for ring in rings]


@given(Pairs, st.integers(0, 5))
def test_leiden_is_the_same_for_the_same_seed(pairs: dict[tuple[int, int], float], seed: int) -> None:
    first, again = (leiden(N, edges(pairs), 0.3, seed, 2).tolist() for _ in range(2))
    assert first == again


def test_leiden_is_the_constant_potts_model_and_not_modularity() -> None:
    """A misspelt objective silently becomes resolution 1 and leaves singles."""
    club = nx.karate_club_graph()
    pairs = {(min(e), max(e)): 1.0 for e in club.edges}
    groups = leiden(34, edges(pairs), 0.1, 0, 10)
    assert 2 <= len(set(groups.tolist())) <= 8


Uses = st.lists(st.sets(st.integers(0, 7), min_size=2, max_size=5), max_size=5)


def largest(uses: list[set[int]]) -> int:
    found: nx.Graph[int] = nx.Graph()
    for held in uses:
        nx.add_path(found, sorted(held))
    return max((len(part) for part in nx.connected_components(found)), default=0)


@given(Uses)
def test_fragility_is_reached_and_not_below_the_least(uses: list[set[int]]) -> None:
    core = len(set().union(*uses))
    least = next(
        count
        for count in range(len(uses) + 1)
        if any(
            largest([uses[i] for i in kept]) <= core / 2 for kept in combinations(range(len(uses)), len(uses) - count)
        )
    )
    found = fragility(uses, core)
    assert least <= found <= len(uses)
    assert (found == 0) == (least == 0)
