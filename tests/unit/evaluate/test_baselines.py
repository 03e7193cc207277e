"""The plain methods on a graph that can be counted by hand."""

import networkx as nx
import numpy as np
import pytest

from linkgraph.evaluate.baselines import baselines, both_ways, one_hop, page_rank, shared_degree, within
from linkgraph.evaluate.facts import Snapshot

# Identifier 0: accounts 0 1 2; identifier 1: 2 3; identifier 2: 4 5. Account 5 has sent 6 money. 0 is confirmed.
LINKS = [(0, 0), (1, 0), (2, 0), (2, 1), (3, 1), (4, 2), (5, 2)]


def snapshot(fraud: list[int]) -> Snapshot:
    """The graph above with some accounts confirmed."""
    marked = np.isin(np.arange(8), fraud)
    account, identifier = np.array(LINKS).T
    counts = {
        name: np.arange(8.0)
        for name in ("instruments", "devices", "links", "new_instruments", "moves", "received", "amount_out")
    }
    money = np.array([5]), np.array([6])
    return Snapshot(0, marked | True, marked, marked, counts, (account, identifier, identifier < 0), money)


def test_one_hop_and_degree_by_hand() -> None:
    assert one_hop(snapshot([0])).tolist() == [0, 0.5, 0.5, 0, 0, 0, 0, 0]
    assert one_hop(snapshot([0, 2])).tolist() == [0.5, 1.0, 0.5, 1.0, 0, 0, 0, 0]
    assert shared_degree(snapshot([])).tolist() == [2, 2, 3, 1, 1, 1, 0, 0]


def test_hops_are_counted_from_the_confirmed() -> None:
    here = snapshot([0])
    assert np.flatnonzero(within(here, here.fraud, 1)).tolist() == [0, 1, 2]
    assert np.flatnonzero(within(here, here.fraud, 2)).tolist() == [0, 1, 2, 3]


def test_page_rank_is_networkx_with_damping_one_half() -> None:
    here = snapshot([0, 4])
    graph: nx.Graph[int] = nx.Graph([(a, 100 + x) for a, x in LINKS] + [(5, 6)])
    expected: dict[int, float] = nx.pagerank(graph, alpha=0.5, personalization={0: 0.5, 4: 0.5}, tol=1e-12)
    found = page_rank(both_ways(here), here.fraud.astype(float))
    assert found[:7] == pytest.approx([expected[n] for n in range(7)], abs=1e-9)


def test_nobody_confirmed_and_nothing_shared_give_zeros() -> None:
    none = np.zeros(0, dtype=np.int64)
    here = snapshot([])
    empty = Snapshot(0, here.alive, here.fraud, here.labelled, here.counts, (none, none, none > 0), (none, none))
    for name in ("one hop of evidence", "forward PageRank", "component + fraud share", "shared degree"):
        assert not baselines(empty, 0)[name].any()
