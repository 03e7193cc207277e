"""Bodies are read whole, within bounds, before a route sees them."""

import json
from collections.abc import Iterable

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope

from api import bodies
from api.bodies import DEPTH, read_body
from api.bounds import BODY_BYTES
from api.problems import ProblemError


def receiving(parts: Iterable[bytes], wait: float = 0.0) -> Receive:
    """A body in parts."""
    waiting = [*parts]

    async def receive() -> Message:
        await anyio.sleep(wait)
        part = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    return receive


def read(parts: Iterable[bytes], kind: str = "application/json", wait: float = 0.0) -> bytes:
    """The body that a route would get; ProblemError if none."""
    scope: Scope = {"headers": [(b"content-type", kind.encode())]}

    async def whole() -> bytes:
        receives = await read_body(scope, receiving(parts, wait))
        # As often as the request is begun.
        first, second = [(await receives()())["body"] for _ in range(2)]
        assert first == second
        body: bytes = first
        return body

    return anyio.run(whole)


def refused(parts: Iterable[bytes], kind: str = "application/json", wait: float = 0.0) -> tuple[int, str]:
    with pytest.raises(ProblemError) as caught:
        read(parts, kind, wait)
    return caught.value.kind.status, caught.value.kind.code


def test_a_body_comes_whole() -> None:
    assert read([b'{"a":', b"1}"], "Application/JSON; charset=utf-8") == b'{"a":1}'
    assert read([b"x" * BODY_BYTES]) == b"x" * BODY_BYTES
    assert read([]) == b""


def test_a_body_is_bounded_however_it_comes() -> None:
    assert refused([b"x" * 65_536] * 5) == (413, "body_too_large")
    assert refused([b"x" * (BODY_BYTES + 1)]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart"]
)
def test_a_body_is_json_or_nothing(kind: str) -> None:
    assert refused([b"{}"], kind) == (415, "wrong_media_type")


def test_a_body_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_SECONDS", 0.05)
    assert refused([b"x"] * 100, wait=0.01) == (408, "body_too_slow")


def test_a_body_that_breaks_off_is_not_worked_on() -> None:
    async def receive() -> Message:
        return parts.pop(0)

    parts: list[Message] = [
        {"type": "http.request", "body": b"{}", "more_body": True},
        {"type": "http.disconnect"},
    ]
    with pytest.raises(ProblemError) as caught:
        anyio.run(read_body, {"headers": [(b"content-type", b"application/json")]}, receive)
    assert caught.value.kind.code == "malformed"


@pytest.mark.parametrize("pair", [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_body_is_nested_so_deep_and_no_deeper(pair: tuple[bytes, bytes]) -> None:
    def nested(depth: int) -> bytes:
        return pair[0] * depth + b"1" + pair[1] * depth

    assert json.loads(read([nested(DEPTH)]))
    assert refused([nested(DEPTH + 1)]) == (422, "too_deep")
    assert refused([pair[0] * 50_000]) == (422, "too_deep")


@given(
    st.recursive(
        st.text() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
    )
)
def test_brackets_in_texts_do_not_count(value: object) -> None:
    def depth(each: object) -> int:
        parts = each.values() if isinstance(each, dict) else each if isinstance(each, list) else None
        return 0 if parts is None else 1 + max(map(depth, parts), default=0)

    body = json.dumps({"t": "[{" * 50 + '\\"[', "v": value}).encode()
    assert bodies._depth(body) == depth(value) + 1
