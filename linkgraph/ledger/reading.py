"""Reads rows of some accounts as a run knew them: from the files that it read, as of its time.

Nothing in the ledger is sorted by account: the columns that say whose a row is are read whole, except in files that say
they have no row of the account; the other columns only where it has.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from types import TracebackType
from typing import Any, Final, Self

import duckdb
from duckdb import ColumnExpression, ConstantExpression, Expression

from linkgraph.errors import LedgerError
from linkgraph.ledger.log import Ledger, origin_of
from linkgraph.ledger.schema import FEEDS

_TIMES: Final = {"accounts": "created_at", "disputes": "opened_at"}
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
        files = frozenset((feed, digest) for feed, digest, _ in inputs)
        return cls(record["as_of"], files, sum(rows for *_, rows in inputs))

    @property
    def clock(self) -> int:
        """The last microsecond of its second."""
        return self.as_of * 1_000_000 + 999_999


def time_of(feed: str) -> str:
    """The column that says when a row's event was."""
    return _TIMES.get(feed, "at")


class KnownLedger:
    """The ledger as a run knew it; a context manager."""

    def __init__(self, ledger: Ledger, known: Known) -> None:
        self._ledger = ledger
        self._known = known
        self._connection = duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY, "temp_directory": ""})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def about(self, feed: str, account_ids: Collection[str], most: int | None = None) -> tuple[list[Row], bool]:
        """Rows of a feed that stand under these accounts, in no order, each record as its newest row says; and whether
        there were more than `most`, of which the newest are given. None that was retracted or is yet to come.

        LedgerError if the feed cannot be read, or files are gone that the run read.
        """
        digests = {digest for name, digest in self._known.files if name == feed}
        parts = self._ledger.parts(feed, digests)
        if len({origin_of(path) for path in parts}) < len(digests):
            raise LedgerError(f"the ledger table of {feed} lacks files that the run read")
        paths = [str(path) for path in parts]
        try:
            return _Files(self._connection, feed, paths, self._known.clock).about(account_ids, most)
        except duckdb.Error as error:
            raise LedgerError(f"the ledger table of {feed} cannot be read: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class _Files:
    """Files of one feed, as known at the clock."""

    connection: duckdb.DuckDBPyConnection
    feed: str
    paths: list[str]
    clock: int

    def about(self, account_ids: Collection[str], most: int | None) -> tuple[list[Row], bool]:
        if not self.paths:
            return [], False
        rows = self._owned(account_ids, most)
        kept = rows[:most]
        newest: dict[str, Row] = {}
        records = sorted({row["record"] for row in kept} - {None})
        # A later row of the record may stand under another account.
        for row in self._rows(_is_one_of("record", records)) if records else ():
            if row["record"] not in newest or _rank(row) > _rank(newest[row["record"]]):
                newest[row["record"]] = row
        once = [row for row in kept if row["record"] is None]
        return [row for row in (*once, *newest.values()) if self._stands(row, account_ids)], len(kept) < len(rows)

    def _owned(self, account_ids: Collection[str], most: int | None) -> list[Row]:
        """Rows that ever stood under these accounts, newest first; one more than `most` where there are more."""
        found: dict[tuple[str, int], Row] = {}
        # One column at a time: files pass over what one value excludes, and read it all where either may hold.
        for name in FEEDS[self.feed].owners:
            rows = self._rows(_is_one_of(name, account_ids), most)
            found |= {(row["batch"], row["line"]): row for row in rows}
        return sorted(found.values(), key=itemgetter(*self._order), reverse=True)

    def _stands(self, row: Row, account_ids: Collection[str]) -> bool:
        is_owned = any(row[name] in account_ids for name in FEEDS[self.feed].owners)
        return is_owned and not row["deleted"] and row[time_of(self.feed)] <= self.clock

    def _rows(self, which: Expression, most: int | None = None) -> list[Row]:
        """Rows known at the clock, in no order; of more than `most` the newest, and one more."""
        known = ColumnExpression("known_at") <= ConstantExpression(self.clock)
        found = self.connection.read_parquet(self.paths).filter(which & known)
        if most is not None:
            found = found.sort(*(ColumnExpression(name).desc() for name in self._order)).limit(most + 1)
        names = found.columns
        return [dict(zip(names, values, strict=True)) for values in found.fetchall()]

    @property
    def _order(self) -> tuple[str, ...]:
        return time_of(self.feed), "known_at", "batch", "line"


def _is_one_of(column: str, values: Iterable[str]) -> Expression:
    return ColumnExpression(column).isin(*(ConstantExpression(each) for each in sorted(values)))


def _rank(row: Row) -> tuple[int, bool, str, int]:
    return row["known_at"], row["deleted"], row["batch"], row["line"]
