"""A ring on the wire: a row of the list, and the whole ring with its members and links."""

from typing import Annotated, Self

from pydantic import Field

from api.schemas.base import AccountIdOut, Answer, Membership, Money, PairLink, Risk, Role, Time, Wire
from linkgraph.explain.history import RingHistory
from linkgraph.explain.ring import RingReport
from linkgraph.model import Account, Member, Ring

# Of what a pair shares, so many are named in a ring; the accounts' explanations name more.
SHARED_SHOWN = 5
# Of a ring's life the newest events, of an old ring's members and aliases the first by id.
_EVENTS_SHOWN = 1_000
_NAMES_SHOWN = 1_000

RingIdOut = Annotated[str, Field(examples=["R-b249a6f2f726"])]


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
    exposure: Money = Field(description="money that disputes of members are about")
    headline: str = Field(examples=["4 accounts, 4 core, 2 confirmed fraud"])

    @classmethod
    def of(cls, ring: Ring) -> Self:
        """From a ring."""
        money = Money(amount=f"{ring.exposure:.2f}", currency=ring.currency)
        plain = {name: getattr(ring, name) for name in RingRow.model_fields}
        return cls.model_validate(plain | {"exposure": money})


class RingPage(Wire):
    """Some rings, best score first."""

    rings: list[RingRow]
    rings_more: bool = Field(description="there are more rings")
    next_cursor: str | None = Field(
        description="ask again with this as `cursor` for the next page, of the same run; null on the last page",
        examples=["9AgmnvTYg3emgyvn7Iuvcg.WyJyLTIwMjYwMTMwLTQ1MzIxZTJkZWEiLDAuMTgsIlItYjI0OWE2ZjJmNzI2Il0"],
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


class RingOut(RingRow):
    """A ring with its members and the evidence between them."""

    alias: str | None = Field(
        description="the id asked for, where its ring has merged into this one; else null",
        examples=[None],
    )
    members: list[MemberOut] = Field(description="surest first")
    members_more: bool
    links: list[PairLink] = Field(description="pairs of members, strongest first")
    links_more: bool

    @classmethod
    def of_report(cls, report: RingReport) -> Self:
        """From a ring's report."""
        row = RingRow.of(report.ring)
        return cls(
            **{name: getattr(row, name) for name in RingRow.model_fields},
            alias=report.alias,
            members=[MemberOut.of(member, account) for member, account in report.members],
            members_more="members" in report.limits_hit,
            links=[PairLink.of(each, SHARED_SHOWN) for each in report.links],
            links_more="links" in report.limits_hit,
        )


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
