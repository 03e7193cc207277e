"""Cites observations where the ledger is at hand: it is read whole, for one request at a time, if it is small."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from linkgraph.explain.paths import Cite
from linkgraph.ledger import Ledger, cite
from linkgraph.model import Observation, Use

# About a second on one processor.
_MOST_ROWS: Final = 10_000_000
_reading: Final = threading.Lock()


def citer(folder: Path) -> Cite:
    """What looks uses up in the ledger in `folder`, and says None where that is not possible here and now."""

    def look_up(uses: Sequence[Use], as_of: int) -> Mapping[Use, Sequence[Observation]] | None:
        if not _reading.acquire(blocking=False):
            return None
        try:
            return cite(Ledger(folder), uses, as_of, _MOST_ROWS)
        finally:
            _reading.release()

    return look_up
