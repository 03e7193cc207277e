"""Verdicts of reviewers: what one would change, ruling, agreeing, taking back. A night acts on those in force."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from api.auditing import named
from api.changes import Changed, IdempotencyKeyDep, VersionDep, once, sent_back, tag_of
from api.cursors import PATTERN
from api.deps import Ask, AskDep, CaseQuery, CaseQueryDep, NoQueryDep, RunQueryDep
from api.problems import InvalidFieldError
from api.schemas.outcome import OutcomeAnswer, OutcomeOut
from api.schemas.verdicts import (
    PreviewAnswer,
    PreviewIn,
    PreviewOut,
    VerdictIn,
    VerdictPage,
    VerdictPageAnswer,
    VerdictRecord,
    VerdictRecordAnswer,
)
from linkgraph.casework import verdicts
from linkgraph.casework.database import Connection
from linkgraph.casework.keys import Principal
from linkgraph.casework.outcome import outcome
from linkgraph.casework.preview import preview
from linkgraph.casework.rulings import Ruling, checked, wrong_field
from linkgraph.casework.verdicts import Record
from linkgraph.explain.bearing import Rulings
from linkgraph.solved import needed

router = APIRouter(prefix="/v1/verdicts", tags=["verdicts"])

# Accounts that a preview or an outcome lists.
_MOVED: Final = 100
# What changes a verdict, from the version its sender has seen, at a time.
Change = Callable[[Connection, str, int, Principal, int], Record]


class VerdictsQuery(CaseQuery):
    """How much of the list, and from where."""

    limit: int = Field(50, ge=1, le=100, description="verdicts on a page")
    cursor: str | None = Field(
        None,
        max_length=256,
        pattern=PATTERN,
        description="`next_cursor` of the page before",
        examples=["9AgmnvTYg3emgyvn7Iuvcg.WzE3MDAwLCJ2LTVmMGMxYjJhOWQ4ZSJd"],
    )


VerdictsQueryDep = Annotated[VerdictsQuery, Query()]
VerdictId = Annotated[
    str, Path(pattern=r"^v-[0-9a-f]{12}$", description="id of a verdict", examples=["v-5f0c1b2a9d8e"])
]


@router.post(
    "/preview", operation_id="preview_verdict", summary="What a verdict would change", response_model=PreviewAnswer
)
def preview_verdict(body: PreviewIn, query: NoQueryDep, ask: AskDep) -> Response:
    """Flags lost and won, rings that shrink, and every score that moves, as the next night would find them.

    What it does not foresee is named. Nothing is kept.
    """
    ruling = _checked(body.ruling(), ask)
    with ask.read() as reading:
        found = preview(reading.view, reading.net(), ruling)
        needs = verdicts.needs_second(ruling, found.effect, ask.service.settings.verdict_second_from)
        limits = [*found.limits_hit, *(["moved"] if len(found.moved) > _MOVED else [])]
        return reading.answer(PreviewAnswer, PreviewOut.of(found, needs, _MOVED), limits)


@router.post("", operation_id="propose_verdict", summary="Rule", response_model=VerdictRecordAnswer, status_code=201)
def propose_verdict(body: VerdictIn, query: NoQueryDep, key: IdempotencyKeyDep, ask: AskDep) -> Response:
    """In force from the next night on; a hub, and whatever changes many flags, waits until a second person approves."""
    ruling, now = _checked(body.whole(), ask), ask.now
    with ask.read() as reading:
        effect = preview(reading.view, reading.net(), ruling).effect

    def propose(connection: Connection) -> Changed:
        second_from = ask.service.settings.verdict_second_from
        return _changed(ask, None, verdicts.propose(connection, ruling, effect, ask.who, second_from, now), 201)

    answer = once(ask, key, body, propose)
    # Sent again it changes nothing and leaves a row of its own, about the same verdict.
    ask.note.object = named(VerdictRecordAnswer.model_validate_json(answer.body).data.verdict_id)
    return sent_back(answer)


@router.get("", operation_id="list_verdicts", summary="Verdicts, newest first", response_model=VerdictPageAnswer)
def list_verdicts(query: VerdictsQueryDep, ask: AskDep) -> Response:
    """A page of all verdicts, whatever their state, with what each was foreseen to change."""
    ask.note.purpose = query.case_id
    after = ask.service.cursors.read_verdict(query.cursor) if query.cursor is not None else None
    if query.cursor is not None and after is None:
        raise InvalidFieldError("/query/cursor", "unknown_cursor")
    with ask.service.casework.database.read() as connection:
        found = verdicts.list_verdicts(connection, query.limit + 1, after)
    shown, more = found[: query.limit], len(found) > query.limit
    cursor = ask.service.cursors.write_verdict(shown[-1].created_at, shown[-1].verdict_id) if more else None
    records = [VerdictRecord.of(each, ask.now) for each in shown]
    return ask.answer(VerdictPageAnswer, VerdictPage(verdicts=records, verdicts_more=more, next_cursor=cursor))


@router.get("/{verdict_id}", operation_id="read_verdict", summary="A verdict", response_model=VerdictRecordAnswer)
def read_verdict(verdict_id: VerdictId, query: CaseQueryDep, ask: AskDep) -> Response:
    """The verdict with its reason, state and version; the tag is what `If-Match` takes."""
    ask.note.purpose = query.case_id
    with ask.service.casework.database.read() as connection:
        record = verdicts.read_verdict(connection, verdict_id)
    answer = ask.answer(VerdictRecordAnswer, VerdictRecord.of(record, ask.now))
    answer.headers["ETag"] = tag_of(record.version)
    return answer


@router.get(
    "/{verdict_id}/outcome",
    operation_id="read_verdict_outcome",
    summary="What a verdict changed",
    response_model=OutcomeAnswer,
)
def read_verdict_outcome(verdict_id: VerdictId, query: RunQueryDep, ask: AskDep) -> Response:
    """Whom it parted in the published run or an earlier one, and whether what was foreseen has come about there."""
    with ask.read(query) as reading:
        with ask.service.casework.database.read() as connection:
            record = verdicts.read_verdict(connection, verdict_id)
        found = outcome(reading.view, Rulings(reading.run.verdicts(), needed(reading.net())), record)
        return reading.answer(OutcomeAnswer, OutcomeOut.of(found, _MOVED), found.limits_hit)


@router.post(
    "/{verdict_id}/approve", operation_id="approve_verdict", summary="Agree", response_model=VerdictRecordAnswer
)
def approve_verdict(
    verdict_id: VerdictId, query: NoQueryDep, key: IdempotencyKeyDep, version: VersionDep, ask: AskDep
) -> Response:
    """Put a proposed verdict of somebody else's in force."""
    return _act(ask, key, verdict_id, version, verdicts.approve)


