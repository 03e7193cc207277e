"""Whether a store holds what a run sent: a sample of the run's rows, compared value by value with a view's answers.

The sample is drawn from the rows as they pass, so it costs no second reading. Accounts, identifiers and rings are
drawn; of a drawn account all links, pairs and contributions are kept, of a drawn ring all members, so that a row too
many is found like one that is missing. Pure but for the view that is asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkgraph.store.base import GraphView
from linkgraph.tables import TABLES

Row = tuple[Any, ...]

_NODES: Final = ("accounts", "identifiers", "rings")

# Tables whose rows follow a drawn node: which node, and the columns that may name it.
_FOLLOWING: Final = {
    "used": ("accounts", ("account_id",)),
    "ring_members": ("rings", ("ring_id",)),
    "links": ("accounts", ("account_a", "account_b")),
    "contributions": ("accounts", ("account_id",)),
}

# How many of a table's first columns say which row it is.
_KEY_WIDTH: Final = {
    "accounts": 1,
    "identifiers": 2,
    "rings": 1,
    "used": 3,
    "ring_members": 2,
    "links": 2,
    "contributions": 5,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One row in which store and run differ. what: `missing`, `extra`, or the columns that differ."""

    table: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.what}"


class Sample:
    """At most `size` rows of each table of nodes, and what hangs on them; offered in the order of `TABLES`."""

    def __init__(self, seed: int, size: int) -> None:
        self.rows: dict[str, list[Row]] = {table: [] for table in _KEY_WIDTH}
        self._size = size
        self._drawn: dict[str, list[tuple[float, Row]]] = {table: [] for table in _NODES}
        self._chance = {table: np.random.default_rng([seed, at]) for at, table in enumerate(_NODES)}

    @property
    def size(self) -> int:
        """How many rows there are to compare."""
        return sum(map(len, self.rows.values()))

    def offer(self, table: str, batch: pa.RecordBatch) -> None:
        """Take from a batch what belongs to the sample. A row's chance does not depend on how batches are cut."""
        if table in _NODES:
            self._draw(table, batch)
        elif table in _FOLLOWING:
            self._follow(table, batch)

    def names(self, table: str) -> list[str]:
        """Ids of the drawn rows of a table of nodes, keys where these are identifiers."""
        return [":".join(row[: _KEY_WIDTH[table]]) for row in self.rows[table]]

    def _draw(self, table: str, batch: pa.RecordBatch) -> None:
        # Each row draws a number, the smallest stay.
        numbers = self._chance[table].random(batch.num_rows)
        lowest = np.argsort(numbers, kind="stable")[: self._size]
        drawn = zip(numbers[lowest].tolist(), _rows(batch.take(pa.array(lowest))), strict=True)
        kept = sorted([*self._drawn[table], *drawn], key=lambda each: each[0])[: self._size]
        self._drawn[table] = kept
        self.rows[table] = [row for _, row in kept]

    def _follow(self, table: str, batch: pa.RecordBatch) -> None:
        node, columns = _FOLLOWING[table]
        names = pa.array(self.names(node), pa.string())
        chosen = pc.is_in(batch[columns[0]], names)
        for column in columns[1:]:
            chosen = pc.or_(chosen, pc.is_in(batch[column], names))
        self.rows[table] += _rows(batch.filter(chosen))


def differences(sample: Sample, view: GraphView) -> list[Difference]:
    """In what the view differs from the sampled rows, table by table."""
    found = _answers(sample, view)
    return [each for table, rows in sample.rows.items() for each in compared(table, rows, found[table])]


def compared(table: str, expected: Sequence[Row], found: Sequence[Row]) -> Iterator[Difference]:
    """In what two sets of rows of a table differ, by key."""
    wanted, held = _by_key(table, expected), _by_key(table, found)
    for key in sorted(wanted.keys() | held.keys(), key=repr):
        if wanted.get(key) != held.get(key):
            name = " ".join(str(part) for part in key if part is not None)
            yield Difference(table, name, _what(table, wanted.get(key, []), held.get(key, [])))


def _answers(sample: Sample, view: GraphView) -> dict[str, list[Row]]:
    accounts, rings = sample.names("accounts"), sample.names("rings")

    def above(table: str) -> int:
        # One more than the run has: what is too many is seen, and nothing else is cut.
        return len(sample.rows[table]) + 1

    answers: dict[str, Iterable[Any]] = {
        "accounts": view.accounts(accounts),
        "identifiers": view.identifiers(sample.names("identifiers")),
        "rings": view.rings_by_id(rings),
        "used": view.links(accounts, above("used")),
        "ring_members": view.members(rings),
        "links": view.pairs(accounts, above("links")),
        "contributions": view.contributions(accounts),
    }
    return {table: [astuple(each) for each in found] for table, found in answers.items()}


def _by_key(table: str, rows: Sequence[Row]) -> dict[Row, list[Row]]:
    groups: dict[Row, list[Row]] = {}
    for row in sorted(rows, key=repr):
        groups.setdefault(row[: _KEY_WIDTH[table]], []).append(row)
    return groups


def _what(table: str, wanted: list[Row], held: list[Row]) -> str:
    if len(wanted) != len(held):
        return "missing" if len(held) < len(wanted) else "extra"
    names = TABLES[table].names
    pairs = zip(wanted, held, strict=True)
    differing = {at for one, other in pairs for at, name in enumerate(names) if one[at] != other[at]}
    return ", ".join(names[at] for at in sorted(differing))


def _rows(batch: pa.RecordBatch) -> list[Row]:
    return [tuple(map(_plain, row.values())) for row in batch.to_pylist()]


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
