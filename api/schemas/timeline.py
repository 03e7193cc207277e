"""What happened to an account, on the wire."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field

from api.schemas.base import AccountIdOut, Answer, Kind, Money, Time, Token, Wire
from linkgraph.explain.folding import Event
from linkgraph.explain.timeline import KINDS, Timeline

EventKind = Literal[KINDS]  # type: ignore[valid-type]


class ThingOut(Wire):
    """An identifier that an event names."""

    kind: Kind
    identifier: Token
    first_use: bool = Field(description="the account had not used it before")


class EventOut(Wire):
    """Something that happened, once or several times alike."""

    at: Time = Field(description="when it happened; of several, the last time")
    first_at: Time = Field(description="of several, the first time")
    known_at: Time | None = Field(
        description="when the exchange knew of it, of all of it where there are several; null where only the night's"
        " summary of the ledger is at hand"
    )
    kind: EventKind = Field(examples=["login"])
    by: str = Field(
        description="who acted: `account`, `intruder` (in a victim's account, on what was first used shortly before"
        " the takeover was reported), `other_account`, `outside` (a bank, a card holder),"
        " `exchange`, `reviewer`, `night`, or `unknown` where the feed does not say",
        examples=["account"],
    )
    count: int = Field(
        description="rows of the ledger told as one, alike, with nothing out of the ordinary between", examples=[3]
    )
    summary: str = Field(
        description="one sentence; identifiers are tokens",
        examples=["Signed in 3 times (device 2083919ec1e947ba6c38...; fingerprint de49c46bac138d6f937f...; 2 ips)"],
    )
    source_id: str | None = Field(
        description="the record: its id at the source, a verdict's, or the run that found it; null of several",
        examples=["P0000565407"],
    )
    money: Money | None = Field(description="of all together; of a balance, the last")
    other_account_id: AccountIdOut | None = Field(description="on the other side; null where there are none or several")
    other_accounts: int = Field(description="accounts on the other side", examples=[1])
    identifiers: list[ThingOut] = Field(description="what it names")
    identifiers_more: bool = Field(description="it names more than are listed")

    @classmethod
    def of(cls, event: Event) -> Self:
        """From an event."""
        return cls(
            at=event.at,
            first_at=event.first_at,
            known_at=event.known_at,
            kind=event.kind,
            by=event.by,
            count=event.count,
            summary=event.summary,
            source_id=event.source_id,
            money=None if event.amount is None else Money(amount=_decimal(event.amount), currency=event.currency),
            other_account_id=event.other_account_id,
            other_accounts=event.other_accounts,
            identifiers=[
                ThingOut(kind=kind, identifier=token, first_use=(kind, token) in event.first_uses)
                for kind, token in event.things
            ],
            identifiers_more=event.things_more,
        )


class TimelineOut(Wire):
    """Events of an account, newest first."""

    account_id: AccountIdOut
    events: list[EventOut]
    events_more: bool = Field(description="there are older ones")
    next_cursor: str | None = Field(
        description="where the next page begins; null on the last",
        examples=["9AgmnvTYg3emgyvn7Iuvcg.WyJyLTIwMjYwMTMwLTQ1MzIxZTJkZWEiLDEsImxvZ2lucyIsImQwIiwzXQ"],
    )
    feeds_read: bool = Field(
        description="events come from the ledger, row by row; if not, from the night's summary of it, which says when"
        " each identifier was first used and nothing of money, disputes or settings"
    )
    feeds_cut: list[str] = Field(
        description="feeds of which only the newest rows were read; then no use is called the first",
        examples=[["trades"]],
    )

    @classmethod
    def of(cls, timeline: Timeline, cursor: str | None) -> Self:
        """From the timeline, and where it goes on."""
        return cls(
            account_id=timeline.account_id,
            events=[EventOut.of(each) for each in timeline.events],
            events_more=timeline.more,
            next_cursor=cursor,
            feeds_read=timeline.feeds_read,
            feeds_cut=list(timeline.cut),
        )


class TimelineAnswer(Answer[TimelineOut]):
    """What happened to an account."""


def _decimal(amount: Decimal) -> str:
    """Without the zeros that a column of fixed scale adds."""
    return f"{amount.normalize():f}"
