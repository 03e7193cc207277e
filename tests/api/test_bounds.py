"""What is refused before any route sees it."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api import front
from linkgraph.errors import StoreError
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.store.base import GraphView
from tests.api.serving import problem, publish, serving
from tests.builders import WORLD


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:8000", "[::1]", "127.8.9.1:1"])
def test_loopback_by_any_name_is_served(world: httpx.Client, host: str) -> None:
    assert world.get("/livez", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "0.0.0.0",
        "[::]",
        "[fe80::1]",
        "localhost@evil.example",
        "localhost:8000:8000",
        "",
    ],
)
def test_a_name_that_only_resolves_to_loopback_is_refused(world: httpx.Client, host: str) -> None:
    answer = raw(world.base_url.netloc, f"GET /livez HTTP/1.1\r\nHost: {host}\r\n".encode())
    assert answer.split(b" ")[1] == b"400"


def test_a_request_without_a_host_or_with_two_is_refused(world: httpx.Client) -> None:
    for head in (b"GET /livez HTTP/1.0\r\n", b"GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n"):
        assert raw(world.base_url.netloc, head).split(b" ")[1] == b"400"


def test_an_address_a_head_and_a_body_have_their_bounds(world: httpx.Client) -> None:
    problem(world.get("/v1/rings?cursor=" + "x" * 8_192), 414, "uri_too_long")
    problem(world.get("/v1/rings", headers={"X-Long": "x" * 16_384}), 431, "headers_too_large")
    problem(world.post("/v1/rings", content=b"x" * (256 * 1024 + 1)), 413, "body_too_large")
    problem(world.post("/v1/rings", content=b"x" * 1024), 405, "method_not_allowed")


def test_an_endless_body_is_answered_without_being_read(world: httpx.Client) -> None:

    def endless() -> Iterator[bytes]:
        for _ in range(64):
            yield b"x" * 65_536

    try:
        answer = world.request("POST", "/v1/rings", content=endless())
    except OSError:
        return
    problem(answer, 405, "method_not_allowed")


def test_what_is_no_http_at_all_is_refused(world: httpx.Client) -> None:
    netloc = world.base_url.netloc
    assert raw(netloc, b"\x16\x03\x01\x02\x00\r\n").split(b" ")[1] == b"400"
    assert raw(netloc, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000).split(b" ")[1] in (
        b"400",
        b"431",
    )
    assert world.get("/livez").status_code == 200


def test_more_requests_than_can_be_worked_on_are_told_to_come_back(home: Path) -> None:
    publish(home, WORLD)
    go, codes = threading.Event(), []

    def waits(settings: Settings, run: Run, earlier: bool) -> GraphView:
        go.wait(10)
        raise StoreError("x")

    with serving(home, open_view=waits) as client:

        def ask() -> None:
            codes.append(client.get("/v1/rings", timeout=20).json()["code"])

        threads = [threading.Thread(target=ask) for _ in range(40)]
        for thread in threads:
            thread.start()
        # Who comes when the others have ended is let in.
        until = time.monotonic() + 10
        while codes.count("overloaded") < 8 and time.monotonic() < until:
            go.wait(0.01)
        assert client.get("/livez").status_code == 200
        go.set()
        for thread in threads:
            thread.join()
        problem(client.get("/v1/rings"), 503, "store_unavailable")
    assert codes.count("overloaded") == 8


def test_an_answer_that_does_not_come_is_given_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "_ANSWER_SECONDS", 0.2)
    publish(home, WORLD)
    go = threading.Event()

    def hangs(settings: Settings, run: Run, earlier: bool) -> GraphView:
        go.wait(10)
        raise StoreError("late")

    with serving(home, open_view=hangs) as client:
        answer = client.get("/v1/rings")
        problem(answer, 503, "timed_out")
        assert answer.headers["retry-after"] == "5"
        go.set()
        problem(client.get("/v1/rings"), 503, "store_unavailable")


def test_what_was_given_up_is_at_work_until_it_ends(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else ever more would be let in beside it."""
    monkeypatch.setattr(front, "_ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(front, "_AT_ONCE", 2)
    publish(home, WORLD)
    go = threading.Event()

    def hangs(settings: Settings, run: Run, earlier: bool) -> GraphView:
        go.wait(10)
        raise StoreError("late")

    with serving(home, open_view=hangs) as client:
        for _ in range(2):
            problem(client.get("/v1/rings"), 503, "timed_out")
        problem(client.get("/v1/rings"), 503, "overloaded")
        go.set()
        while client.get("/v1/rings").json()["code"] == "overloaded":
            pass
        problem(client.get("/v1/rings"), 503, "store_unavailable")


def raw(netloc: bytes, head: bytes) -> bytes:
    """The answer to bytes of our own making."""
    parts = urlsplit(f"//{netloc.decode()}")
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as line:
        line.sendall(head + b"Connection: close\r\n\r\n")
        answer = b""
        try:
            while chunk := line.recv(65_536):
                answer += chunk
        except ConnectionResetError:
            pass
        return answer
