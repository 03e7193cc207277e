"""Reads what feeds told of one account, from the files that a run read and as known at its time.

Nothing in the ledger is sorted by account: the columns that say whose a row is are read whole, except in files that say
they have no row of the account; the other columns only where it has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, Self

import duckdb
from duckdb import ColumnExpression, ConstantExpression, Expression

from linkgraph.errors import LedgerError
from linkgraph.ledger.log import Ledger
from linkgraph.ledger.schema import FEEDS
from linkgraph.model import FeedRow, Told

# Who of the staff looked at an account, and for which case, is not for everybody who looks at it.
_LEFT_OUT: Final = frozenset(("staff_access",))
_READ: Final = tuple(name for name in FEEDS if name not in _LEFT_OUT)
_TIMES: Final = {"accounts": "created_at", "disputes": "opened_at"}
_COMMON: Final = ("known_at", "source_id", "record", "deleted", "batch", "line")
_MEMORY: Final = "512MB"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What a run knew: its time in epoch seconds, the files it read as feed and digest, and how many rows they have."""

    as_of: int
    files: frozenset[tuple[str, str]]
    rows: int

    @classmethod
    def to(cls, record: Mapping[str, Any]) -> Self:
        """What the run of this record knew; nothing, of a record without its inputs."""
        inputs = record.get("inputs", [])
        return cls(
            record["as_of"], frozenset((feed, digest) for feed, digest, _ in inputs), sum(each[2] for each in inputs)
        )

    @property
    def clock(self) -> int:
        """The last microsecond of its second."""
        return self.as_of * 1_000_000 + 999_999


def tell(ledger: Ledger, account_id: str, known: Known, most_rows: int) -> Told:
    """Every row about an account as known then, each record as its newest row says; at most so many of a feed.

    LedgerError if a feed cannot be read.
    """
    rows: list[FeedRow] = []
    cut: list[str] = []
    with duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY, "temp_directory": ""}) as connection:
        for feed in _READ:
            parts = ledger.parts(feed, {digest for name, digest in known.files if name == feed})
            reader = _Reader(connection, feed, parts, known.clock)
            try:
                found = reader.about(account_id, most_rows)
            except duckdb.Error as error:
                raise LedgerError(f"the ledger table of {feed} cannot be read: {type(error).__name__}") from None
            rows += (_told(feed, row) for row in found)
            cut += [feed] if reader.cut else []
    return Told(tuple(rows), tuple(cut))


def _told(feed: str, row: Row) -> FeedRow:
    named = row["source_id"] if row["source_id"] is not None else row["record"]
    own = {name: value for name, value in row.items() if name not in _COMMON}
    return FeedRow(feed, row[_time(feed)], row["known_at"], named, row["batch"], row["line"], own)


def _time(feed: str) -> str:
    return _TIMES.get(feed, "at")


class _Reader:
    """One feed's files as known at the clock. `cut`: rows were left out of the last answer."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, feed: str, files: Sequence[Path], clock: int) -> None:
        self._connection = connection
        self._feed = feed
        self._files = [str(each) for each in files]
        self._clock = clock
        self._owners = FEEDS[feed].owners
        self._newest = (_time(feed), "known_at", "batch", "line")
        self.cut = False

    def about(self, account_id: str, most_rows: int) -> list[Row]:
        """Rows that stand under the account, each record as its newest row says; none retracted, none yet to come."""
        rows = self._owned(account_id, most_rows + 1) if self._files else []
        self.cut = len(rows) > most_rows
        del rows[most_rows:]
        newest: dict[str, Row] = {}
        records = sorted({row["record"] for row in rows} - {None})
        # A later row of the record may stand under another account.
        for row in self._rows(_is_one_of("record", records)) if records else ():
            if row["record"] not in newest or _rank(row) > _rank(newest[row["record"]]):
                newest[row["record"]] = row
        once = [row for row in rows if row["record"] is None]
        return [row for row in [*once, *newest.values()] if self._stands(row, account_id)]

    def _owned(self, account_id: str, most: int) -> list[Row]:
        """Rows that ever stood under the account, newest first."""
        found: dict[tuple[str, int], Row] = {}
        # One column at a time: files pass over what one value excludes, and read it all where either may hold.
        for name in self._owners:
            rows = self._rows(ColumnExpression(name) == ConstantExpression(account_id), most)
            found |= {(row["batch"], row["line"]): row for row in rows}
        order = itemgetter(*self._newest)
        return sorted(found.values(), key=order, reverse=True)[:most]

    def _stands(self, row: Row, account_id: str) -> bool:
        is_owned = any(row[name] == account_id for name in self._owners)
        return is_owned and not row["deleted"] and row[_time(self._feed)] <= self._clock

    def _rows(self, which: Expression, most: int | None = None) -> list[Row]:
        """Rows known at the clock, in no order; the newest by their own time where there are more than `most`."""
        known = ColumnExpression("known_at") <= ConstantExpression(self._clock)
        found = self._connection.read_parquet(self._files).filter(which & known)
        if most is not None:
            found = found.sort(*(ColumnExpression(name).desc() for name in self._newest)).limit(most)
        names = found.columns
        return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def _is_one_of(column: str, values: Iterable[str]) -> Expression:
    return ColumnExpression(column).isin(*(ConstantExpression(each) for each in values))


def _rank(row: Row) -> tuple[int, bool, str, int]:
    return row["known_at"], row["deleted"], row["batch"], row["line"]
