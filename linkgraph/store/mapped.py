"""A table of a run, mapped from disk: rows are found by place, and places by a column the table is sorted by.

One Arrow file per table, every column in one piece. Pages are shared between processes and read when they are touched.
"""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkgraph.solved import Names

# From so many rows on, taking whole columns is quicker than value by value: 0.4 us a value, 5 us a column.
_MANY = 16


class Mapped:
    """One table. Columns that are sorted by, and numbers, hold no null."""

    def __init__(self, path: Path) -> None:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        self._length: int = table.num_rows
        self._columns = {name: _whole(column) for name, column in zip(table.column_names, table.columns, strict=True)}
        self._numbers: dict[str, NDArray[Any]] = {
            name: column.to_numpy(zero_copy_only=True)
            for name, column in self._columns.items()
            if pa.types.is_primitive(column.type) and not pa.types.is_boolean(column.type) and not column.null_count
        }

    def __len__(self) -> int:
        return self._length

    def numbers(self, column: str) -> NDArray[Any]:
        """A column of numbers, none of them null."""
        return self._numbers[column]

    def names(self, column: str) -> Names:
        """A column of texts that the table is sorted by, each once."""
        return Names(self._columns[column])

    def of(self, column: str, number: int) -> range:
        """The rows in which a column of 32-bit numbers, by which the table is sorted, has this value."""
        # A number of another width would have numpy widen the whole column first.
        ends = np.array([number, number + 1], dtype=np.int32)
        first, last = np.searchsorted(self._numbers[column], ends)
        return range(int(first), int(last))

    def named(self, column: str, text: str) -> range:
        """The rows in which a column of texts, by which the table is sorted, has this value."""
        texts, places = self._columns[column], range(len(self))
        ends = (bisect(places, text, key=lambda each: texts[each].as_py()) for bisect in (bisect_left, bisect_right))
        return range(*ends)

    def rows(self, places: Sequence[int] | NDArray[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """These rows, in this order."""
        chosen = [self._columns[name] for name in columns]
        if len(places) < _MANY:
            return [tuple(column[int(place)].as_py() for column in chosen) for place in places]
        index = pa.array(places, pa.int64())
        return list(zip(*(column.take(index).to_pylist() for column in chosen), strict=True))

    def column(self, places: Sequence[int] | NDArray[Any], name: str) -> list[Any]:
        """One value of each of these rows, in this order."""
        return [value for (value,) in self.rows(places, [name])]


def write(path: Path, table: pa.Table) -> None:
    """Write a table so that it can be mapped, and flush it to disk."""
    whole = table.combine_chunks()
    with path.open("wb") as out:
        with pa.ipc.new_file(out, whole.schema) as writer:
            writer.write_table(whole)
        out.flush()
        os.fsync(out.fileno())


def is_each_once(table: pa.Table, column: str) -> bool:
    """Whether no text stands twice in a column that the table is sorted by."""
    texts = table[column]
    same = pc.equal(texts.slice(1), texts.slice(0, max(len(texts) - 1, 0)))
    return not pc.any(same).as_py()


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    if column.num_chunks == 0:
        return pa.array([], column.type)
    raise ValueError("a column in several pieces")
