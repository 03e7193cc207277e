"""What happened to an account, newest first: what feeds told, what reviewers ruled, what nights found of its rings.

As of the run: from the files that it read and as they were known then, so the same run tells the same whenever it is
asked. Where the ledger is not read, the night's summary says when each identifier was first and last used.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from linkgraph.errors import NotFoundError
from linkgraph.explain import history
from linkgraph.explain.folding import Event, Place, fold
from linkgraph.explain.happenings import NIGHT, REVIEWER, UNKNOWN, Happening, happenings
from linkgraph.explain.history import in_order
from linkgraph.explain.intruder import attributed
from linkgraph.explain.text import day, short
from linkgraph.model import Account, FeedRow, Link, RingEvent, RunStamp, Told, Verdict

_MOST_LINKS = 1_000
_SECOND = 1_000_000

KINDS = (
    "opened", "signup", "kyc", "login", "failed_login", "security_change", "instrument", "payment_in", "payment_out",
    "transfer_in", "transfer_out", "trade", "p2p_order", "appeal", "dispute", "balance", "bonus", "label", "verdict",
    "observation", "first_use", "ring",
)  # fmt: skip

_RINGS = {
    "born": "One of the first members of ring {ring}",
    "split": "Went with ring {ring} when it split from {other}",
    "grew": "Joined ring {ring}",
    "shrank": "Left ring {ring}",
    "merged": "Its ring {ring} became part of {other}",
    "dormant": "Its ring {ring} went dormant",
    "returned": "Its ring {ring} returned",
    "retired": "Its ring {ring} was retired",
}

# Reads the feeds of an account; None where that is not possible.
Tell = Callable[[str], Told | None]


class View(history.View, Protocol):
    """What a timeline needs of a run; every graph store's view has it."""

    def run(self) -> RunStamp: ...
    def accounts(self, account_ids: Sequence[str]) -> list[Account]: ...
    def links(self, account_ids: Sequence[str], limit: int) -> list[Link]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a timeline comes from, besides the view: the verdicts that the run acted on, the feeds as it knew them.

    takeover_days: within which, by the run's rules, a takeover is reported.
    """

    verdicts: Sequence[Verdict]
    tell: Tell
    takeover_days: int


@dataclass(frozen=True, slots=True)
class Span:
    """Which events: at most `limit`, older than the place `after`, not over before `since` and begun before `until` (in
    epoch seconds), of these kinds. None and empty mean all.
    """

    limit: int | None = None
    after: Place | None = None
    since: int | None = None
    until: int | None = None
    kinds: frozenset[str] = frozenset()

    def holds(self, event: Event) -> bool:
        """Whether it is one of them."""
        in_time = (self.since is None or event.at >= self.since) and (self.until is None or event.first_at < self.until)
        return (
            in_time
            and (not self.kinds or event.kind in self.kinds)
            and (self.after is None or event.place < self.after)
        )


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events of an account, newest first. more: there are older ones. feeds_read: they come from the ledger itself.

    limits_hit: `ledger` where it was not read, `rows` where only the newest rows of a feed (`cut`) were.
    """

    account_id: str
    run: RunStamp
    events: tuple[Event, ...]
    more: bool
    feeds_read: bool
    cut: tuple[str, ...]
    limits_hit: tuple[str, ...]


def read_timeline(view: View, account_id: str, span: Span, sources: Sources) -> Timeline:
    """The timeline; NotFoundError if the run has no such account."""
    accounts = view.accounts([account_id])
    if not accounts:
        raise NotFoundError("no such account in this run")
    run = view.run()
    told = sources.tell(account_id)
    found = [*_ruled(account_id, sources.verdicts, run), *_in_rings(view, accounts[0])]
    limits = []
    if told is None:
        links = view.links([account_id], _MOST_LINKS + 1)
        found += map(_first_use, links[:_MOST_LINKS])
        limits = ["ledger", *(["links"] if len(links) > _MOST_LINKS else [])]
    else:
        clock = run.as_of * _SECOND + _SECOND - 1
        found += _with_partners([each for row in told.rows for each in happenings(row, account_id, clock)])
        limits = ["rows"] if told.cut else []
    whole = told is not None and not told.cut
    if whole and accounts[0].label == "victim":
        found = attributed(found, sources.takeover_days)
    events = [each for each in fold(found, whole) if span.holds(each)]
    return Timeline(
        account_id=account_id,
        run=run,
        events=tuple(events[: span.limit]),
        more=span.limit is not None and len(events) > span.limit,
        feeds_read=told is not None,
        cut=told.cut if told else (),
        limits_hit=tuple(limits),
    )


