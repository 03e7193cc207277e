"""Schemas of the tables a night writes for people and stores. Column names are a public contract.

Times are epoch seconds, UTC. Identifiers are tokens. Contributions and blocks are natural log-odds, evidence is bits.
"""

import pyarrow as pa

_TEXT_LIST = pa.list_(pa.string())


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


ACCOUNTS = pa.schema(
    [
        _required("account_id", pa.string()),
        _required("risk", pa.float64()),
        pa.field("probability", pa.float64()),
        _required("flagged", pa.bool_()),
        _required("role", pa.string()),
        _required("role_reason", pa.string()),
        pa.field("ring_id", pa.string()),
        pa.field("membership", pa.string()),
        _required("behaviour", pa.float64()),
        _required("one_hop", pa.float64()),
        _required("propagated", pa.float64()),
        _required("ring", pa.float64()),
        pa.field("label", pa.string()),
        _required("degree", pa.int32()),
        _required("headline", pa.string()),
    ]
)

RINGS = pa.schema(
    [
        _required("ring_id", pa.string()),
        _required("score", pa.float64()),
        _required("size", pa.int32()),
        _required("core_size", pa.int32()),
        _required("density", pa.float64()),
        _required("fragility", pa.int32()),
        _required("first_seen_run", pa.string()),
        _required("last_changed_run", pa.string()),
        _required("status", pa.string()),
        _required("exposure", pa.float64()),
        pa.field("currency", pa.string()),
        _required("exposures", _TEXT_LIST),
        pa.field("typology", pa.string()),
        _required("headline", pa.string()),
    ]
)

RING_MEMBERS = pa.schema(
    [
        _required("ring_id", pa.string()),
        _required("account_id", pa.string()),
        _required("membership", pa.string()),
        _required("confidence", pa.float64()),
    ]
)

RING_EVENTS = pa.schema(
    [
        _required("ring_id", pa.string()),
        _required("run_id", pa.string()),
        _required("as_of", pa.int64()),
        _required("event", pa.string()),
        pa.field("other_ring_id", pa.string()),
        pa.field("account_id", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("identifier", pa.string()),
        pa.field("bits", pa.float64()),
    ]
)

LINKS = pa.schema(
    [
        _required("account_a", pa.string()),
        _required("account_b", pa.string()),
        _required("bits", pa.float64()),
        _required("probability", pa.float64()),
        _required("families", _TEXT_LIST),
        _required("shared", _TEXT_LIST),
        _required("shared_bits", pa.list_(pa.float64())),
    ]
)

IDENTIFIERS = pa.schema(
    [
        _required("kind", pa.string()),
        _required("identifier", pa.string()),
        _required("degree", pa.int32()),
        pa.field("class", pa.string()),
        _required("first_seen", pa.int64()),
        _required("last_seen", pa.int64()),
        _required("voltage", pa.float64()),
        _required("counted", pa.bool_()),
        pa.field("why", pa.string()),
    ]
)

USED = pa.schema(
    [
        _required("account_id", pa.string()),
        _required("kind", pa.string()),
        _required("identifier", pa.string()),
        _required("first_seen", pa.int64()),
        _required("last_seen", pa.int64()),
        _required("n", pa.int32()),
        _required("sessions", pa.int32()),
        _required("days", pa.int32()),
    ]
)

CONTRIBUTIONS = pa.schema(
    [
        _required("account_id", pa.string()),
        _required("block", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("identifier", pa.string()),
        pa.field("other_account_id", pa.string()),
        _required("log_odds", pa.float64()),
        _required("reason", pa.string()),
    ]
)

# In the order a store must receive them: both ends of a relationship before the relationship.
# The verdicts in force, a work table that a night starts with.
VERDICTS = pa.schema(
    [
        ("verdict_id", pa.string()),
        ("verdict", pa.string()),
        ("kind", pa.string()),
        ("identifier", pa.string()),
        ("accounts", pa.list_(pa.string())),
        ("class", pa.string()),
        ("decided_at", pa.int64()),
    ]
)

TABLES: dict[str, pa.Schema] = {
    "accounts": ACCOUNTS,
    "identifiers": IDENTIFIERS,
    "rings": RINGS,
    "used": USED,
    "ring_members": RING_MEMBERS,
    "links": LINKS,
    "contributions": CONTRIBUTIONS,
    "ring_events": RING_EVENTS,
}
