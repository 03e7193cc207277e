"""The statements for Neo4j: each asks what its namesake for the embedded store asks, and none scans to find its start.

And what they leave in the graph: a home for every column, and nothing else.
"""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import neo4j
import pytest

from linkgraph import queries
from linkgraph.model import Account, Contribution, Identifier, Link, Member, Pair, Ring, RingEvent, RunStamp
from linkgraph.queries import Query
from linkgraph.store.reads import Reads
from linkgraph.tables import TABLES
from tests.builders import NEXT_WORLD, WORLD
from tests.conftest import Store
from tests.neo4j_server import content
from tests.neo4j_server.server import Address

READS = queries.names("neo4j", "read")
CHECKS = queries.names("neo4j", "check")

# They look at everything of a label or type, on purpose: to read back what is held, to clear away a first publish that
# never ended, to count what is doubled. `forget` looks at the two or three runs.
SCANS = {"check/doubled", "sweep/unpublished", "pointer/forget", *queries.names("neo4j", "held")}
# They look for what is of no label or type of ours, when an operator asks.
LOOKS_AT_ALL = {"check/foreign_nodes", "check/foreign_links"}
BY_STAMP = ("check/counts", "check/dangling", "sweep/", "later/", "end/turned")
# Counts beside one another.
ONE_ROW_EACH = {"check/counts", "check/dangling"}
# Two ends, each found by its key: their product is one row.
PINNED_ENDS = {
    *(
        f"{folder}/{table}"
        for folder in ("build", "end")
        for table in ("used", "ring_members", "links", "contributions")
    ),
    "pointer/back",
    "pointer/switch",
}

PARAMETERS: dict[str, Any] = {
    "account_ids": ["a1", "a2"],
    "as_of": 1,
    "cap": 5,
    "cold_start": True,
    "config_hash": "",
    "epoch": 1,
    "counts": [],
    "ids": [],
    "keys": ["device:d1"],
    "limit": 5,
    "names": [],
    "properties": [],
    "published": 1,
    "ring_id": "",
    "ring_ids": ["r1"],
    "rows": [],
    "run_id": "r-1",
    "schema": 1,
    "score": 1.0,
    "seq": 1,
    "since": None,
    "size": 3,
    "status": None,
    "typology": None,
}

# What is kept under another name, or as part of one.
HOMES = {
    "accounts": {"account_id": "id"},
    "identifiers": {"identifier": "key"},
    "rings": {"ring_id": "id"},
    "used": {"account_id": "start", "kind": "end", "identifier": "end"},
    "ring_members": {"ring_id": "end", "account_id": "start"},
    "links": {"account_a": "start", "account_b": "end"},
    "contributions": {"account_id": "start"},
    "ring_events": {},
}
LABELS = {"accounts": "Account", "identifiers": "Identifier", "rings": "Ring", "ring_events": "RingEvent"}
TYPES = {"used": "USED", "ring_members": "MEMBER_OF", "links": "LINKED", "contributions": "BECAUSE"}


COLUMNS = {
    "accounts": Account,
    "contributions": Contribution,
    "flagged": Account,
    "identifiers": Identifier,
    "links": Link,
    "members": Member,
    "pairs": Pair,
    "pairs_among": Pair,
    "ring_events": RingEvent,
    "ring_events_after": RingEvent,
    "rings": Ring,
    "rings_by_change": Ring,
    "rings_by_id": Ring,
    "rings_by_size": Ring,
    "run": RunStamp,
    "users": Link,
}


def test_both_stores_answer_the_same_questions_with_the_same_columns() -> None:
    assert sorted(f"read/{name}" for name in COLUMNS) == READS
    for name, row in COLUMNS.items():
        columns = tuple(field.name for field in fields(row))
        returned = queries.load("neo4j", f"read/{name}").returns
        assert returned == (columns if name != "run" else (*columns[:-1], "names", "counts")), name
        assert name == "run" or callable(getattr(Reads, name))


@pytest.mark.parametrize("name", READS)
def test_every_read_is_ordered_and_limited(name: str) -> None:
    answer, _, behind = queries.load("neo4j", name).text.partition("\nWITH collect([")
    order, limit = answer.splitlines()[-2:]
    assert order.startswith("ORDER BY ")
    assert limit.startswith("LIMIT ")
    columns, *epoch = behind.split("]) AS rows\n")
    assert tuple(each.strip() for each in columns.split(",")) == queries.load("neo4j", name).returns
    assert epoch == ["OPTIONAL MATCH (p:Pointer {name: 'published'})\nRETURN rows, p.epoch AS epoch\nLIMIT 1"]


