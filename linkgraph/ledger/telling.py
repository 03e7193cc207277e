"""What feeds told of one account, row by row."""

from typing import Final

from linkgraph.ledger.log import Ledger
from linkgraph.ledger.reading import Known, KnownLedger, Row, time_of
from linkgraph.ledger.schema import COMMON, FEEDS
from linkgraph.model import FeedRow, Told

# Who of the staff looked at an account, and for which case, is not for everybody who looks at it.
_LEFT_OUT: Final = frozenset(("staff_access",))
_COMMON: Final = frozenset(name for name, _ in COMMON)


def tell(ledger: Ledger, account_id: str, known: Known, most_rows: int) -> Told:
    """Every row about an account as known then, each record as its newest row says; at most so many of a feed.

    LedgerError if a feed cannot be read.
    """
    rows: list[FeedRow] = []
    cut: list[str] = []
    with KnownLedger(ledger, known) as reader:
        for feed in FEEDS:
            if feed not in _LEFT_OUT:
                found, is_cut = reader.about(feed, {account_id}, most_rows)
                rows += (_told(feed, row) for row in found)
                cut += [feed] if is_cut else []
    return Told(tuple(rows), tuple(cut))


def _told(feed: str, row: Row) -> FeedRow:
    named = row["source_id"] if row["source_id"] is not None else row["record"]
    own = {name: value for name, value in row.items() if name not in _COMMON}
    return FeedRow(feed, row[time_of(feed)], row["known_at"], named, row["batch"], row["line"], own)
