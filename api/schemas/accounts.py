"""An account on the wire: the card for the first minute, and the whole explanation."""

from typing import Any, Self

from pydantic import Field

from api.schemas.base import (
    AccountIdOut,
    Answer,
    Kind,
    LogOdds,
    Membership,
    Risk,
    Role,
    Time,
    Token,
    Wire,
)
from api.schemas.whatif import ClearingOut
from linkgraph.explain import signs
from linkgraph.explain.account import render, top_links
from linkgraph.explain.explanation import Doubt, Explanation, OwnLink, PairReasons, Rival, Shared
from linkgraph.explain.shares import Signal


class LinkOut(Wire):
    """An identifier that the account used, and how many others did."""

    kind: Kind
    identifier: Token
    class_name: str | None = Field(description="what it is besides, from a list or a rule", examples=["sanctioned"])
    why: str | None = Field(description="which list or rule says so", examples=["under sanctions (list ofac)"])
    other_accounts: int = Field(ge=0, examples=[2])
    first_seen: Time
    last_seen: Time

    @classmethod
    def of(cls, own: OwnLink) -> Self:
        """From an account's own link."""
        return cls(
            kind=own.link.kind,
            identifier=own.link.identifier,
            class_name=own.identifier.class_name,
            why=own.identifier.why,
            other_accounts=own.other_accounts,
            first_seen=own.link.first_seen,
            last_seen=own.link.last_seen,
        )


class DoubtOut(Wire):
    """A fact that speaks for innocence."""

    code: str = Field(description="stable key", examples=["no_time_overlap"])
    fact: str = Field(examples=["never in use at the same time: 70 days apart"])
    source: str | None = Field(
        description="the identifier ('kind:token') or account it comes from, if it is one", examples=["device:9f2c31"]
    )

    @classmethod
    def of(cls, doubt: Doubt) -> Self:
        """From a doubt."""
        return cls(code=doubt.code, fact=doubt.text, source=doubt.about)


class StepOut(Wire):
    """What to do next: one thing to find out or to decide."""

    code: str = Field(description="stable key", examples=["review_ring"])
    text: str = Field(examples=["Decide on ring R-b249a6f2f726, 4 accounts"])
    about: str | None = Field(
        description="the ring, account or identifier ('kind:token') to look at, if one", examples=["R-b249a6f2f726"]
    )


class FactOut(Wire):
    """A fact for or against a story."""

    text: str = Field(examples=["with A0002649: they have one postal address, as the people of a household"])
    source: str | None = Field(
        description="the identifier ('kind:token'), account or ring it comes from, if one", examples=["A0002649"]
    )


class RivalOut(Wire):
    """A story that would explain the links. Nothing is weighed here."""

    explanation: str = Field(
        description="one_hand, household, workplace, handed_on, crowd (an address or thing of many) or victim",
        examples=["household"],
    )
    supports: list[FactOut] = Field(description="at most five")
    opposes: list[FactOut] = Field(description="at most five; of one_hand every doubt")

    @classmethod
    def of(cls, rival: Rival) -> Self:
        """From a rival explanation."""
        supports, opposes = (
            [FactOut.model_validate(each) for each in side] for side in (rival.supports, rival.opposes)
        )
        return cls(explanation=rival.name, supports=supports, opposes=opposes)


class Place(Wire):
    """An account's place in its ring."""

    ring_id: str = Field(examples=["R-b249a6f2f726"])
    membership: Membership | None
    confidence: float | None = Field(ge=0, le=1, examples=[0.96])

    @classmethod
    def of(cls, explanation: Explanation) -> Self | None:
        """The account's ring, if it has one."""
        account, own = explanation.account, explanation.membership
        if account.ring_id is None:
            return None
        confidence = own.confidence if own else None
        return cls(ring_id=account.ring_id, membership=account.membership, confidence=confidence)


class Blocks(Wire):
    """The four parts of the score."""

    behaviour: LogOdds
    one_hop: LogOdds
    propagated: LogOdds
    ring: LogOdds


class Verdict(Wire):
    """What the night says of an account."""

    account_id: AccountIdOut
    role: Role
    role_reason: str = Field(description="what decided the role", examples=["confirmed fraud (stolen_card_ring)"])
    label: str | None = Field(description="what reviewers said of it", examples=["cleared"])
    risk: Risk
    probability: float | None = Field(
        ge=0, le=1, description="calibrated; null where there is no calibration", examples=[0.8]
    )
    flagged: bool
    headline: str = Field(examples=["risk 0.85, core member of ring R-b249a6f2f726"])
    ring: Place | None


