"""`page` of a real Chromium beside a real server that serves the Neo4j Browser, and beside the kit.

Without Chromium the tests are skipped, and fail where `REQUIRE_BROWSER=1`. Pictures of what was seen are kept in the
folder that `LINKGRAPH_TEST_PICTURES` names, else in that of the test run.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from linkgraph.kit.serving import deep_link, server_of
from linkgraph.settings import read_settings
from linkgraph.store.base import GraphView
from linkgraph.store.server import post_connect
from tests.builders import WORLD
from tests.conftest import Store
from tests.neo4j_server.server import HOST, Neo4jServer, free_port

# Small: a guide and a picture beside it, at a size that a README shows.
_VIEW: Any = {"width": 1200, "height": 680}
_MILLISECONDS = 20_000.0
# The Browser would fetch letters, and scripts of those who watch it, from elsewhere.
_STAYS_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"


@dataclass(frozen=True)
class Served:
    """A server with its Browser, and the kit over the same run."""

    server: Neo4jServer
    browser_url: str
    kit_port: int

    def link(self, group: str, name: str) -> str:
        """Address that opens the guide of a ring or account in the Browser."""
        return deep_link(self.browser_url, self.kit_port, group, name)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, without a window."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        _unavailable("there is no chromium on the PATH")
    with sync_playwright() as playwright:
        # Everything runs as root in containers, where its sandbox refuses to start.
        sandbox = os.geteuid() != 0
        browser = playwright.chromium.launch(executable_path=found, chromium_sandbox=sandbox, args=[_STAYS_HERE])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(neo4j_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The smallest world, published into a server of its own."""
    http, kit_port = free_port(), free_port()
    browser_url = f"http://localhost:{http}/browser/"
    overrides = {
        "server.http.enabled": "true",
        "server.http.listen_address": f"{HOST}:{http}",
        "browser.post_connect_cmd": post_connect(kit_port),
    }
    home = tmp_path_factory.mktemp("browser")
    with Neo4jServer(home / "server", neo4j_jars, heap="512m", overrides=overrides) as server:
        address = server.address
        login = {"neo4j_uri": address.uri, "neo4j_user": address.user, "neo4j_password": address.password}
        store = Store(read_settings(home=home / "home", store="neo4j", threads=1, **login))
        store.publish(WORLD)
        with _kit(store, kit_port, browser_url):
            yield Served(server, browser_url, kit_port)


@pytest.fixture
def page(request: pytest.FixtureRequest, chromium: Browser, pictures: Path) -> Iterator[Page]:
    """An empty page, that remembers nothing of those before it; how it ends is kept as a picture."""
    context = chromium.new_context(viewport=_VIEW)
    context.set_default_timeout(_MILLISECONDS)
    expect.set_options(timeout=_MILLISECONDS)
    opened = context.new_page()
    yield opened
    opened.screenshot(path=pictures / f"{request.node.name}.png")
    context.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures are kept."""
    folder = Path(os.environ.get("LINKGRAPH_TEST_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _kit(store: Store, port: int, browser_url: str) -> Iterator[None]:
    @contextmanager
    def view() -> Iterator[GraphView]:
        with store.view() as opened:
            yield opened

    with server_of(port, browser_url, view) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"REQUIRE_BROWSER=1, but {reason}")
    pytest.skip(reason)
