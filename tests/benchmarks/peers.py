"""Rings by what one would first run in Neo4j, beside a night: time, memory, and rings found on a world with truth.

By hand: `python -m tests.benchmarks.peers --world WORLD --home HOME [--gds JARS]`, where WORLD is a folder that
`linkgraph simulate` wrote and HOME the home of a night on it. The run's links go into a Neo4j server of its own, and
groups of accounts come from them: connected components by plain Cypher, over identifiers of no more than so many
accounts; and, with a folder of the jars of OpenGDS (Maven: org.neo4j.gds:proc, with what it needs), its components,
Louvain and Leiden, on those links and on the night's own pairs. A group of three or more is taken for a ring.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph import runs
from linkgraph.evaluate.rings import innocent_in_rings, match_rings
from linkgraph.evaluate.truth import Members, Truth, read_truth
from linkgraph.evaluate.world import measure_rings
from linkgraph.parameters import Parameters
from linkgraph.runs import Run
from linkgraph.store.neo4j import Login, Neo4jWriter
from linkgraph.tables import TABLES
from tests.neo4j_server import jars
from tests.neo4j_server.server import Address, Neo4jServer

CAPS: Final = (5, 20, 100)
ROUNDS: Final = 50

_BEGIN = (
    "MATCH (a:Account) CALL (a) { SET a.part = toInteger(split(elementId(a), ':')[2]) } IN TRANSACTIONS OF 10000 ROWS"
)
_ROUND = """
MATCH (i:Identifier) WHERE i.degree >= 2 AND i.degree <= $cap
CALL (i) {
  MATCH (i)<-[:USED]-(a:Account)
  WITH min(a.part) AS low, collect(a) AS users
  UNWIND users AS a
  WITH a, low WHERE a.part > low
  SET a.part = low
  RETURN count(*) AS moved
} IN TRANSACTIONS OF 1000 ROWS
RETURN sum(moved) AS moved
"""
_PARTS = "MATCH (a:Account) RETURN a.id AS account_id, a.part AS part"
_PROJECT_USED = """
MATCH (a:Account)-[:USED]->(i:Identifier) WHERE i.degree >= 2 AND i.degree <= $cap
RETURN gds.graph.project('peers', a, i, {}, {undirectedRelationshipTypes: ['*']}) AS made
"""
_PROJECT_LINKED = """
MATCH (a:Account)-[l:LINKED]->(b:Account)
RETURN gds.graph.project(
  'peers', a, b, {relationshipProperties: {bits: l.bits}}, {undirectedRelationshipTypes: ['*']}
) AS made
"""
_STREAM = """
CALL gds.{name}.stream('peers', {{{options}}}) YIELD nodeId, {column}
WITH gds.util.asNode(nodeId) AS a, {column} AS part WHERE a:Account
RETURN a.id AS account_id, part AS part
"""
_DROP = "CALL gds.graph.drop('peers') YIELD graphName RETURN graphName"


class Peer(NamedTuple):
    """A way to groups: its name, and what asks a server for the part of each account."""

    name: str
    parts: Callable[[Address], list[dict[str, object]]]


def cypher_peers() -> Iterator[Peer]:
    """Components by plain Cypher: every account takes the lowest number among those it meets, until nothing moves."""
    for cap in CAPS:
        yield Peer(f"Cypher components, identifiers of at most {cap}", partial(_components, cap=cap))


def _components(address: Address, cap: int) -> list[dict[str, object]]:
    address.rows(_BEGIN)
    for _ in range(ROUNDS):
        if not address.rows(_ROUND, cap=cap)[0]["moved"]:
            break
    return address.rows(_PARTS)


def gds_peers() -> Iterator[Peer]:
    """Components, Louvain and Leiden of OpenGDS, on links below a cap and on the night's pairs."""
    algorithms = (("wcc", "componentId"), ("louvain", "communityId"), ("leiden", "communityId"))
    for name, column in algorithms:
        for cap in CAPS[1:2]:
            yield Peer(f"GDS {name}, identifiers of at most {cap}", _streamed(_PROJECT_USED, name, column, "", cap))
        weighted = "" if name == "wcc" else "relationshipWeightProperty: 'bits'"
        yield Peer(f"GDS {name}, the night's pairs", _streamed(_PROJECT_LINKED, name, column, weighted, 0))


def _streamed(project: str, name: str, column: str, options: str, cap: int) -> Callable[[Address], Any]:
    def parts(address: Address) -> list[dict[str, object]]:
        address.rows(project, **({"cap": cap} if cap else {}))
        try:
            return address.rows(_STREAM.format(name=name, column=column, options=options))
        finally:
            address.rows(_DROP)

    return parts


