"""What stands before every route: bounds, keys, the audit, request ids, headers, HEAD, tags, an answer to every error.

An answer begins when its audit row is committed; if that fails the answer is a problem, and nothing was read.
"""

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auditing import Note, act_of
from api.bodies import read_body
from api.bounds import refusal
from api.metrics import Metrics
from api.problems import (
    INTERNAL,
    OVERLOADED,
    TIMED_OUT,
    TOO_MANY,
    UNAUTHENTICATED,
    Kind,
    ProblemError,
    kind_of,
    respond,
)
from api.rates import Rates
from api.security import OPEN, Door, Entry, in_time
from linkgraph.casework.recorder import Recorder
from linkgraph.errors import CaseworkError, LinkgraphError, StoreBusyError

_LOG: Final = logging.getLogger("linkgraph.api")

# More requests than this at once are told to come back. Those that wait for a worker count, which bounds their wait.
_AT_ONCE: Final = 32

# An answer that has not begun by then is given up. What a route asks of others has shorter deadlines of its own.
_ANSWER_SECONDS: Final = 3.5

# A method is the caller's text: others than these are not named in the log.
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


# Commits the audit row of an answer with this status.
Account = Callable[[int], Awaitable[None]]


class Front:
    """The whole application, as the server sees it. `abandon` lets go of what routes wait for, where that hangs."""

    def __init__(
        self,
        app: ASGIApp,
        door: Door,
        rates: Rates,
        recorder: Recorder,
        metrics: Metrics,
        abandon: Callable[[], None],
    ) -> None:
        self._app, self._door, self._rates, self._recorder, self._metrics = app, door, rates, recorder, metrics
        self._abandon = abandon
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything else passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        await self._answer(exchange, receive)
        exchange.log()
        self._metrics.requests.labels(exchange.operation, str(exchange.status)).observe(exchange.seconds)

    async def _answer(self, exchange: "_Exchange", receive: Receive) -> None:
        scope = exchange.scope
        kind = refusal(scope)
        if kind is None and self._busy >= _AT_ONCE and scope["path"] != "/livez":
            kind = OVERLOADED
        if kind is not None:
            await exchange.refuse(kind, receive)
            return
        try:
            with self._at_work() as exchange.begun:
                await self._enter(exchange, receive)
        except ProblemError as error:
            await exchange.refuse(error.kind, receive)
        except Exception as error:  # noqa: BLE001  # the one place that answers for every error
            await exchange.fail(error, receive)

    async def _enter(self, exchange: "_Exchange", receive: Receive) -> None:
        scope = exchange.scope
        if scope["path"] not in OPEN:
            entry = await self._door.enter(scope)
            self._charge(entry, exchange)
            exchange.account = self._accounting(entry, exchange)
            exchange.operation = entry.operation or exchange.operation
            exchange.principal = entry.principal.key_id if entry.principal else None
            scope["state"]["principal"] = entry.principal
            if entry.refusal is not None:
                raise ProblemError(entry.refusal)
            if entry.takes_body:
                await self._in_time(exchange, await self._body(scope, receive))
                return
        await self._in_time(exchange, lambda: receive)

    async def _body(self, scope: Scope, receive: Receive) -> Callable[[], Receive]:
        """The whole body. While it comes nobody is at work on it: who sends slowly holds up nobody else."""
        self._busy -= 1
        try:
            whole = await read_body(scope, receive)
            if self._busy >= _AT_ONCE:
                raise ProblemError(OVERLOADED)
            return whole
        finally:
            self._busy += 1

    async def _in_time(self, exchange: "_Exchange", receives: Callable[[], Receive]) -> None:
        """Let the application answer, or answer without it: a thread that hangs cannot be ended, only left.

        It still is at work until it ends: else ever more would be let in beside it.
        """
        left = False

        async def send(message: Message) -> None:
            if not left:
                await exchange.send(message)

        answering = asyncio.ensure_future(self._once_more(exchange, receives, send))
        await asyncio.wait((answering,), timeout=_ANSWER_SECONDS)
        if answering.done() or exchange.status:
            await answering
            return
        left = True
        self._busy += 1
        answering.add_done_callback(self._ended)
        self._abandon()
        raise ProblemError(TIMED_OUT)

    async def _once_more(self, exchange: "_Exchange", receives: Callable[[], Receive], send: Send) -> None:
        """Begin anew where the run that was read left the store meanwhile: then another one is published to read."""
        try:
            await self._app(exchange.scope, receives(), send)
        except StoreBusyError:
            if exchange.status:
                raise
            await self._app(exchange.scope, receives(), send)

    def _ended(self, answering: "asyncio.Future[None]") -> None:
        self._busy -= 1
        # Nobody waits for it any more; an error that nobody reads would be logged with its message.
        answering.cancelled() or answering.exception()

    def _charge(self, entry: Entry, exchange: "_Exchange") -> None:
        """Take what the request costs from its key, or from what all without a live key share."""
        live = entry.principal is not None and entry.refusal is not UNAUTHENTICATED
        grant = self._rates.take(entry.principal.key_id if live and entry.principal else "", entry.operation)
        if grant is not None:
            exchange.headers |= grant.headers
            if not grant.granted:
                raise ProblemError(TOO_MANY)

    def _accounting(self, entry: Entry, exchange: "_Exchange") -> "Account":
        note: Note = exchange.scope["state"]["note"]

        async def account(status: int) -> None:
            if not note.written:
                act = act_of(entry, note, exchange.request_id, status, self._recorder.chain)
                with self._metrics.audit.time():
                    await in_time(asyncio.wrap_future(self._recorder.record(act)))

        return account

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


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.request_id = secrets.token_hex(8)
        self.head = scope["method"] == "HEAD"
        # Routed as sent, percent signs and all, so that an id may hold a slash.
        state = {"request_id": self.request_id, "note": Note()}
        routed = {"path": scope["raw_path"].decode("latin-1"), "state": state}
        self.scope: Scope = {**scope, **routed, "method": "GET" if self.head else scope["method"]}
        self.begun: Callable[[], None] = lambda: None
        self.account: Account | None = None
        self.headers: dict[str, str] = {}
        self.operation = "none"
        self.principal: str | None = None
        self.seconds = 0.0
        self.status = 0
        self._send = send
        self._start = time.perf_counter()
        self._bodiless = self.head

    async def send(self, message: Message) -> None:
        """Pass a message of the answer on, with what every answer carries."""
        if message["type"] == "http.response.start":
            message = await self._started(message)
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
        if self.status:
            raise RuntimeError("an answer broke off") from None
        await self.refuse(kind, receive)

    async def refuse(self, kind: Kind, receive: Receive) -> None:
        """Answer with a problem; where that cannot be accounted for, with that problem instead."""
        try:
            await self.respond(respond(kind, self.request_id), receive)
        except CaseworkError as error:
            # Its row was tried once; the answer that there is none goes without.
            await self.respond(respond(kind_of(error), self.request_id), receive)

    def log(self) -> None:
        """One line per answer: the route's template, never the address."""
        took = round(self.seconds * 1000, 2)
        _LOG.info("answered", extra={"fields": self._fields() | {"status": self.status, "ms": took}})

    async def _started(self, message: Message) -> Message:
        headers = MutableHeaders(raw=list(message["headers"]))
        headers.update(_HEADERS | self.headers | {"X-Request-Id": self.request_id})
        unchanged = message["status"] == 200 and self._unchanged(headers.get("etag"))
        status = 304 if unchanged else message["status"]
        await self._accounted(status)
        self.status, self._bodiless = status, self.head or unchanged
        self.seconds = time.perf_counter() - self._start
        self.begun()
        if unchanged:
            del headers["content-length"], headers["content-type"]
        return {**message, "status": status, "headers": headers.raw}

    async def _accounted(self, status: int) -> None:
        account, self.account = self.account, None
        if account is not None:
            await account(status)

    def _unchanged(self, tag: str | None) -> bool:
        if tag is None:
            return False
        sent = [value.decode("latin-1") for name, value in self.scope["headers"] if name == b"if-none-match"]
        return any(each.strip() in ("*", tag, tag.removeprefix("W/")) for line in sent for each in line.split(","))

    def _fields(self) -> dict[str, Any]:
        route = getattr(self.scope.get("route"), "path", None)
        method = self.scope["method"] if self.scope["method"] in _METHODS else None
        return {"request_id": self.request_id, "principal": self.principal, "method": method, "route": route}


def _described(error: Exception) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "frames": places} | (
        {"message": str(error)} if isinstance(error, LinkgraphError) else {}
    )
