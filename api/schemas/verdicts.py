"""Verdicts of reviewers on the wire: what is sent, what is kept, and what one would change."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.base import AccountIdOut, Answer, BareAnswer, Risk, Wire, iso_of
from linkgraph.casework.preview import NOT_FORESEEN, Preview
from linkgraph.casework.rulings import GROUP, HUB_CLASSES, LONGEST_ID, LONGEST_REASON, Ruling
from linkgraph.casework.verdicts import Record
from linkgraph.explain.whatif import Effect, Standing

Word = Literal["not_evidence", "shared_by", "stolen_from", "hub", "fraud", "cleared", "victim", "suspected"]
_SentId = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID), Field(examples=["A0000288"])]
_When = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-23T09:30:00.123456+00:00"])]


class _Sent(BaseModel):
    """Base of what is sent: closed, so that nothing is set that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class IdentifierIn(_Sent):
    """An identifier, as answers name it."""

    kind: str = Field(max_length=32, examples=["device"])
    identifier: str = Field(pattern="^[0-9a-f]{32}$", examples=["9f2c31d07a5b4c6e8d1f0a2b3c4d5e6f"])


class PairIn(_Sent):
    """Two accounts."""

    account_a: _SentId
    account_b: _SentId


class AccountIn(_Sent):
    """One account."""

    account_id: _SentId


class ScopeIn(_Sent):
    """Whom a verdict on an identifier is about: the group that shares it, or its holder."""

    accounts: list[_SentId] = Field(min_length=1, max_length=GROUP, examples=[["A0000288", "A0000289"]])


class PreviewIn(_Sent):
    """What might be ruled."""

    target: IdentifierIn | PairIn | AccountIn
    verdict: Word = Field(examples=["not_evidence"])
    scope: ScopeIn | None = Field(None, description="of `shared_by` and `stolen_from`")
    class_name: str | None = Field(
        None, alias="class", max_length=32, description=f"of `hub`: {', '.join(HUB_CLASSES)}", examples=["office"]
    )

    def ruling(self, reason: str = "a preview", expires_at: int | None = None, case_id: str | None = None) -> Ruling:
        """As the casework takes it."""
        target, kind, identifier = self.target, None, None
        accounts = tuple(self.scope.accounts) if self.scope else ()
        if isinstance(target, IdentifierIn):
            kind, identifier = target.kind, target.identifier
        else:
            named = (target.account_id,) if isinstance(target, AccountIn) else (target.account_a, target.account_b)
            accounts = (*named, *accounts)
        return Ruling(self.verdict, kind, identifier, accounts, self.class_name, reason, expires_at, case_id)


