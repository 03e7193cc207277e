"""Finds in the ledger what lies behind a use: its first and its last observation, with their ids at the source.

What yields which kind of identifier is said here as `queries/relational/used.sql` says it for a night, and a test holds
the two together. Each feed is read once, whatever is asked; nothing in the ledger is sorted by account.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from linkgraph.errors import LedgerError
from linkgraph.kinds import KIND_NAMES
from linkgraph.ledger.log import Ledger
from linkgraph.model import Observation, Use

_COMMON = ("known_at", "source_id", "record", "deleted", "batch", "line")


Row = Mapping[str, Any]
Shown = Iterator[tuple[str, str | None]]


_LOGINS = ("device", "fingerprint", "ip")
_ORDERS = ("payer", "proof")
_CONTACTS = ("email", "phone", "document")


def _observed(row: Row) -> Shown:
    yield row["kind"], row["identifier"]


def _logins(row: Row) -> Shown:
    yield from ((kind, row[kind]) for kind in _LOGINS)


def _instruments(row: Row) -> Shown:
    yield row["kind"], row["token"]


def _payments(row: Row) -> Shown:
    yield row["rail"], row["instrument"]
    # An address that was paid from is anybody's.
    if row["direction"] == "out":
        yield "wallet", row["wallet"]


def _orders(row: Row) -> Shown:
    yield from ((kind, row[kind]) for kind in _ORDERS)


def _accounts(row: Row) -> Shown:
    yield "stem", row["email_stem"]
    yield from ((kind, row[kind]) for kind in _CONTACTS)


@dataclass(frozen=True, slots=True)
class _Source:
    """A feed that shows uses of some kinds: which columns say so, and how; `account`, `at`: their columns."""

    feed: str
    kinds: frozenset[str]
    columns: tuple[str, ...]
    shows: Callable[[Row], Shown]
    account: str = "account_id"
    at: str = "at"

    @property
    def read(self) -> list[str]:
        """All columns that are read."""
        return [self.account, self.at, *self.columns, *_COMMON]


_SOURCES = (
    _Source("observations", frozenset(KIND_NAMES), ("kind", "identifier"), _observed),
    _Source("logins", frozenset(_LOGINS), _LOGINS, _logins),
    _Source("instruments", frozenset(("card", "bank")), ("kind", "token"), _instruments),
    _Source(
        "payments", frozenset(("card", "bank", "wallet")), ("rail", "instrument", "direction", "wallet"), _payments
    ),
    _Source("p2p_orders", frozenset(_ORDERS), _ORDERS, _orders, account="buyer_id"),
    _Source("accounts", frozenset((*_CONTACTS, "stem")), (*_CONTACTS, "email_stem"), _accounts, at="created_at"),
)


def cite(
    ledger: Ledger, uses: Sequence[Use], as_of: int, most_rows: int | None = None
) -> dict[Use, list[Observation]] | None:
    """The first and the last observation of each use, as known at `as_of` (epoch seconds), or the only one.

    None where there is no ledger, or one of more than `most_rows` rows. LedgerError if it cannot be read.
    """
    rows = sum(entry.rows for entry in ledger.entries())
    if not rows or (most_rows is not None and rows > most_rows):
        return None
    clock = as_of * 1_000_000 + 999_999
    wanted = set(uses)
    found: defaultdict[Use, list[Observation]] = defaultdict(list)
    for source in _SOURCES:
        account_ids = sorted({account_id for account_id, kind, _ in uses if kind in source.kinds})
        for row in _current(ledger, source, account_ids, clock) if account_ids else ():
            at = row[source.at] if row[source.at] is not None else row["known_at"]
            for kind, token in source.shows(row) if at <= clock else ():
                if (use := (row[source.account], kind, token or "")) in wanted:
                    found[use].append(_observation(source.feed, row, at))
    return {use: _ends(found[use]) for use in uses if use in found}


def _observation(feed: str, row: Row, at: int) -> Observation:
    return Observation(feed, row["source_id"], row["batch"], row["line"], at // 1_000_000)


def _ends(seen: list[Observation]) -> list[Observation]:
    ordered = sorted(seen, key=lambda each: (each.at, each.feed, each.batch, each.line))
    return list(dict.fromkeys((ordered[0], ordered[-1])))


def _current(ledger: Ledger, source: _Source, account_ids: Sequence[str], clock: int) -> list[dict[str, Any]]:
    """Rows of these accounts as known at the clock: of each record its newest row, and none that was retracted."""
    rows = _read(ledger, source, source.account, account_ids, clock)
    records = sorted({row["record"] for row in rows if row["record"] is not None})
    newest: dict[str, dict[str, Any]] = {}
    # A later row of the record may stand under another account.
    for row in _read(ledger, source, "record", records, clock) if records else []:
        if row["record"] not in newest or _rank(row) > _rank(newest[row["record"]]):
            newest[row["record"]] = row
    kept = [row for row in rows if row["record"] is None] + list(newest.values())
    return [row for row in kept if not row["deleted"]]


def _rank(row: Row) -> tuple[int, bool, str, int]:
    return row["known_at"], row["deleted"], row["batch"], row["line"]


def _read(ledger: Ledger, source: _Source, column: str, values: Sequence[str], clock: int) -> list[dict[str, Any]]:
    paths = [str(path) for path in ledger.files(source.feed, clock)]
    if not paths:
        return []
    asked = pc.field(column).isin(pa.array(values, pa.string())) & (pc.field("known_at") <= clock)
    try:
        rows: list[dict[str, Any]] = ds.dataset(paths).to_table(source.read, filter=asked).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise LedgerError(f"the ledger table of {source.feed} cannot be read: {type(error).__name__}") from None
    return rows
