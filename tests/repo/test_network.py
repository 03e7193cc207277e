"""What refuses connections to other machines can refuse."""

import socket

import pytest

from tests.network import TRIED, is_here


def test_who_leaves_this_machine_is_stopped_and_noticed() -> None:
    before = len(TRIED)
    with socket.socket() as one, pytest.raises(ConnectionRefusedError):
        one.connect(("192.0.2.1", 443))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, pytest.raises(ConnectionRefusedError):
        one.sendto(b"x", ("192.0.2.1", 53))
    with pytest.raises(ConnectionRefusedError):
        socket.getaddrinfo("example.org", 443)
    assert len(TRIED) == before + 3
    del TRIED[before:]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.9.1", b"localhost", "", None])
def test_loopback_is_here(host: object) -> None:
    assert host is None or is_here(host)
