"""The read API over the published run: `create_app`, and what stands in front of every route.

Every answer is of exactly one run and says which. The application follows the published pointer: the request after a
publish sees the new run. Errors are problems that never hold a submitted value, in answers and in the log.
"""

import logging
import secrets
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bounds import refusal
from api.cursors import Cursors
from api.deps import Service
from api.openapi import describe
from api.problems import (
    INTERNAL,
    OVERLOADED,
    InvalidFieldError,
    kind_of,
    on_http_error,
    on_invalid_field,
    on_invalid_request,
    respond,
)
from api.routes import accounts, health, rings, runs
from api.security import OPEN, Door
from api.views import OpenView, Views
from linkgraph import __version__
from linkgraph.casework.database import open_database
from linkgraph.errors import LinkgraphError
from linkgraph.settings import Settings
from linkgraph.store import open_view

_LOG: Final = logging.getLogger("linkgraph.api")

_DESCRIPTION: Final = """Reads the published run of linkgraph: accounts, why they have their score, and rings.

Each answer is of exactly one run, named in `meta`. Lists that a limit cut are named there too. Errors are problems
(RFC 9457) and never repeat what was submitted. A key (`linkgraph key create`) goes with every request, as a bearer
token; each operation says which roles may use it."""

ROUTERS: Final = (accounts.router, rings.router, runs.router, health.router)

# More requests than this at once are told to come back; fewer than there are worker threads, so none queues for one.
_AT_ONCE: Final = 32

# A method is the caller's text: others than these are not named in the log.
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Api(FastAPI):
    """FastAPI with our OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = describe(self, _DESCRIPTION)
        return self.openapi_schema


def create_app(settings: Settings, now: Callable[[], float], open_view: OpenView = open_view) -> FastAPI:
    """The application. `now` gives the wall clock in epoch seconds; `open_view` opens the store of a run.

    CaseworkError if the casework database cannot be opened.
    """
    key = secrets.token_bytes(32)
    database = open_database(settings.casework_url)
    service = Service(settings, now, Views(settings, open_view), Cursors(key), key, database)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        service.views.close()
        database.close()

    # The interactive pages of the framework load scripts from elsewhere; the document itself is served.
    app = Api(title="linkgraph", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.router.redirect_slashes = False
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(InvalidFieldError, on_invalid_field)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_middleware(Front, door=Door(database, now, routes()))
    return app


def routes() -> list[APIRoute]:
    """All routes that are served, but for the OpenAPI document itself."""
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


class Front:
    """Stands before the routes: bounds, keys, request ids, headers, HEAD, tags, and an answer to every error."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything else passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        await self._answer(exchange, receive)
        exchange.log()

    async def _answer(self, exchange: "_Exchange", receive: Receive) -> None:
        scope = exchange.scope
        kind = refusal(scope)
        if kind is None and self._busy >= _AT_ONCE and scope["path"] != "/livez":
            kind = OVERLOADED
        if kind is not None:
            await exchange.respond(respond(kind, exchange.request_id), receive)
            return
        try:
            with self._at_work() as end:
                await self._enter(exchange, receive, _first(end, exchange.send))
        except Exception as error:  # noqa: BLE001  # the one place that answers for every error
            await exchange.fail(error, receive)

    async def _enter(self, exchange: "_Exchange", receive: Receive, send: Send) -> None:
        scope = exchange.scope
        if scope["path"] not in OPEN:
            entry = await self._door.enter(scope)
            scope["state"]["principal"] = entry.principal
            if entry.refusal is not None:
                await respond(entry.refusal, exchange.request_id)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    @contextmanager
    def _at_work(self) -> Iterator[Callable[[], None]]:
        """Count the request until its answer begins, since a slow reader holds up nobody but itself."""
        ended = False

        def end() -> None:
            nonlocal ended
            self._busy -= 0 if ended else 1
            ended = True

        self._busy += 1
        try:
            yield end
        finally:
            end()


def _first(act: Callable[[], None], send: Send) -> Send:
    async def acting(message: Message) -> None:
        act()
        await send(message)

    return acting


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.request_id = secrets.token_hex(8)
        self.head = scope["method"] == "HEAD"
        # Routed as sent, percent signs and all, so that an id may hold a slash.
        routed = {"path": scope["raw_path"].decode("latin-1"), "state": {"request_id": self.request_id}}
        self.scope: Scope = {**scope, **routed, "method": "GET" if self.head else scope["method"]}
        self._send = send
        self._start = time.perf_counter()
        self._status = 0
        self._bodiless = self.head

    async def send(self, message: Message) -> None:
        """Pass a message of the answer on, with what every answer carries."""
        if message["type"] == "http.response.start":
            message = self._started(message)
        elif self._bodiless:
            message = {**message, "body": b""}
        await self._send(message)

    async def respond(self, response: Response, receive: Receive) -> None:
        """Answer with a response of our own."""
        await response(self.scope, receive, self.send)

    async def fail(self, error: Exception, receive: Receive) -> None:
        """Answer for an error; what is not ours to explain is logged without its message, which may hold a value."""
        kind = kind_of(error) if isinstance(error, LinkgraphError) else INTERNAL
        if kind.status >= 500:
            _LOG.error("failed", extra={"fields": self._fields() | _described(error)})
        if self._status:
            raise RuntimeError("an answer broke off") from None
        await self.respond(respond(kind, self.request_id), receive)

    def log(self) -> None:
        """One line per answer: the route's template, never the address."""
        took = round((time.perf_counter() - self._start) * 1000, 2)
        _LOG.info("answered", extra={"fields": self._fields() | {"status": self._status, "ms": took}})

    def _started(self, message: Message) -> Message:
        headers = MutableHeaders(raw=list(message["headers"]))
        headers.update(_HEADERS | {"X-Request-Id": self.request_id})
        self._status = message["status"]
        if self._status == 200 and self._unchanged(headers.get("etag")):
            self._status, self._bodiless = 304, True
            del headers["content-length"], headers["content-type"]
        return {**message, "status": self._status, "headers": headers.raw}

    def _unchanged(self, tag: str | None) -> bool:
        if tag is None:
            return False
        sent = [value.decode("latin-1") for name, value in self.scope["headers"] if name == b"if-none-match"]
        return any(each.strip() in ("*", tag, tag.removeprefix("W/")) for line in sent for each in line.split(","))

    def _fields(self) -> dict[str, Any]:
        route = getattr(self.scope.get("route"), "path", None)
        method = self.scope["method"] if self.scope["method"] in _METHODS else None
        return {"request_id": self.request_id, "method": method, "route": route}


def _described(error: Exception) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "frames": places} | (
        {"message": str(error)} if isinstance(error, LinkgraphError) else {}
    )
