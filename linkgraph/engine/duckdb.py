"""The embedded engine: runs `queries/relational/*.sql` over Parquet files and writes their results as Parquet.

Results are written by one writer in the order the statement gives, in row groups of a fixed size, so that a
table's bytes
depend on its rows alone and not on thread count or batch borders.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph.errors import RunError
from linkgraph.queries import load

_ROW_GROUP = 131_072
_BATCH = 131_072


class DuckDBEngine:
    """One in-memory connection that spills to `temp`; a context manager. Statements see tables by registered name."""

    def __init__(self, temp: Path, memory_limit: str, threads: int) -> None:
        temp.mkdir(parents=True, exist_ok=True)
        self._connection = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": str(temp),
                "preserve_insertion_order": True,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def files(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> None:
        """Make Parquet files visible as `name`; without files, an empty table of `schema`."""
        if paths:
            self._connection.read_parquet([str(path) for path in paths]).create_view(name, replace=True)
        else:
            self._connection.from_arrow(schema.empty_table()).create(name)

    def table(self, name: str, rows: pa.Table) -> None:
        """Make a small Arrow table visible as `name`."""
        self._connection.register(name, rows)

    def view(self, step: str, name: str) -> None:
        """Make the result of a statement visible as `name`, computed when it is read."""
        self._connection.sql(load("relational", step).text).create_view(name, replace=True)

    def run(self, step: str, out: Path, schema: pa.Schema | None = None, parts: pa.Table | None = None) -> int:
        """Run a statement and write its rows to `out`; returns their number.

        schema: cast the columns to it, which must have the same names; a null where it allows none is an error.
        parts: run it once per row of this table, visible alone as `part`, and write the results one after another.
        """
        try:
            readers = self._readers(load("relational", step).text, parts)
            first = next(readers, None)
            wanted = schema if schema is not None or first is None else first.schema
            return write_parquet(out, wanted, _fitted(chain([first] if first else [], readers), wanted))
        except (duckdb.Error, pa.ArrowInvalid) as error:
            raise RunError(f"step {step}: {type(error).__name__}: {_first_line(error)}") from error

    def _readers(self, statement: str, parts: pa.Table | None) -> Iterator[pa.RecordBatchReader]:
        for row in [None] if parts is None else range(len(parts)):
            if parts is not None and row is not None:
                self.table("part", parts.slice(row, 1))
            yield self._connection.sql(statement).to_arrow_reader(_BATCH)

    def read(self, step: str) -> pa.Table:
        """Run a statement and return its rows."""
        try:
            table: pa.Table = self._connection.sql(load("relational", step).text).to_arrow_table()
        except duckdb.Error as error:
            raise RunError(f"step {step}: {type(error).__name__}: {_first_line(error)}") from error
        return table


def write_parquet(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write rows in groups of `_ROW_GROUP`, whatever batches they come in; returns their number. Replaces `path`
    at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".partial")
    rows, held, waiting = 0, 0, []
    with pq.ParquetWriter(beside, schema, compression="zstd", compression_level=1) as writer:
        for batch in batches:
            waiting.append(batch)
            held += len(batch)
            rows += len(batch)
            while held >= _ROW_GROUP:
                table = pa.Table.from_batches(waiting, schema)
                writer.write_table(table.slice(0, _ROW_GROUP).combine_chunks(), row_group_size=_ROW_GROUP)
                rest = table.slice(_ROW_GROUP)
                waiting, held = rest.to_batches(), len(rest)
        writer.write_table(pa.Table.from_batches(waiting, schema).combine_chunks(), row_group_size=_ROW_GROUP)
    beside.replace(path)
    return rows


def _fitted(readers: Iterable[pa.RecordBatchReader], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in chain.from_iterable(readers):
        columns = [batch[field.name].cast(field.type) for field in schema]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
