"""The life of a ring, and what changed since a time, as text for a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from linkgraph.explain.doubts import count
from linkgraph.explain.history import ALIVE, RingChange, RingHistory
from linkgraph.explain.text import day, plain, short, when
from linkgraph.model import RingEvent, RunStamp

_NAMED = 8
_SENTENCES = {
    "born": "born with {accounts}",
    "split": "split from {other} with {accounts}",
    "grew": "grew by {accounts}{other_from}",
    "shrank": "shrank by {accounts}{other_to}",
    "merged": "became part of {other}",
    "dormant": "dormant: nothing holds it together any more",
    "returned": "returned",
    "retired": "retired: it has been dormant too long to return",
}


def render_history(history: RingHistory, run: RunStamp) -> str:
    """The life of a ring in lines of plain text, ending with a newline."""
    lines = [*_head(history, run), "", "Life", *event_lines(history.events, history.ring_id)]
    return "\n".join(lines) + "\n"


def render_changes(changes: Sequence[RingChange], run: RunStamp) -> str:
    """Rings that something happened to, a line for each, ending with a newline; empty if there are none."""
    return "".join(f"{_change(each)}\n" for each in changes) or f"no ring has changed ({when(run)})\n"


def _head(history: RingHistory, run: RunStamp) -> Iterator[str]:
    if history.asked != history.ring_id:
        yield f"{plain(history.asked)} is now part of ring {plain(history.ring_id)}."
    yield f"Ring {plain(history.ring_id)}: {history.state} ({when(run)})"
    if history.aliases:
        yield f"  also known as {', '.join(map(plain, history.aliases))}"
    yield f"  {'' if history.state == ALIVE else 'last '}{accounts_in_words(history.members)}"


def event_lines(events: Iterable[RingEvent], own: str) -> Iterator[str]:
    """Events in their order, those of one sort and night together; a ring other than `own` is named."""
    for (as_of, ring_id), night in groupby(events, key=lambda each: (each.as_of, each.ring_id)):
        for (event, other), found in groupby(night, key=lambda each: (each.event, each.other_ring_id)):
            alike = list(found)
            whose = "" if ring_id == own else f"{plain(ring_id)} "
            yield f"  {day(as_of)}  {whose}{_sentence(event, other, alike)}"
            if event != "retired":
                yield f"              {_cause(alike)}"


def _sentence(event: str, other: str | None, events: Sequence[RingEvent]) -> str:
    name = plain(other or "")
    return _SENTENCES[event].format(
        accounts=accounts_in_words([each.account_id for each in events if each.account_id is not None]),
        other=name,
        other_from=f", from {name}" if other else "",
        other_to=f", to {name}" if other else "",
    )


def accounts_in_words(account_ids: Sequence[str]) -> str:
    """How many accounts, and the first of them by name."""
    shown = ", ".join(map(plain, account_ids[:_NAMED]))
    more = f" and {len(account_ids) - _NAMED:,} more" if len(account_ids) > _NAMED else ""
    return f"{count(len(account_ids), 'account')}: {shown}{more}" if account_ids else "no account"


def _cause(events: Iterable[RingEvent]) -> str:
    causes = {(-abs(each.bits), each.kind or "", each.identifier or "", each.bits) for each in events if each.bits}
    if not causes:
        return "no pair gained or lost explains it"
    _, kind, identifier, bits = min(causes)
    name = f"{kind} {short(identifier)}".strip()
    others = f", and {count(len(causes) - 1, 'other cause')}" if len(causes) > 1 else ""
    return f"{'gained' if bits > 0 else 'lost'} {name}, {bits:+.1f} bits{others}"


def _change(change: RingChange) -> str:
    told = Counter(each.event for each in change.events)
    words = ", ".join(f"{event} {number}" if event in ("grew", "shrank") else event for event, number in told.items())
    now = f"{change.ring.score:.2f}  {words}  ({plain(change.ring.headline)})" if change.ring else f"----  {words}"
    return f"{plain(change.ring_id)}  {now}"
