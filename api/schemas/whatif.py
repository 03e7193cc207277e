"""What would be without some evidence, on the wire."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.base import AccountIdOut, Answer, LogOdds, Risk, Wire
from linkgraph.explain.clearing import Clearing
from linkgraph.explain.each import Alone, Each
from linkgraph.explain.whatif import Standing, Supposition, WhatIf

_Id = Annotated[str, StringConstraints(min_length=1, max_length=512)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EvidenceIn(_In):
    """An identifier, or only one account's link to it."""

    identifier: str = Field(min_length=3, max_length=512, description="'kind:token'", examples=["card:9f2c31d07a"])
    account_id: _Id | None = Field(None, description="only this account's link to it", examples=["A1"])


class LabelIn(_In):
    """The label of an account."""

    label_of: _Id = Field(description="account whose label is not to count", examples=["A2"])


class HandIn(_In):
    """All that another account shares with the one asked about."""

    not_with: _Id = Field(description="account that is not the same hand", examples=["A3"])


class WithoutIn(_In):
    """What is not to count."""

    remove: list[EvidenceIn | LabelIn | HandIn] = Field(
        min_length=1, max_length=50, examples=[[{"identifier": "card:9f2c31d07a"}]]
    )

    def supposed(self, account_id: str) -> Supposition:
        """What is supposed of the account."""
        things = [each for each in self.remove if isinstance(each, EvidenceIn)]
        return Supposition(
            links=frozenset((each.account_id, each.identifier) for each in things if each.account_id),
            identifiers=frozenset(each.identifier for each in things if not each.account_id),
            pairs=frozenset(frozenset((account_id, r.not_with)) for r in self.remove if isinstance(r, HandIn)),
            labels={each.label_of: None for each in self.remove if isinstance(each, LabelIn)},
        )

    @property
    def identifiers(self) -> list[str]:
        """The identifiers named."""
        return sorted(each.identifier for each in self.remove if isinstance(each, EvidenceIn))


class MinimalIn(_In):
    """The smallest set of identifiers without which the flag falls."""

    minimal: Literal[True] = Field(examples=[True])


class EachIn(_In):
    """Without each thing that the score names, one after the other."""

    each: Literal[True] = Field(examples=[True])


WhatIfIn = WithoutIn | MinimalIn | EachIn


class StandingOut(Wire):
    """What a night says of an account, or would say."""

    score: LogOdds
    risk: Risk
    flagged: bool
    ring_id: str | None = Field(examples=["R-b249a6f2f726"])

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """From a standing."""
        return cls.model_validate(standing)


class AloneOut(Wire):
    """The account without one thing."""

    what: str = Field(
        description="`identifier`: for everybody; `link`: the account's own use of it; `label`: of an account",
        examples=["identifier"],
    )
    name: str = Field(description="'kind:token', or the account whose label it is", examples=["card:9f2c31"])
    after: StandingOut
    leaves_with: list[AccountIdOut] = Field(description="members that no pair holds to the ring any more either")

    @classmethod
    def of(cls, alone: Alone) -> Self:
        """From one of them."""
        after = StandingOut.of(alone.after)
        return cls(what=alone.what, name=alone.name, after=after, leaves_with=list(alone.leaves_with))


class WhatIfOut(Wire):
    """An account before and after. Scores are exact to `bound`; nothing is stored."""

    account_id: AccountIdOut
    before: StandingOut
    after: StandingOut
    removed: list[str] = Field(description="identifiers taken away, 'kind:token'", examples=[["card:9f2c31"]])
    without_effect: list[str] = Field(description="named, and no evidence in this run", examples=[[]])
    leaves_with: list[AccountIdOut] = Field(description="members that no pair holds to the ring any more either")
    each: list[AloneOut] = Field(description="with `each`: without one thing each, largest fall first; else empty")
    each_more: bool = Field(description="the score names more than was tried")
    bound: LogOdds

    @classmethod
    def one_by_one(cls, account_id: str, found: Each) -> Self:
        """From what it would be without each thing; `after` is as before, since nothing is taken away for good."""
        return cls(
            account_id=account_id,
            before=StandingOut.of(found.before),
            after=StandingOut.of(found.before),
            removed=[],
            without_effect=[],
            leaves_with=[],
            each=[AloneOut.of(row) for row in found.rows],
            each_more="each" in found.limits_hit,
            bound=found.bound,
        )

    @classmethod
    def of(cls, found: WhatIf, removed: list[str]) -> Self:
        """From what was computed."""
        return cls(
            account_id=found.effect.account_id,
            before=StandingOut.of(found.effect.before),
            after=StandingOut.of(found.effect.after),
            removed=removed,
            without_effect=list(found.without_effect),
            leaves_with=list(found.leaves_with),
            each=[],
            each_more=False,
            bound=found.bound,
        )


class ClearingOut(Wire):
    """The smallest set of identifiers found without which the flag falls; its size is the account's fragility."""

    identifiers: list[str] = Field(description="'kind:token', in the order taken", examples=[["card:9f2c31"]])
    cleared: bool = Field(description="false: it stays flagged without them, and rests on more, or on something else")
    fragility: int | None = Field(ge=0, description="null where it is not cleared", examples=[1])
    after: StandingOut

    @classmethod
    def of(cls, found: Clearing) -> Self:
        """From a clearing set."""
        return cls(
            identifiers=list(found.identifiers),
            cleared=found.cleared,
            fragility=found.fragility,
            after=StandingOut.of(found.after),
        )


class WhatIfAnswer(Answer[WhatIfOut]):
    """What would be."""