class Card(Verdict):
    """An account in one minute: a sentence, three independent links, one doubt, its ring."""

    degree: int = Field(description="identifiers it used", ge=0, examples=[11])
    blocks: Blocks
    links: list[LinkOut] = Field(max_length=3, description="the strongest shared ones, each of another family")
    links_more: bool = Field(description="there are more shared identifiers")
    doubt: DoubtOut | None = Field(description="the strongest doubt of the explanation, `rests_on_one` left out")
    next_step: StepOut

    @classmethod
    def of(cls, explanation: Explanation) -> Self:
        """From an explanation."""
        account, links = explanation.account, top_links(explanation)
        shared = sum(1 for each in explanation.links if each.other_accounts)
        return cls(
            **_verdict(explanation),
            degree=account.degree,
            blocks=Blocks.model_validate(account),
            links=[LinkOut.of(link) for link in links],
            links_more=shared > len(links) or "links" in explanation.limits_hit,
            doubt=DoubtOut.of(explanation.doubts[0]) if explanation.doubts else None,
            next_step=StepOut.model_validate(explanation.next_step),
        )


class ContributionOut(Wire):
    """One named share of the score."""

    block: str = Field(
        description="behaviour, one_hop, propagated, ring; `remainder` for what is not broken down",
        examples=["propagated"],
    )
    kind: Kind | None
    identifier: Token | None
    other_account_id: AccountIdOut | None
    log_odds: LogOdds
    reason: str = Field(examples=["risk through a shared proof, 2 accounts in all"])


class HubOut(Wire):
    """An identifier that is shown and not counted, and why."""

    kind: Kind
    identifier: Token
    class_name: str | None = Field(description="what sort of hub, where known", examples=["carrier_nat"])
    degree: int = Field(description="accounts that used it", examples=[570])
    why: str | None = Field(examples=["used by more than 10 accounts"])


class Span(Wire):
    """When and how often one account used an identifier."""

    first_seen: Time
    last_seen: Time
    n: int = Field(description="observations", examples=[3])
    sessions: int = Field(description="distinct sessions; 0 where the feed tells none", examples=[2])


class SharedOut(Wire):
    """An identifier both accounts of a pair used; `mine` or `theirs` is null where a limit cut it off."""

    kind: Kind
    identifier: Token
    degree: int = Field(description="accounts that used it", examples=[3])
    mine: Span | None
    theirs: Span | None
    overlap_days: int | None = Field(description="days on which both had it in use", examples=[27])
    bits: float = Field(description="what it is worth to the pair alone", examples=[9.0])
    independent: bool = Field(description="the strongest of its family; the others add nothing to it")

    @classmethod
    def of(cls, shared: Shared, reasons: PairReasons) -> Self:
        """From a shared identifier of a pair."""
        return cls(
            kind=shared.identifier.kind,
            identifier=shared.identifier.identifier,
            degree=shared.identifier.degree,
            mine=Span.model_validate(shared.mine) if shared.mine else None,
            theirs=Span.model_validate(shared.theirs) if shared.theirs else None,
            overlap_days=shared.overlap_days,
            bits=signs.worth(reasons.pair).get(shared.identifier.key, 0.0),
            independent=shared.identifier.key in reasons.independent,
        )


class PairOut(Wire):
    """One of the strongest pairs: what speaks for it, what it shares, what weakens it."""

    other_account_id: AccountIdOut
    bits: float = Field(description="evidence in log2 odds", examples=[9.0])
    probability: float = Field(ge=0, le=1, examples=[0.8])
    reasons: list[str] = Field(examples=[["access: 9.0 bits"]])
    shared: list[SharedOut]
    shared_more: bool
    doubts: list[DoubtOut]

    @classmethod
    def of(cls, reasons: PairReasons) -> Self:
        """From a pair with its reasons."""
        return cls(
            other_account_id=reasons.other_account_id,
            bits=reasons.pair.bits,
            probability=reasons.pair.probability,
            reasons=list(reasons.reasons),
            shared=[SharedOut.of(each, reasons) for each in reasons.shared],
            shared_more=len(signs.identifiers(reasons.pair)) > len(reasons.shared),
            doubts=[DoubtOut.of(each) for each in reasons.doubts],
        )


