"""The embedded store: one folder per run of sorted tables, mapped from disk by those who read it, and no server.

DuckDB sorts and joins in a file beside, which is deleted; reads are binary searches in sorted columns and slices, since
planning a statement takes 2 to 3 ms and a read 0.05 to 0.2. Files of a run are replaced whole, the stamp last,
and a run is the same whenever it is written: who has it open, and who opens it meanwhile, reads the same. Errors name
the table or statement, never a value.
"""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from linkgraph import queries
from linkgraph.errors import StoreError
from linkgraph.model import RunStamp
from linkgraph.store import mapped
from linkgraph.store.mapped import Mapped
from linkgraph.store.reads import Reads
from linkgraph.store.rows import RowsView
from linkgraph.tables import TABLES

# What is made of a table that was sent, after it. Those that end in `_numbers` serve the making only.
_DERIVED = {
    "accounts": ("account_numbers", "flagged"),
    "identifiers": ("identifier_numbers",),
    "rings": ("ring_numbers", "rings_by_score", "rings_by_size", "rings_by_change"),
    "used": ("used_by",),
    "links": ("linked",),
    "ring_events": ("merged",),
}
# What names a row; the same name twice is refused.
_NAMED = {"accounts": "account_id", "identifiers": "key", "rings": "ring_id"}
_STAMP = "stamp.json"

_NO_DOWNLOADS = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


def kept_tables() -> list[str]:
    """The tables in the folder of a run."""
    derived = [each for names in _DERIVED.values() for each in names if not each.endswith("_numbers")]
    return sorted([*TABLES, *derived])


def is_kept(graph: Path) -> bool:
    """Whether a run was written to this folder."""
    return (graph / _STAMP).is_file()


class EmbeddedWriter:
    """Builds the folder of one run; see `base.GraphWriter`."""

    def __init__(self, graph: Path, memory_limit: str = "4GB", threads: int = 2) -> None:
        self._graph = graph
        self._beside = graph.with_name(f"{graph.name}.building")
        limits = {"memory_limit": memory_limit, "threads": threads, "temp_directory": str(self._beside / "spill")}
        self._config: dict[str, Any] = {**limits, **_NO_DOWNLOADS}
        self._sent: dict[str, int] = {}
        self._stored: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._discard()
        with _wrapped("connect"):
            self._beside.mkdir(parents=True)
            self._connection = duckdb.connect(config=self._config)
        _execute(self._connection, "build/quiet")
        _execute(self._connection, "build/large")
        _execute(self._connection, "build/attach", path=str(self._beside / "sorting.duckdb"))
        _execute(self._connection, "build/use")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._discard()

    def write(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Write one table; both ends of a relationship must have been written before it."""
        counted = _Counted(TABLES[table], batches)
        reader = pa.RecordBatchReader.from_batches(TABLES[table], counted)
        self._connection.register("incoming", reader)
        _execute(self._connection, f"build/{table}")
        self._connection.unregister("incoming")
        self._keep(table)
        for derived in _DERIVED.get(table, ()):
            _execute(self._connection, f"build/{derived}")
            self._keep(derived)
        self._sent[table] = counted.rows
        return counted.rows

    def publish(self, stamp: RunStamp) -> int:
        """Check counts, then put every file in its place, the stamp last; nothing is read back."""
        self._check(stamp)
        self._connection.close()
        with _wrapped("publish"):
            (self._beside / _STAMP).write_text(json.dumps(asdict(stamp)), encoding="utf-8")
            self._graph.mkdir(exist_ok=True)
            for name in (*(f"{table}.arrow" for table in kept_tables()), _STAMP):
                (self._beside / name).replace(self._graph / name)
        return 0

    def _keep(self, table: str) -> None:
        if table.endswith("_numbers"):
            return
        with _wrapped(f"table {table}"):
            rows = self._connection.table(table).to_arrow_table()
            if table in _NAMED and not mapped.is_each_once(rows, _NAMED[table]):
                raise StoreError(f"nothing published: {table}: the same {_NAMED[table]} twice")
            mapped.write(self._beside / f"{table}.arrow", rows)
            self._stored[table] = rows.num_rows

    def _check(self, stamp: RunStamp) -> None:
        missing = sorted(set(TABLES) - set(self._sent))
        if missing:
            raise StoreError(f"nothing published: tables not written: {', '.join(missing)}")
        for table in TABLES:
            expected, stored = stamp.counts.get(table), self._stored[table]
            if not stored == self._sent[table] == expected:
                raise StoreError(
                    f"nothing published: {table}: the run has {expected} rows, {self._sent[table]} were sent,"
                    f" {stored} are stored"
                )

    def _discard(self) -> None:
        shutil.rmtree(self._beside, ignore_errors=True)


class EmbeddedView(RowsView):
    """Reads the folder of one run; see `base.GraphView`. Safe to share between threads, cheap to open."""

    def __init__(self, graph: Path) -> None:
        if not is_kept(graph):
            raise StoreError("this run has no embedded store: publish it first")
        with _wrapped("open"):
            stamp = json.loads((graph / _STAMP).read_text(encoding="utf-8"))
            self._stamp = RunStamp(**{field.name: stamp[field.name] for field in fields(RunStamp)})
            tables = {name: Mapped(graph / f"{name}.arrow") for name in kept_tables()}
        wrong = [name for name in TABLES if len(tables[name]) != self._stamp.counts.get(name)]
        if wrong:
            raise StoreError(f"embedded store: {', '.join(wrong)}: not the rows that the run has: publish it again")
        self._reads = Reads(tables)

    def close(self) -> None:
        """Nothing is held but mapped pages, which go with the last answer that reads them."""

    def _read(self, name: str, **values: Any) -> list[Any]:
        cap = values.pop("cap", None)
        found: list[Any] = getattr(self._reads, name)(**values)
        return found[:cap]


class _Counted:
    """Passes batches on in the table's own schema, refuses a null where none may be, and counts their rows."""

    def __init__(self, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        self.rows = 0
        self._schema = schema
        self._batches = batches

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self._batches:
            self.rows += batch.num_rows
            yield from pa.Table.from_batches([batch]).cast(self._schema).to_batches()


def _execute(connection: duckdb.DuckDBPyConnection, name: str, **values: Any) -> duckdb.DuckDBPyConnection:
    query = queries.load("embedded", name)
    with _wrapped(f"query {name}({', '.join(query.params)})"):
        return connection.execute(query.text, query.bind(values))


@contextmanager
def _wrapped(what: str) -> Iterator[None]:
    # The chain is cut on purpose: DuckDB quotes offending values in its messages.
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"embedded store: {what} failed: {type(error).__name__}") from None
