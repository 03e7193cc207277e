"""A ring on the wire: a row of the list, and the whole ring with its members and links."""

from typing import Annotated, Self

from pydantic import Field

from api.schemas.base import AccountIdOut, Answer, Membership, Money, PairLink, Risk, Role, Time, Wire
from linkgraph.explain.bridges import Holding
from linkgraph.explain.history import RingHistory
from linkgraph.explain.ring import RingReport
from linkgraph.explain.ring_list import RingList
from linkgraph.model import Account, Member, Ring, RingEvent

# Of what a pair shares, so many are named in a ring; the accounts' explanations name more.
SHARED_SHOWN = 5
# Of a ring's life the newest events, of an old ring's members and aliases the first by id.
_EVENTS_SHOWN = 1_000
_NAMES_SHOWN = 1_000

RingIdOut = Annotated[str, Field(examples=["R-b249a6f2f726"])]


def _money(exposure: str) -> Money:
    currency, _, amount = exposure.partition("=")
    return Money(amount=amount, currency=currency)


class RingRow(Wire):
    """A ring in a list."""

    ring_id: str = Field(examples=["R-b249a6f2f726"])
    score: float = Field(examples=[0.9])
    size: int = Field(description="members", examples=[4])
    core_size: int = Field(description="core members", examples=[4])
    density: float = Field(description="share of the pairs among members that are linked", examples=[1.0])
    fragility: int = Field(description="fewest identifiers without which it falls apart", examples=[1])
    first_seen_run: str = Field(examples=["r-20261121-45321e2dea"])
    last_changed_run: str = Field(examples=["r-20261123-8f558106da"])
    status: str = Field(examples=["active"])
    exposure: Money = Field(description="money that disputes of members are about, in the currency of most of them")
    exposures: list[Money] = Field(description="the same in every currency, that one first; none is converted")
    typology: str | None = Field(
        description="what most members who are confirmed fraud are labelled with; null where no label says",
        examples=["stolen_card_ring"],
    )
    headline: str = Field(examples=["4 accounts, 4 core, 2 confirmed fraud"])

    @classmethod
    def of(cls, ring: Ring) -> Self:
        """From a ring."""
        exposures = [_money(each) for each in ring.exposures]
        money = exposures[0] if exposures else Money(amount="0.00", currency=None)
        plain = {name: getattr(ring, name) for name in RingRow.model_fields}
        return cls.model_validate(plain | {"exposure": money, "exposures": exposures})


class Moved(Wire):
    """The last thing that happened to a ring."""

    event: str = Field(description="as in its history", examples=["grew"])
    at: Time = Field(description="the night's time")

    @classmethod
    def of(cls, event: RingEvent) -> Self:
        """From an event."""
        return cls(event=event.event, at=event.as_of)


class ListedRing(RingRow):
    """A ring in a list, and what happened to it last."""

    moved: Moved | None

    @classmethod
    def moving(cls, ring: Ring, last: RingEvent | None) -> Self:
        """From a ring and its last event."""
        return cls(**dict(RingRow.of(ring)), moved=Moved.of(last) if last else None)


class EndedRing(Wire):
    """A ring that is not in this run any more, and how it ended."""

    ring_id: RingIdOut
    moved: Moved


# Of rings that have ended, so many are named.
_ENDED_SHOWN = 100


class RingPage(Wire):
    """Some rings, in the order asked for."""

    rings: list[ListedRing]
    ended: list[EndedRing] = Field(
        description="with `changed_since`, on the first page: rings that have merged, gone dormant or been retired"
    )
    ended_more: bool
    rings_more: bool = Field(description="there are more rings")
    next_cursor: str | None = Field(
        description="ask again with this as `cursor` for the next page, of the same run; null on the last page",
        examples=["9AgmnvTYg3emgyvn7Iuvcg.WyJyLTIwMjYwMTMwLTQ1MzIxZTJkZWEiLDAuMTgsIlItYjI0OWE2ZjJmNzI2Il0"],
    )

    @classmethod
    def of(cls, found: RingList, cursor: str | None) -> Self:
        """From a list of rings and the cursor of its next page."""
        ended = [EndedRing(ring_id=each.ring_id, moved=Moved.of(each.events[-1])) for each in found.ended]
        return cls(
            rings=[ListedRing.moving(*each) for each in found.rings],
            rings_more=cursor is not None,
            ended=ended[:_ENDED_SHOWN],
            ended_more=len(ended) > _ENDED_SHOWN,
            next_cursor=cursor,
        )


