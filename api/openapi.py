"""Completes the OpenAPI document: every problem an operation can answer with, headers, and where an answer leads."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import problems
from api.changes import KEY_HEADER, VERSION_HEADER
from api.problems import MEDIA_TYPE, Kind, type_of
from api.schemas.base import Problem
from api.security import ACCESS, OPEN
from linkgraph.casework.keys import ROLES

_ALWAYS: Final = (
    problems.BAD_HOST,
    problems.BODY_TOO_LARGE,
    problems.TOO_LONG,
    problems.HEADERS_TOO_LARGE,
    problems.INTERNAL,
)
_KEYED: Final = (problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.TOO_MANY)
_OF_A_BODY: Final = (problems.MALFORMED, problems.BODY_TOO_SLOW, problems.WRONG_MEDIA_TYPE, problems.TOO_DEEP)
_OF_A_CHANGE: Final = (problems.KEY_MISSING, problems.IN_FLIGHT, problems.CONFLICT, problems.KEY_REUSED)
_OF_A_VERSION: Final = (problems.VERSION_MISSING, problems.STALE)
_UNREADY: Final = (
    problems.CASEWORK_UNAVAILABLE,
    problems.UNAVAILABLE,
    problems.BUSY,
    problems.OVERLOADED,
    problems.TIMED_OUT,
    problems.NOTHING_PUBLISHED,
)
_SCHEME: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "lks_<id>_<secret>",
    "description": "a key of `linkgraph key create`",
}

_ACCOUNT: Final = ("read_account", "account_id")
_EXPLANATION: Final = ("explain_account", "account_id")
_AROUND: Final = ("read_neighbourhood", "account_id")
_TIMELINE: Final = ("read_timeline", "account_id")
_DRAWN: Final = ("read_ring_graph", "ring_id")
_RING: Final = ("read_ring", "ring_id")
_HISTORY: Final = ("read_ring_history", "ring_id")
_RUN: Final = ("read_run", "run_id")
_VERDICT: Final = ("read_verdict", "verdict_id")
_OUTCOME: Final = ("read_verdict_outcome", "verdict_id")
_APPROVE: Final = ("approve_verdict", "verdict_id")
_REJECT: Final = ("reject_verdict", "verdict_id")
_WITHDRAW: Final = ("withdraw_verdict", "verdict_id")
# Headers that a change needs, and their form.
_FORMS: Final = {KEY_HEADER: "^[!-~]{1,128}$", VERSION_HEADER: '^"[0-9]{1,9}"$'}
# Operations whose answer is one verdict, with its version as the tag.
_VERSIONED: Final = ("propose_verdict", "read_verdict", "approve_verdict", "reject_verdict", "withdraw_verdict")

_FROM_A_VERSION: Final = ("approve_verdict", "reject_verdict", "withdraw_verdict")

# Which part of an answer another operation can be asked about.
_LEADS_TO: Final[Mapping[str, Mapping[tuple[str, str], str]]] = {
    "read_account": {
        _EXPLANATION: "$response.body#/data/account_id",
        _AROUND: "$response.body#/data/account_id",
        _TIMELINE: "$response.body#/data/account_id",
        _RING: "$response.body#/data/ring/ring_id",
        _RUN: "$response.body#/meta/run_id",
    },
    "explain_account": {
        _ACCOUNT: "$response.body#/data/pairs/0/other_account_id",
        _RING: "$response.body#/data/ring/ring_id",
    },
    "what_if": {_EXPLANATION: "$response.body#/data/account_id"},
    "why_linked": {
        _ACCOUNT: "$response.body#/data/account_b/account_id",
        _RING: "$response.body#/data/account_a/ring_id",
    },
    "list_rings": {_RING: "$response.body#/data/rings/0/ring_id", _RUN: "$response.body#/meta/run_id"},
    "read_ring": {
        _HISTORY: "$response.body#/data/ring_id",
        _DRAWN: "$response.body#/data/ring_id",
        _ACCOUNT: "$response.body#/data/members/0/account_id",
        _EXPLANATION: "$response.body#/data/members/0/account_id",
    },
    "read_timeline": {_ACCOUNT: "$response.body#/data/events/0/other_account_id"},
    "read_neighbourhood": {_ACCOUNT: "$response.body#/data/nodes/0/account_id"},
    "read_ring_graph": {_ACCOUNT: "$response.body#/data/nodes/0/account_id"},
    "read_ring_history": {_RING: "$response.body#/data/ring_id", _RUN: "$response.body#/meta/run_id"},
    "list_verdicts": dict.fromkeys((_VERDICT, _OUTCOME), "$response.body#/data/verdicts/0/verdict_id"),
    "propose_verdict": dict.fromkeys(
        (_VERDICT, _OUTCOME, _APPROVE, _REJECT, _WITHDRAW), "$response.body#/data/verdict_id"
    ),
    "read_verdict_outcome": {
        _ACCOUNT: "$response.body#/data/accounts/0/account_id",
        _RING: "$response.body#/data/rings/0/ring_id",
    },
    "approve_verdict": {_WITHDRAW: "$response.body#/data/verdict_id"},
    "read_current_run": {_RUN: "$response.body#/data/run_id"},
}
_HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "X-Request-Id": {"description": "the request's id", "schema": {"type": "string"}},
    "ETag": {
        "description": "changes with the run; send it back in If-None-Match",
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {"description": "how a key is sent", "schema": {"type": "string"}},
    "RateLimit": {"description": "what is left of the key's quota", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "the key's quota", "schema": {"type": "string"}},
    "Retry-After": {"description": "seconds to wait", "schema": {"type": "string"}},
}


def describe(app: FastAPI, description: str) -> dict[str, Any]:
    """The whole document."""
    document = get_openapi(title=app.title, version=app.version, description=description, routes=app.routes)
    schemas = document["components"]["schemas"]
    for framework in ("HTTPValidationError", "ValidationError"):
        schemas.pop(framework, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    document["components"]["securitySchemes"] = {"key": dict(_SCHEME)}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _complete(path, operation, _is_of_a_run(operation, schemas))
    return document


def _is_of_a_run(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> bool:
    answer = operation["responses"][_success(operation)]["content"]["application/json"]["schema"]["$ref"].rpartition(
        "/"
    )[2]
    return bool(schemas[answer]["properties"]["meta"]["$ref"].endswith("/Meta"))


def _success(operation: Mapping[str, Any]) -> str:
    return next(str(status) for status in operation["responses"] if str(status).startswith("2"))


def _complete(path: str, operation: dict[str, Any], of_a_run: bool) -> None:
    responses = operation["responses"]
    tagged = ("X-Request-Id", "ETag") if of_a_run or operation["operationId"] in _VERSIONED else ("X-Request-Id",)
    success = responses[_success(operation)]
    success |= {"description": operation["summary"], "headers": _headers(*tagged)}
    links = {f"{target}.{name}": _link(target, name, at) for (target, name), at in _leads(operation).items()}
    if links:
        success["links"] = links
    if of_a_run or operation["operationId"] == "read_verdict":
        responses["304"] = {"description": "Unchanged since the tag in If-None-Match", "headers": _headers(*tagged)}
    for parameter in operation.get("parameters", []):
        if parameter["name"] in _FORMS:
            form = {"type": "string", "pattern": _FORMS[parameter["name"]]}
            parameter |= {"required": True, "schema": form | {"examples": parameter["schema"]["examples"]}}
    for kinds in _by_status(path, operation):
        responses[str(kinds[0].status)] = _problem(kinds)
    operation["security"] = [] if path in OPEN else [{"key": []}]
    if path not in OPEN:
        allowed = ACCESS[operation["operationId"]]
        operation["x-roles"] = [role for role in ROLES if role in allowed]


def _by_status(path: str, operation: Mapping[str, Any]) -> list[tuple[Kind, ...]]:
    kinds = _kinds(path, operation)
    return [
        tuple(kind for kind in kinds if kind.status == status) for status in sorted({each.status for each in kinds})
    ]


def _kinds(path: str, operation: Mapping[str, Any]) -> list[Kind]:
    reads, named = path != "/livez", {parameter["name"] for parameter in operation.get("parameters", [])}
    groups = [
        (True, _ALWAYS),
        (path not in OPEN, _KEYED),
        (bool(named) or "requestBody" in operation, (problems.NOT_FOUND,)),
        ("requestBody" in operation, _OF_A_BODY),
        (KEY_HEADER in named, _OF_A_CHANGE),
        (VERSION_HEADER in named, _OF_A_VERSION),
        (reads and operation["operationId"] != "readyz", (problems.INVALID,)),
        (reads, _UNREADY),
    ]
    return [kind for holds, group in groups for kind in group if holds]


def _problem(kinds: tuple[Kind, ...]) -> dict[str, Any]:
    headers = ["X-Request-Id", *(["Retry-After"] if any(kind.retry_after for kind in kinds) else [])]
    headers += ["WWW-Authenticate"] if problems.UNAUTHENTICATED in kinds else []
    headers += ["RateLimit", "RateLimit-Policy"] if problems.TOO_MANY in kinds else []
    examples = {kind.code: {"value": _example(kind)} for kind in kinds}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}}
    return {
        "description": "; ".join(kind.title for kind in kinds),
        "headers": _headers(*headers),
        "content": content,
    }


def _example(kind: Kind) -> dict[str, Any]:
    errors = [{"pointer": "/query/limit", "code": "less_than_equal"}] if kind is problems.INVALID else []
    return {
        "type": type_of(kind),
        "title": kind.title,
        "status": kind.status,
        "code": kind.code,
        "request_id": "5f0c1b2a9d8e7f60",
        "errors": errors,
    }


def _leads(operation: Mapping[str, Any]) -> Mapping[tuple[str, str], str]:
    return _LEADS_TO.get(operation["operationId"], {})


def _link(target: str, parameter: str, at: str) -> dict[str, Any]:
    # A change is made from the version that the answer before it shows.
    version = {f"header.{VERSION_HEADER}": "$response.header.ETag"} if target in _FROM_A_VERSION else {}
    return {"operationId": target, "parameters": {parameter: at} | version}


def _headers(*names: str) -> dict[str, Any]:
    return {name: dict(_HEADERS[name]) for name in names}
