"""How long a first load of Neo4j takes, step by step, and what memory.

By hand: `python -m tests.benchmarks.load_speed --accounts 2000000 --home DIR`; needs NEO4J_LIB, or fetches the jars of
the tests. The run is drawn: two identifiers and five links an account, a pair of every second one, few of the rest.
Half the links go to identifiers drawn by rank, so that there are hubs. The server is that of
`docker-compose.neo4j.yml`, 3 GB of heap; it goes on running.
"""

import argparse
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph.nightly import fill
from linkgraph.runs import Run
from linkgraph.settings import read_settings
from linkgraph.store import open_loaders
from linkgraph.store.neo4j.places import graph_place
from linkgraph.tables import TABLES
from tests.builders import AS_OF
from tests.neo4j_server import jars
from tests.neo4j_server.homes import PASSWORD

KINDS: Final = np.array(["device", "card", "ip", "email"])

Columns = dict[str, Any]


def draw(home: Path, accounts: int, seed: int = 0) -> Run:
    """A complete run of so many accounts in its folder."""
    run = Run("r-drawn", home / "runs" / "r-drawn")
    if (run.path / "run.json").exists():
        return run
    (run.path / "tables").mkdir(parents=True)
    chance = np.random.default_rng(seed)
    drawn = _drawn(accounts, chance)
    rows = {name: _write(run, name, drawn[name]) for name in TABLES}
    record = {"run_id": run.run_id, "as_of": AS_OF, "config_hash": "drawn", "cold_start": True, "status": "complete"}
    run.save(record | {"tables": {name: {"rows": count} for name, count in rows.items()}})
    return run


