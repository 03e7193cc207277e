"""Reads files as chunks of raw columns with the line of every row; memory does not grow with the file.

Values stay bytes or native Arrow values here. What cannot become a row (a wrong number of fields, bad JSON) leaves as a
reject; what cannot be a file of its format raises InputError.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.rejects import Reject
from linkgraph.errors import InputError

_PARQUET_BYTES = 128 << 20  # of one chunk
_PARQUET_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows. `lines`: line in the file (Parquet: row), from 1. `blank`: rows without any value, left out."""

    lines: pa.Array
    columns: dict[str, pa.Array]
    rejects: list[Reject] = field(default_factory=list)
    blank: int = 0
    keys: frozenset[str] = frozenset()


class Reader(Protocol):
    """One open file. `names` are its columns, None where each row says its own."""

    names: tuple[str, ...] | None

    def chunks(self, wanted: Sequence[str]) -> Iterator[Chunk]:
        """The rows in order, with the wanted columns that they have."""
        ...


def content_digest(path: Path, *more: str) -> str:
    """Name of a batch: the same bytes read in the same way have the same name."""
    digest = hashlib.sha256(json.dumps(more).encode())
    try:
        with path.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()[:16]


class ParquetReader:
    """A Parquet file. Text comes as dictionaries: a long value is held once, however many rows have it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            schema = pq.read_schema(path)
            texts = [field.name for field in schema if _is_text(field.type)]
            self._file = pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False, buffer_size=1 << 20)
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise InputError(f"{path}: not a Parquet file, or cut short") from None
        self.names: tuple[str, ...] | None = tuple(self._file.schema_arrow.names)

    def chunks(self, wanted: Sequence[str]) -> Iterator[Chunk]:
        """Chunks of a bounded number of rows and bytes."""
        columns = [name for name in self._file.schema_arrow.names if name in set(wanted)]
        row = 1
        for table in self._tables(columns):
            values = {name: table[name].combine_chunks() for name in columns}
            yield Chunk(pa.array(np.arange(row, row + len(table))), values)
            row += len(table)

    def _tables(self, columns: list[str]) -> Iterator[pa.Table]:
        """Row groups cut where they are large, joined where they are small."""
        size = self._rows()
        batches = self._file.iter_batches(batch_size=size, columns=columns)
        held: list[pa.RecordBatch] = []
        read = 0
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError):
                raise InputError(f"{self._path}: damaged at or after row {read + 1}") from None
            if held and (batch is None or sum(map(len, held)) >= size):
                yield pa.Table.from_batches(held)
                held = []
            if batch is None:
                return
            held.append(batch)
            read += len(batch)

    def _rows(self) -> int:
        meta = self._file.metadata
        size = sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
        per_row: int = max(1, size // max(1, meta.num_rows))
        return max(1000, min(int(_PARQUET_ROWS), int(_PARQUET_BYTES // per_row)))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind))
