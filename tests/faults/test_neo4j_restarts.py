"""A Neo4j server that goes away in the middle of a publish, whose disk is full, or that stops answering."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from neo4j.exceptions import DriverError, Neo4jError

from linkgraph.errors import StoreError
from linkgraph.model import Account
from linkgraph.nightly import publish
from linkgraph.runs import Run
from linkgraph.settings import Settings, read_settings
from linkgraph.store import open_view
from linkgraph.store.neo4j import Login, Neo4jView, Neo4jWriter, connection
from linkgraph.tables import TABLES
from tests.builders import Tables, tables, write_run
from tests.faults.test_full_disk import grow_no_more
from tests.neo4j_server.server import Neo4jServer
from tests.neo4j_server.worlds import night

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]


@pytest.fixture
def server(neo4j_jars: Path, tmp_path: Path) -> Iterator[Neo4jServer]:
    """A server that these tests may kill and freeze."""
    with Neo4jServer(tmp_path / "server", neo4j_jars, heap="512m") as started:
        yield started


def test_a_server_that_goes_away_in_the_middle(
    server: Neo4jServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = server.address
    settings = read_settings(
        home=tmp_path / "home",
        store="neo4j",
        threads=1,
        neo4j_uri=address.uri,
        neo4j_user=address.user,
        neo4j_password=address.password,
    )
    first, second = [write_run(settings.home, lean(number), f"r-{number}") for number in (1, 2)]
    publish(settings, first)

    # Killed in the middle: one line, and the first run is there once the server is back.
    with Neo4jWriter(login(settings, patience=0.5), "r-2") as writer:
        with pytest.raises(StoreError, match=r"Neo4j at 127\.0\.0\.1:\d+: the server does not answer"):
            fill(writer, second, at="used", act=server.kill)
        server.start()
    assert accounts(settings, first, from_file=False) == accounts(settings, first, from_file=True)

    # Its disk full in the middle: one line, and the first run is there once there is room and it is started again.
    failed = pytest.raises(StoreError, match=r"Neo4j at 127\.0\.0\.1:\d+: query .* failed: Neo")
    with Neo4jWriter(login(settings, patience=0.5), "r-2") as writer, failed:
        fill(writer, second, at="used", act=lambda: grow_no_more(server.pid, 1))
    with suppress(StoreError):
        assert accounts(settings, first, from_file=False) == accounts(settings, first, from_file=True)
    server.kill()
    server.start()
    assert accounts(settings, first, from_file=False) == accounts(settings, first, from_file=True)

    # Back within the writer's patience, here because only its connections went: nothing is noticed.
    with Neo4jWriter(login(settings), "r-2") as writer:
        fill(writer, second, at="used", act=lambda: cut_connections(server))
        writer.publish(second.stamp())
    publish(settings.model_copy(update={"store": "embedded"}), second)
    assert accounts(settings, second, from_file=False) == accounts(settings, second, from_file=True)

    # Frozen: it accepts connections and says nothing.
    monkeypatch.setattr(connection, "_CONNECT_SECONDS", 0.5)
    server.pause()
    with pytest.raises(StoreError, match="the server does not answer"):
        Neo4jView(login(settings), "r-2")


def lean(number: int) -> Tables:
    """A night of three tables: a server that has just started spends its time on planning, statement by statement."""
    whole = night(number, 200)
    return tables() | {name: whole[name] for name in ("accounts", "identifiers", "used")}


def login(settings: Settings, patience: float = 30.0) -> Login:
    return Login(settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password.get_secret_value(), patience)


def fill(writer: Neo4jWriter, run: Run, at: str, act: Callable[[], object]) -> None:
    """Write all tables; in the middle of table `at` something happens."""
    for name in TABLES:
        batches = pq.ParquetFile(run.table(name)).iter_batches(batch_size=100)
        writer.write(name, interrupted(batches, act) if name == at else batches)


def interrupted(batches: Iterator[pa.RecordBatch], act: Callable[[], object]) -> Iterator[pa.RecordBatch]:
    for number, batch in enumerate(batches):
        if number == 1:
            act()
        yield batch


def cut_connections(server: Neo4jServer) -> None:
    """End every connection at the server's side; the one that asks for it goes as well, perhaps before its answer."""
    with suppress(DriverError, Neo4jError):
        server.address.rows(
            "CALL dbms.listConnections() YIELD connectionId WITH collect(connectionId) AS ids "
            "CALL dbms.killConnections(ids) YIELD message RETURN count(message) AS ended"
        )


def accounts(settings: Settings, run: Run, *, from_file: bool) -> list[Account]:
    """All accounts of a run, by the store's word or by its file's."""
    ids = pq.read_table(run.table("accounts"))["account_id"].to_pylist()
    with closing(open_view(settings, run, earlier=from_file)) as view:
        return view.accounts(ids)