def _drawn(accounts: int, chance: np.random.Generator) -> dict[str, Columns]:
    names, held = _names("A", np.arange(accounts)), 2 * accounts
    kinds = KINDS.take(np.arange(held) % len(KINDS))
    tokens = _names("", np.arange(held) * 2_654_435_761 % 2**40)
    account, used = _distinct(accounts, held, chance)
    first = AS_OF - chance.integers(0, 30_000_000, len(account))
    ends = np.arange(0, accounts - 1, 2)
    members = np.arange(0, accounts, 100)
    ring = _names("R", members // 1000 * 1000)
    rings = _names("R", np.unique(members // 1000 * 1000))
    return {
        "accounts": _account(names, chance),
        "identifiers": {
            "kind": kinds,
            "identifier": tokens,
            "degree": np.bincount(used, minlength=held),
            "first_seen": np.full(held, AS_OF - 9_000_000),
            "last_seen": np.full(held, AS_OF),
            "voltage": chance.random(held),
            "counted": np.bincount(used, minlength=held) < 1000,
        },
        "rings": {"ring_id": rings, "score": chance.random(len(rings)), "status": np.full(len(rings), "active")},
        "used": {
            "account_id": names.take(account),
            "kind": kinds.take(used),
            "identifier": tokens.take(used),
            "first_seen": first,
            "last_seen": first + 1000,
            "n": chance.integers(1, 99, len(account)),
        },
        "links": {
            "account_a": names.take(ends),
            "account_b": names.take(ends + 1),
            "bits": 20 * chance.random(len(ends)),
            "probability": chance.random(len(ends)),
            "families": pa.array([["access=9"]] * len(ends)),
            "shared": pa.array([[f"device:{token}"] for token in tokens.take(ends).to_pylist()]),
            "shared_bits": pa.array([[9.0]] * len(ends)),
        },
        "ring_members": {"ring_id": ring, "account_id": names.take(members), "confidence": chance.random(len(members))},
        "contributions": {
            "account_id": names.take(members),
            "block": np.full(len(members), "one_hop"),
            "log_odds": chance.random(len(members)),
        },
        "ring_events": {
            "ring_id": ring,
            "run_id": np.full(len(members), "r-drawn"),
            "as_of": np.full(len(members), AS_OF),
            "event": np.full(len(members), "born"),
            "account_id": names.take(members),
        },
    }


def _account(names: pa.Array, chance: np.random.Generator) -> Columns:
    risk = chance.random(len(names)) ** 8
    return {
        "account_id": names,
        "risk": risk,
        "flagged": risk > 0.95,
        "role": np.full(len(names), "unknown"),
        "role_reason": np.full(len(names), "nothing known decides"),
        "propagated": risk,
        "degree": np.full(len(names), 5),
        "headline": pc.binary_join_element_wise("Account", names, " "),
    }


def _names(prefix: str, numbers: np.ndarray[Any, Any]) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def _distinct(accounts: int, held: int, chance: np.random.Generator) -> tuple[Any, Any]:
    """Five links an account, to distinct identifiers, by account."""
    links = 5 * accounts
    even = chance.integers(0, held, links)
    ranked = np.minimum(chance.pareto(0.4, links).astype(np.float64), held - 1).astype(np.int64)
    pairs = np.unique(np.repeat(np.arange(accounts), 5) * held + np.where(np.arange(links) % 5 < 4, even, ranked))
    return pairs // held, pairs % held


def _write(run: Run, name: str, columns: Columns) -> int:
    schema = TABLES[name]
    rows = len(next(iter(columns.values())))
    table = pa.table([_column(columns.get(field.name), field, rows) for field in schema], schema=schema)
    pq.write_table(table, run.table(name))
    return rows


def _column(values: Any, field: pa.Field, rows: int) -> Any:
    if values is not None:
        return pa.array(values).cast(field.type)
    if field.nullable:
        return pa.nulls(rows, field.type)
    if pa.types.is_list(field.type):
        return pa.array([[]] * rows, field.type)
    return pa.repeat(pa.scalar("x" if field.type == pa.string() else 0).cast(field.type), rows)


class Clock:
    """Notes when each step began."""

    def __init__(self) -> None:
        self._began: list[tuple[float, str]] = []

    def __call__(self, step: str) -> None:
        name = re.sub(r" \d+ %$", "", step)
        if not self._began or self._began[-1][1] != name:
            self._began.append((time.perf_counter(), name))

    def lines(self) -> Iterator[str]:
        """Seconds of each step, and of all."""
        self("end")
        for (begin, name), (end, _) in zip(self._began, self._began[1:], strict=False):
            yield f"{name:<40} {end - begin:>8.1f} s"
        yield f"{'all':<40} {self._began[-1][0] - self._began[0][0]:>8.1f} s"


def measure(settings: Any, run: Run, at: Callable[[str], None]) -> dict[str, int]:
    """Load a run into Neo4j alone; returns rows per table."""
    return fill(open_loaders(settings, run, at)[-1], run)


def _peaks(home: Path) -> Iterator[str]:
    pid = (home / "run" / "neo4j.pid").read_text(encoding="ascii").strip()
    served = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    stored = sum(path.stat().st_size for path in (home / "data" / "databases").rglob("*") if path.is_file())
    yield f"peak memory: linkgraph {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MB"
    said = (home / "logs" / "admin-database-import.log").read_text(encoding="utf-8")
    yield f"importer: {' '.join(re.findall('Peak memory.*', said))}"
    yield f"memory of the server at the end: {int(served[1]) >> 10 if served else 0:,} MB; store {stored >> 20:,} MB"


def main() -> None:
    """Print the steps."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load_speed", description=__doc__)
    parser.add_argument("--accounts", type=int, default=2_000_000)
    parser.add_argument("--home", type=Path, required=True)
    arguments = parser.parse_args()
    settings = read_settings(home=arguments.home, store="neo4j", neo4j_password=PASSWORD, neo4j_lib=jars.fetch())
    run, clock = draw(arguments.home, arguments.accounts), Clock()
    sent = measure(settings, run, clock)
    rows = sum(count for name, count in sent.items() if name != "compared")
    out = [f"{rows:,} rows: {sent}", *clock.lines(), *_peaks(graph_place(settings).home.path)]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
