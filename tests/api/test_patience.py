"""Connections on which no request begins are closed, and those at work are not."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx
import pytest

from api import patience
from tests.api.serving import publish, serving
from tests.builders import WORLD

SECONDS = 0.4
HEAD = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def client(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr(patience, "_SECONDS", SECONDS)
    publish(home, WORLD)
    with serving(home) as opened:
        yield opened


def closed_after(client: httpx.Client, begin: bytes, trickle: bytes = b"") -> float:
    """Seconds until the server hangs up on somebody who sends this, and then a byte at a time."""
    parts, start = urlsplit(str(client.base_url)), time.monotonic()
    with socket.create_connection((parts.hostname, parts.port)) as line:
        line.settimeout(0.05)
        try:
            line.sendall(begin)
            while True:
                try:
                    if not line.recv(65_536):
                        break
                except TimeoutError:
                    line.sendall(trickle)
                assert time.monotonic() - start < 20 * SECONDS
        except OSError:
            pass
    return time.monotonic() - start


@pytest.mark.parametrize(
    ("begin", "trickle"),
    [
        (b"", b""),
        (HEAD, b"X"),
        (HEAD + b"\r\n" + HEAD, b"X"),
        (b"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n", b"X"),
    ],
    ids=["nothing", "an endless head", "a second endless head", "a body that nobody reads"],
)
def test_who_never_ends_a_request_is_hung_up_on(client: httpx.Client, begin: bytes, trickle: bytes) -> None:
    assert SECONDS * 0.9 <= closed_after(client, begin, trickle) < 10 * SECONDS
    assert client.get("/livez").status_code == 200


def test_a_request_may_come_after_others_and_may_take_its_time(client: httpx.Client) -> None:
    parts = urlsplit(str(client.base_url))
    key = f"Authorization: {client.headers['authorization']}\r\n"
    head = f"POST /v1/accounts/a1/what-if HTTP/1.1\r\nHost: localhost\r\n{key}Content-Type: application/json\r\n"
    with socket.create_connection((parts.hostname, parts.port)) as line, line.makefile("rb") as answers:
        for _ in range(4):
            line.sendall(HEAD + b"\r\n")
            assert status_of(answers) == 200
            time.sleep(SECONDS / 2)
        line.sendall(f"{head}Content-Length: 20\r\n\r\n".encode())
        time.sleep(2 * SECONDS)
        line.sendall(b'{"minimal": true}   ')
        assert status_of(answers) == 404


def status_of(answers: BinaryIO) -> int:
    """The status of the next answer, which is read whole."""
    head = list(iter(answers.readline, b"\r\n"))
    (length,) = [int(line.split()[1]) for line in head if line.lower().startswith(b"content-length")]
    answers.read(length)
    return int(head[0].split()[1])
