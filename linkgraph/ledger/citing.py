"""Finds in the ledger what lies behind a use: its first and its last observation, with their ids at the source.

What yields which kind of identifier is said here as `queries/relational/used.sql` says it for a night, and a test holds
the two together. Each feed is read once, whatever is asked.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from linkgraph.kinds import KIND_NAMES
from linkgraph.ledger.log import Ledger
from linkgraph.ledger.reading import Known, KnownLedger, Row, time_of
from linkgraph.model import Observation, Use

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
    """A feed that shows uses of some kinds, and how; `account`: the column that says whose."""

    feed: str
    kinds: frozenset[str]
    shows: Callable[[Row], Shown]
    account: str = "account_id"


_SOURCES = (
    _Source("observations", frozenset(KIND_NAMES), _observed),
    _Source("logins", frozenset(_LOGINS), _logins),
    _Source("instruments", frozenset(("card", "bank")), _instruments),
    _Source("payments", frozenset(("card", "bank", "wallet")), _payments),
    _Source("p2p_orders", frozenset(_ORDERS), _orders, account="buyer_id"),
    _Source("accounts", frozenset((*_CONTACTS, "stem")), _accounts),
)


def cite(
    ledger: Ledger, uses: Sequence[Use], known: Known, most_rows: int | None = None
) -> dict[Use, list[Observation]] | None:
    """The first and the last observation of each use, as the run knew it, or the only one.

    None where the run read nothing, or more than `most_rows` rows. LedgerError if the ledger cannot be read.
    """
    if not known.rows or (most_rows is not None and known.rows > most_rows):
        return None
    wanted = set(uses)
    found: defaultdict[Use, list[Observation]] = defaultdict(list)
    with KnownLedger(ledger, known) as reader:
        for source in _SOURCES:
            account_ids = {account_id for account_id, kind, _ in uses if kind in source.kinds}
            for row in reader.about(source.feed, account_ids)[0] if account_ids else ():
                for kind, token in source.shows(row):
                    if (use := (row[source.account], kind, token or "")) in wanted:
                        found[use].append(_observation(source.feed, row))
    return {use: _ends(found[use]) for use in uses if use in found}


def _observation(feed: str, row: Row) -> Observation:
    return Observation(feed, row["source_id"], row["batch"], row["line"], row[time_of(feed)] // 1_000_000)


def _ends(seen: list[Observation]) -> list[Observation]:
    ordered = sorted(seen, key=lambda each: (each.at, each.feed, each.batch, each.line))
    return list(dict.fromkeys((ordered[0], ordered[-1])))
