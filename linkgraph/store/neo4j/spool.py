"""Arrow batches kept in a temporary file, to be read more than once: rows of a night need not fit into memory."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import pyarrow as pa


class Spool:
    """Takes batches of one schema, then gives them back any number of times. Gone when the context ends."""

    def __init__(self, schema: pa.Schema) -> None:
        self.rows = 0
        self._schema = schema

    def __enter__(self) -> Self:
        self._file = tempfile.TemporaryFile()
        self._writer = pa.ipc.new_stream(self._file, self._schema)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        self._file.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Keep a batch behind those before it."""
        if batch.num_rows:
            self.rows += batch.num_rows
            self._writer.write_batch(batch)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All batches so far, in the order they came."""
        self._writer.close()
        self._file.seek(0)
        with pa.ipc.open_stream(self._file) as reader:
            yield from reader
