"""The server as `linkgraph serve` runs it: loopback or nothing, and a log without addresses."""

import gc
import json
import logging.config
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.server import check_host, listen, run
from linkgraph.errors import UsageError
from tests.api.serving import bearing, new_key, publish, settings_of
from tests.builders import WORLD

SERVE = """
import sys
from pathlib import Path
from api.server import run
from linkgraph.errors import UsageError
from linkgraph.settings import read_settings
from tests.network import watch
watch()
try:
    run(read_settings(home=Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]), lambda url: print(url, flush=True))
except UsageError as error:
    sys.exit(str(error))
"""


@contextmanager
def process(home: Path, host: str, port: int = 0, log: int = subprocess.PIPE) -> Iterator["subprocess.Popen[str]"]:
    """`run` in a process of its own. A log that nobody reads would fill its pipe and hold up the server."""
    command = [sys.executable, "-W", "error", "-c", SERVE, str(home), host, str(port)]
    pipe, cwd = subprocess.PIPE, Path.cwd()
    with subprocess.Popen(command, cwd=cwd, env=os.environ, stdout=pipe, stderr=log, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def test_what_is_there_at_the_start_is_never_looked_through_by_the_collector(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: kept.append(gc.get_freeze_count()))
    monkeypatch.setattr(logging.config, "dictConfig", lambda config: None)
    try:
        run(settings_of(home), "127.0.0.1", 0)
    finally:
        gc.unfreeze()
    assert kept[0] > 50_000


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "127.0.0.1"), ("127.0.0.2", "127.0.0.2"), ("::1", "::1")])
def test_loopback_is_taken(host: str, address: str) -> None:
    assert check_host(host) == address


def test_localhost_is_what_it_resolves_to() -> None:
    assert check_host("localhost") in ("127.0.0.1", "::1")


@pytest.mark.parametrize("found", [["10.1.2.3"], ["127.0.0.1", "10.1.2.3"]])
def test_a_localhost_that_is_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: answer)
    with pytest.raises(UsageError):
        check_host("localhost")


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "*", "10.0.0.1", "fe80::1", "::ffff:0.0.0.0", "example.org", "localhost.example.org"]
)
def test_any_other_host_is_refused_and_not_repeated(host: str) -> None:
    with pytest.raises(UsageError, match=r"127\.0\.0\.1, ::1 or localhost") as caught:
        check_host(host)
    assert len(host) < 3 or host not in str(caught.value).replace("127.0.0.1, ::1 or localhost", "")


def test_a_real_server_on_loopback(tmp_path: Path) -> None:
    publish(tmp_path, WORLD)
    with process(tmp_path, "localhost") as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        headers = bearing(new_key(tmp_path, days=40_000))
        with httpx.Client(base_url=url, headers=headers) as client:
            assert client.get("/v1/accounts/a1").json()["data"]["account_id"] == "a1"
            assert client.get("/v1/accounts/a1").json()["meta"]["stale"] is True
            assert client.get("/v1/accounts/Canary?Canary=Canary").status_code == 422
            assert httpx.get(f"{url}/v1/accounts/Canary").status_code == 401
        server.send_signal(signal.SIGINT)
        _, log = server.communicate(timeout=20)
    assert server.returncode == 0
    told, *lines = [json.loads(line) for line in log.splitlines()]
    assert (told["logger"], "made a secret" in told["event"]) == ("linkgraph.casework", True)
    assert [(line["route"], line["status"]) for line in lines] == [("/v1/accounts/{account_id}", 200)] * 2 + [
        ("/v1/accounts/{account_id}", 422),
        (None, 401),
    ]
    key_id = headers["Authorization"].split("_")[1]
    assert [line["principal"] for line in lines] == [key_id] * 3 + [None]
    assert "Canary" not in log
    assert "127.0.0.1" not in log
    assert headers["Authorization"][-43:] not in log


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_for_everybody_does_not_start(tmp_path: Path, host: str) -> None:
    with process(tmp_path, host) as server:
        out, log = server.communicate(timeout=20)
    assert (server.returncode, out) == (1, "")
    assert log.startswith("serve listens on this machine only")


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        process(tmp_path, "127.0.0.1", taken.getsockname()[1]) as server,
    ):
        _, log = server.communicate(timeout=20)
    assert (server.returncode, log.splitlines()) == (1, ["serve cannot listen there: Address already in use"])


def test_an_answer_does_not_wait_for_its_head_to_be_confirmed() -> None:
    with listen("127.0.0.1", 0) as taken, socket.create_connection(taken.getsockname()):
        accepted, _ = taken.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_does_not_exist_is_refused(home: Path) -> None:
    with pytest.raises(UsageError, match="no such port"):
        run(settings_of(home), "127.0.0.1", 65_536)
