"""Tells what is alike as one event, until something out of the ordinary happens. Pure.

Out of the ordinary is a change of the account, of what people say of it or of its ring, and the first use of anything
but an IP address. Nothing is dropped: the counts of the events add up to what happened.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from linkgraph.explain.doubts import count
from linkgraph.explain.happenings import FLEETING, Happening, Thing
from linkgraph.explain.text import short

# When, and then which row: feed, file, line.
Place = tuple[int, str, str, int]
_NAMED = 10
STANDING_OUT = frozenset(
    ("opened", "signup", "kyc", "security_change", "dispute", "appeal", "label", "verdict", "ring", "first_use")
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, told by one row or by `count` alike; times in epoch seconds.

    at: the last time; first_at: the first. known_at: since when all of it was known, None where the night's summary is
    all that is at hand. source_id: of the one row that says so, None of several. other_account_id: the one on the other
    side; other_accounts: how many there were. things: identifiers it names, the first `_NAMED`; first_uses: of which
    of them it was the first use. amount: of all together; of a balance the last.
    """

    at: int
    first_at: int
    known_at: int | None
    kind: str
    by: str
    count: int
    summary: str
    source_id: str | None
    other_account_id: str | None
    other_accounts: int
    amount: Decimal | None
    currency: str | None
    things: tuple[Thing, ...]
    things_more: bool
    first_uses: tuple[Thing, ...]
    place: Place


def fold(found: Iterable[Happening], whole: bool) -> list[Event]:
    """The events, newest first. whole: nothing that happened is missing, so that what is first here was the first."""
    events: list[Event] = []
    waiting: dict[tuple[object, ...], list[Happening]] = {}
    known: set[Thing] = set()
    firsts: dict[int, tuple[Thing, ...]] = {}
    for each in sorted(found, key=place_of):
        new = _new(each, known) if whole else ()
        firsts[id(each)] = new
        stands_out = each.kind in STANDING_OUT or any(kind not in FLEETING for kind, _ in new)
        if stands_out:
            events += [_event(group, firsts) for group in waiting.values()]
            waiting = {}
        if stands_out or each.alike is None:
            events.append(_event([each], firsts))
        else:
            waiting.setdefault((each.kind, each.by, *each.alike), []).append(each)
    events += [_event(group, firsts) for group in waiting.values()]
    return sorted(events, key=lambda event: event.place, reverse=True)


def place_of(happening: Happening) -> Place:
    """The place of what happened among all that happened."""
    row = happening.row
    return row.at, row.feed, row.batch, row.line


def _new(happening: Happening, known: set[Thing]) -> tuple[Thing, ...]:
    new = tuple(each for each in happening.uses if each not in known)
    known |= set(new)
    return new


def _event(group: Sequence[Happening], firsts: dict[int, tuple[Thing, ...]]) -> Event:
    first, last = group[0], group[-1]
    things = tuple(dict.fromkeys(thing for each in group for thing in each.things))
    new = tuple(dict.fromkeys(thing for each in group for thing in firsts[id(each)]))
    others = sorted({other for each in group for other in each.others})
    times = [each.row.known_at for each in group]
    return Event(
        at=last.row.at // 1_000_000,
        first_at=first.row.at // 1_000_000,
        known_at=None if last.kind == "first_use" else max(times) // 1_000_000,
        kind=last.kind,
        by=last.by,
        count=len(group),
        summary=_sentence(group, others, _listing(things, frozenset(new))),
        source_id=last.row.source_id if len(group) == 1 else None,
        other_account_id=others[0] if len(others) == 1 else None,
        other_accounts=len(others),
        amount=_amount(group),
        currency=last.currency,
        things=things[:_NAMED],
        things_more=len(things) > _NAMED,
        first_uses=tuple(each for each in things[:_NAMED] if each in new),
        place=place_of(last),
    )


def _amount(group: Sequence[Happening]) -> Decimal | None:
    amounts = [each.amount for each in group if each.amount is not None]
    if not amounts:
        return None
    return amounts[-1] if group[-1].kind == "balance" else sum(amounts, Decimal())


def _sentence(group: Sequence[Happening], others: Sequence[str], listing: str) -> str:
    last = group[-1]
    times = sum(each.times for each in group)
    often = f" {times:,} times" if times > 1 else ""
    rest = last.rest
    if last.kind == "trade":
        rest += f" with {others[0] if len(others) == 1 else count(len(others), 'account')}"
    return f"{last.verb}{often}{rest}{f' ({listing})' if listing else ''}"


def _listing(things: Sequence[Thing], new: frozenset[Thing]) -> str:
    parts = []
    for kind in dict.fromkeys(kind for kind, _ in things):
        tokens = [token for each, token in things if each == kind]
        first = sum((kind, token) in new for token in tokens)
        if len(tokens) == 1:
            parts.append(f"{kind} {short(tokens[0])}{', first used here' if first else ''}")
        else:
            parts.append(f"{count(len(tokens), kind)}{f', {first:,} of them first used here' if first else ''}")
    return "; ".join(parts)
