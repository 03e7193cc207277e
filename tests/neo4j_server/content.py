"""What a test server holds: is there anything, and throwing all of it away."""

from collections.abc import Collection, Mapping

from linkgraph import queries
from tests.neo4j_server.server import Address

# Constraints and indexes that linkgraph makes. Each file of the folder is named after its own, behind a number.
OURS = frozenset(name.partition("_")[2] for name in queries.names("neo4j", "schema"))

# Every fresh database has the two indexes of kind LOOKUP, and without them each query by label would scan.
_INDEXES = "SHOW INDEXES YIELD * WHERE type <> 'LOOKUP' AND owningConstraint IS NULL RETURN name"
_CONSTRAINTS = "SHOW CONSTRAINTS YIELD name RETURN name"
_ANY_NODE = "MATCH (n) RETURN 1 AS found LIMIT 1"
# Batches: one transaction of a large graph would run into the limit on transaction memory.
_DELETE = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"

# What the pointer's run holds, plain values only: stamps differ from publish to publish.
_NODES = """
MATCH (p:Pointer {name: 'published'})
MATCH (x) WHERE coalesce(x.until, p.seq + 1) > p.seq AND coalesce(x.since, 0) <= p.seq AND NOT x:Pointer AND NOT x:Run
CALL (x) { UNWIND labels(x) AS label WITH label ORDER BY label RETURN collect(label) AS labels }
RETURN labels AS labels, properties(x) AS properties
"""
_LINKS = """
MATCH (p:Pointer {name: 'published'})
MATCH (a)-[x]->(b) WHERE coalesce(x.until, p.seq + 1) > p.seq AND coalesce(x.since, 0) <= p.seq
RETURN [coalesce(a.id, a.key), type(x), coalesce(b.id, b.key)] AS labels, properties(x) AS properties
"""
_STAMPS = frozenset({"since", "until", "changed"})


def is_empty(address: Address) -> bool:
    """Whether the server holds no node, no constraint and no index beyond those of a fresh database."""
    return not any(address.rows(query) for query in (_ANY_NODE, _CONSTRAINTS, _INDEXES))


def empty(address: Address, keep: Collection[str] = ()) -> None:
    """Delete all data, constraints and indexes but those named `keep`. PermissionError unless it is disposable."""
    if not address.disposable:
        raise PermissionError("not a server that tests may empty")
    for what, query in {"CONSTRAINT": _CONSTRAINTS, "INDEX": _INDEXES}.items():
        for row in address.rows(query):
            if row["name"] not in keep:
                address.rows(f"DROP {what} {_quoted(row['name'])}")
    address.rows(_DELETE)


def published(address: Address) -> list[str]:
    """Every node and relationship of the published run with its labels and values, as sorted lines."""
    rows = [row for query in (_NODES, _LINKS) for row in address.rows(query)]
    return sorted(f"{row['labels']} {_plain(row['properties'])}" for row in rows)


def _plain(properties: object) -> list[tuple[str, object]]:
    assert isinstance(properties, Mapping)
    return sorted(
        (name, value) for name, value in properties.items() if name not in _STAMPS and not name.startswith("was_")
    )


def _quoted(name: object) -> str:
    return "`" + str(name).replace("`", "``") + "`"
