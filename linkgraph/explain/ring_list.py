"""Rings of a run in a list, in one of several orders: all, those of a status or typology, or changed since a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from linkgraph.explain import history
from linkgraph.explain.history import RingChange, changes_after, in_order
from linkgraph.model import ALL_RINGS, Ring, RingEvent, RingPlace, RingsWanted


class View(history.View, Protocol):
    """What a list of rings needs of a run; every graph store's view has it."""

    def rings(self, limit: int, after: RingPlace | None = None, wanted: RingsWanted = ALL_RINGS) -> list[Ring]: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many rings, after which place, which of them in which order, changed in nights after which time."""

    limit: int
    after: RingPlace | None = None
    which: RingsWanted = ALL_RINGS
    since: int | None = None


@dataclass(frozen=True, slots=True)
class RingList:
    """Rings with the last event of each, where the next page begins after, and on a first page of changes those that
    have ended.
    """

    rings: tuple[tuple[Ring, RingEvent | None], ...]
    next: RingPlace | None
    ended: tuple[RingChange, ...] = ()


def read_rings(view: View, wanted: Wanted) -> RingList:
    """The rings that are wanted."""
    if wanted.since is not None:
        return _changed(view, wanted, wanted.since)
    found, last = _page(view.rings(wanted.limit + 1, wanted.after, wanted.which), wanted)
    events: dict[str, list[RingEvent]] = {}
    for event in in_order(view.ring_events([ring.ring_id for ring in found])):
        events.setdefault(event.ring_id, []).append(event)
    return RingList(tuple((ring, next(reversed(events.get(ring.ring_id, [])), None)) for ring in found), last)


def _changed(view: View, wanted: Wanted, since: int) -> RingList:
    changes = changes_after(view, since)
    lasts = {each.ring_id: each.events[-1] for each in changes}
    fitting = [each.ring for each in changes if each.ring and wanted.which.fits(each.ring)]
    found, last = _page(_in_order(fitting, wanted), wanted)
    whole = wanted.after is None and wanted.which.status is None and wanted.which.typology is None
    ended = [each for each in changes if each.ring is None] if whole else []
    return RingList(tuple((ring, lasts[ring.ring_id]) for ring in found), last, tuple(ended))


def _in_order(rings: Iterable[Ring], wanted: Wanted) -> list[Ring]:
    """Rings as a store would order them, those after the place alone."""
    by_id = sorted(rings, key=lambda each: each.ring_id)
    found = sorted(by_id, key=lambda each: wanted.which.place(each)[0], reverse=True)
    if wanted.after is None:
        return found
    value, ring_id = wanted.after
    places = ((each, *wanted.which.place(each)) for each in found)
    return [each for each, own, name in places if own < value or (own == value and name > ring_id)]


def _page(found: Sequence[Ring], wanted: Wanted) -> tuple[list[Ring], RingPlace | None]:
    shown = list(found[: wanted.limit])
    return shown, wanted.which.place(shown[-1]) if shown and len(found) > wanted.limit else None
