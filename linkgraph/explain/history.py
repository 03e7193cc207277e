"""The life of a ring over all nights, read from its events: what it is now, who was in it, what made it change.

A ring id never dies: it is alive, dormant or retired, or an alias of the ring that its own went on as.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from linkgraph.errors import NotFoundError
from linkgraph.model import Ring, RingEvent

ALIVE, DORMANT, RETIRED, ALIAS = "alive", "dormant", "retired", "alias"

# What a ring is after such an event. One of no such event is alive.
_TURNS = {"returned": ALIVE, "dormant": DORMANT, "retired": RETIRED, "merged": ALIAS}
JOINED = ("born", "split", "grew")
# In which order the events of one night are told.
_ORDER = ("returned", "born", "split", "grew", "shrank", "merged", "dormant", "retired")


class View(Protocol):
    """What the life of a ring needs of a run; every graph store's view has it."""

    def ring_events(self, ring_ids: Sequence[str]) -> list[RingEvent]: ...
    def ring_events_after(self, as_of: int) -> list[RingEvent]: ...
    def rings_by_id(self, ring_ids: Sequence[str]) -> list[Ring]: ...


@dataclass(frozen=True, slots=True)
class RingHistory:
    """The life of the ring that answers for an id.

    asked: the id asked for; ring_id: that of the ring, the same unless it is an alias. state: alive, dormant, retired.
    aliases: every id that has ended in this ring. members: tonight's, or its last where it is not alive.
    events: of the ring and of its aliases, oldest first.
    """

    asked: str
    ring_id: str
    state: str
    aliases: tuple[str, ...]
    members: tuple[str, ...]
    events: tuple[RingEvent, ...]


@dataclass(frozen=True, slots=True)
class RingChange:
    """A ring with what happened to it since a time; `ring` is None where it is not in this run."""

    ring_id: str
    ring: Ring | None
    events: tuple[RingEvent, ...]


def read_history(view: View, ring_id: str) -> RingHistory:
    """The life of the ring that answers for `ring_id`; NotFoundError if no ring has ever had this id."""
    survivor = ring_for(view, ring_id)
    if survivor is None:
        raise NotFoundError("no ring has ever had this id")
    events, aliases = events_of(view, survivor)
    own = [each for each in events if each.ring_id == survivor]
    return RingHistory(ring_id, survivor, state_of(own)[0], aliases, members_after(own), events)


def events_of(view: View, ring_id: str) -> tuple[tuple[RingEvent, ...], tuple[str, ...]]:
    """What happened to a ring and to its aliases, oldest first, and the aliases by id."""
    events: dict[RingEvent, None] = {}
    seen: set[str] = set()
    wanted = [ring_id]
    while wanted:
        seen |= set(wanted)
        read = view.ring_events(wanted)
        events |= dict.fromkeys(read)
        wanted = sorted({each.ring_id for each in read} - seen)
    return tuple(in_order(events)), tuple(sorted(seen - {ring_id}))


def in_order(events: Iterable[RingEvent]) -> list[RingEvent]:
    """Events oldest first, those of one night as they are told."""
    return sorted(events, key=_place)


def _place(event: RingEvent) -> tuple[int, str, int, str, str]:
    order = _ORDER.index(event.event)
    return event.as_of, event.ring_id, order, event.other_ring_id or "", event.account_id or ""


def ring_for(view: View, ring_id: str) -> str | None:
    """Id of the ring that answers for this one: itself, or the one its own went on as. None if it was never given."""
    while events := [each for each in view.ring_events([ring_id]) if each.ring_id == ring_id]:
        state, other = state_of(events)
        if state != ALIAS or other is None:
            return ring_id
        ring_id = other
    return None


def state_of(events: Iterable[RingEvent]) -> tuple[str, str | None]:
    """What a ring is after its events, and for an alias, of which ring."""
    last = max((each for each in events if each.event in _TURNS), key=_place, default=None)
    return (ALIVE, None) if last is None else (_TURNS[last.event], last.other_ring_id)


def members_after(events: Iterable[RingEvent]) -> tuple[str, ...]:
    """Accounts of a ring after its events, oldest first, by id."""
    members: set[str] = set()
    for each in events:
        if each.account_id is not None:
            (members.add if each.event in JOINED else members.discard)(each.account_id)
    return tuple(sorted(members))


def changes_after(view: View, as_of: int) -> list[RingChange]:
    """Every ring to which something happened in nights after this time: those of this run by score, then the others."""
    by_ring: dict[str, list[RingEvent]] = {}
    for event in in_order(view.ring_events_after(as_of)):
        by_ring.setdefault(event.ring_id, []).append(event)
    rings = {ring.ring_id: ring for ring in view.rings_by_id(list(by_ring))}
    found = [RingChange(ring_id, rings.get(ring_id), tuple(events)) for ring_id, events in by_ring.items()]
    return sorted(found, key=lambda each: (-each.ring.score if each.ring else 1.0, each.ring_id))
