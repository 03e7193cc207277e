"""The audit: who did what, and whether its chain is whole."""

from typing import Annotated, Final
from urllib.parse import unquote

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.auditing import named
from api.cursors import PATTERN
from api.deps import Ask, AskDep, NoQueryDep
from api.problems import InvalidFieldError
from api.schemas.audit import AuditAnswer, AuditPage, AuditRow, VerdictAnswer, VerdictOut
from linkgraph.casework.anchors import Anchor
from linkgraph.casework.audit import Wanted, read_head, read_rows
from linkgraph.casework.verification import verify
from linkgraph.errors import CaseworkError

router = APIRouter(prefix="/v1/audit", tags=["audit"])

# Rows that one request verifies; about a second. Anchors lie closer than that.
_VERIFIED: Final = 100_000
# Who reads everybody's rows; others read their own. There are no teams yet.
_READS_ALL: Final = ("compliance",)


class AuditQuery(BaseModel):
    """Which rows of the audit."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=100, description="rows on a page")
    cursor: str | None = Field(
        None,
        max_length=256,
        pattern=PATTERN,
        description="`next_cursor` of the page before",
        examples=["9AgmnvTYg3emgyvn7Iuvcg.WzEwNDJd"],
    )
    principal: str | None = Field(
        None,
        pattern=r"^([0-9a-f]{12}|anonymous|uid:[0-9]{1,10})$",
        description="id of a key, `anonymous`, or the user of a command",
        examples=["5f0c1b2a9d8e"],
    )
    object: str | None = Field(
        None, max_length=1024, description="id of an account or ring, percent-encoded as in a path", examples=["A1"]
    )
    operation: str | None = Field(None, max_length=64, description="an operation", examples=["read_account"])


AuditQueryDep = Annotated[AuditQuery, Query()]


@router.get("", operation_id="read_audit", summary="Who did what, newest first", response_model=AuditAnswer)
def read_audit(query: AuditQueryDep, ask: AskDep) -> Response:
    """Rows of the audit chain: one's own, or everybody's for compliance. Asked for an object, refused attempts too."""
    with ask.service.casework.database.read() as connection:
        found = read_rows(connection, _wanted(query, ask), query.limit + 1)
    shown, more = found[: query.limit], len(found) > query.limit
    cursor = ask.service.cursors.write_row(shown[-1].seq) if more else None
    page = AuditPage(rows=[AuditRow.of(row) for row in shown], rows_more=more, next_cursor=cursor)
    return ask.answer(AuditAnswer, page)


@router.post("/verify", operation_id="verify_audit", summary="Whether the audit is whole", response_model=VerdictAnswer)
def verify_audit(query: NoQueryDep, ask: AskDep) -> Response:
    """Follows the chain from its first row, or from an anchor at most 100,000 rows back; names what is wrong.

    All of a longer chain is verified by `linkgraph audit verify`.
    """
    casework = ask.service.casework
    anchors = casework.anchors.read()
    with casework.database.read() as connection:
        start = _start(anchors, read_head(connection).seq)
        found = verify(connection, casework.chain, anchors, start)
    if found.sound:
        ask.service.metrics.verified.set(ask.service.now())
    return ask.answer(VerdictAnswer, VerdictOut.of(found), ["rows"] if start else [])


def _wanted(query: AuditQuery, ask: Ask) -> Wanted:
    before = ask.service.cursors.read_row(query.cursor) if query.cursor is not None else None
    if query.cursor is not None and before is None:
        raise InvalidFieldError("/query/cursor", "unknown_cursor")
    who = ask.principal
    own = None if who is None or who.role in _READS_ALL else who.key_id
    if own is not None and query.principal not in (None, own):
        return Wanted(principal=own, objects=())
    return Wanted(own or query.principal, _objects(query, ask), query.operation, before)


def _objects(query: AuditQuery, ask: Ask) -> tuple[str, ...] | None:
    if query.object is None:
        return None
    name = "/".join(named(unquote(each)) for each in query.object.split("/"))
    return name, ask.service.casework.chain.token(name)


def _start(anchors: list[Anchor], last: int) -> Anchor | None:
    if last <= _VERIFIED:
        return None
    within = [each for each in anchors if last - each.seq <= _VERIFIED]
    if not within:
        raise CaseworkError("no anchor of the audit is near enough: run `linkgraph audit verify`")
    return within[0]
