"""A ring on the wire: a row of the list, and the whole ring with its members and links."""

from typing import Self

from pydantic import Field

from api.schemas.base import AccountIdOut, Answer, Membership, Money, PairLink, Risk, Role, Wire
from linkgraph.explain.ring import RingReport
from linkgraph.model import Account, Member, Ring

# Of what a pair shares, so many are named in a ring; the accounts' explanations name more.
SHARED_SHOWN = 5


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
            members=[MemberOut.of(member, account) for member, account in report.members],
            members_more="members" in report.limits_hit,
            links=[PairLink.of(each, SHARED_SHOWN) for each in report.links],
            links_more="links" in report.limits_hit,
        )


class RingsAnswer(Answer[RingPage]):
    """A page of rings."""


class RingAnswer(Answer[RingOut]):
    """A ring."""
