"""Reads one run from Neo4j, if it is the published one or the one before it.

Every answer is read together with the pointer's epoch, the answer first. If the epoch is still the one under which the
view found its run, no step of a publish lies within the answer; else the view looks where its run is now and reads
again. So an answer is of one run, whole, or it is StoreBusyError.
"""

import math
import weakref
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from linkgraph.errors import StoreBusyError, StoreError
from linkgraph.model import Account, Contribution, Identifier, Link, Member, Pair, Ring, RunStamp
from linkgraph.store.neo4j.connection import Connection, Login

# No read answers more rows than this; reaching it is an error, never a cut.
_CAP = 1_000_000

# A publish has about ten steps in all, and most last far longer than a read.
_TRIES: Final = 10


class _Place(NamedTuple):
    """Where a run was found: its number, and the epoch before it was looked for."""

    epoch: int
    seq: int


class Neo4jView:
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
        rows = self._rows("pairs", account_ids=_texts(account_ids), limit=max(limit, 0), cap=_CAP)
        return [
            Pair(a, b, bits, chance, tuple(families), tuple(shared)) for a, b, bits, chance, families, shared in rows
        ]

    def contributions(self, account_ids: Sequence[str]) -> list[Contribution]:
        """What each score is made of, largest first."""
        return [Contribution(*row) for row in self._rows("contributions", account_ids=_texts(account_ids), cap=_CAP)]

    def rings(self, limit: int, after: tuple[float, str] | None = None) -> list[Ring]:
        """Rings, best score first."""
        score, ring_id = after if after is not None else (math.inf, "")
        return [Ring(*row) for row in self._rows("rings", score=score, ring_id=ring_id, limit=max(limit, 0))]

    def rings_by_id(self, ring_ids: Sequence[str]) -> list[Ring]:
        """Those that exist, by id."""
        return [Ring(*row) for row in self._rows("rings_by_id", ring_ids=_texts(ring_ids), cap=_CAP)]

    def members(self, ring_ids: Sequence[str]) -> list[Member]:
        """Members of each ring, surest first."""
        return [Member(*row) for row in self._rows("members", ring_ids=_texts(ring_ids), cap=_CAP)]

    def close(self) -> None:
        """Give back the connections; the view must not be used afterwards."""
        self._close()

    def _read_stamp(self) -> RunStamp:
        run_id, as_of, config_hash, cold_start, names, counts = self._rows("run")[0]
        return RunStamp(run_id, as_of, config_hash, cold_start, dict(zip(names, counts, strict=True)))

    def _rows(self, name: str, **values: Any) -> list[list[Any]]:
        for _ in range(_TRIES):
            place = self._place
            rows, epoch = self._connection.read((f"read/{name}", values | {"seq": place.seq}), ("pointer/epoch", {}))
            if epoch == [[place.epoch]]:
                if len(rows) == values.get("cap"):
                    raise StoreError(f"query read/{name}: more than {_CAP} rows; ask for less")
                return rows
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


def _texts(values: Sequence[str]) -> list[str]:
    # Each once, in the order of answers. What is not Unicode (a lone surrogate) cannot be stored, so it names nothing.
    return sorted(value for value in set(values) if _encodes(value))


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
