"""Which tokens the rows of one account hold, and which of them rows of others hold as well.

Whatever the feed and the column, corrected and retracted rows included: a token is told by its form. Nothing in the
ledger is sorted by account, so every feed that holds tokens is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from linkgraph.errors import LedgerError, NotFoundError
from linkgraph.ledger.log import Ledger
from linkgraph.ledger.schema import FEEDS, Feed

# The column that says whose row it is: who ordered gave the payer and the proof.
_OWNERS: Final = ("account_id", "buyer_id")
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_ALL: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class SubjectTokens:
    """Tokens that only rows of the account hold, and those that rows of others hold too."""

    own: frozenset[str]
    shared: frozenset[str]


def tokens_of(ledger: Ledger, account_id: str) -> SubjectTokens:
    """The tokens of an account; NotFoundError if no feed knows it, LedgerError if one cannot be read."""
    held: set[str] = set()
    known = False
    for feed, owner, rows in _feeds(ledger):
        found = _table(feed, rows, _texts(feed, owner), pc.field(owner) == account_id)
        known = known or found.num_rows > 0
        held |= {each for column in found.columns for each in column.unique().to_pylist() if _is_token(each)}
    if not known:
        raise NotFoundError("no feed of the ledger knows this account")
    tokens, shared = pa.array(sorted(held), pa.string()), set[str]()
    for feed, owner, rows in _feeds(ledger) if held else ():
        for column in _texts(feed, owner):
            others = (pc.field(owner) != account_id) & pc.field(column).isin(tokens)
            shared |= set(_table(feed, rows, [column], others)[column].unique().to_pylist())
    return SubjectTokens(frozenset(held - shared), frozenset(shared))


def _feeds(ledger: Ledger) -> Iterator[tuple[Feed, str, ds.Dataset]]:
    for feed in FEEDS.values():
        owner = next((each for each in _OWNERS if each in feed.schema.names), None)
        paths = [str(path) for path in ledger.files(feed.name, _ALL)]
        if owner is not None and paths:
            yield feed, owner, ds.dataset(paths)


def _texts(feed: Feed, owner: str) -> list[str]:
    return [name for name, kind in feed.columns if pa.types.is_string(kind) and name != owner]


def _table(feed: Feed, rows: ds.Dataset, columns: list[str], chosen: Any) -> pa.Table:
    try:
        return rows.to_table(columns, filter=chosen)
    except (OSError, pa.ArrowException) as error:
        raise LedgerError(f"the ledger table of {feed.name} cannot be read: {type(error).__name__}") from None


def _is_token(text: str | None) -> bool:
    return text is not None and _TOKEN.fullmatch(text) is not None
