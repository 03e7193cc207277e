"""Where values meet tokens: what is searched for, and what is revealed."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.schemas.base import AccountIdOut, Answer, BareAnswer, Kind, Role, Time, Token, Wire
from linkgraph.casework.rulings import holds_card_number
from linkgraph.kinds import KIND_NAMES
from linkgraph.model import Account, Link

_KINDS = Literal[KIND_NAMES]  # type: ignore[valid-type]


def _no_card_number(text: str) -> str:
    if holds_card_number(text):
        raise ValueError("a card number")
    return text


CaseId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="the case it is for; kept in the audit",
        examples=["C-17"],
    ),
    # Last: what stands behind a function is held and not described.
    AfterValidator(_no_card_number),
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchIn(_In):
    """A value to look for. It is not kept and not logged."""

    kind: _KINDS = Field(examples=["email"])
    value: str = Field(min_length=1, max_length=512, examples=["ann@example.org"])
    case_id: CaseId


class MatchOut(Wire):
    """An account that used it."""

    account_id: AccountIdOut
    role: Role
    ring_id: str | None = Field(examples=["R-b249a6f2f726"])
    first_seen: Time
    last_seen: Time

    @classmethod
    def of(cls, link: Link, account: Account) -> Self:
        """From a use and who made it."""
        return cls(
            account_id=link.account_id,
            role=account.role,
            ring_id=account.ring_id,
            first_seen=link.first_seen,
            last_seen=link.last_seen,
        )


class SearchOut(Wire):
    """Who used the value, last seen first."""

    kind: Kind
    identifier: Token
    matches: list[MatchOut]
    matches_more: bool = Field(description="more accounts used it than are listed")


class SearchAnswer(Answer[SearchOut]):
    """What a search found."""


class TokenIn(_In):
    """An identifier as answers show it."""

    kind: _KINDS = Field(examples=["email"])
    identifier: str = Field(pattern=r"^[0-9a-f]{32}$", examples=["9f2c31d07a9f2c31d07a9f2c31d07a9f"])


class RevealIn(_In):
    """Which identifiers of which account are to be shown in plain, for which case, and why."""

    case_id: CaseId
    account_id: str = Field(min_length=1, max_length=512, examples=["A0000288"])
    tokens: list[TokenIn] = Field(min_length=1, max_length=20)
    reason: str = Field(min_length=10, max_length=1000, examples=["call back the holder about the disputed payment"])


class ValueOut(Wire):
    """A value; null where the vault was not there yet when it came in."""

    kind: Kind
    identifier: Token
    value: str | None = Field(examples=["ann@example.org"])


class RevealOut(Wire):
    """What was revealed. The values are read again for every answer and kept in none."""

    reveal_id: str = Field(examples=["V-5f0c1b2a9d8e"])
    case_id: str = Field(examples=["C-17"])
    account_id: AccountIdOut
    values: list[ValueOut]


class RevealAnswer(BareAnswer[RevealOut]):
    """Values in plain."""