@router.post(
    "/{verdict_id}/reject", operation_id="reject_verdict", summary="Disagree", response_model=VerdictRecordAnswer
)
def reject_verdict(
    verdict_id: VerdictId, query: NoQueryDep, key: IdempotencyKeyDep, version: VersionDep, ask: AskDep
) -> Response:
    """Refuse a proposed verdict of somebody else's."""
    return _act(ask, key, verdict_id, version, verdicts.reject)


@router.post(
    "/{verdict_id}/withdraw",
    operation_id="withdraw_verdict",
    summary="Take a verdict back",
    response_model=VerdictRecordAnswer,
)
def withdraw_verdict(
    verdict_id: VerdictId, query: NoQueryDep, key: IdempotencyKeyDep, version: VersionDep, ask: AskDep
) -> Response:
    """Take back a verdict of one's own, or any as a lead: the next night is as if it had never been."""
    return _act(ask, key, verdict_id, version, verdicts.withdraw)


def _act(ask: Ask, key: str, verdict_id: str, version: int, change: Change) -> Response:
    def act(connection: Connection) -> Changed:
        before = verdicts.read_verdict(connection, verdict_id)
        return _changed(ask, before, change(connection, verdict_id, version, ask.who, ask.now), 200)

    return sent_back(once(ask, key, None, act))


def _changed(ask: Ask, before: Record | None, after: Record, status: int) -> Changed:
    answer = ask.answer(VerdictRecordAnswer, VerdictRecord.of(after, ask.now))
    return Changed(
        status=status,
        body=bytes(answer.body).decode(),
        object=named(after.verdict_id),
        before=before.digest if before else None,
        after=after.digest,
        purpose=after.ruling.case_id,
        version=after.version,
    )


def _checked(ruling: Ruling, ask: Ask) -> Ruling:
    wrong = wrong_field(ruling, ask.now)
    if wrong is not None:
        raise InvalidFieldError(f"/body/{wrong}", "not_allowed")
    return checked(ruling, ask.now)
