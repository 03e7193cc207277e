"""The embedded store: one DuckDB file per run, built beside and renamed when complete, read-only from then on.

Rows are sorted by what they are looked up by and carry their place in the order readers want, so a lookup touches few
pages and a limit is a filter. The file of a run never changes once it is published; which run is the published one is
the caller's business. Errors of DuckDB name the statement and its parameters, never a value.
"""

import shutil
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from linkgraph import queries
from linkgraph.errors import StoreError
from linkgraph.model import RunStamp
from linkgraph.store.rows import RowsView
from linkgraph.tables import TABLES

# Tables made from one that was sent, and what makes lookups by key quick and keys unique.
_DERIVED = {"used": ("used_by",)}
_KEYS = ("account_key", "identifier_key", "ring_key")

# So many keys are looked up in the index. DuckDB's own bound is 50, and above it a read goes over the whole table.
_KEYS_LOOKED_UP = 2_048

_NO_DOWNLOADS = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


class EmbeddedWriter:
    """Builds the file of one run; see `base.GraphWriter`."""

    def __init__(self, graph: Path, memory_limit: str = "4GB", threads: int = 2) -> None:
        self._graph = graph
        self._beside = graph.with_name(f"{graph.name}.building")
        spill = f"{self._beside}.tmp"
        limits = {"memory_limit": memory_limit, "threads": threads, "temp_directory": spill}
        self._config: dict[str, Any] = {**limits, **_NO_DOWNLOADS}
        self._sent: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._discard()
        with _wrapped("connect"):
            self._graph.parent.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(config=self._config)
        _execute(self._connection, "build/quiet")
        _execute(self._connection, "build/attach", path=str(self._beside))
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
        for derived in _DERIVED.get(table, ()):
            _execute(self._connection, f"build/{derived}")
        self._sent[table] = counted.rows
        return counted.rows

    def publish(self, stamp: RunStamp) -> int:
        """Check counts and keys, stamp the file, and put it in its place in one step; nothing is read back."""
        self._check(stamp)
        for key in _KEYS:
            _execute(self._connection, f"build/{key}")
        counts = sorted(stamp.counts.items())
        _execute(
            self._connection,
            "build/run",
            run_id=stamp.run_id,
            as_of=stamp.as_of,
            config_hash=stamp.config_hash,
            cold_start=stamp.cold_start,
            names=[name for name, _ in counts],
            counts=[rows for _, rows in counts],
        )
        _execute(self._connection, "build/checkpoint")
        with _wrapped("close"):
            self._connection.close()
            self._beside.replace(self._graph)
        return 0

    def _check(self, stamp: RunStamp) -> None:
        missing = sorted(set(TABLES) - set(self._sent))
        if missing:
            raise StoreError(f"nothing published: tables not written: {', '.join(missing)}")
        stored = dict(_execute(self._connection, "build/counts").fetchall())
        for table in TABLES:
            expected = stamp.counts.get(table)
            if not stored[table] == self._sent[table] == expected:
                raise StoreError(
                    f"nothing published: {table}: the run has {expected} rows, {self._sent[table]} were sent,"
                    f" {stored[table]} are stored"
                )

    def _discard(self) -> None:
        # DuckDB keeps its log and its spill folder beside the file, under these names.
        self._beside.unlink(missing_ok=True)
        self._beside.with_name(f"{self._beside.name}.wal").unlink(missing_ok=True)
        shutil.rmtree(self._beside.with_name(f"{self._beside.name}.tmp"), ignore_errors=True)


class EmbeddedView(RowsView):
    """Reads the file of one run; see `base.GraphView`. Safe to share between threads."""

    def __init__(self, graph: Path, memory_limit: str = "4GB") -> None:
        if not graph.is_file():
            raise StoreError("this run has no embedded store: publish it first")
        # One thread per query: point reads are too short to split, and requests already run side by side.
        config: dict[str, Any] = {
            "memory_limit": memory_limit,
            "threads": 1,
            "dynamic_or_filter_threshold": _KEYS_LOOKED_UP,
            **_NO_DOWNLOADS,
        }
        with _wrapped("connect"):
            self._connection = duckdb.connect(graph, read_only=True, config=config)
        self._idle: deque[duckdb.DuckDBPyConnection] = deque()
        try:
            self._stamp = self._read_stamp()
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; the view must not be used afterwards."""
        while self._idle:
            self._idle.pop().close()
        self._connection.close()

    def _read(self, name: str, **values: Any) -> list[Any]:
        with self._cursor() as cursor:
            return _execute(cursor, f"read/{name}", **values).fetchall()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        # A connection serves one thread at a time; cursors are kept because making one costs more than a point read.
        try:
            cursor = self._idle.pop()
        except IndexError:
            with _wrapped("cursor"):
                cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            self._idle.append(cursor)


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
    except (duckdb.Error, pa.ArrowException, OSError, ValueError) as error:
        raise StoreError(f"embedded store: {what} failed: {type(error).__name__}") from None