class VerdictIn(PreviewIn):
    """What is ruled, and why."""

    reason: str = Field(min_length=1, max_length=LONGEST_REASON, examples=["the counter of a shop, seen on site"])
    expires_at: AwareDatetime | None = Field(None, examples=["2027-11-23T00:00:00+00:00"])
    case_id: str | None = Field(None, max_length=64, examples=["C-17"])

    def whole(self) -> Ruling:
        """With its reason and end."""
        since = self.expires_at - datetime(1970, 1, 1, tzinfo=UTC) if self.expires_at else None
        ends = None if since is None else (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        return self.ruling(self.reason, ends, self.case_id)


class EffectOut(Wire):
    """What the preview said when the verdict was proposed."""

    run_id: str = Field(examples=["r-20261123-8f558106da"])
    accounts_released: list[AccountIdOut] = Field(description="lose their flag")
    accounts_condemned: list[AccountIdOut] = Field(description="get one")
    rings_shrinking: list[str] = Field(examples=[["R-b249a6f2f726"]])


class VerdictRecord(Wire):
    """A verdict as kept."""

    verdict_id: str = Field(examples=["v-5f0c1b2a9d8e"])
    verdict: str = Field(examples=["not_evidence"])
    kind: str | None = Field(description="of the identifier it is about", examples=["device"])
    identifier: str | None = Field(description="its token", examples=["9f2c31d07a5b4c6e8d1f0a2b3c4d5e6f"])
    accounts: list[AccountIdOut] = Field(description="the account, the two, the holder, or the group")
    class_name: str | None = Field(description="of a hub", examples=["office"])
    reason: str = Field(examples=["the counter of a shop, seen on site"])
    case_id: str | None = Field(examples=["C-17"])
    author: str = Field(description="id of a key, or the user of a command", examples=["5f0c1b2a9d8e"])
    created_at: _When
    expires_at: _When | None
    state: str = Field(description="proposed, in_force, rejected, withdrawn or expired", examples=["in_force"])
    version: int = Field(examples=[1])
    needs_second: bool = Field(description="a second person has to approve it, or had to")
    effect: EffectOut
    decided_by: str | None = Field(description="who put it in force", examples=["7a1c1b2a9d8e"])
    decided_at: _When | None
    ended_by: str | None = Field(description="who rejected or withdrew it", examples=[None])
    ended_at: _When | None

    @classmethod
    def of(cls, record: Record, now: int) -> Self:
        """From a record, as it stands at a time."""
        ruled, effect = record.ruling, record.effect
        return cls(
            verdict_id=record.verdict_id,
            verdict=ruled.verdict,
            kind=ruled.kind,
            identifier=ruled.identifier,
            accounts=list(ruled.accounts),
            class_name=ruled.class_name,
            reason=ruled.reason,
            case_id=ruled.case_id,
            author=record.author,
            created_at=iso_of(record.created_at),
            expires_at=_iso(ruled.expires_at),
            state=record.state_at(now),
            version=record.version,
            needs_second=record.needs_second,
            effect=EffectOut.model_validate(effect),
            decided_by=record.decided_by,
            decided_at=_iso(record.decided_at),
            ended_by=record.ended_by,
            ended_at=_iso(record.ended_at),
        )


class VerdictPage(Wire):
    """Verdicts, newest first."""

    verdicts: list[VerdictRecord]
    verdicts_more: bool = Field(description="there are older ones")
    next_cursor: str | None = Field(
        description="send it back as `cursor` for the next page; null on the last", examples=[None]
    )


class StandingOut(Wire):
    """What a night says of an account, or would say."""

    risk: Risk
    flagged: bool
    ring_id: str | None = Field(examples=["R-b249a6f2f726"])

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """From the domain value."""
        return cls(risk=standing.risk, flagged=standing.flagged, ring_id=standing.ring_id)


class MoveOut(Wire):
    """An account of which something else would be said."""

    account_id: AccountIdOut
    before: StandingOut
    after: StandingOut

    @classmethod
    def of(cls, effect: Effect) -> Self:
        """From the domain value."""
        before, after = StandingOut.of(effect.before), StandingOut.of(effect.after)
        return cls(account_id=effect.account_id, before=before, after=after)


class RingShrinking(Wire):
    """A ring that would no longer hold some of its members."""

    ring_id: str = Field(examples=["R-b249a6f2f726"])
    leaving: list[AccountIdOut]


class NotForeseen(Wire):
    """Something the next night may find besides."""

    code: str = Field(description="stable key", examples=["rings"])
    words: str = Field(examples=[NOT_FORESEEN["rings"]])


class PreviewOut(Wire):
    """What the verdict would change. Nothing is kept."""

    rings_shrinking: list[RingShrinking]
    accounts_released: list[AccountIdOut] = Field(description="lose their flag")
    accounts_condemned: list[AccountIdOut] = Field(description="get one")
    needs_second: bool = Field(description="a second person would have to approve it")
    moved: list[MoveOut] = Field(description="everybody it reaches, the largest fall first")
    moved_more: bool = Field(description="it reaches more than are listed")
    without_effect: list[str] = Field(
        description="named, and no evidence in this run", examples=[["device:9f2c31d07a5b4c6e8d1f0a2b3c4d5e6f"]]
    )
    not_foreseen: list[NotForeseen]

    @classmethod
    def of(cls, found: Preview, needs_second: bool, most: int) -> Self:
        """From the domain value, with at most so many accounts."""
        return cls(
            rings_shrinking=[
                RingShrinking(ring_id=each.ring_id, leaving=list(each.leaving)) for each in found.rings_shrinking
            ],
            accounts_released=list(found.accounts_released),
            accounts_condemned=list(found.accounts_condemned),
            needs_second=needs_second,
            moved=[MoveOut.of(each) for each in found.moved[:most]],
            moved_more=len(found.moved) > most,
            without_effect=list(found.without_effect),
            not_foreseen=[NotForeseen(code=code, words=NOT_FORESEEN[code]) for code in found.not_foreseen],
        )


def _iso(microseconds: int | None) -> str | None:
    return None if microseconds is None else iso_of(microseconds)


class VerdictRecordAnswer(BareAnswer[VerdictRecord]):
    """A verdict."""


class VerdictPageAnswer(BareAnswer[VerdictPage]):
    """A page of verdicts."""


class PreviewAnswer(Answer[PreviewOut]):
    """A preview, of one run."""
