"""Small worlds: one function per row, each returning a new value, and writers of a run's folder.

`WORLD` is the smallest world that shows everything a store must keep apart: ties, nulls, an empty text, a hub, an id
with a slash, ids whose order differs between UTF-8 and UTF-16, pairs without shared identifiers, an empty ring.
"""

import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph.runs import Run, digest_of
from linkgraph.tables import TABLES

Row = dict[str, Any]
Tables = dict[str, pa.Table]

DAY = 86_400
AS_OF = 1_764_000_000

SLASHED = "ключ/1 ?#"
TILDE = "z\uff5e"
FOX = "z\U0001f98a"


def account(account_id: str, **changes: Any) -> Row:
    """An account; its risk follows from its four blocks unless given."""
    blocks = {name: changes.pop(name, 0.0) for name in ("behaviour", "one_hop", "propagated", "ring")}
    row: Row = {
        "account_id": account_id,
        "risk": 1 - math.exp(-sum(blocks.values())),
        "probability": None,
        "flagged": False,
        "role": "unknown",
        "role_reason": "nothing known decides",
        "ring_id": None,
        "membership": None,
        **blocks,
        "label": None,
        "degree": 0,
        "headline": f"Account {account_id}.",
    }
    return row | changes


def identifier(key: str, **changes: Any) -> Row:
    """An identifier of two accounts, counted, from its 'kind:token'."""
    kind, _, token = key.partition(":")
    row: Row = {
        "kind": kind,
        "identifier": token,
        "degree": 2,
        "class": None,
        "first_seen": AS_OF - 60 * DAY,
        "last_seen": AS_OF - DAY,
        "voltage": 0.0,
        "counted": True,
        "why": None,
    }
    return row | changes


def used(account_id: str, key: str, first: int = 30, last: int = 1, **changes: Any) -> Row:
    """A link, seen from `first` to `last` days before the run."""
    kind, _, token = key.partition(":")
    row: Row = {
        "account_id": account_id,
        "kind": kind,
        "identifier": token,
        "first_seen": AS_OF - first * DAY,
        "last_seen": AS_OF - last * DAY,
        "n": 3,
        "sessions": 2,
        "days": 2,
    }
    return row | changes


def pair(account_a: str, account_b: str, bits: float, families: list[str], shared: list[str]) -> Row:
    """Two accounts with their evidence."""
    chance = 1 / (1 + 2**-bits)
    return {
        "account_a": account_a,
        "account_b": account_b,
        "bits": bits,
        "probability": chance,
        "families": families,
        "shared": shared,
        "shared_bits": [bits] * len(shared),
    }


def ring(ring_id: str, **changes: Any) -> Row:
    """A ring of three."""
    row: Row = {
        "ring_id": ring_id,
        "score": 0.5,
        "size": 3,
        "core_size": 2,
        "density": 1.0,
        "fragility": 1,
        "first_seen_run": "r-1",
        "last_changed_run": "r-1",
        "status": "active",
        "exposure": 0.0,
        "currency": None,
        "exposures": [],
        "typology": None,
        "headline": f"Ring {ring_id}.",
    }
    return row | changes


def member(ring_id: str, account_id: str, confidence: float, membership: str = "core") -> Row:
    """A place in a ring."""
    return {"ring_id": ring_id, "account_id": account_id, "membership": membership, "confidence": confidence}


def contribution(account_id: str, block: str, log_odds: float, key: str | None = None, **changes: Any) -> Row:
    """A named share of a score, by the identifier `key` if given."""
    kind, _, token = key.partition(":") if key else (None, None, None)
    row: Row = {
        "account_id": account_id,
        "block": block,
        "kind": kind,
        "identifier": token,
        "other_account_id": None,
        "log_odds": log_odds,
        "reason": f"{block} of {account_id}",
    }
    return row | changes


def event(ring_id: str, name: str, **changes: Any) -> Row:
    """Something that happened to a ring."""
    row: Row = dict.fromkeys(TABLES["ring_events"].names)
    return row | {"ring_id": ring_id, "run_id": "r-1", "as_of": AS_OF, "event": name} | changes


def tables(**rows: list[Row]) -> Tables:
    """All public tables from rows; those not named are empty."""
    return {name: pa.Table.from_pylist(rows.get(name, []), schema=schema) for name, schema in TABLES.items()}


BEFORE: Row = {"run_id": "r-0", "as_of": AS_OF - DAY}

HUB_USERS = [f"h{number:02}" for number in range(12)]

