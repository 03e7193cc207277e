"""The wire: what answers look like, and the one place where domain values become it.

Times are ISO 8601 with offset, money is a decimal text with its currency, identifiers are tokens.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from linkgraph.explain.explanation import Doubt, Explanation, OwnLink, PairReasons, Shared
from linkgraph.model import Account, Contribution, Member, Pair, Ring

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-23T00:00:00+00:00"])]


class Wire(BaseModel):
    """Base of all answers: closed, so that nothing slips out unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldError(Wire):
    """One parameter that was refused, and why."""

    pointer: str = Field(examples=["/query/limit"])
    code: str = Field(examples=["less_than_equal"])


class Problem(Wire):
    """RFC 9457 problem."""

    type: str = Field(examples=["/problems/not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["not_found"])
    request_id: str = Field(examples=["5f0c1b2a9d8e7f60"])
    errors: list[FieldError]


class Meta(Wire):
    """Which run an answer comes from, and what a limit kept out of it."""

    run_id: str = Field(examples=["r-20261123"])
    as_of: Time
    cold_start: bool = Field(description="no evidence has been learned from labels yet")
    stale: bool = Field(description="the run is older than the service's bound")
    truncated: bool
    limits_hit: list[str] = Field(description="names of the lists that a limit cut")
    request_id: str = Field(examples=["5f0c1b2a9d8e7f60"])


class Answer[Data](Wire):
    """Every answer: one run, one payload."""

    meta: Meta
    data: Data


class Status(Wire):
    """State of the service."""

    status: str = Field(examples=["ready"])


class AliveMeta(Wire):
    """All that a process can say without touching anything."""

    request_id: str = Field(examples=["5f0c1b2a9d8e7f60"])


class Alive(Wire):
    """The process runs."""

    meta: AliveMeta
    data: Status


class Money(Wire):
    """An amount as decimal text."""

    amount: str = Field(examples=["12.50"])
    currency: str | None = Field(examples=["EUR"])


class LinkOut(Wire):
    """An identifier the account used, and how many other accounts did."""

    kind: str = Field(examples=["device"])
    identifier: str = Field(description="token", examples=["9f2c31"])
    other_accounts: int
    first_seen: Time
    last_seen: Time

    @classmethod
    def of(cls, own: OwnLink) -> Self:
        """From an account's own link."""
        return cls(
            kind=own.link.kind,
            identifier=own.link.identifier,
            other_accounts=own.other_accounts,
            first_seen=iso(own.link.first_seen),
            last_seen=iso(own.link.last_seen),
        )


class DoubtOut(Wire):
    """A fact that speaks for innocence."""

    code: str = Field(examples=["no_time_overlap"])
    fact: str
    about: str | None = Field(description="the identifier ('kind:token') or account it concerns")

    @classmethod
    def of(cls, doubt: Doubt) -> Self:
        """From a doubt."""
        return cls(code=doubt.code, fact=doubt.text, about=doubt.about)


class Place(Wire):
    """An account's place in its ring."""

    ring_id: str = Field(examples=["R-3fa9"])
    membership: str | None = Field(examples=["core"])
    confidence: float | None

    @classmethod
    def of(cls, explanation: Explanation) -> Self | None:
        """The account's ring, if it has one."""
        account, own = explanation.account, explanation.membership
        if account.ring_id is None:
            return None
        confidence = own.confidence if own else None
        return cls(ring_id=account.ring_id, membership=account.membership, confidence=confidence)


class Blocks(Wire):
    """The four parts of the score, natural log-odds."""

    behaviour: float
    one_hop: float
    propagated: float
    ring: float

    @classmethod
    def of(cls, account: Account) -> Self:
        """From an account."""
        return cls(
            behaviour=account.behaviour, one_hop=account.one_hop, propagated=account.propagated, ring=account.ring
        )


class Card(Wire):
    """An account in the time one minute gives: a sentence, three independent links, one doubt, its ring."""

    account_id: str = Field(examples=["A1"])
    role: str = Field(examples=["mule"])
    label: str | None = Field(examples=["cleared"])
    risk: float = Field(ge=0, le=1)
    probability: float | None = Field(description="calibrated; null where there is no calibration")
    flagged: bool
    degree: int
    headline: str
    blocks: Blocks
    links: list[LinkOut] = Field(max_length=3)
    doubt: DoubtOut | None
    ring: Place | None

    @classmethod
    def of(cls, explanation: Explanation, links: Sequence[OwnLink]) -> Self:
        """From an explanation and the links chosen for the card."""
        account = explanation.account
        return cls(
            account_id=account.account_id,
            role=account.role,
            label=account.label,
            risk=account.risk,
            probability=account.probability,
            flagged=account.flagged,
            degree=account.degree,
            headline=account.headline,
            blocks=Blocks.of(account),
            links=[LinkOut.of(link) for link in links],
            doubt=DoubtOut.of(explanation.doubts[0]) if explanation.doubts else None,
            ring=Place.of(explanation),
        )


class ContributionOut(Wire):
    """One named share of the score."""

    block: str = Field(examples=["one_hop"])
    kind: str | None
    identifier: str | None
    other_account_id: str | None
    log_odds: float
    reason: str

    @classmethod
    def of(cls, contribution: Contribution) -> Self:
        """From a contribution."""
        return cls(
            block=contribution.block,
            kind=contribution.kind,
            identifier=contribution.identifier,
            other_account_id=contribution.other_account_id,
            log_odds=contribution.log_odds,
            reason=contribution.reason,
        )


class HubOut(Wire):
    """An identifier that is shown, not counted, and why."""

    kind: str = Field(examples=["ip"])
    identifier: str
    degree: int
    why: str | None

    @classmethod
    def of(cls, own: OwnLink) -> Self:
        """From an account's link to a hub."""
        identifier = own.identifier
        return cls(kind=identifier.kind, identifier=identifier.identifier, degree=identifier.degree, why=identifier.why)


class Span(Wire):
    """When and how often one account used the identifier."""

    first_seen: Time
    last_seen: Time
    n: int


class SharedOut(Wire):
    """An identifier both accounts of a pair used. `mine` or `theirs` is null where a limit cut it off."""

    kind: str
    identifier: str
    degree: int
    mine: Span | None
    theirs: Span | None
    overlap_days: int | None

    @classmethod
    def of(cls, shared: Shared) -> Self:
        """From a shared identifier."""
        mine, theirs = (
            Span(first_seen=iso(link.first_seen), last_seen=iso(link.last_seen), n=link.n) if link else None
            for link in (shared.mine, shared.theirs)
        )
        identifier = shared.identifier
        return cls(
            kind=identifier.kind,
            identifier=identifier.identifier,
            degree=identifier.degree,
            mine=mine,
            theirs=theirs,
            overlap_days=shared.overlap_days,
        )


class PairOut(Wire):
    """A strongest pair: what speaks for it, what it shares, what weakens it."""

    other_account_id: str
    bits: float
    probability: float
    reasons: list[str] = Field(examples=[["access: 9 bits"]])
    shared: list[SharedOut]
    doubts: list[DoubtOut]

    @classmethod
    def of(cls, reasons: PairReasons) -> Self:
        """From a pair with its reasons."""
        return cls(
            other_account_id=reasons.other_account_id,
            bits=reasons.pair.bits,
            probability=reasons.pair.probability,
            reasons=list(reasons.reasons),
            shared=[SharedOut.of(each) for each in reasons.shared],
            doubts=[DoubtOut.of(each) for each in reasons.doubts],
        )


class ExplanationOut(Wire):
    """base + the sum of contributions' log_odds = score, to 1e-9."""

    account_id: str
    role: str
    risk: float = Field(ge=0, le=1)
    flagged: bool
    score: float
    base: float
    contributions: list[ContributionOut]
    links: list[LinkOut]
    not_counted: list[HubOut]
    links_more: bool = Field(description="older links exist, counted or not")
    pairs: list[PairOut]
    pairs_more: bool
    doubts: list[DoubtOut]
    ring: Place | None

    @classmethod
    def of(cls, explanation: Explanation) -> Self:
        """From an explanation."""
        account = explanation.account
        return cls(
            account_id=account.account_id,
            role=account.role,
            risk=account.risk,
            flagged=account.flagged,
            score=explanation.score,
            base=explanation.base,
            contributions=[ContributionOut.of(each) for each in explanation.contributions],
            links=[LinkOut.of(each) for each in explanation.links],
            not_counted=[HubOut.of(each) for each in explanation.not_counted],
            links_more="links" in explanation.limits_hit,
            pairs=[PairOut.of(each) for each in explanation.pairs],
            pairs_more="pairs" in explanation.limits_hit,
            doubts=[DoubtOut.of(each) for each in explanation.doubts],
            ring=Place.of(explanation),
        )


def iso(seconds: int) -> str:
    """Epoch seconds as ISO 8601 with offset."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


class RingRow(Wire):
    """A ring in a list."""

    ring_id: str = Field(examples=["R-3fa9"])
    score: float
    size: int
    core_size: int
    density: float
    fragility: int
    first_seen_run: str
    last_changed_run: str
    status: str = Field(examples=["active"])
    exposure: Money
    headline: str

    @classmethod
    def of(cls, ring: Ring) -> Self:
        """From a ring."""
        return cls(**cls.fields_of(ring))

    @staticmethod
    def fields_of(ring: Ring) -> dict[str, Any]:
        """The fields a ring has in a list and by itself."""
        return {
            "ring_id": ring.ring_id,
            "score": ring.score,
            "size": ring.size,
            "core_size": ring.core_size,
            "density": ring.density,
            "fragility": ring.fragility,
            "first_seen_run": ring.first_seen_run,
            "last_changed_run": ring.last_changed_run,
            "status": ring.status,
            "exposure": Money(amount=f"{ring.exposure:.2f}", currency=ring.currency),
            "headline": ring.headline,
        }