def judged(truth: Truth, parts: Sequence[Mapping[str, object]], rules: Parameters) -> dict[str, Any]:
    """How the groups of three or more stand against the truth."""
    account = truth.numbers(pa.array([str(row["account_id"]) for row in parts]))
    _, group, size = np.unique([row["part"] for row in parts], return_inverse=True, return_counts=True)
    kept = size[group] >= rules.ring_min
    _, number = np.unique(group[kept], return_inverse=True)
    groups = int(number.max(initial=-1)) + 1
    found = Members(number.astype(np.int64), account[kept], np.ones(int(kept.sum())), groups)
    matches = match_rings(truth, found, np.ones(groups), rules.ring_match, rules.ring_min)
    taken = innocent_in_rings(truth, found, rules.ring_match)
    innocent = truth.innocent & (truth.members.sizes() >= 2)
    return {
        "groups": groups,
        "largest": int(np.bincount(number).max(initial=0)),
        "recall": round(float((matches.found_at >= 0).mean()), 3),
        "precision": round(float(matches.right.mean()), 3) if groups else None,
        "innocent_groups_taken": round(float(taken[innocent].mean()), 3),
    }


def of_night(run: Run, truth: Truth, rules: Parameters) -> dict[str, Any]:
    """The night itself, by its own record."""
    at = measure_rings(run, truth, rules)["at_default"]
    kinds = at["innocent"].values()
    taken = sum(kind["reported"] for kind in kinds) / max(sum(kind["groups"] for kind in kinds), 1)
    seconds = sum(stage["seconds"] for stage in run.record()["stages"].values())
    return {
        "groups": at["reported"],
        "recall": at["recall"],
        "precision": at["precision"],
        "innocent_groups_taken": round(taken, 3),
        "seconds": round(seconds, 1),
    }


def compare(run: Run, truth: Truth, server: Neo4jServer, peers: Sequence[Peer]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Publish the run into the server, which has to be empty, then ask each peer."""
    rules = Parameters()
    known = np.zeros(len(truth.accounts), dtype=bool)
    known[
        truth.numbers(pq.read_table(run.table("accounts"), columns=["account_id"])["account_id"].combine_chunks())
    ] = 1
    yield "linkgraph, one night", of_night(run, truth, rules)
    publish(run, server.address)
    for peer in peers:
        _forget_peak(server)
        began = time.perf_counter()
        parts = peer.parts(server.address)
        took = {"seconds": round(time.perf_counter() - began, 1), "server_peak_mb": _peak(server)}
        yield peer.name, judged(truth.seen(known), parts, rules) | took


def publish(run: Run, address: Address) -> None:
    """Write the run into Neo4j."""
    with Neo4jWriter(Login(address.uri, address.user, address.password), run.run_id) as writer:
        for name in TABLES:
            writer.write(name, pq.ParquetFile(run.table(name)).iter_batches())
        writer.publish(run.stamp())


def _forget_peak(server: Neo4jServer) -> None:
    Path(f"/proc/{server.pid}/clear_refs").write_text("5", encoding="ascii")


def _peak(server: Neo4jServer) -> int:
    lines = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Print one line per way."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__)
    parser.add_argument("--world", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--gds", type=Path)
    asked = parser.parse_args()
    run, truth = runs.open_run(asked.home), read_truth(asked.world / "truth")
    overrides = {"server.memory.pagecache.size": "512m"}
    if asked.gds:
        overrides |= {"dbms.security.procedures.unrestricted": "gds.*"}
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        server = Neo4jServer(Path(folder), jars.fetch(), heap="2g", lasting=True, overrides=overrides)
        if asked.gds:
            _plug_in(asked.gds, server)
        with server:
            peers = [*cypher_peers(), *(gds_peers() if asked.gds else [])]
            for name, figures in compare(run, truth, server, peers):
                sys.stdout.write(f"{json.dumps({name: figures})}\n")
                sys.stdout.flush()


def _plug_in(gds: Path, server: Neo4jServer) -> None:
    """Link the plugin's jars, but for those that the server has in whatever version."""
    (server.home / "plugins").mkdir(parents=True)
    own = {_artifact(path) for path in server.jars.glob("*.jar")}
    for path in gds.glob("*.jar"):
        if _artifact(path) not in own:
            (server.home / "plugins" / path.name).symlink_to(path)


def _artifact(path: Path) -> str:
    return path.stem.rpartition("-")[0]


if __name__ == "__main__":
    main()
