"""Why two accounts are linked, on the wire."""

from typing import Self

from pydantic import Field

from api.schemas.accounts import DoubtOut, HubOut, Span
from api.schemas.base import AccountIdOut, Answer, Kind, Risk, Role, Time, Token, Wire
from linkgraph.explain import signs
from linkgraph.explain.bearing import Bearing
from linkgraph.explain.paths import Common, Family, WhyLinked
from linkgraph.explain.paths_text import render_why
from linkgraph.explain.reach import Step
from linkgraph.explain.walks import Path
from linkgraph.model import Account, Link, Observation


class ObservationOut(Wire):
    """A row of the ledger."""

    feed: str = Field(examples=["logins"])
    source_id: str | None = Field(description="the row's id at its source; null where it has none", examples=["L-1"])
    batch: str = Field(description="digest of the file it came in", examples=["9f2c31d07a"])
    line: int = Field(description="its line there", examples=[17])
    at: Time

    @classmethod
    def of(cls, observation: Observation) -> Self:
        """From an observation."""
        return cls.model_validate(observation)


class UseOut(Span):
    """When and how often an account used an identifier, and the first and last observation of that."""

    account_id: AccountIdOut
    sources: list[ObservationOut] = Field(description="empty where `cited` is false")

    @classmethod
    def of(cls, link: Link, why: WhyLinked) -> Self:
        """From a link."""
        return cls(
            account_id=link.account_id,
            first_seen=link.first_seen,
            last_seen=link.last_seen,
            n=link.n,
            sessions=link.sessions,
            sources=[ObservationOut.of(each) for each in why.observations(link)],
        )


class CommonOut(Wire):
    """An identifier both accounts used; `a` or `b` is null where a limit cut it off."""

    kind: Kind
    identifier: Token
    degree: int = Field(description="accounts that used it", examples=[3])
    class_name: str | None = Field(description="what it is besides, from a list or a rule", examples=["sanctioned"])
    a: UseOut | None
    b: UseOut | None
    overlap_days: int | None = Field(description="days on which both had it in use", examples=[27])
    bits: float = Field(description="what it is worth to the pair alone; 0 where it is no evidence", examples=[9.0])
    independent: bool = Field(description="the strongest of its family; the others add nothing to it")

    @classmethod
    def of(cls, common: Common, why: WhyLinked) -> Self:
        """From a shared identifier."""
        shared, found = common.shared, common.shared.identifier
        return cls(
            kind=found.kind,
            identifier=found.identifier,
            degree=found.degree,
            class_name=found.class_name,
            a=UseOut.of(shared.mine, why) if shared.mine else None,
            b=UseOut.of(shared.theirs, why) if shared.theirs else None,
            overlap_days=shared.overlap_days,
            bits=common.bits,
            independent=common.independent,
        )


class FamilyOut(Wire):
    """One family of evidence between the two: the strongest of it counts, families add up."""

    family: str = Field(examples=["access"])
    bits: float = Field(description="log2 odds; 0 where nothing of it is evidence", examples=[9.0])
    signs: list[str] = Field(description="what is no identifier", examples=[["sent money directly"]])
    shared: list[CommonOut] = Field(description="rarest and strongest first")

    @classmethod
    def of(cls, family: Family, why: WhyLinked) -> Self:
        """From a family."""
        shared = [CommonOut.of(each, why) for each in family.shared]
        return cls(family=family.name, bits=family.bits, signs=list(family.signs), shared=shared)


class PersonOut(Wire):
    """An account at the end of a path or on it."""

    account_id: AccountIdOut
    role: Role
    label: str | None = Field(examples=["fraud"])
    flagged: bool
    risk: Risk
    ring_id: str | None = Field(examples=["R-b249a6f2f726"])

    @classmethod
    def of(cls, account: Account) -> Self:
        """From an account."""
        return cls.model_validate(account)


class StepOut(Wire):
    """One hop: through an identifier (kind to uses), or by what the two did with each other (reasons)."""

    kind: Kind | None
    identifier: Token | None
    degree: int | None = Field(description="accounts that used it", examples=[3])
    reasons: list[str] = Field(description="of a hop without identifier", examples=[["money: 4.0 bits"]])
    source_account_id: AccountIdOut
    target_account_id: AccountIdOut
    source_use: UseOut | None
    target_use: UseOut | None

    @classmethod
    def of(cls, step: Step, why: WhyLinked) -> Self:
        """From a step."""
        found = step.identifier
        return cls(
            kind=found.kind if found else None,
            identifier=found.identifier if found else None,
            degree=found.degree if found else None,
            reasons=list(signs.reasons(step.pair)) if step.pair else [],
            source_account_id=step.source,
            target_account_id=step.target,
            source_use=UseOut.of(step.left, why) if step.left else None,
            target_use=UseOut.of(step.came, why) if step.came else None,
        )


