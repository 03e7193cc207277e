"""Appends to the audit chain in groups: one thread, one transaction, many rows, and each caller is told of its end.

A reading costs a row, and a row of its own would cost a flush to disk. While one group is committed the next gathers.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from linkgraph.casework.anchors import Anchors
from linkgraph.casework.audit import Act, Chain, Head
from linkgraph.casework.database import Database
from linkgraph.errors import CaseworkError

_LOG: Final = logging.getLogger("linkgraph.casework")
_GROUP: Final = 500

Waiting = tuple[Act, "Future[None]"]


class Recorder:
    """The audit of one process. `now` gives microseconds since 1970."""

    def __init__(self, database: Database, chain: Chain, anchors: Anchors, now: Callable[[], int]) -> None:
        self.chain = chain
        self._database, self._anchors, self._now = database, anchors, now
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="audit", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def record(self, act: Act) -> "Future[None]":
        """Done when the row is committed; CaseworkError if it could not be. Cancelled in time, it is not written."""
        done: Future[None] = Future()
        self._waiting.put((act, done))
        return done

    def close(self) -> None:
        """Write what is waiting, and end."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        more = True
        while more:
            gathered = [self._waiting.get()]
            while len(gathered) < _GROUP and not self._waiting.empty():
                gathered.append(self._waiting.get())
            more = None not in gathered
            group = [each for each in gathered if each is not None and each[1].set_running_or_notify_cancel()]
            if group:
                self._settle(group)

    def _settle(self, group: Sequence[Waiting]) -> None:
        try:
            head = self._write([act for act, _ in group])
        except Exception as error:  # noqa: BLE001  # if this thread ended, every later request would hang
            _LOG.error("audit failed", extra={"fields": {"error": type(error).__name__, "rows": len(group)}})
            for _, done in group:
                done.set_exception(CaseworkError("the audit cannot be written"))
            return
        for _, done in group:
            done.set_result(None)
        self._anchor(head)

    def _write(self, acts: Sequence[Act]) -> Head:
        with self._database.write() as connection:
            return self.chain.append(connection, acts, self._now())

    def _anchor(self, head: Head) -> None:
        try:
            self._anchors.keep(head, self._now())
        except CaseworkError as error:
            _LOG.error("no anchor", extra={"fields": {"message": str(error)}})
