"""What changed between two runs, table by table: rows that came and rows that went. A row with other values is both.

Rows are compared as sets: no table of a run holds one twice.
"""

import glob
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from linkgraph import queries
from linkgraph.errors import StoreError

_NAMES = {"accounts": ("account_id",), "identifiers": ("kind", "identifier"), "rings": ("ring_id",)}


class Changed(NamedTuple):
    """Rows of a table of nodes. `was`: how the run before had those of `now`, in the same order."""

    new: pa.RecordBatch
    was: pa.RecordBatch
    now: pa.RecordBatch


class Differ:
    """Compares tables in DuckDB, which spills to a temporary folder; a context manager."""

    def __init__(self, memory_limit: str = "2GB") -> None:
        self._memory_limit = memory_limit

    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="delta-")
        config: dict[str, Any] = {"memory_limit": self._memory_limit, "temp_directory": self._folder}
        self._connection = duckdb.connect(config=config)
        self._connection.execute(queries.load("delta", "quiet").text)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def compare(
        self, table: str, schema: pa.Schema, was: Path | Iterable[pa.RecordBatch], now: Iterable[pa.RecordBatch]
    ) -> "Changes":
        """The changes of one table; they hold until the next is compared. Both sides are read to their ends.

        was: a Parquet file of that schema, or rows of it.
        """
        try:
            self._take("now", schema, now)
            if isinstance(was, Path):
                held = self._connection.read_parquet(glob.escape(str(was)))
            else:
                self._take("held", schema, was)
                held = self._connection.table("held")
            held.create_view("was")
            for name in ("come", "gone"):
                self._connection.execute(queries.load("delta", name).text)
        except duckdb.Error as error:
            raise StoreError(f"nothing published: comparing {table} failed: {type(error).__name__}") from None
        return Changes(self._connection, schema, _NAMES.get(table, ()))

    def _take(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        failed: list[StoreError] = []

        def passing() -> Iterator[pa.RecordBatch]:
            # DuckDB makes an error of its own of whatever its source raises.
            try:
                yield from batches
            except StoreError as error:
                failed.append(error)
                raise

        self._connection.register("incoming", pa.RecordBatchReader.from_batches(schema, passing()))
        try:
            self._connection.execute(queries.load("delta", name).text)
        except duckdb.Error:
            if failed:
                raise failed[0] from None
            raise
        finally:
            self._connection.unregister("incoming")


class Changes:
    """The rows that came and went, of one table. names: the columns that name a row, where its values may change."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, schema: pa.Schema, names: tuple[str, ...]) -> None:
        self._connection = connection
        self._schema = schema
        self._names = names

    def come(self, batch: int) -> Iterator[pa.RecordBatch]:
        """Rows that came."""
        return self._rows("come", batch)

    def gone(self, batch: int) -> Iterator[pa.RecordBatch]:
        """Rows that went."""
        return self._rows("gone", batch)

    def changed(self, batch: int) -> Iterator[Changed]:
        """Rows that came, apart from those that only have other values now."""
        gone = self._all("gone")
        named = self._named(gone)
        for part in self.come(batch):
            at = pc.index_in(self._named(part), value_set=named)
            is_new = pc.is_null(at)
            yield Changed(part.filter(is_new), gone.take(at.drop_null()), part.filter(pc.invert(is_new)))

    def ended(self, batch: int) -> Iterator[pa.RecordBatch]:
        """Rows that went, and whose name no row has now."""
        named = self._named(self._all("come"))
        for part in self.gone(batch):
            yield part.filter(pc.is_null(pc.index_in(self._named(part), value_set=named)))

    def _named(self, rows: pa.RecordBatch) -> pa.Array:
        return pc.binary_join_element_wise(*(rows[name] for name in self._names), ":")

    def _all(self, name: str) -> pa.RecordBatch:
        whole = pa.Table.from_batches(self._rows(name, 1_000_000), self._schema).combine_chunks()
        return whole.to_batches()[0] if whole.num_rows else pa.RecordBatch.from_pylist([], schema=self._schema)

    def _rows(self, name: str, batch: int) -> Iterator[pa.RecordBatch]:
        # A cursor of its own: a connection has one result at a time.
        with self._connection.cursor() as cursor:
            for part in cursor.table(name).to_arrow_reader(batch):
                yield from pa.Table.from_batches([part]).cast(self._schema).to_batches(max_chunksize=batch)
