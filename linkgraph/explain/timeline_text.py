"""A timeline as text for a terminal."""

from collections.abc import Iterator
from datetime import UTC, datetime

from linkgraph.explain.folding import Event
from linkgraph.explain.happenings import ACCOUNT
from linkgraph.explain.text import day, plain, when
from linkgraph.explain.timeline import Timeline

_DAY_SECONDS = 86_400


def render_timeline(timeline: Timeline) -> str:
    """The events in lines of plain text, ending with a newline."""
    return "\n".join([f"Account {plain(timeline.account_id)} ({when(timeline.run)})", *_lines(timeline)]) + "\n"


def _lines(timeline: Timeline) -> Iterator[str]:
    for event in timeline.events:
        yield f"  {_time(event.at)}  {event.kind:<15}  {plain(event.summary)}{_more(event)}"
    if not timeline.events:
        yield "  nothing is known to have happened"
    if not timeline.feeds_read:
        yield "  the ledger was not read: only the night's summary of it, without money, disputes or settings"
    if timeline.cut:
        yield f"  only the newest rows were read of {', '.join(timeline.cut)}: no use is called the first"


def _more(event: Event) -> str:
    parts = []
    if event.amount is not None:
        parts.append(f"{event.amount.normalize():f} {event.currency or ''}".rstrip())
    if event.count > 1:
        parts.append(f"since {day(event.first_at)}")
    if event.by != ACCOUNT:
        parts.append(f"by {event.by.replace('_', ' ')}")
    if event.known_at is not None and event.known_at - event.at > _DAY_SECONDS:
        parts.append(f"known {day(event.known_at)}")
    if event.source_id is not None:
        parts.append(event.source_id)
    return f"  [{', '.join(plain(each) for each in parts)}]" if parts else ""


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
