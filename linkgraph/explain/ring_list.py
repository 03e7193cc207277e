"""Rings of a run in a list, best score first: all, those of a status, or those that have changed since a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from linkgraph.explain import history
from linkgraph.explain.history import RingChange, changes_after, in_order
from linkgraph.model import Ring, RingEvent

# Rings of a status are looked for in so many rings at a time, and so many times for one page.
_READ, _READS = 500, 10

Place = tuple[float, str]


class View(history.View, Protocol):
    """What a list of rings needs of a run; every graph store's view has it."""

    def rings(self, limit: int, after: Place | None = None) -> list[Ring]: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many rings, after which place (score, id), of which status, changed in nights after which time."""

    limit: int
    after: Place | None = None
    status: str | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class RingList:
    """Rings with the last event of each, where the next page begins after, and on a first page of changes those that
    have ended.
    """

    rings: tuple[tuple[Ring, RingEvent | None], ...]
    next: Place | None
    ended: tuple[RingChange, ...] = ()


def read_rings(view: View, wanted: Wanted) -> RingList:
    """The rings that are wanted."""
    if wanted.since is not None:
        return _changed(view, wanted, wanted.since)
    found, last = _read(view, wanted)
    events: dict[str, list[RingEvent]] = {}
    for event in in_order(view.ring_events([ring.ring_id for ring in found])):
        events.setdefault(event.ring_id, []).append(event)
    return RingList(tuple((ring, next(reversed(events.get(ring.ring_id, [])), None)) for ring in found), last)


def _read(view: View, wanted: Wanted) -> tuple[list[Ring], Place | None]:
    """Rings of the status, and where to go on."""
    if wanted.status is None:
        read = view.rings(wanted.limit + 1, wanted.after)
        return _page(read, wanted.limit)
    found: list[Ring] = []
    after = wanted.after
    for _ in range(_READS):
        read = view.rings(_READ, after)
        found += [ring for ring in read if ring.status == wanted.status]
        if len(found) > wanted.limit:
            return _page(found, wanted.limit)
        if len(read) < _READ:
            return found, None
        after = _place(read[-1])
    return found, after


def _changed(view: View, wanted: Wanted, since: int) -> RingList:
    changes = changes_after(view, since)
    lasts = {each.ring_id: each.events[-1] for each in changes}
    found, last = _page([each.ring for each in changes if each.ring and _fits(each.ring, wanted)], wanted.limit)
    ended = [each for each in changes if each.ring is None] if wanted.after is None and wanted.status is None else []
    return RingList(tuple((ring, lasts[ring.ring_id]) for ring in found), last, tuple(ended))


def _fits(ring: Ring, wanted: Wanted) -> bool:
    if wanted.status not in (None, ring.status):
        return False
    return wanted.after is None or (-ring.score, ring.ring_id) > (-wanted.after[0], wanted.after[1])


def _page(found: Sequence[Ring], limit: int) -> tuple[list[Ring], Place | None]:
    shown = list(found[:limit])
    return shown, _place(shown[-1]) if len(found) > limit else None


def _place(ring: Ring) -> Place:
    return ring.score, ring.ring_id