def _with_partners(found: list[Happening]) -> Iterator[Happening]:
    """The same; a dispute on an order names the account on its other side."""
    partners = {each.row.values["order_id"]: each.others for each in found if each.kind == "p2p_order"}
    for each in found:
        order_id = each.row.values["order_id"] if each.kind == "dispute" else None
        others = partners.get(order_id, ()) if order_id else ()
        yield replace(each, rest=f"{each.rest} with {others[0]}", others=others) if others else each


def _ruled(account_id: str, verdicts: Sequence[Verdict], run: RunStamp) -> Iterator[Happening]:
    for each in verdicts:
        if account_id in each.accounts:
            # A verdict may be younger than the newest feed, and acts on the run all the same.
            when = min(each.decided_at, run.as_of) * _SECOND
            row = FeedRow("verdicts", when, each.decided_at * _SECOND, each.verdict_id, each.verdict_id, 0, {})
            about = f" on {each.kind} {short(each.identifier)}" if each.kind and each.identifier else ""
            things = ((each.kind, each.identifier),) if each.kind and each.identifier else ()
            others = tuple(other for other in each.accounts if other != account_id)
            yield Happening(row, "verdict", f"Ruled {each.verdict}", about, REVIEWER, things=things, others=others)


def _in_rings(view: View, account: Account) -> Iterator[Happening]:
    """What happened to the account in its ring and those it came from, and to each while it was a member."""
    account_id, inside = account.account_id, set[str]()
    for number, each in enumerate(in_order(_followed(view, account))):
        if each.account_id == account_id:
            (inside.add if each.event in history.JOINED else inside.discard)(each.ring_id)
        if each.account_id == account_id or (each.account_id is None and each.ring_id in inside):
            yield _ring_event(each, number)


def _followed(view: View, account: Account) -> dict[RingEvent, None]:
    """Events of its ring, of those it came from, and so on."""
    found: dict[RingEvent, None] = {}
    wanted, seen = {each for each in (account.ring_id,) if each}, set[str]()
    while wanted:
        seen |= wanted
        found |= dict.fromkeys(view.ring_events(sorted(wanted)))
        named = (each for each in found if each.account_id == account.account_id)
        wanted = {each.other_ring_id for each in named if each.other_ring_id} - seen
    return found


def _ring_event(event: RingEvent, number: int) -> Happening:
    when = event.as_of * _SECOND
    row = FeedRow("ring_events", when, when, event.run_id, event.ring_id, number, {})
    verb = _RINGS[event.event].format(ring=event.ring_id, other=event.other_ring_id)
    moved = {"grew": f" from {event.other_ring_id}", "shrank": f" for {event.other_ring_id}"}
    rest = moved.get(event.event, "") if event.other_ring_id else ""
    if event.kind is not None:
        what = f"{event.kind} {short(event.identifier)}" if event.identifier else event.kind
        rest += f": {what}, {event.bits or 0:+.1f} bits"
    return Happening(row, "ring", verb, rest, NIGHT)


def _first_use(link: Link) -> Happening:
    when = link.first_seen * _SECOND
    row = FeedRow("used", when, when, None, f"{link.kind}:{link.identifier}", 0, {})
    rest = f", {link.n:,} times up to {day(link.last_seen)}" if link.n > 1 else ""
    things = ((link.kind, link.identifier),)
    return Happening(row, "first_use", f"First used its {link.kind}", rest, UNKNOWN, things=things)
