"""The API over a Neo4j server that stops, hangs and comes back: an answer in time, and nothing left behind."""

import gc
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from linkgraph.nightly import publish
from linkgraph.settings import Settings, read_settings
from tests.api.serving import NOW, bearing, listening, new_key
from tests.builders import WORLD, write_run
from tests.neo4j_server.server import Neo4jServer
from tests.sizes import sized

pytestmark = [
    pytest.mark.neo4j,
    pytest.mark.slow,
    pytest.mark.sized,
    # The driver leaves a socket that breaks while it is being closed to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

IN_TIME = 4.0  # seconds, of service.md REL-03
BACK = 10.0
AT_ONCE = 8


@pytest.fixture(scope="module")
def server(neo4j_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    with Neo4jServer(tmp_path_factory.mktemp("neo4j"), neo4j_jars, heap="512m") as started:
        yield started


@pytest.fixture(scope="module")
def settings(server: Neo4jServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    address = server.address
    found = read_settings(
        home=tmp_path_factory.mktemp("home"), store="neo4j", threads=1, neo4j_uri=address.uri,
        neo4j_user=address.user, neo4j_password=address.password,
    )  # fmt: skip
    publish(found, write_run(found.home, WORLD, "r-1"))
    return found


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[httpx.Client]:
    headers = bearing(new_key(settings.home))
    with (
        listening(create_app(settings, lambda: NOW)) as url,
        httpx.Client(base_url=url, headers=headers, timeout=30) as opened,
    ):
        until(lambda: opened.get("/v1/accounts/a1").status_code == 200)
        yield opened


def until(holds: Callable[[], bool], seconds: float = 60.0) -> float:
    """How long it took; plans of a server that has just started are made once, statement by statement."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds
        time.sleep(0.1)
    return time.monotonic() - start


def asked_at_once(client: httpx.Client, path: str) -> list[tuple[int, str, float]]:
    def ask(_: int) -> tuple[int, str, float]:
        start = time.monotonic()
        answer = client.get(path)
        return answer.status_code, answer.json().get("code", ""), time.monotonic() - start

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, range(AT_ONCE)))


def open_files() -> int:
    """Of this process, after the garbage collector has been."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def connections(server: Neo4jServer) -> int:
    return len(server.address.rows("CALL dbms.listConnections() YIELD connectionId RETURN connectionId"))


def assert_nothing_grew(client: httpx.Client, first: tuple[int, ...], held: Callable[[], tuple[int, ...]]) -> None:
    """Of what is held no more than at `first`, once a request has let go of workers that were idle for ten seconds."""

    def steady() -> bool:
        client.get("/v1/accounts/a1")
        return all(last <= begun + AT_ONCE // 2 for begun, last in zip(first, held(), strict=True))

    assert until(steady) < 2 * BACK, (first, held())


def test_a_server_that_hangs_is_a_problem_in_time_and_is_used_again(client: httpx.Client, server: Neo4jServer) -> None:
    def held() -> tuple[int, ...]:
        return connections(server), threading.active_count(), open_files()

    first: tuple[int, ...] = ()
    for _ in range(sized(2, 100)):
        server.pause()
        try:
            answers = asked_at_once(client, "/v1/accounts/a1/explanation")
            alive, ready = client.get("/livez"), client.get("/readyz")
        finally:
            server.resume()
        assert {status for status, *_ in answers} == {503}
        assert {code for _, code, _ in answers} <= {"timed_out", "store_unavailable", "store_busy"}
        assert max(took for *_, took in answers) < IN_TIME + 0.5
        assert (alive.status_code, ready.status_code) == (200, 503)
        assert until(lambda: client.get("/v1/accounts/a1").status_code == 200) < BACK
        asked_at_once(client, "/v1/accounts/a1")
        first = first or held()
    # What hung is gone when the next one hangs.
    assert_nothing_grew(client, first, held)


def test_a_server_that_stops_is_a_problem_at_once_and_is_used_again(client: httpx.Client, server: Neo4jServer) -> None:
    server.kill()
    try:
        answers = asked_at_once(client, "/v1/rings")
        alive, ready = client.get("/livez"), client.get("/readyz")
    finally:
        server.start()
    assert {status for status, *_ in answers} == {503}
    assert max(took for *_, took in answers) < IN_TIME + 0.5
    assert (alive.status_code, ready.status_code) == (200, 503)
    assert until(lambda: client.get("/readyz").status_code == 200) < BACK
    open_files()
