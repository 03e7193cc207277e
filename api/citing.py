"""Reads the ledger for a request, where it is at hand: whole feeds, so one request at a time, and if it is small."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from api.problems import OVERLOADED, ProblemError
from linkgraph.explain.paths import Cite
from linkgraph.explain.timeline import Tell
from linkgraph.ledger import Known, Ledger, cite, tell
from linkgraph.model import Observation, Told, Use
from linkgraph.runs import Run

# About a second on one processor.
_MOST_ROWS: Final = 20_000_000
# Of one account, in each feed.
_MOST_OF_FEED: Final = 5_000
# Within the time that an answer may take, the reading itself included.
_WAIT_SECONDS: Final = 2.0
# So many may wait for their turn: a thread that waits is one that serves nobody else, and there are eight.
_WAITING: Final = 4
_reading: Final = threading.Lock()
_waiting: Final = threading.BoundedSemaphore(_WAITING)


def citer(folder: Path, run: Run) -> Cite:
    """What looks uses up in the ledger as the run knew it, and says None where that is not possible here and now."""
    known = Known.to(run.record())

    def look_up(uses: Sequence[Use]) -> Mapping[Use, Sequence[Observation]] | None:
        if not folder.is_dir() or not _reading.acquire(blocking=False):
            return None
        try:
            return cite(Ledger(folder), uses, known, _MOST_ROWS)
        finally:
            _reading.release()

    return look_up


def teller(folder: Path, run: Run) -> Tell:
    """What reads the feeds of an account as the run knew them; None where this run's are not here, or too large.

    ProblemError where others are being read for too long: the same run must answer the same to whoever comes back.
    """
    known = Known.to(run.record())

    def read(account_id: str) -> Told | None:
        if not 0 < known.rows <= _MOST_ROWS or not folder.is_dir():
            return None
        _take_turn()
        try:
            return tell(Ledger(folder), account_id, known, _MOST_OF_FEED)
        finally:
            _reading.release()

    return read


def _take_turn() -> None:
    if not _waiting.acquire(blocking=False):
        raise ProblemError(OVERLOADED)
    try:
        if not _reading.acquire(timeout=_WAIT_SECONDS):
            raise ProblemError(OVERLOADED)
    finally:
        _waiting.release()
