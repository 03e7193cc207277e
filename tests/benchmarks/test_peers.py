"""The comparison in small: that plain Cypher finds the components it is said to find, and how groups are judged."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest

from linkgraph.evaluate.truth import Members, Truth
from linkgraph.parameters import Parameters
from tests.benchmarks.peers import cypher_peers, judged, publish
from tests.builders import WORLD, write_run
from tests.neo4j_server.server import Address


@pytest.mark.neo4j
def test_plain_cypher_finds_the_components_below_a_cap(empty_neo4j: Address, tmp_path: Path) -> None:
    publish(write_run(tmp_path, WORLD), empty_neo4j)
    degree = {(row["kind"], row["identifier"]): row["degree"] for row in WORLD["identifiers"].to_pylist()}
    for peer, cap in zip(cypher_peers(), (5, 20, 100), strict=True):
        graph: Any = nx.Graph()
        graph.add_nodes_from(WORLD["accounts"]["account_id"].to_pylist())
        for row in WORLD["used"].to_pylist():
            key = (row["kind"], row["identifier"])
            if 2 <= degree[key] <= cap:
                graph.add_edge(row["account_id"], key)
        expected = {
            frozenset(each for each in part if isinstance(each, str)) for part in nx.connected_components(graph)
        }
        parts = defaultdict(set)
        for row in peer.parts(empty_neo4j):
            parts[row["part"]].add(row["account_id"])
        assert {frozenset(part) for part in parts.values()} == expected


def test_groups_are_judged_by_the_rings_they_meet_and_the_families_they_take() -> None:
    accounts = pa.array([f"a{number}" for number in range(9)])
    group, account = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 3, 4, 5])
    words, flags = np.array(["ring", "family"]), np.array([True, False])
    members = Members(group, account, np.ones(6), 2)
    truth = Truth(accounts, np.full(9, "x"), members, words, words, words, flags, flags & False, ~flags)
    parts = [{"account_id": f"a{number}", "part": part} for number, part in enumerate([7, 7, 7, 3, 3, 3, 9, 9, 4])]
    found = judged(truth, parts, Parameters())
    assert found == {"groups": 2, "largest": 3, "recall": 1.0, "precision": 0.5, "innocent_groups_taken": 1.0}
