"""The record of a night: one folder per run, `run.json` beside its tables, and one pointer to the run readers see.

HOME/runs/<run_id>/run.json          what went in, what came out, stage by stage
HOME/runs/<run_id>/tables/*.parquet  the public tables
HOME/runs/<run_id>/work              tables from stage to stage
HOME/runs/<run_id>/solved/*          the solved network, see `solved`
HOME/runs/<run_id>/graph/*           the embedded store, see `store.embedded`
HOME/published                       the id of the published run; replaced atomically, last
"""

import fcntl
import hashlib
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from linkgraph.errors import NotFoundError, RunError
from linkgraph.model import RunStamp, Verdict
from linkgraph.parameters import Parameters
from linkgraph.solved import Solved, open_solved


@dataclass(frozen=True, slots=True)
class Run:
    """One night's folder."""

    run_id: str
    path: Path

    def table(self, name: str) -> Path:
        """A public table of the run."""
        return self.path / "tables" / f"{name}.parquet"

    def work(self, name: str) -> Path:
        """A table passed from stage to stage."""
        return self.path / "work" / f"{name}.parquet"

    @property
    def graph(self) -> Path:
        """Folder of the run's embedded store."""
        return self.path / "graph"

    @property
    def solved(self) -> Path:
        """Folder of the run's solved network."""
        return self.path / "solved"

    def record(self) -> dict[str, Any]:
        """`run.json` as it stands; RunError if it is missing or damaged."""
        try:
            record = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"run {self.run_id}: run.json cannot be read") from error
        if not isinstance(record, dict):
            raise RunError(f"run {self.run_id}: run.json is damaged")
        return record

    def save(self, record: dict[str, Any]) -> None:
        """Replace `run.json` in one step."""
        write_atomically(self.path / "run.json", json.dumps(record, indent=1, sort_keys=True) + "\n")

    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts that this night acted on, by id."""
        path = self.work("verdicts")
        rows = pq.read_table(path).to_pylist() if path.is_file() else []
        return tuple(
            Verdict(**row | {"accounts": tuple(row["accounts"]), "class_name": row.pop("class")}) for row in rows
        )

    def bits_needed(self) -> float:
        """Evidence in bits from which this run calls a pair linked."""
        rules = self.record().get("rules", {})
        tau, prior = rules.get("tau", Parameters().tau), rules.get("prior", Parameters().prior_bits)
        return math.log2(tau / (1.0 - tau)) - float(prior)

    def takeover_days(self) -> int:
        """Days within which, by this run's rules, a takeover is noticed and reported."""
        parameters = self.record().get("configuration", {}).get("parameters", {})
        return int(parameters.get("takeover_days", Parameters().takeover_days))

    def stamp(self) -> RunStamp:
        """What every answer from this run says of itself."""
        record = self.record()
        return RunStamp(
            record["run_id"],
            record["as_of"],
            record["config_hash"],
            record["cold_start"],
            {name: table["rows"] for name, table in sorted(record["tables"].items())},
        )


def solved_of(run: Run) -> Solved | None:
    """The solved network of a run; None for one that an earlier version made without, or with less in it."""
    rules = run.record().get("rules")
    return open_solved(run.solved, rules) if rules else None


def write_atomically(path: Path, text: str) -> None:
    """Write beside, flush to disk, rename: a reader sees the old text or the new, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def open_run(home: Path, run_id: str | None = None) -> Run:
    """The run `run_id`, or the published one; NotFoundError if there is none."""
    wanted = run_id if run_id is not None else published_id(home)
    if wanted is None:
        raise NotFoundError("no run is published yet: run `linkgraph nightly` first")
    path = home / "runs" / wanted
    if Path(wanted).name != wanted or not (path / "run.json").is_file():
        raise NotFoundError("no such run")
    run = Run(wanted, path)
    if run.record().get("status") != "complete":
        raise NotFoundError("that run was not completed")
    return run


def published_id(home: Path) -> str | None:
    """Id of the published run, None before the first."""
    pointer = home / "published"
    return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else None


def move_pointer(home: Path, run: Run) -> None:
    """Make `run` the published one. The last act of a night."""
    write_atomically(home / "published", f"{run.run_id}\n")


def runs(home: Path) -> list[Run]:
    """All runs that have a record, by id."""
    return [Run(path.parent.name, path.parent) for path in sorted((home / "runs").glob("*/run.json"))]


@contextmanager
def night_lock(home: Path) -> Iterator[None]:
    """Held while a night runs or publishes; RunError if another process holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "night.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError("another night or publish is running in this home") from None
        yield
