"""What a test server holds: is there anything, and throwing all of it away."""

from collections.abc import Collection

from tests.neo4j_server.server import Address

# Every fresh database has the two indexes of kind LOOKUP, and without them each query by label would scan.
_INDEXES = "SHOW INDEXES YIELD * WHERE type <> 'LOOKUP' AND owningConstraint IS NULL RETURN name"
_CONSTRAINTS = "SHOW CONSTRAINTS YIELD name RETURN name"
_ANY_NODE = "MATCH (n) RETURN 1 AS found LIMIT 1"
# Batches: one transaction of a large graph would run into the limit on transaction memory.
_DELETE = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


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


def _quoted(name: object) -> str:
    return "`" + str(name).replace("`", "``") + "`"
