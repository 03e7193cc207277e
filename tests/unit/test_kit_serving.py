"""The kit over HTTP: guides of whom the run has, for pages of the Browser only, under names of this machine only."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest

from linkgraph.errors import StoreError
from linkgraph.kit import fixed_files, guides
from linkgraph.kit.serving import OpenView, deep_link, guide_address, origin_of, page_of, server_of
from linkgraph.settings import read_settings
from linkgraph.store.base import GraphView
from tests.builders import WORLD
from tests.conftest import Store
from tests.kit import HOSTILE, hostile_world
from tests.neo4j_server.server import free_port

BROWSER = "http://localhost:7474/browser/"
ORIGIN = "http://localhost:7474"


@pytest.fixture
def open_view(home: Path) -> OpenView:
    """Opens a run of hostile names."""
    store = Store(read_settings(home=home, store="embedded", threads=1))
    store.publish(hostile_world())
    return store.view


@pytest.fixture
def client(open_view: OpenView) -> Iterator[httpx.Client]:
    """A client of the kit, served."""
    with server_of(0, BROWSER, open_view) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        with httpx.Client(base_url=f"http://localhost:{server.server_port}") as opened:
            yield opened
        server.shutdown()
        thread.join()


def test_the_kit_is_served_as_it_is_written(client: httpx.Client) -> None:
    for name, content in fixed_files().items():
        answer = client.get(f"/{name}")
        assert (answer.status_code, answer.content) == (200, content), name


@pytest.mark.parametrize("name", HOSTILE)
def test_guides_are_at_their_address_whatever_the_id_holds(
    client: httpx.Client, open_view: OpenView, name: str
) -> None:
    with open_view() as view:
        pages = {"rings": guides.ring_guide(view, name), "accounts": guides.account_guide(view, name)}
    for group, page in pages.items():
        answer = client.get(urlsplit(guide_address(1, group, name)).path)
        assert (answer.status_code, answer.text) == (200, page)
        assert answer.headers["cache-control"] == "no-store"
        assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/", "/rings/", "/rings/r.txt", "/rings/nowhere.html", "/accounts/%ff.html", "/x/y.html"]
)
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (404, b"")


def test_the_browser_is_told_that_it_may_ask_and_others_are_not(client: httpx.Client) -> None:
    asked = {"Access-Control-Request-Headers": "cache-control,pragma", "Access-Control-Request-Method": "GET"}
    answer = client.options("/start.html", headers=asked | {"Origin": ORIGIN})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-headers"] == "*"
    assert client.get("/start.html", headers={"Origin": ORIGIN}).headers["access-control-allow-origin"] == ORIGIN
    for origin in ("http://localhost:7475", "https://localhost:7474", "http://example.org", "null"):
        for answer in (
            client.options("/start.html", headers={"Origin": origin}),
            client.get("/start.html", headers={"Origin": origin}),
        ):
            assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:7480", 200),
        ("127.0.0.1", 200),
        ("[::1]:7480", 200),
        ("example.org", 421),
        ("localhost.example.org", 421),
    ],
)
def test_only_names_of_this_machine_are_answered(client: httpx.Client, host: str, status: int) -> None:
    assert client.get("/start.html", headers={"Host": host}).status_code == status


def test_the_command_writes_the_kit_and_serves_it_until_it_is_interrupted(home: Path, tmp_path: Path) -> None:
    Store(read_settings(home=home, store="embedded", threads=1)).publish(WORLD)
    port, folder = free_port(), tmp_path / "kit"
    command = [sys.executable, "-m", "linkgraph.cli", "neo4j", "kit", str(folder), "--serve"]
    given = {"LINKGRAPH_HOME": str(home), "LINKGRAPH_STORE": "embedded", "LINKGRAPH_KIT_PORT": str(port)}
    environment, pipe = os.environ | given, subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        said = list(iter(process.stdout.readline, f"http://localhost:{port}/start.html\n"))
        assert {Path(line.strip()).name for line in said} >= {"start.html", "style.grass"}
        with httpx.Client(base_url=f"http://localhost:{port}") as client:
            assert client.get("/start.html").content == (folder / "start.html").read_bytes()
            assert "Account a1" in client.get("/accounts/a1.html").text
            assert client.get("/accounts/nobody.html").status_code == 404
        taken = subprocess.run(command, env=environment, stdout=pipe, stderr=pipe, text=True, check=False)
        assert (taken.returncode, taken.stderr) == (
            2,
            f"linkgraph: port {port} of loopback cannot be taken: Address already in use\n",
        )
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == ("stopping\n", "")
        assert process.returncode == 0


def test_a_store_that_is_away_is_told_from_a_guide_that_is_not_there() -> None:
    @contextmanager
    def away() -> Iterator[GraphView]:
        raise StoreError("away")
        yield

    assert page_of("/rings/r1.html", {}, away).status == 503


@pytest.mark.parametrize("name", HOSTILE)
def test_a_deep_link_leads_to_the_guide(name: str) -> None:
    link = deep_link(BROWSER, 7480, "accounts", name)
    assert origin_of(link) == ORIGIN
    assert link.isascii()
    asked = parse_qs(urlsplit(link).query)
    assert asked == {"cmd": ["guide"], "arg": [guide_address(7480, "accounts", name)]}
    assert unquote(asked["arg"][0]) == f"http://localhost:7480/accounts/{name}.html"
