"""The seam to a graph store: how a run is written to it, and what may be asked of a published run.

Domain types in and out, never a driver's record and never a query. Multi-hop questions are answered above this seam, by
expanding over these batch primitives, so that both stores give the same answer.
"""

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Protocol, Self

import pyarrow as pa

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
    RingsWanted,
    RunStamp,
)


class GraphWriter(Protocol):
    """Writes one run, table by table in the order of `tables.TABLES`, then makes it the published one.

    A context manager: leaving it without `publish` leaves readers with what they had. Writing the same run again is
    safe at any point.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Write all rows of one table of `tables.TABLES`; returns how many were sent."""
        ...

    def publish(self, stamp: RunStamp) -> int:
        """Check that what was written is there, then let readers see it; returns how many rows were read back for it.

        StoreError if counts differ, or a value that was read back.
        """
        ...


class GraphView(Protocol):
    """Reads one published run. Every list is ordered as stated; what a limit cut shows in `Identifier.degree`."""

    def hanging(self) -> int:
        """How many questions have waited for a server longer than an answer takes; closing the view ends them, with a
        StoreError. 0 where no server is asked.
        """
        ...

    def run(self) -> RunStamp:
        """Which run this view shows."""
        ...

    def accounts(self, account_ids: Sequence[str]) -> list[Account]:
        """Those of `account_ids` that exist, by id."""
        ...

    def flagged(self, limit: int) -> list[Account]:
        """Flagged accounts, highest risk first, then by id."""
        ...

    def identifiers(self, keys: Sequence[str]) -> list[Identifier]:
        """Those of `keys` ('kind:token') that exist, by key."""
        ...

    def links(self, account_ids: Sequence[str], limit: int) -> list[Link]:
        """Identifiers each account used: per account at most `limit`, last seen first, then key; by account."""
        ...

    def users(self, keys: Sequence[str], limit: int) -> list[Link]:
        """Accounts that used each identifier: per identifier at most `limit`, last seen first, then account; by key."""
        ...

    def pairs(self, account_ids: Sequence[str], limit: int) -> list[Pair]:
        """Pairs with an end in `account_ids`: per account at most `limit`, most bits first; by bits, ends.

        A pair whose both ends are asked for appears once.
        """
        ...

    def pairs_among(self, account_ids: Sequence[str], limit: int) -> list[Pair]:
        """Pairs with both ends in `account_ids`: at most `limit` in all, by bits (most first), then ends."""
        ...

    def contributions(self, account_ids: Sequence[str]) -> list[Contribution]:
        """Contributions of each account, by account, then largest first, then block, kind, identifier, other."""
        ...

    def rings(self, limit: int, after: RingPlace | None = None, wanted: RingsWanted = ALL_RINGS) -> list[Ring]:
        """Rings in the order that is wanted, descending, then by id; `after`: the place of the last one already seen.

        The limit counts rings that are wanted.
        """
        ...

    def rings_by_id(self, ring_ids: Sequence[str]) -> list[Ring]:
        """Those of `ring_ids` that exist, by id."""
        ...

    def members(self, ring_ids: Sequence[str]) -> list[Member]:
        """Members of each ring, by ring, then confidence descending, then account."""
        ...

    def ring_events(self, ring_ids: Sequence[str]) -> list[RingEvent]:
        """What happened to each ring over all nights, and which rings merged into it; by ring, time, event, account.

        Of rings that have ended too.
        """
        ...

    def ring_events_after(self, as_of: int) -> list[RingEvent]:
        """What happened to any ring in nights after this time, in the same order."""
        ...

    def close(self) -> None:
        """Give back what the view holds open."""
        ...
