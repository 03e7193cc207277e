"""Whether the audit chain is whole, and if it is not, what was done to it.

One pass over the rows decides; only a chain that fails is read again, to name each fault. Nothing is taken on trust:
the start is the first row or an anchor, the end is the head, and every anchor must still be a row.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Final, Literal

from sqlalchemy import Connection, select

from linkgraph.casework.anchors import Anchor
from linkgraph.casework.audit import AUDIT, START, Chain, Head, Row, read_head
from linkgraph.errors import CaseworkError

Name = Literal["edited", "missing", "duplicated", "reordered", "forked", "torn_tail", "rewritten"]

# So many faults are named; so many places are tried for a row that stands where it does not belong.
_NAMED: Final = 100
_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What happened, and the number of the row it happened to."""

    name: Name
    seq: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was verified: rows after `start` up to `head`. Sound if there is no fault. `more`: not all are named."""

    rows: int
    start: int
    head: Head
    faults: tuple[Fault, ...]
    more: bool

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check_tail(connection: Connection, chain: Chain, anchors: Sequence[Anchor]) -> None:
    """CaseworkError unless the head is the last row, that row is ours, and the newest anchor is still a row."""
    head = read_head(connection)
    last = connection.execute(select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(1)).one_or_none()
    ends = last is not None and (last.seq, last.hash) == head and chain.hash(last) == last.hash
    newest = anchors[-1] if anchors else None
    held = connection.execute(select(AUDIT.c.hash).where(AUDIT.c.seq == newest.seq)).scalar() if newest else None
    if not (ends or (last is None and head == Head(0, START))) or (newest and held != newest.hash):
        raise CaseworkError("the tail of the audit chain is not sound: run `linkgraph audit verify`")


Read = Callable[[], Iterable[Row]]


def verify(connection: Connection, chain: Chain, anchors: Sequence[Anchor], start: Anchor | None = None) -> Verdict:
    """The chain in the database, from its first row or from an anchor on."""

    def rows() -> Iterator[Row]:
        statement = select(AUDIT).where(AUDIT.c.seq >= (start.seq if start else 0)).order_by(AUDIT.c.seq)
        with connection.execution_options(yield_per=_BATCH).execute(statement) as stored:
            yield from (Row(*row) for row in stored)

    return verify_rows(rows, read_head(connection), chain, anchors, start)


def verify_rows(
    read: Read, head: Head, chain: Chain, anchors: Sequence[Anchor], start: Anchor | None = None
) -> Verdict:
    """The same of rows as they are stored. With `start` the first of them is that anchor's own row."""
    kept = [*anchors, *([start] if start else [])]
    known = {each.seq: each.hash for each in kept if start is None or each.seq >= start.seq}
    seen, sound = _follow(read(), head, chain, known, start)
    if sound:
        return Verdict(seen, start.seq if start else 0, head, (), more=False)
    faults = _Inspection(list(read()), head, chain, known, start.seq if start else 1).faults()
    return Verdict(seen, start.seq if start else 0, head, tuple(faults[:_NAMED]), more=len(faults) > _NAMED)


def _follow(
    rows: Iterable[Row], head: Head, chain: Chain, known: dict[int, str], start: Anchor | None
) -> tuple[int, bool]:
    """Rows seen, and whether each follows on the one before it, up to the head and through all anchors."""
    seen, seq, last, anchored = 0, start.seq - 1 if start else 0, START, 0
    hash_of = chain.hash
    for row in rows:
        seen, seq = seen + 1, seq + 1
        goes_on = row.prev == last or (start is not None and seen == 1)
        if row.seq != seq or not goes_on or hash_of(row) != row.hash or known.get(seq, row.hash) != row.hash:
            return seen, False
        anchored += seq in known
        last = row.hash
    return seen, (seq, last) == head and anchored == len(known)


class _Inspection:
    """All rows of a chain that is not whole, by number, and what each of them tells."""

    def __init__(self, rows: list[Row], head: Head, chain: Chain, known: dict[int, str], first: int) -> None:
        self._head, self._chain, self._known, self._first = head, chain, known, first
        self._genuine = [row for row in rows if chain.hash(row) == row.hash]
        self._strangers = [row for row in rows if chain.hash(row) != row.hash]
        self._seq_of = {row.hash: row.seq for row in self._genuine}
        # Numbers that some row accounts for; the strangers' come to them when they are told apart.
        self._held = {row.seq for row in self._genuine}
        empty = (seq for seq in count(first) if seq not in self._held)
        self._empty = list(islice(empty, _NAMED))

    def faults(self) -> list[Fault]:
        """Every fault by row, but for those past the limit by which they are named."""
        found = {*self._of_strangers(), *self._of_genuine()}
        found |= {*islice(self._gaps(), _NAMED + 1), *self._tail(), *self._anchored()}
        return sorted(found, key=lambda fault: (fault.seq, fault.name))

    def _of_strangers(self) -> Iterator[Fault]:
        """Rows whose hash is not theirs: copies and moved rows carry one that was right elsewhere."""
        for row in self._strangers:
            copied = self._seq_of.get(row.hash)
            moved = next((seq for seq in self._empty if self._belongs(row, seq)), None)
            if copied is not None and self._belongs(row, copied):
                yield Fault("duplicated", row.seq)
            elif moved is not None:
                self._held.add(moved)
                yield Fault("reordered", row.seq)
            else:
                self._held.add(row.seq)
                yield Fault("edited", row.seq)

    def _belongs(self, row: Row, seq: int) -> bool:
        return self._chain.hash(row._replace(seq=seq)) == row.hash

    def _of_genuine(self) -> Iterator[Fault]:
        """Rows that are ours, and stand twice, or go on from a row that is not the one before them alone."""
        follows = Counter(row.prev for row in {row.hash: row for row in self._genuine}.values())
        for row, seen in zip(self._genuine, self._seen(), strict=True):
            if seen:
                yield Fault("duplicated", row.seq)
            elif follows[row.prev] > 1 or self._seq_of.get(row.prev, row.seq - 1) != row.seq - 1:
                yield Fault("forked", row.seq)

    def _seen(self) -> Iterator[bool]:
        seen: set[str] = set()
        for row in self._genuine:
            yield row.hash in seen
            seen.add(row.hash)

    def _gaps(self) -> Iterator[Fault]:
        last = max(self._held, default=0)
        return (Fault("missing", seq) for seq in range(self._first, last) if seq not in self._held)

    def _tail(self) -> Iterator[Fault]:
        """Whether the head, and the anchors, are where the rows end."""
        last = max(self._held, default=0)
        ends = {row.hash for row in self._genuine if row.seq == last} or ({START} if last == 0 else {self._head.hash})
        if max([self._head.seq, *self._known]) > last:
            yield Fault("torn_tail", last + 1)
        elif self._head.seq < last or self._head.hash not in ends:
            yield Fault("torn_tail", self._head.seq)

    def _anchored(self) -> Iterator[Fault]:
        """Anchored rows that are ours and are not what they were: with the key in hand somebody wrote them anew."""
        stored = {row.seq: row.hash for row in self._genuine}
        wrong = (seq for seq, known in self._known.items() if stored.get(seq, known) != known)
        return (Fault("rewritten", seq) for seq in wrong)
