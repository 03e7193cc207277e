"""Checks a Neo4j server against the run it should hold. Reads only; what is found is judged in `findings`."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from linkgraph import queries
from linkgraph.store.drift import Sample, differences
from linkgraph.store.neo4j import findings
from linkgraph.store.neo4j.connection import Connection, Login
from linkgraph.store.neo4j.findings import Finding, Pointer
from linkgraph.store.neo4j.view import Neo4jView
from linkgraph.store.neo4j.writer import SCHEMA

_LIMIT: Final = findings.SHOWN + 1


@dataclass(frozen=True, slots=True)
class Expected:
    """The published run: its id, the rows of each table, and a sample of them."""

    run_id: str
    counts: Mapping[str, int]
    sample: Sample


def check(login: Login, expected: Expected) -> list[Finding]:
    """Everything that can be said of the server, part by part; StoreError if it cannot be read at all."""
    with closing(Connection(login, writing=False)) as connection:
        [[[versions, edition]]] = connection.read(("check/version", {}))
        found = [findings.on_version(versions[0], edition)]
        [pointers] = connection.read(("check/pointer", {}))
        if not pointers:
            [[[is_empty]]] = connection.read(("pointer/is_empty", {}))
            return [*found, findings.on_no_pointer(is_empty)]
        pointer = Pointer(*pointers[0])
        found += findings.on_pointer(pointer, expected.run_id, SCHEMA)
        found += _schema(connection)
        found += findings.on_plans({name: connection.operators(name) for name in queries.names("neo4j", "read")})
        found += _content(connection, login, pointer, expected)
        return found + _foreign(connection)


def _schema(connection: Connection) -> list[Finding]:
    made = {name.partition("_")[2]: queries.load("neo4j", name).text for name in queries.names("neo4j", "schema")}
    statements = {name: text for name, text in made.items() if text.startswith("CREATE")}
    indexes, constraints = connection.read(("check/indexes", {}), ("check/constraints", {}))
    return findings.on_schema(statements, dict(indexes), [name for (name,) in constraints])


def _content(connection: Connection, login: Login, pointer: Pointer, expected: Expected) -> list[Finding]:
    [values] = connection.stream("check/counts", seq=pointer.seq or 0)
    counts = dict(zip(queries.load("neo4j", "check/counts").returns, values, strict=True))
    [settings] = connection.read(("check/settings", {"names": list(findings.MEMORY)}))
    found = findings.on_memory(dict(settings), sum(values))
    # Of another run nothing is known here to compare with; that it is another one has been said.
    if pointer.run_id != expected.run_id or pointer.recorded != expected.run_id:
        return found
    with closing(Neo4jView(login, expected.run_id)) as view:
        drifted = differences(expected.sample, view)
    return [*found, *findings.on_counts(expected.counts, counts), *findings.on_drift(drifted, expected.sample.size)]


def _foreign(connection: Connection) -> list[Finding]:
    [names] = connection.read(("check/properties", {}))
    properties = findings.foreign_names(name for (name,) in names)
    nodes = list(connection.stream("check/foreign_nodes", properties=properties, limit=_LIMIT))
    links = list(connection.stream("check/foreign_links", properties=properties, limit=_LIMIT))
    return findings.on_foreign(nodes, links)