class PathOut(Wire):
    """A way from one account to the other."""

    hops: int = Field(description="account, identifier, account is one", examples=[2])
    cost: float = Field(
        description="bits: 1 a hop, log2 of the others who used its identifier, log2 of how weak its kind is",
        examples=[2.0],
    )
    in_time: bool = Field(description="somebody can be followed along it from one end to the other")
    accounts: list[PersonOut] = Field(description="both ends included")
    steps: list[StepOut]

    @classmethod
    def of(cls, path: Path, why: WhyLinked) -> Self:
        """From a path."""
        return cls(
            hops=len(path.steps),
            cost=path.cost,
            in_time=path.in_time,
            accounts=[PersonOut.of(why.people[each]) for each in path.accounts],
            steps=[StepOut.of(step, why) for step in path.steps],
        )


class BearingOut(Wire):
    """A verdict in force in this run, and what it changed between two accounts."""

    verdict_id: str = Field(examples=["v-5f0c1b2a9d8e"])
    verdict: str = Field(examples=["not_evidence"])
    kind: Kind | None
    identifier: Token | None
    accounts: list[AccountIdOut] = Field(description="the two it is about, the holder, or the group that shares")
    class_name: str | None = Field(description="of a hub", examples=["office"])
    decided_at: Time
    account_a: AccountIdOut
    account_b: AccountIdOut
    parts: bool = Field(description="what it is about links account_a and account_b no more")
    text: str = Field(description="what it changed between them", examples=["no evidence: it links nobody any more"])

    @classmethod
    def of(cls, bearing: Bearing) -> Self:
        """From a verdict that bears on the question."""
        verdict, (account_a, account_b) = bearing.verdict, bearing.between
        return cls(
            verdict_id=verdict.verdict_id,
            verdict=verdict.verdict,
            kind=verdict.kind,
            identifier=verdict.identifier,
            accounts=list(verdict.accounts),
            class_name=verdict.class_name,
            decided_at=verdict.decided_at,
            account_a=account_a,
            account_b=account_b,
            parts=bearing.parts,
            text=bearing.text,
        )


class WhyOut(Wire):
    """Why two accounts are linked, or that they are not."""

    account_a: PersonOut
    account_b: PersonOut
    state: str = Field(
        description="`direct`: a pair of this run, or something shared that counts; `path`: linked over others;"
        " `out_of_time`: only by uses that cannot have followed one another; `not_linked` within `hops` hops",
        examples=["direct"],
    )
    hops: int = Field(description="as far as was looked", examples=[4])
    linked: bool = Field(description="the two are a pair of this run")
    bits: float | None = Field(description="evidence of the pair in log2 odds; null where there is no pair")
    probability: float | None = Field(description="of the pair", examples=[0.889])
    families: list[FamilyOut] = Field(description="most bits first")
    families_more: bool = Field(description="a family shares more than is listed")
    not_counted: list[HubOut] = Field(description="hubs both used: shown, not counted")
    paths: list[PathOut] = Field(description="cheapest first: rare and strong beats long")
    verdicts: list[BearingOut] = Field(description="on the two, on what they share, and on the steps of the paths")
    verdicts_more: bool = Field(description="there are more of them than are listed")
    doubts: list[DoubtOut]
    cited: bool = Field(description="observations are cited by their ids; ask with `cite=true`")
    text: str = Field(description="all of it in plain text, as the command line prints it")

    @classmethod
    def of(cls, why: WhyLinked) -> Self:
        """From the answer."""
        return cls(
            account_a=PersonOut.of(why.account_a),
            account_b=PersonOut.of(why.account_b),
            state=why.state,
            hops=why.hops,
            linked=why.pair is not None,
            bits=why.pair.bits if why.pair else None,
            probability=why.pair.probability if why.pair else None,
            families=[FamilyOut.of(each, why) for each in why.families],
            families_more="shared" in why.limits_hit,
            not_counted=[HubOut.model_validate(each.identifier) for each in why.not_counted],
            paths=[PathOut.of(each, why) for each in why.paths],
            verdicts=[BearingOut.of(each) for each in why.verdicts],
            verdicts_more="verdicts" in why.limits_hit,
            doubts=[DoubtOut.of(each) for each in why.doubts],
            cited=why.cited is not None,
            text=render_why(why),
        )


class WhyAnswer(Answer[WhyOut]):
    """Why two accounts are linked."""
