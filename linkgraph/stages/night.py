"""What a stage of the night is handed, and how it reads and writes its tables."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph.detect import behaviour, evidence
from linkgraph.engine.duckdb import DuckDBEngine, write_parquet
from linkgraph.ledger import TABLES as LEDGER_TABLES
from linkgraph.ledger import Ledger
from linkgraph.models import Model
from linkgraph.parameters import Parameters
from linkgraph.runs import Run
from linkgraph.tables import TABLES, VERDICTS

Counts = dict[str, int | float]

FRAUD_LABELS = ("fraud", "chargeback", "suspected")
INNOCENT_LABELS = ("victim", "cleared")
_CURRENT = (
    "accounts",
    "observations",
    "logins",
    "instruments",
    "payments",
    "p2p_orders",
    "labels",
    "disputes",
    "transfers",
    "trades",
)


@dataclass(frozen=True, slots=True)
class Night:
    """What every stage is handed. `clock`: as-of time, epoch microseconds; `previous`: the run of the night before;
    `models`: what was learned before the clock, by kind.
    """

    engine: DuckDBEngine
    ledger: Ledger
    run: Run
    previous: Run | None
    clock: int
    seed: int
    parameters: Parameters
    models: dict[str, Model]

    @property
    def bits(self) -> evidence.EvidenceBits:
        """What evidence is worth tonight: as learned before the clock, else as the tables say."""
        model = self.models.get("evidence")
        return evidence.bits_of(model.values, self.parameters) if model else evidence.cold_bits(self.parameters)

    def columns(self, name: str) -> dict[str, Any]:
        """A work table as numpy columns."""
        table = pq.read_table(self.run.work(name))
        return {column: table[column].to_numpy() for column in table.column_names}

    def size(self, name: str) -> int:
        """Rows of a work table."""
        return int(pq.read_metadata(self.run.work(name)).num_rows)

    def keep(self, name: str, table: pa.Table) -> int:
        """Write a work table and make it visible to statements."""
        rows = write_parquet(self.run.work(name), table.schema, table.to_batches())
        self.show(self.run.work(name))
        return rows

    def keep_public(self, name: str, table: pa.Table) -> int:
        """Write a public table, held to its schema."""
        return write_parquet(self.run.table(name), TABLES[name], table.to_batches())

    def show(self, path: Path) -> None:
        """Make a table of the run visible to statements under its name."""
        self.engine.files(path.stem, [path], pq.read_schema(path))

    def work(self, *steps: str) -> Counts:
        """Run statements into work tables, each visible to the next."""
        counts: Counts = {}
        for step in steps:
            counts[step] = self.engine.run(step, self.run.work(step))
            self.show(self.run.work(step))
        return counts

    def publish(self, *steps: str) -> Counts:
        """Run statements into public tables, held to their schema."""
        return {step: self.engine.run(step, self.run.table(step), TABLES[step]) for step in steps}


def open_tables(night: Night) -> None:
    """Make the ledger as known at the clock, the small parameter tables and the tables already made visible by name."""
    engine = night.engine
    for feed in LEDGER_TABLES.values():
        engine.files(f"ledger_{feed.name}", night.ledger.files(feed.name, night.clock), feed.schema)
    engine.table("clock", evidence.clock_table(night.clock, night.parameters))
    engine.table("kinds", evidence.kind_table(night.parameters, night.bits))
    engine.table("signs", evidence.sign_table())
    engine.table("sign_spans", evidence.sign_spans(night.clock, night.parameters))
    for name, table in behaviour.input_tables(night.clock, night.parameters).items():
        engine.table(name, table)
    engine.table("score_model", pa.table({"learned": ["score" in night.models]}))
    for name, table in evidence.level_tables(night.parameters, night.bits).items():
        engine.table(name, table)
    if not night.run.work("verdicts").is_file():
        engine.files("verdicts", [], VERDICTS)
    for path in [*sorted((night.run.path / "work").glob("*.parquet")), night.run.table("used")]:
        if path.is_file():
            night.show(path)
    for feed_name in _CURRENT:
        engine.view(f"current_{feed_name}", feed_name)
