"""Rows of the audit, and what its verification found."""

from typing import Literal, Self

from pydantic import Field

from api.schemas.base import BareAnswer, Wire, iso_of
from linkgraph.casework.audit import Row
from linkgraph.casework.verification import Verdict


class AuditRow(Wire):
    """What somebody did, or was refused."""

    seq: int = Field(examples=[1042])
    at: str = Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-23T09:30:00.123456+00:00"])
    principal: str = Field(description="id of a key, `anonymous`, or the user of a command", examples=["5f0c1b2a9d8e"])
    role: str = Field(examples=["investigator"])
    operation: str = Field(examples=["read_account"])
    object: str | None = Field(
        description="percent-encoded id; begins with ~ where a keyed token stands for what was asked for in vain",
        examples=["A0000288"],
    )
    purpose: str | None = Field(description="the case it was for", examples=["C-17"])
    request_id: str = Field(examples=["5f0c1b2a9d8e7f60"])
    decision: str = Field(description="done, refused or failed", examples=["done"])
    status: int | None = Field(examples=[200])
    before: str | None = Field(description="digest of the object before a change", examples=[None])
    after: str | None = Field(description="digest of the object after a change", examples=[None])
    hash: str = Field(examples=["91d4e8b6bed86713618e8e889142cd09b1c30b1148e709167f82c9d0593e2b13"])

    @classmethod
    def of(cls, row: Row) -> Self:
        """From a row of the chain."""
        values = row._asdict()
        return cls(**{name: values[name] for name in cls.model_fields if name != "at"}, at=iso_of(row.at))


class AuditPage(Wire):
    """Rows, newest first."""

    rows: list[AuditRow]
    rows_more: bool = Field(description="there are older ones")
    next_cursor: str | None = Field(
        description="send it back as `cursor` for the next page; null on the last", examples=[None]
    )


class FaultOut(Wire):
    """Something that is wrong with the chain."""

    name: Literal["edited", "missing", "duplicated", "reordered", "forked", "torn_tail", "rewritten"]
    seq: int = Field(description="number of the row", examples=[1042])


class VerdictOut(Wire):
    """Whether the chain is whole."""

    sound: bool
    rows: int = Field(description="rows that were verified", examples=[1042])
    verified_from: int = Field(description="the anchored row it began with; 0: with the first row", examples=[0])
    head_seq: int = Field(examples=[1042])
    head_hash: str = Field(examples=["91d4e8b6bed86713618e8e889142cd09b1c30b1148e709167f82c9d0593e2b13"])
    faults: list[FaultOut]
    faults_more: bool = Field(description="there are more faults than are named")

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        """From what the verifier found."""
        return cls(
            sound=verdict.sound,
            rows=verdict.rows,
            verified_from=verdict.start,
            head_seq=verdict.head.seq,
            head_hash=verdict.head.hash,
            faults=[FaultOut(name=fault.name, seq=fault.seq) for fault in verdict.faults],
            faults_more=verdict.more,
        )


class AuditAnswer(BareAnswer[AuditPage]):
    """A page of the audit."""


class VerdictAnswer(BareAnswer[VerdictOut]):
    """The verification of the audit."""
