"""The API over a line to Neo4j that is slow, silent or cut: a problem in time, then as before, and no connection more.

`make fuzz` goes through 100 of each.
"""

import gc
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from linkgraph.errors import StoreError
from linkgraph.nightly import publish
from linkgraph.settings import read_settings
from linkgraph.store import open_view
from linkgraph.store.neo4j import view
from tests.api.serving import NOW, bearing, listening, new_key
from tests.builders import WORLD, write_run
from tests.faults.line import Line, Mode
from tests.faults.test_neo4j_api import AT_ONCE, BACK, IN_TIME, asked_at_once, assert_nothing_grew, until
from tests.neo4j_server.server import Address
from tests.sizes import sized

pytestmark = [
    pytest.mark.neo4j,
    pytest.mark.slow,
    pytest.mark.sized,
    # The driver leaves a socket that breaks while it is being closed to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

CYCLES = sized(1, 100)
READ = "/v1/accounts/a1/explanation"


@pytest.fixture
def line(empty_neo4j: Address) -> Iterator[Line]:
    with closing(Line(int(empty_neo4j.uri.rpartition(":")[2]))) as opened:
        yield opened


@pytest.fixture
def client(line: Line, empty_neo4j: Address, tmp_path: Path) -> Iterator[httpx.Client]:
    uri = f"bolt://127.0.0.1:{line.port}"
    login = {"neo4j_user": empty_neo4j.user, "neo4j_password": empty_neo4j.password}
    settings = read_settings(home=tmp_path, store="neo4j", threads=1, requests_per_minute=0, neo4j_uri=uri, **login)
    publish(settings, write_run(tmp_path, WORLD, "r-1"))
    headers = bearing(new_key(tmp_path))
    with (
        listening(create_app(settings, lambda: NOW)) as url,
        httpx.Client(base_url=url, headers=headers, timeout=30) as opened,
    ):
        until(lambda: opened.get(READ).status_code == 200)
        yield opened


@pytest.mark.parametrize("mode", ["slow", "silent", "cut"])
def test_a_bad_line_is_a_problem_in_time_and_leaves_nothing(client: httpx.Client, line: Line, mode: Mode) -> None:
    def held() -> tuple[int, ...]:
        return settled(line), threading.active_count()

    asked_at_once(client, READ)
    first = held()
    for _ in range(CYCLES):
        line.set(mode)
        try:
            answers = asked_at_once(client, READ)
            alive = client.get("/livez").status_code
        finally:
            line.set("through")
        assert {status for status, *_ in answers} == {503}
        assert {code for _, code, _ in answers} <= {"timed_out", "store_unavailable", "store_busy"}
        assert max(took for *_, took in answers) < IN_TIME + 0.5
        assert alive == 200
        assert until(lambda: client.get(READ).status_code == 200) < BACK
        asked_at_once(client, READ)
    assert_nothing_grew(client, first, held)


def test_questions_that_hang_are_counted_and_end_when_their_view_is_closed(
    line: Line, empty_neo4j: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By this the service tells a server that hangs from one that is slow."""
    monkeypatch.setattr(view, "_HANGING_SECONDS", 0.5)
    login = {"neo4j_user": empty_neo4j.user, "neo4j_password": empty_neo4j.password}
    settings = read_settings(
        home=tmp_path, store="neo4j", threads=1, neo4j_uri=f"bolt://127.0.0.1:{line.port}", **login
    )
    run = write_run(tmp_path, WORLD, "r-1")
    publish(settings, run)
    with closing(open_view(settings, run)) as opened, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(opened.accounts, [["a1"]] * AT_ONCE))
        assert opened.hanging() == 0
        line.set("silent")
        asked = [pool.submit(opened.accounts, ["a1"]) for _ in range(AT_ONCE)]
        until(lambda: opened.hanging() == AT_ONCE)
        opened.close()
        assert {type(each.exception(IN_TIME)) for each in asked} == {StoreError}
        assert opened.hanging() == 0
    settled(line)


def settled(line: Line) -> int:
    """Connections once those that were let go are closed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    time.sleep(0.3)
    return line.held
