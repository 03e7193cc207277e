"""Bodies of requests, read whole before a route sees them: bounded in size, depth and time, and JSON."""

import asyncio
import re
from collections.abc import Callable
from typing import Final

from starlette.types import Message, Receive, Scope

from api.bounds import BODY_BYTES
from api.problems import BODY_TOO_LARGE, BODY_TOO_SLOW, MALFORMED, TOO_DEEP, WRONG_MEDIA_TYPE, ProblemError

DEPTH: Final = 20
_SECONDS: Final = 4.0
_TEXT: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET: Final = re.compile(rb"[\[\]{}]")


async def read_body(scope: Scope, receive: Receive) -> Callable[[], Receive]:
    """What makes a `receive` that gives the whole body at once, for each time the request is worked on.

    ProblemError if the body is not one to be looked at.
    """
    sent = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if sent.partition(b";")[0].strip().lower() != b"application/json":
        raise ProblemError(WRONG_MEDIA_TYPE)
    try:
        async with asyncio.timeout(_SECONDS):
            body = await _whole(receive)
    except TimeoutError:
        raise ProblemError(BODY_TOO_SLOW) from None
    if _depth(body) > DEPTH:
        raise ProblemError(TOO_DEEP)

    def whole() -> Receive:
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return waiting.pop() if waiting else await receive()

        return again

    return whole


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            # Nobody waits for the answer; part of a body would be worked on like a whole one.
            raise ProblemError(MALFORMED)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_BYTES:
            raise ProblemError(BODY_TOO_LARGE)
    return body


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for bracket in _BRACKET.findall(_TEXT.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
