"""Requests that change something: each happens once, from the version its sender has seen, and leaves its audit row.

A route hands `once` a function that makes the change in the given transaction and says what to answer. In the same
transaction the answer is kept for its idempotency key and the audit row is appended; all of it commits, or none.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.responses import Response

from api.deps import Ask
from api.problems import IN_FLIGHT, KEY_MISSING, KEY_REUSED, STALE, VERSION_MISSING, ProblemError
from linkgraph.casework import idempotency
from linkgraph.casework.audit import Act
from linkgraph.casework.database import Connection
from linkgraph.casework.idempotency import Answered, Sent

KEY_HEADER: Final = "Idempotency-Key"
VERSION_HEADER: Final = "If-Match"
_KEY: Final = re.compile(r"[!-~]{1,128}")
_VERSION: Final = re.compile(r'"([0-9]{1,9})"')


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to: the answer's status and body, and what the audit says of it.

    object: the name of what was changed (`api.auditing.named`). before, after: its digests. version: what it has now.
    """

    status: int
    body: str
    object: str
    before: str | None = None
    after: str | None = None
    purpose: str | None = None
    version: int | None = None


def _key(key: Annotated[str | None, Header(alias=KEY_HEADER, examples=["5c9a1d7e-41"])] = None) -> str:
    if key is None or not _KEY.fullmatch(key):
        raise ProblemError(KEY_MISSING)
    return key


def _version(version: Annotated[str | None, Header(alias=VERSION_HEADER, examples=['"3"'])] = None) -> int:
    if version is None:
        raise ProblemError(VERSION_MISSING)
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ProblemError(STALE)
    return int(found[1])


IdempotencyKeyDep = Annotated[str, Depends(_key)]
# The version a change is made from: the number in the entity tag of what was read.
VersionDep = Annotated[int, Depends(_version)]


def tag_of(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def once(ask: Ask, key: str, body: BaseModel | None, change: Callable[[Connection], Changed]) -> Answered:
    """Make a change, or find that it was made with this key before; the answer either way.

    ProblemError: the key was sent with something else, or the same is still at work.
    """
    casework, now = ask.service.casework, int(ask.service.now() * 1e6)
    sent = Sent(ask.who.key_id, key, _digest(ask, body))
    with casework.database.write() as connection:
        if not idempotency.claim(connection, sent):
            raise ProblemError(IN_FLIGHT)
        known = idempotency.recall(connection, sent, now)
        if known is not None:
            if known.digest != sent.digest:
                raise ProblemError(KEY_REUSED)
            return known.answer
        changed = change(connection)
        tag = None if changed.version is None else tag_of(changed.version)
        answer = Answered(changed.status, changed.body, tag)
        idempotency.keep(connection, sent, answer, now)
        casework.chain.append(connection, [_act(ask, changed)], now)
    ask.note.written = True
    return answer


def sent_back(answer: Answered) -> Response:
    """The answer as a response."""
    headers = {} if answer.tag is None else {"ETag": answer.tag}
    return Response(answer.body, answer.status, headers, "application/json")


def _digest(ask: Ask, body: BaseModel | None) -> str:
    content = body.model_dump_json() if body is not None else ""
    return hashlib.sha256(f"{ask.operation}\n{ask.path}\n{content}".encode()).hexdigest()


def _act(ask: Ask, changed: Changed) -> Act:
    return Act(
        principal=ask.who.key_id,
        role=ask.who.role,
        operation=ask.operation,
        object=changed.object,
        purpose=changed.purpose,
        request_id=ask.request_id,
        decision="done",
        status=changed.status,
        before=changed.before,
        after=changed.after,
    )
