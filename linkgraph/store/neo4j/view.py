"""Reads one run from Neo4j, if it is the published one or the one before it.

Every statement of `read/` gathers its rows and then reads the pointer's epoch. If that is still the one under which the
view found its run, no step of a publish lies within the answer; else the view looks where its run is now and reads
again. So an answer is of one run, whole, or it is StoreBusyError. Rows and epoch come in one statement, since a round
trip takes longer than most answers.

A publish deletes what no run holds any more, and a read that has found such a thing may look at its stamps when they
are gone already: without any property nothing is visible, which reads ask last.
"""

import weakref
from typing import Any, Final, NamedTuple

from linkgraph.errors import StoreBusyError, StoreError
from linkgraph.store.neo4j.connection import Connection, Login
from linkgraph.store.rows import RowsView

# A publish has about ten steps in all, and most last far longer than a read.
_TRIES: Final = 10
# Measured: who used a hub of half a million takes two, at p99.
_HANGING_SECONDS: Final = 2.5


class _Place(NamedTuple):
    """Where a run was found: its number, and the epoch before it was looked for."""

    epoch: int
    seq: int


class Neo4jView(RowsView):
    """Reads one run; see `base.GraphView`. Safe to share between threads."""

    def __init__(self, login: Login, run_id: str) -> None:
        self._run_id = run_id
        self._connection = Connection(login, writing=False)
        # The driver must be closed, and callers that read once and end do not always say so.
        self._close = weakref.finalize(self, self._connection.close)
        try:
            self._place = self._open()
            self._stamp = self._read_stamp()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give back the connections; the view must not be used afterwards."""
        self._close()

    def hanging(self) -> int:
        """How many questions have waited longer than the slowest answer takes."""
        return self._connection.waiting(_HANGING_SECONDS)

    def _read(self, name: str, **values: Any) -> list[list[Any]]:
        for _ in range(_TRIES):
            place = self._place
            [[rows, epoch]] = self._connection.ask(f"read/{name}", **values, seq=place.seq)
            if epoch == place.epoch:
                return rows  # type: ignore[no-any-return]
            self._place = self._find_again()
        raise StoreBusyError("Neo4j is being published to; try again shortly")

    def _open(self) -> _Place:
        place, held = self._find()
        if place is None:
            found = f"run {held}" if held else "no run of linkgraph"
            raise StoreError(
                f"Neo4j at {self._connection.place} holds {found}, not run {self._run_id}: publish that run again"
            )
        return place

    def _find_again(self) -> _Place:
        place, held = self._find()
        if place is None:
            raise StoreBusyError(f"run {self._run_id} is no longer in the store: run {held} is published")
        return place

    def _find(self) -> tuple[_Place | None, str | None]:
        """Where the view's run is, and which run is published."""
        # The epoch first: what is read behind it is at least as new, so a step in between shows at the next answer.
        epoch, held = self._connection.read(("pointer/epoch", {}), ("pointer/held", {}))
        places = [_Place(epoch[0][0], seq) for seq, run_id in held if run_id == self._run_id]
        return places[0] if places else None, held[0][1] if held else None


class UnpublishedView(RowsView):
    """Reads a run that is written and not yet published, for its writer; by number, since no pointer names it."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def close(self) -> None:
        """Nothing: the connection is the writer's."""

    def _read(self, name: str, **values: Any) -> list[list[Any]]:
        [[rows, _]] = self._connection.ask(f"read/{name}", **values, seq=self._seq)
        return rows  # type: ignore[no-any-return]
