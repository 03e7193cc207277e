"""No test, and nothing that it runs in this process, reaches another machine."""

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from api.bounds import is_loopback

# What was tried all the same; a library may have passed over the refusal.
TRIED: list[str] = []


def watch() -> None:
    """Refuse connections that leave this machine, and look-ups of names, from now on and for good."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        host = _host(arguments[0], arguments[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host is not None and not is_here(host):
        TRIED.append(f"{event} {host!r}")
        raise ConnectionRefusedError("a test may not leave this machine")


def _host(one: socket.socket, address: Any) -> Any:
    return address[0] if one.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple) else None


def is_here(host: Any) -> bool:
    """Whether a host is this machine, without asking anybody."""
    text = host.decode() if isinstance(host, bytes) else str(host)
    return text in ("", "localhost", "0.0.0.0", "::", socket.gethostname()) or is_loopback(text)


@pytest.fixture(autouse=True)
def stays_here() -> Iterator[None]:
    """Nothing was tried while a test ran, whatever became of it."""
    before = len(TRIED)
    yield
    assert TRIED[before:] == []