class MemberOut(Wire):
    """A member of a ring, and what the night says of the account."""

    account_id: AccountIdOut
    membership: Membership
    confidence: float = Field(ge=0, le=1, examples=[0.96])
    role: Role
    flagged: bool
    risk: Risk

    @classmethod
    def of(cls, member: Member, account: Account) -> Self:
        """From a member and its account."""
        return cls(
            account_id=member.account_id,
            membership=member.membership,
            confidence=member.confidence,
            role=account.role,
            flagged=account.flagged,
            risk=account.risk,
        )


def _placed(report: RingReport, place: str) -> list[str]:
    return [member.account_id for member, _ in report.members if member.membership == place]


class RingEventOut(Wire):
    """What happened to a ring in one night."""

    ring_id: RingIdOut
    run_id: str = Field(examples=["r-20261123-8f558106da"])
    as_of: Time = Field(description="the night's time")
    event: str = Field(
        description="born, grew, shrank, split, merged, dormant, returned or retired; one for each new or lost account",
        examples=["grew"],
    )
    other_ring_id: str | None = Field(
        description="the ring it split from or goes on as, or that the account came from or went to", examples=[None]
    )
    account_id: str | None = Field(examples=["A0000288"])
    kind: str | None = Field(
        description="what the pair that caused it shares: kind of identifier, or family of evidence; null if none did",
        examples=["device"],
    )
    identifier: str | None = Field(description="its token, where it is an identifier", examples=["9f2c31d07a"])
    bits: float | None = Field(description="evidence in log2 odds, below 0 where it was lost", examples=[9.0])


class HolderOut(Wire):
    """A thing that holds members together: an identifier, or a sort of sign."""

    family: str = Field(examples=["access"])
    kind: str | None = Field(description="of an identifier; null for a sign", examples=["device"])
    identifier: str = Field(description="the token, or the name of the sign", examples=["9f2c31d07a"])
    degree: int | None = Field(description="accounts of the whole run that used it; null for a sign", examples=[3])
    class_name: str | None = Field(examples=[None])
    members: int = Field(description="members it is evidence for", examples=[3])
    pairs: int = Field(description="pairs it is evidence for", examples=[3])
    bits: float = Field(description="what it is worth alone to the pair it says most of", examples=[9.0])


class HeldFamilyOut(Wire):
    """How much of a ring a family of evidence holds."""

    family: str = Field(examples=["access"])
    members: int = Field(examples=[3])
    pairs: int = Field(examples=[3])


class BridgeOut(Wire):
    """What the ring falls apart without: an identifier, or one pair (then only `ends`)."""

    family: str | None = Field(examples=["access"])
    kind: str | None = Field(examples=["device"])
    identifier: str | None = Field(examples=["9f2c31d07a"])
    ends: list[AccountIdOut] | None = Field(description="the two accounts of a pair", examples=[None])
    leaving: list[AccountIdOut] = Field(description="accounts outside of the largest part that is left")


class HoldingOut(Wire):
    """What holds the ring together. Neither a pair with somebody ruled innocent does, nor money alone to a fraud."""

    holders: list[HolderOut] = Field(description="most pairs first")
    holders_more: bool
    families: list[HeldFamilyOut] = Field(description="most pairs first")
    bridges: list[BridgeOut] = Field(
        description="single things whose removal splits the ring, most who leave first; `fragility` counts how many"
        " must go in turn until no part has over half of the core"
    )
    bridges_more: bool = Field(description="there are more, or not all pairs were read and none is named")

    @classmethod
    def of(cls, holding: Holding) -> Self:
        """From what holds a ring."""
        return cls(
            holders=[HolderOut.model_validate(each) for each in holding.holders],
            holders_more="holders" in holding.limits_hit,
            families=[HeldFamilyOut.model_validate(each) for each in holding.families],
            bridges=[BridgeOut.model_validate(each) for each in holding.bridges],
            bridges_more="bridges" in holding.limits_hit,
        )


