"""PostgreSQL stopped, frozen and back: a problem within four seconds, nothing read without a row, then as before."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from linkgraph.casework.audit import Wanted, read_rows
from linkgraph.casework.opening import casework
from linkgraph.casework.verification import verify
from linkgraph.settings import Settings
from tests.api.serving import NOW, bearing, listening, new_key, problem, publish, settings_of
from tests.builders import WORLD
from tests.postgres import PostgresServer, binaries, running, unavailable

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
CARD = "/v1/accounts/a1"


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of its own, to be stopped and frozen."""
    folder = binaries()
    if folder is None:
        unavailable("there is no PostgreSQL to stop")
    with running(folder) as started:
        yield started


@contextmanager
def served(home: Path, server: PostgresServer) -> Iterator[tuple[httpx.Client, Settings]]:
    """A client of a server whose casework is over there."""
    publish(home, WORLD)
    settings = settings_of(home).model_copy(update={"database_url": _secret(server.new_database())})
    headers = bearing(new_key(home, settings=settings))
    with listening(create_app(settings, lambda: NOW)) as url, httpx.Client(base_url=url, headers=headers) as client:
        yield client, settings


def _secret(url: str) -> object:
    kind = Settings.model_fields["database_url"].annotation
    assert kind is not None
    return Settings(database_url=url).database_url


def recovered(client: httpx.Client, seconds: float = 10.0) -> None:
    """The card is answered again in time."""
    end = time.monotonic() + seconds
    while client.get(CARD, timeout=10).status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.1)


def refused(client: httpx.Client) -> None:
    """A problem in time, and no data; the process lives."""
    start = time.monotonic()
    answer = client.get(CARD, timeout=10)
    assert time.monotonic() - start < 4
    problem(answer, 503, "casework_unavailable")
    assert client.get("/livez").status_code == 200


def test_a_database_that_stops_is_missed_and_found_again(home: Path, server: PostgresServer) -> None:
    with served(home, server) as (client, settings):
        assert client.get(CARD).status_code == 200
        server.stop()
        for _ in range(3):
            refused(client)
        problem(client.get("/readyz", timeout=10), 503, "casework_unavailable")
        server.start()
        recovered(client)
        with casework(settings) as opened, opened.database.read() as connection:
            assert verify(connection, opened.chain, opened.anchors.read()).sound


def test_a_database_that_hangs_holds_nobody_longer_than_he_waits(home: Path, server: PostgresServer) -> None:
    with served(home, server) as (client, settings):
        assert client.get(CARD).status_code == 200
        server.freeze(True)
        try:
            for _ in range(6):
                refused(client)
            assert client.get("/readyz", timeout=9).status_code == 503
        finally:
            server.freeze(False)
        recovered(client)
        with casework(settings) as opened, opened.database.read() as connection:
            assert verify(connection, opened.chain, opened.anchors.read()).sound
            assert len(read_rows(connection, Wanted(), 100)) >= 2
