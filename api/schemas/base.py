"""What all answers share: the frame, the problem, and small parts.

Times are ISO 8601 with offset, money is a decimal text with its currency, identifiers are tokens.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from linkgraph.model import Pair


def iso_of(microseconds: int) -> str:
    """Microseconds since 1970 as ISO 8601 with offset."""
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat(timespec="microseconds")


def iso(seconds: Any) -> Any:
    """Epoch seconds as ISO 8601 with offset; a text is taken as it is."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if isinstance(seconds, int) else seconds


Time = Annotated[
    str,
    BeforeValidator(iso),
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-23T00:00:00+00:00"]),
]
AccountIdOut = Annotated[str, Field(examples=["A1"])]
Kind = Annotated[str, Field(description="kind of the identifier", examples=["device"])]
Token = Annotated[str, Field(description="the identifier as a keyed token", examples=["9f2c31d07a"])]
Risk = Annotated[float, Field(ge=0, le=1, examples=[0.93])]
LogOdds = Annotated[float, Field(description="natural log-odds", examples=[0.68])]
Role = Annotated[str, Field(description="perpetrator, mule, victim, counterparty or unknown", examples=["perpetrator"])]
Membership = Annotated[str, Field(description="core, likely or fringe", examples=["core"])]
RequestId = Annotated[str, Field(description="also in the header X-Request-Id", examples=["5f0c1b2a9d8e7f60"])]
Digest = Annotated[str, Field(examples=["91d4e8b6bed86713618e8e889142cd09b1c30b1148e709167f82c9d0593e2b13"])]


class Wire(BaseModel):
    """Base of all answers: closed, so that nothing slips out unseen. Read from domain values field by field."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class FieldError(Wire):
    """One parameter that was refused, and why; never what was submitted."""

    pointer: str = Field(examples=["/query/limit"])
    code: str = Field(examples=["less_than_equal"])


class Problem(Wire):
    """RFC 9457 problem; never holds a submitted value."""

    type: str = Field(examples=["/problems/not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    code: str = Field(description="stable key", examples=["not_found"])
    request_id: RequestId
    errors: list[FieldError] = Field(examples=[[]])


class Meta(Wire):
    """Which run the whole answer comes from, and what a limit kept out of it."""

    run_id: str = Field(description="the run that answers", examples=["r-20261123-8f558106da"])
    snapshot_id: str = Field(description="the same as run_id", examples=["r-20261123-8f558106da"])
    as_of: Time = Field(description="what was known by then is in the run")
    cold_start: bool = Field(description="nothing has been learned from labels: scores rank by starting values")
    stale: bool = Field(description="the run is older than the service's bound")
    truncated: bool = Field(description="a limit kept something out of this answer")
    limits_hit: list[str] = Field(description="names of the lists that a limit cut", examples=[["pairs"]])
    request_id: RequestId
    browser: str | None = Field(
        description="opens the guide of the account or ring in the Neo4j Browser; null where the service knows of none",
        examples=["http://localhost:7474/browser/?cmd=guide&arg=http%3A%2F%2Flocalhost%3A7480%2Faccounts%2FA1.html"],
    )


class BareMeta(Wire):
    """Of an answer that comes from no run."""

    request_id: RequestId
    truncated: bool = Field(description="a limit kept something out of this answer")
    limits_hit: list[str] = Field(description="names of the lists that a limit cut", examples=[["rows"]])


Data = TypeVar("Data")


class Answer(Wire, Generic[Data]):
    """Every answer: where it comes from, and what was asked for."""

    meta: Meta
    data: Data


class BareAnswer(Wire, Generic[Data]):
    """An answer that comes from no run."""

    meta: BareMeta
    data: Data


class Money(Wire):
    """An amount as decimal text; the currency is null where the amount is nothing."""

    amount: str = Field(examples=["12.50"])
    currency: str | None = Field(examples=["EUR"])


class PairLink(Wire):
    """Two accounts and the evidence between them."""

    account_a: AccountIdOut
    account_b: AccountIdOut
    bits: float = Field(description="evidence in log2 odds", examples=[9.0])
    probability: float = Field(ge=0, le=1, examples=[0.8])
    families: list[str] = Field(
        description="'family=bits'; one family counts once", examples=[["access=9.0", "instrument=6.0"]]
    )
    shared: list[str] = Field(
        description="'kind:token', or 'family:sign x value'", examples=[["device:9f2c31d07a", "money:transfer x 2"]]
    )
    shared_more: bool = Field(description="they share more than is listed")

    @classmethod
    def of(cls, pair: Pair, most: int) -> Self:
        """From a pair, with at most so many of its shared identifiers."""
        return cls(
            account_a=pair.account_a,
            account_b=pair.account_b,
            bits=pair.bits,
            probability=pair.probability,
            families=list(pair.families),
            shared=list(pair.shared[:most]),
            shared_more=len(pair.shared) > most,
        )