def test_every_statement_is_used() -> None:
    store = Path(__file__).parents[2] / "linkgraph" / "store" / "neo4j"
    files = [*store.glob("*.py"), store.parent / "rows.py"]
    source = "".join(path.read_text("utf-8") for path in files)
    for name in queries.names("neo4j"):
        folder, _, rest = name.partition("/")
        tables = rest in TABLES and f'f"{folder}/{{table}}"' in source
        swept = folder == "sweep" and f'f"sweep/{rest.partition("_")[0]}_{{what}}"' in source
        asked = folder == "read" and f'"{rest}"' in source
        assert folder == "schema" or tables or swept or asked or f'"{name}"' in source, name


@pytest.fixture
def graph(both_stores: tuple[Store, Store], neo4j_server: Address) -> Iterator[neo4j.Session]:
    """A session on a server that two nights were published to."""
    both_stores[1].publish(WORLD)
    both_stores[1].publish(NEXT_WORLD, "r-2")
    login = (neo4j_server.user, neo4j_server.password)
    with (
        neo4j.GraphDatabase.driver(neo4j_server.uri, auth=login, notifications_min_severity="OFF") as driver,
        driver.session(database=neo4j_server.database) as session,
    ):
        session.run("CALL db.prepareForReplanning()").consume()  # else a plan may be by the counts of an emptier graph
        yield session


@pytest.mark.neo4j
def test_no_statement_scans_to_find_its_start(graph: neo4j.Session) -> None:
    for name in queries.names("neo4j"):
        plan = set() if name.startswith("schema/") else operators_of(graph, queries.load("neo4j", name))
        assert name in LOOKS_AT_ALL or not plan & {"AllNodesScan", "DirectedAllRelationshipsScan"}, (name, plan)
        scans = {operator for operator in plan if "Scan" in operator}
        # An index on stamps holds only what is stamped: all of it is about what is looked for.
        scans -= {"NodeIndexScan", "DirectedRelationshipIndexScan"} if name.startswith(BY_STAMP) else set()
        assert name in SCANS | LOOKS_AT_ALL or not scans, (name, plan)
        assert name in SCANS | PINNED_ENDS | ONE_ROW_EACH or "CartesianProduct" not in plan, name
        assert not name.startswith("read/") or [operator for operator in plan if "IndexSeek" in operator], name


@pytest.mark.neo4j
def test_every_read_returns_the_columns_its_header_names(graph: neo4j.Session) -> None:
    for name in [*READS, *CHECKS]:
        query = queries.load("neo4j", name)
        returned = ("rows", "epoch") if name in READS else query.returns
        assert tuple(graph.run(query.text, bound(query)).keys()) == returned, name


@pytest.mark.neo4j
@pytest.mark.parametrize("table", list(TABLES))
def test_every_column_has_its_property_and_no_property_is_without_column(graph: neo4j.Session, table: str) -> None:
    stamps = {"since", "until", "changed"} | ({"key"} if table == "ring_events" else set())
    pattern = f"MATCH (x:{LABELS[table]})" if table in LABELS else f"MATCH (:Account)-[x:{TYPES[table]}]->()"
    found = set(
        graph.run(f"{pattern} UNWIND keys(x) AS key RETURN collect(DISTINCT key) AS found").single(True)["found"]
    )
    homes = {HOMES[table].get(column, column) for column in TABLES[table].names}
    assert {name.removeprefix("was_") for name in found} - stamps == homes - {"start", "end"}


@pytest.mark.neo4j
def test_labels_are_for_people(graph: neo4j.Session) -> None:
    labels = "MATCH (x) WHERE coalesce(x.id, x.key) = $id RETURN labels(x) AS labels"

    def of(key: str) -> set[str]:
        return set(graph.run(labels, id=key).single(True)["labels"])

    assert of("a2") == {"Account", "Flagged", "RiskHigh", "Mule"}
    assert of("a3") == {"Account"}
    assert of("a6") == {"Account"}
    assert of("ip:hub") == {"Identifier", "Ip", "Hub"}
    assert of("device:d1") == {"Identifier", "Device"}
    assert of("r9") == {"Ring"}


@pytest.mark.neo4j
def test_a_fresh_database_gets_every_constraint_and_index(
    neo4j_server: Address, both_stores: tuple[Store, Store]
) -> None:
    content.empty(neo4j_server)
    both_stores[1].publish(WORLD)
    made = neo4j_server.rows("SHOW INDEXES YIELD name, type, state WHERE type <> 'LOOKUP' RETURN name, state")
    names = {name.partition("_")[2] for name in queries.names("neo4j", "schema")} - {"await"}
    assert {row["name"]: row["state"] for row in made} == dict.fromkeys(names, "ONLINE")


def operators_of(session: neo4j.Session, query: Query) -> set[str]:
    plan = session.run(f"EXPLAIN {query.text}", bound(query)).consume().plan
    return {operator.partition("@")[0] for operator in operators(plan)}


def operators(plan: Any) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", []):
        yield from operators(child)


def bound(query: Query) -> dict[str, Any]:
    return {name: PARAMETERS[name] for name in query.params}