WORLD: Tables = tables(
    accounts=[
        account(
            "a1",
            flagged=True,
            role="perpetrator",
            ring_id="r1",
            membership="core",
            behaviour=0.5,
            one_hop=1.2,
            propagated=0.6,
            ring=0.4,
            degree=4,
            probability=0.8,
            headline="Shares a device with 2 accounts.",
        ),
        account(
            "a2",
            flagged=True,
            role="perpetrator",
            ring_id="r1",
            membership="core",
            behaviour=0.5,
            one_hop=1.2,
            propagated=0.6,
            ring=0.4,
            degree=3,
            label="fraud",
        ),
        account("a3", role="victim", ring_id="r1", membership="likely", one_hop=0.3, label="victim", degree=1),
        account("a4", ring_id="r2", membership="fringe", propagated=0.05, label="cleared", degree=2),
        account("a5", headline=""),
        account(SLASHED, degree=1),
        account(TILDE, ring_id="r2", membership="core", degree=1),
        account(FOX, ring_id="r2", membership="core", degree=1),
        *[account(name, degree=1) for name in HUB_USERS],
    ],
    identifiers=[
        identifier("device:d1", degree=3, voltage=0.7),
        identifier("card:c1", voltage=0.6),
        identifier("ip:old", last_seen=AS_OF - 100 * DAY, first_seen=AS_OF - 300 * DAY),
        identifier("ip:hub", degree=8412, counted=False, why="more than 10 accounts"),
        identifier("email:mü:ll", degree=3, **{"class": "disposable"}),
    ],
    rings=[
        ring(
            "r1",
            score=0.9,
            exposure=1250.5,
            currency="EUR",
            exposures=["EUR=1250.50", "BTC=0.00000001"],
            typology="stolen_card_ring",
            headline="Three accounts on one device.",
        ),
        ring("r2", status="grown"),
        ring("r3", size=0, core_size=0, density=0.0),
        ring("r-🦊", score=0.1, headline=""),
    ],
    used=[
        used("a1", "device:d1", 30, 1),
        used("a1", "card:c1", 20, 1),
        used("a1", "ip:hub", 9, 2),
        used("a1", "ip:old", 300, 250),
        used("a2", "device:d1", 28, 2),
        used("a2", "card:c1", 15, 3),
        used("a2", "ip:hub", 9, 2),
        used("a3", "device:d1", 60, 50),
        used("a4", "ip:old", 120, 100),
        used("a4", "ip:hub", 9, 1),
        used(SLASHED, "email:mü:ll"),
        used(TILDE, "email:mü:ll"),
        used(FOX, "email:mü:ll"),
        *[used(name, "ip:hub", 9, 3) for name in HUB_USERS],
    ],
    ring_members=[
        member("r1", "a3", 0.7, "likely"),
        member("r1", "a2", 0.99),
        member("r1", "a1", 0.99),
        member("r2", FOX, 0.95),
        member("r2", TILDE, 0.95),
        member("r2", "a4", 0.2, "fringe"),
    ],
    links=[
        pair("a1", "a3", 3.0, ["access=9"], ["device:d1"]),
        pair("a1", "a2", 9.0, ["access=9", "instrument=6"], ["card:c1", "device:d1"]),
        pair("a2", "a3", 3.0, ["access=9"], ["device:d1"]),
        pair("a1", "a4", -4.5, ["access=1.5"], ["ip:old"]),
        pair(TILDE, FOX, 3.0, ["synchrony=9"], []),
        pair("a5", SLASHED, 3.0, [], []),
    ],
    contributions=[
        contribution("a1", "behaviour", 0.5),
        contribution("a1", "one_hop", 0.8, "device:d1", other_account_id="a2"),
        contribution("a1", "one_hop", 0.4, "card:c1", other_account_id="a2"),
        contribution("a1", "propagated", 0.6, "device:d1"),
        contribution("a1", "ring", 0.4),
        contribution("a2", "behaviour", 0.5),
        contribution("a2", "ring", 0.5),
        contribution("a2", "one_hop", 1.2, "device:d1"),
        contribution("a2", "propagated", 0.6),
        contribution("a2", "ring", -0.1, reason="same surname"),
    ],
    ring_events=[
        event("r0", "born", account_id="a3", **BEFORE),
        event("r0", "merged", other_ring_id="r1", kind="device", identifier="d1", bits=9.0),
        event("r1", "born", account_id="a2", kind="device", identifier="d1", bits=9.0, **BEFORE),
        event("r1", "born", account_id="a1", kind="device", identifier="d1", bits=9.0, **BEFORE),
        event("r1", "grew", other_ring_id="r0", account_id="a3", kind="device", identifier="d1", bits=9.0),
        event("r4", "born", account_id="a4", **BEFORE),
        event("r4", "dormant", kind="synchrony", bits=-6.5),
        event("r-🦊", "split", other_ring_id="r2", account_id=FOX),
    ],
)

# What the next night might say: a1 is gone, a2 and a3 have changed, a6 is new.
NEXT_WORLD: Tables = tables(
    accounts=[
        account("a2", flagged=True, role="mule", propagated=2.0, degree=1, headline="Changed."),
        account("a3", degree=1),
        account("a6", degree=2),
    ],
    identifiers=[identifier("device:d1", degree=3), identifier("card:c9", degree=1)],
    rings=[ring("r9", score=0.7)],
    used=[
        used("a2", "device:d1", 28, 0, n=5),
        used("a3", "device:d1", 60, 50),
        used("a6", "device:d1", 2, 0),
        used("a6", "card:c9", 2, 0),
    ],
    ring_members=[member("r9", "a2", 0.9), member("r9", "a6", 0.8)],
    links=[pair("a2", "a6", 3.0, ["access=9"], ["device:d1"])],
    contributions=[contribution("a2", "propagated", 2.0, "device:d1")],
    ring_events=[
        event("r1", "born", account_id="a2", kind="device", identifier="d1", bits=9.0, **BEFORE),
        event("r1", "merged", other_ring_id="r9", run_id="r-2", as_of=AS_OF + DAY),
    ],
)


def digests_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder, by name."""
    return {path.name: digest_of(path) for path in sorted(folder.iterdir())}


def write_run(home: Path, content: Tables, run_id: str = "r-1", **changes: Any) -> Run:
    """A run's folder below `home` with tables and record, not yet in any store."""
    run = Run(run_id, home / "runs" / run_id)
    (run.path / "tables").mkdir(parents=True)
    for name, table in content.items():
        pq.write_table(table, run.table(name))
    listed = {name: {"rows": table.num_rows, "sha256": digest_of(run.table(name))} for name, table in content.items()}
    record = {
        "run_id": run_id,
        "as_of": AS_OF,
        "config_hash": "c0ffee",
        "cold_start": True,
        "status": "complete",
        "tables": listed,
    }
    run.save(record | changes)
    return run
