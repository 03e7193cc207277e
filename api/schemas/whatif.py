"""What would be without some evidence, on the wire."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas.base import AccountIdOut, Answer, LogOdds, Risk, Wire
from linkgraph.explain.clearing import Clearing
from linkgraph.explain.whatif import Standing, Supposition, WhatIf

_ITEMS = 50


class RemoveIn(BaseModel):
    """One thing that is not to count: an identifier, an account's link to it, an account's label, or what another
    account shares with the one asked about.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    identifier: str | None = Field(
        None, min_length=3, max_length=512, description="'kind:token'", examples=["card:9f2c"]
    )
    account_id: str | None = Field(
        None, min_length=1, max_length=512, description="with an identifier: only this account's link to it"
    )
    label_of: str | None = Field(None, min_length=1, max_length=512, description="account whose label is not to count")
    not_with: str | None = Field(None, min_length=1, max_length=512, description="account that is not the same hand")

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(each is not None for each in (self.identifier, self.label_of, self.not_with)) != 1:
            raise ValueError("exactly one of identifier, label_of, not_with")
        if self.account_id is not None and self.identifier is None:
            raise ValueError("account_id goes with an identifier")
        return self


class WhatIfIn(BaseModel):
    """What is not to count; or, with `minimal`, the smallest set of identifiers without which the flag falls."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    remove: list[RemoveIn] = Field(default_factory=list, max_length=_ITEMS, examples=[[{"identifier": "card:9f2c"}]])
    minimal: bool = Field(False, description="instead of `remove`")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.minimal == bool(self.remove):
            raise ValueError("either remove or minimal")
        return self

    def supposed(self, account_id: str) -> Supposition:
        """What is supposed of the account."""
        return Supposition(
            links=frozenset((r.account_id, r.identifier) for r in self.remove if r.account_id and r.identifier),
            identifiers=frozenset(r.identifier for r in self.remove if r.identifier and not r.account_id),
            pairs=frozenset(frozenset((account_id, r.not_with)) for r in self.remove if r.not_with),
            labels={r.label_of: None for r in self.remove if r.label_of},
        )


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
