"""The questions of a view, written once over the one thing in which stores differ: how a named query gives its rows.

Both stores have a query of each name with the same columns in the same order, which the contract suite holds.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from linkgraph.errors import StoreError
from linkgraph.model import (
    ALL_RINGS,
    Account,
    Contribution,
    Identifier,
    Link,
    Member,
    Pair,
    Ring,
    RingEvent,
    RingPlace,
    RingSort,
    RingsWanted,
    RunStamp,
)

# No read answers more rows than this. It is far above what the API asks for; reaching it is an error, never a cut.
_CAP = 1_000_000

# Orders of rings: the query, the parameter that says where to go on, and its value before the first one.
_SORTS: dict[RingSort, tuple[str, str, float | str]] = {
    "score": ("rings", "score", math.inf),
    "size": ("rings_by_size", "size", 1 << 32),
    "changed": ("rings_by_change", "run_id", "~"),
}


class RowsView(ABC):
    """The questions of `base.GraphView`; a store adds how it opens, reads and closes."""

    _stamp: RunStamp

    @abstractmethod
    def _read(self, name: str, **values: Any) -> list[Any]:
        """The rows of the store's query `read/NAME`."""

    def _rows(self, name: str, **values: Any) -> list[Any]:
        rows = self._read(name, **values)
        if len(rows) == values.get("cap"):
            raise StoreError(f"query read/{name}: more than {_CAP} rows; ask for less")
        return rows

    def hanging(self) -> int:
        """How many questions wait for a server for too long: none, unless a store asks one."""
        return 0

    def run(self) -> RunStamp:
        """Which run this view shows."""
        return self._stamp

    def accounts(self, account_ids: Sequence[str]) -> list[Account]:
        """Those that exist, by id."""
        return [Account(*row) for row in self._rows("accounts", account_ids=_texts(account_ids), cap=_CAP)]

    def flagged(self, limit: int) -> list[Account]:
        """Flagged accounts, highest risk first."""
        return [Account(*row) for row in self._rows("flagged", limit=max(limit, 0))]

    def identifiers(self, keys: Sequence[str]) -> list[Identifier]:
        """Those that exist, by key."""
        return [Identifier(*row) for row in self._rows("identifiers", keys=_texts(keys), cap=_CAP)]

    def links(self, account_ids: Sequence[str], limit: int) -> list[Link]:
        """What each account used, last seen first."""
        rows = self._rows("links", account_ids=_texts(account_ids), limit=max(limit, 0), cap=_CAP)
        return [Link(*row) for row in rows]

    def users(self, keys: Sequence[str], limit: int) -> list[Link]:
        """Who used each identifier, last seen first."""
        return [Link(*row) for row in self._rows("users", keys=_texts(keys), limit=max(limit, 0), cap=_CAP)]

    def pairs(self, account_ids: Sequence[str], limit: int) -> list[Pair]:
        """Strongest pairs of each account, each pair once."""
        return _pairs(self._rows("pairs", account_ids=_texts(account_ids), limit=max(limit, 0), cap=_CAP))

    def pairs_among(self, account_ids: Sequence[str], limit: int) -> list[Pair]:
        """Pairs with both ends in `account_ids`, strongest first."""
        return _pairs(self._rows("pairs_among", account_ids=_texts(account_ids), limit=max(limit, 0)))

    def contributions(self, account_ids: Sequence[str]) -> list[Contribution]:
        """What each score is made of, largest first."""
        return [Contribution(*row) for row in self._rows("contributions", account_ids=_texts(account_ids), cap=_CAP)]

    def rings(self, limit: int, after: RingPlace | None = None, wanted: RingsWanted = ALL_RINGS) -> list[Ring]:
        """Rings, in the order that is wanted."""
        name, by, top = _SORTS[wanted.sort]
        value, ring_id = after if after is not None else (top, "")
        which = {by: value, "ring_id": ring_id, "status": wanted.status, "typology": wanted.typology}
        return _rings(self._rows(name, **which, limit=max(limit, 0)))

    def rings_by_id(self, ring_ids: Sequence[str]) -> list[Ring]:
        """Those that exist, by id."""
        return _rings(self._rows("rings_by_id", ring_ids=_texts(ring_ids), cap=_CAP))

    def members(self, ring_ids: Sequence[str]) -> list[Member]:
        """Members of each ring, surest first."""
        return [Member(*row) for row in self._rows("members", ring_ids=_texts(ring_ids), cap=_CAP)]

    def ring_events(self, ring_ids: Sequence[str]) -> list[RingEvent]:
        """The life of each ring, and which merged into it."""
        return [RingEvent(*row) for row in self._rows("ring_events", ring_ids=_texts(ring_ids), cap=_CAP)]

    def ring_events_after(self, as_of: int) -> list[RingEvent]:
        """What happened since."""
        return [RingEvent(*row) for row in self._rows("ring_events_after", as_of=as_of, cap=_CAP)]

    def _read_stamp(self) -> RunStamp:
        rows = self._read("run")
        if not rows:
            raise StoreError("the store holds no published run")
        run_id, as_of, config_hash, cold_start, names, counts = rows[0]
        return RunStamp(run_id, as_of, config_hash, cold_start, dict(zip(names, counts, strict=True)))


def _rings(rows: Sequence[Any]) -> list[Ring]:
    found = (Ring(*row) for row in rows)
    return [replace(ring, exposures=tuple(ring.exposures)) for ring in found]


def _pairs(rows: Sequence[Any]) -> list[Pair]:
    return [Pair(a, b, bits, chance, *(tuple(each or ()) for each in lists)) for a, b, bits, chance, *lists in rows]


def _texts(values: Sequence[str]) -> list[str]:
    # Each once, in the order of answers. What is not Unicode (a lone surrogate) cannot be stored, so it names nothing.
    return sorted(value for value in set(values) if _encodes(value))


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