class RingOut(RingRow):
    """A ring with its members, the evidence between them, and what holds it together."""

    alias: str | None = Field(
        description="the id asked for, where its ring has merged into this one; else null",
        examples=[None],
    )
    aliases: list[RingIdOut] = Field(description="ids of rings that merged into it, at whatever remove", examples=[[]])
    aliases_more: bool
    members: list[MemberOut] = Field(description="surest first")
    members_more: bool
    core: list[AccountIdOut] = Field(description="members by their place: core, likely, fringe")
    likely: list[AccountIdOut]
    fringe: list[AccountIdOut]
    holding: HoldingOut
    changes: list[RingEventOut] | None = Field(description="with `since`: what happened after that run; else null")
    changes_more: bool
    links: list[PairLink] = Field(description="pairs of members, strongest first")
    links_more: bool

    @classmethod
    def of_report(cls, report: RingReport) -> Self:
        """From a ring's report."""
        row, changes = RingRow.of(report.ring), report.changes
        return cls(
            **{name: getattr(row, name) for name in RingRow.model_fields},
            alias=report.alias,
            aliases=list(report.aliases[:_NAMES_SHOWN]),
            aliases_more=len(report.aliases) > _NAMES_SHOWN,
            members=[MemberOut.of(member, account) for member, account in report.members],
            members_more="members" in report.limits_hit,
            **{place: _placed(report, place) for place in ("core", "likely", "fringe")},
            holding=HoldingOut.of(report.holding),
            changes=None
            if changes is None
            else [RingEventOut.model_validate(each) for each in changes[-_EVENTS_SHOWN:]],
            changes_more=len(changes or ()) > _EVENTS_SHOWN,
            links=[PairLink.of(each, SHARED_SHOWN) for each in report.links],
            links_more="links" in report.limits_hit,
        )

    @property
    def limits_hit(self) -> list[str]:
        """Names of the lists that were cut here."""
        return [name for name in ("aliases", "changes") if getattr(self, f"{name}_more")]


class RingHistoryOut(Wire):
    """The life of a ring over all nights."""

    ring_id: RingIdOut
    alias: str | None = Field(description="the id asked for, where it is an alias of this ring", examples=[None])
    state: str = Field(description="alive, dormant or retired", examples=["alive"])
    aliases: list[str] = Field(description="ids of rings that merged into it, at whatever remove", examples=[[]])
    aliases_more: bool
    members: list[str] = Field(description="its accounts by id; its last ones where it is not alive", examples=[["A1"]])
    members_more: bool
    events: list[RingEventOut] = Field(description="of the ring and of its aliases, oldest first; the newest are kept")
    events_more: bool

    @classmethod
    def of(cls, history: RingHistory) -> Self:
        """From a ring's life."""
        return cls(
            ring_id=history.ring_id,
            alias=history.asked if history.asked != history.ring_id else None,
            state=history.state,
            aliases=list(history.aliases[:_NAMES_SHOWN]),
            aliases_more=len(history.aliases) > _NAMES_SHOWN,
            members=list(history.members[:_NAMES_SHOWN]),
            members_more=len(history.members) > _NAMES_SHOWN,
            events=[RingEventOut.model_validate(each) for each in history.events[-_EVENTS_SHOWN:]],
            events_more=len(history.events) > _EVENTS_SHOWN,
        )

    @property
    def limits_hit(self) -> list[str]:
        """Names of the lists that were cut."""
        return [name for name in ("aliases", "members", "events") if getattr(self, f"{name}_more")]


class RingsAnswer(Answer[RingPage]):
    """A page of rings."""


class RingAnswer(Answer[RingOut]):
    """A ring."""


class RingHistoryAnswer(Answer[RingHistoryOut]):
    """The life of a ring."""