class SignalOut(Wire):
    """A behaviour signal in which the account stands above the median."""

    name: str = Field(examples=["new_cards"])
    value: float = Field(examples=[3.2])
    window_days: int = Field(examples=[180])
    seen: int = Field(description="observations behind it", examples=[4])
    base_rate: float = Field(ge=0, le=1, description="share of accounts that have as much", examples=[0.003])
    log_odds: LogOdds
    reason: str = Field(examples=["3.2 new cards in the last 180 days (4 seen; 0.3 % of accounts)"])

    @classmethod
    def of(cls, signal: Signal) -> Self:
        """From a signal."""
        shown = {name: getattr(signal, name) for name in ("name", "value", "seen", "base_rate", "log_odds", "reason")}
        return cls(window_days=signal.window, **shown)


class SeedOut(Wire):
    """A labelled account that feeds risk in."""

    account_id: AccountIdOut
    intruder: bool = Field(description="it was taken over, and what feeds in is what came with that")
    share: float = Field(ge=0, le=1, description="of the voltage", examples=[0.42])


class SourcesOut(Wire):
    """Where the risk that reaches the account by links comes from; all shares add up to 1."""

    voltage: float = Field(ge=0, le=1, description="without the account's own label", examples=[0.31])
    seeds: list[SeedOut] = Field(description="largest share first")
    smaller: float = Field(description="share of the seeds not named", examples=[0.0])
    remainder: float = Field(description="share from further away than was looked", examples=[0.01])


class ExplanationOut(Verdict):
    """Why an account has its score: base + the sum of the contributions' log_odds = score, to 1e-9."""

    score: LogOdds
    base: LogOdds
    contributions: list[ContributionOut] = Field(description="largest first; the rest, if any, is one row")
    contributions_more: bool
    links: list[LinkOut] = Field(description="identifiers that count, the largest share first")
    not_counted: list[HubOut] = Field(description="hubs: shown, not counted")
    links_more: bool = Field(description="there are older identifiers, counted or not; none that the score names")
    pairs: list[PairOut] = Field(description="strongest first")
    pairs_more: bool
    doubts: list[DoubtOut] = Field(description="strongest first")
    rivals: list[RivalOut] = Field(description="one hand first, then each innocent story that something speaks for")
    signals: list[SignalOut] = Field(description="behaviour that stands out, the heaviest first")
    sources: SourcesOut | None = Field(description="null where no risk reaches it by links")
    clearing: ClearingOut | None = Field(description="what would clear it; null where it is not flagged")
    config_hash: str = Field(description="of all constants of the night", examples=["cf9a165b41d0e2f3"])
    text: str = Field(description="all of it in plain text, as the command line prints it")

    @classmethod
    def of(cls, explanation: Explanation) -> Self:
        """From an explanation."""
        hit = explanation.limits_hit
        return cls(
            **_verdict(explanation),
            score=explanation.score,
            base=explanation.base,
            contributions=[ContributionOut.model_validate(each) for each in explanation.contributions],
            contributions_more="contributions" in hit,
            links=[LinkOut.of(each) for each in explanation.links],
            not_counted=[HubOut.model_validate(each.identifier) for each in explanation.not_counted],
            links_more="links" in hit,
            pairs=[PairOut.of(each) for each in explanation.pairs],
            pairs_more="pairs" in hit,
            doubts=[DoubtOut.of(each) for each in explanation.doubts],
            rivals=[RivalOut.of(each) for each in explanation.rivals],
            signals=[SignalOut.of(each) for each in explanation.signals],
            sources=SourcesOut.model_validate(explanation.sources) if explanation.sources else None,
            clearing=ClearingOut.of(explanation.clearing) if explanation.clearing else None,
            config_hash=explanation.run.config_hash,
            text=render(explanation),
        )


def _verdict(explanation: Explanation) -> dict[str, Any]:
    account = explanation.account
    own = ("account_id", "role", "role_reason", "label", "risk", "probability", "flagged", "headline")
    return {name: getattr(account, name) for name in own} | {"ring": Place.of(explanation)}


class CardAnswer(Answer[Card]):
    """An account's card."""


class ExplanationAnswer(Answer[ExplanationOut]):
    """An account's explanation."""
