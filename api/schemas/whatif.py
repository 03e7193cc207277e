"""What would be without some evidence, on the wire."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.base import AccountIdOut, Answer, LogOdds, Risk, Wire
from linkgraph.explain.clearing import Clearing
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


WhatIfIn = WithoutIn | MinimalIn


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


class WhatIfOut(Wire):
    """An account before and after. Scores are exact to `bound`; nothing is stored."""

    account_id: AccountIdOut
    before: StandingOut
    after: StandingOut
    removed: list[str] = Field(description="identifiers taken away, 'kind:token'", examples=[["card:9f2c31"]])
    without_effect: list[str] = Field(description="named, and no evidence in this run", examples=[[]])
    leaves_with: list[AccountIdOut] = Field(description="members that no pair holds to the ring any more either")
    bound: LogOdds

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
