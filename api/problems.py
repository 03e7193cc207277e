"""Errors on the wire: RFC 9457 problems, and the one table that maps error classes to them.

A problem never holds a submitted value: codes and texts are ours, and a pointer names a parameter, not its content.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from api.schemas.base import FieldError, Problem
from linkgraph.errors import (
    CaseworkError,
    ConflictError,
    InputError,
    LedgerError,
    LinkgraphError,
    NotFoundError,
    RunError,
    StaleError,
    StoreBusyError,
    StoreError,
    UsageError,
)

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of problem; its `type` address is made from the code. `retry_after` in seconds."""

    status: int
    code: str
    title: str
    retry_after: int | None = None


BAD_HOST: Final = Kind(400, "bad_host", "The Host header does not name this machine's loopback")
KEY_MISSING: Final = Kind(400, "idempotency_key_missing", "A change needs an Idempotency-Key of 1 to 128 characters")
MALFORMED: Final = Kind(400, "malformed", "The body is not what its type says")
UNAUTHENTICATED: Final = Kind(401, "unauthenticated", "A live key is needed")
FORBIDDEN: Final = Kind(403, "forbidden", "This key may not do that")
NOT_FOUND: Final = Kind(404, "not_found", "Not found")
WRONG_METHOD: Final = Kind(405, "method_not_allowed", "Method not allowed")
BODY_TOO_SLOW: Final = Kind(408, "body_too_slow", "The body did not come in time")
IN_FLIGHT: Final = Kind(409, "in_flight", "The same change is still at work", retry_after=1)
NO_VAULT: Final = Kind(409, "no_vault", "This service keeps no values, only tokens")
NO_TOKENISER: Final = Kind(409, "no_tokeniser", "This service has no keys to make tokens with")
CONFLICT: Final = Kind(409, "conflict", "What is asked for does not fit the state of the thing, or who asks")
STALE: Final = Kind(412, "stale_version", "It has changed since it was read")
BODY_TOO_LARGE: Final = Kind(413, "body_too_large", "Body too large")
TOO_LONG: Final = Kind(414, "uri_too_long", "Address too long")
WRONG_MEDIA_TYPE: Final = Kind(415, "wrong_media_type", "The body has to be application/json")
KEY_REUSED: Final = Kind(422, "idempotency_key_reused", "This Idempotency-Key was sent with something else")
TOO_DEEP: Final = Kind(422, "too_deep", "The body is nested too deeply")
INVALID: Final = Kind(422, "invalid_field", "Invalid field")
VERSION_MISSING: Final = Kind(428, "if_match_missing", "A change needs If-Match with the version it is made from")
TOO_MANY: Final = Kind(429, "too_many_requests", "This key has asked for too much", retry_after=1)
HEADERS_TOO_LARGE: Final = Kind(431, "headers_too_large", "Headers too large")
INTERNAL: Final = Kind(500, "internal_error", "Internal error")
UNAVAILABLE: Final = Kind(503, "store_unavailable", "The graph store cannot be read", retry_after=2)
BUSY: Final = Kind(503, "store_busy", "A run is being published", retry_after=1)
CASEWORK_UNAVAILABLE: Final = Kind(503, "casework_unavailable", "Keys or audit cannot be reached", retry_after=2)
OVERLOADED: Final = Kind(503, "overloaded", "Too many requests at once", retry_after=1)
TIMED_OUT: Final = Kind(503, "timed_out", "No answer in time", retry_after=5)
NOTHING_PUBLISHED: Final = Kind(503, "nothing_published", "No run is published yet", retry_after=60)


class NothingPublishedError(StoreError):
    """There is no run to answer from yet."""


# What the library raises, as callers see it. A fault of ours or of an operator is a 500: no caller can mend it.
BY_ERROR: Final[Mapping[type[LinkgraphError], Kind]] = {
    LinkgraphError: INTERNAL,
    UsageError: INTERNAL,
    InputError: INTERNAL,
    LedgerError: INTERNAL,
    RunError: INTERNAL,
    NotFoundError: NOT_FOUND,
    ConflictError: CONFLICT,
    StaleError: STALE,
    CaseworkError: CASEWORK_UNAVAILABLE,
    StoreError: UNAVAILABLE,
    StoreBusyError: BUSY,
    NothingPublishedError: NOTHING_PUBLISHED,
}
_BY_STATUS: Final = {each.status: each for each in (MALFORMED, NOT_FOUND, WRONG_METHOD, BODY_TOO_LARGE, INVALID)}


class ProblemError(Exception):
    """A request that cannot be answered, for a reason that is not about one field."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind.code)
        self.kind = kind


class InvalidFieldError(Exception):
    """A parameter passed the schema and is still wrong, such as a cursor we never issued."""

    def __init__(self, pointer: str, code: str) -> None:
        super().__init__(code)
        self.error = FieldError(pointer=pointer, code=code)


def respond(
    kind: Kind, request_id: str, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The problem as a response."""
    problem = Problem(
        type=type_of(kind),
        title=kind.title,
        status=kind.status,
        code=kind.code,
        request_id=request_id,
        errors=list(errors),
    )
    sent = {"Retry-After": str(kind.retry_after)} if kind.retry_after is not None else {}
    sent |= ({"WWW-Authenticate": "Bearer"} if kind is UNAUTHENTICATED else {}) | dict(headers or {})
    return Response(problem.model_dump_json(), kind.status, sent, MEDIA_TYPE)


def type_of(kind: Kind) -> str:
    """The problem's address, relative to this service."""
    return f"/problems/{kind.code.replace('_', '-')}"


def kind_of(error: LinkgraphError) -> Kind:
    """What the library raised, by its nearest class in the table."""
    return next(BY_ERROR[each] for each in type(error).__mro__ if each in BY_ERROR)


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """What the schema refused; the framework's own answer would repeat the submitted value."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return respond(INVALID, request.state.request_id, [_field_error(each) for each in found])


async def on_invalid_field(request: Request, error: Exception) -> Response:
    """What a route refused."""
    errors = [error.error] if isinstance(error, InvalidFieldError) else []
    return respond(INVALID, request.state.request_id, errors)


async def on_problem(request: Request, error: Exception) -> Response:
    """What a route or one of its parts refused as a whole."""
    return respond(error.kind if isinstance(error, ProblemError) else INTERNAL, request.state.request_id)


async def on_http_error(request: Request, error: Exception) -> Response:
    """What the router refused: an unknown path, a wrong method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    kind = _BY_STATUS.get(status, INTERNAL)
    headers = {"Allow": _allowed(request)} if kind is WRONG_METHOD else None
    return respond(kind, request.state.request_id, headers=headers)


def _allowed(request: Request) -> str:
    """The methods of this path; whatever is served by GET is served by HEAD."""
    routes: Iterable[APIRoute] = request.app.state.routes
    found = {
        each for route in routes if route.matches(request.scope)[0] is not Match.NONE for each in route.methods or ()
    }
    return ", ".join(sorted(found | ({"HEAD"} if "GET" in found else set()) or {"GET", "HEAD"}))


def _field_error(error: Mapping[str, Any]) -> FieldError:
    # The name of a parameter we do not know is the caller's text, so only ours are named.
    where = error["loc"][:1] if error["type"] == "extra_forbidden" else error["loc"]
    return FieldError(pointer="/" + "/".join(str(part) for part in where), code=error["type"])
