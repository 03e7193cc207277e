"""A Neo4j that cannot be used: one line that says why, and nothing has changed anywhere."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph import runs
from linkgraph.errors import StoreError
from linkgraph.nightly import publish
from linkgraph.settings import Settings, read_settings
from linkgraph.store import open_view
from linkgraph.store.base import GraphView
from linkgraph.store.neo4j import connection
from tests.builders import NEXT_WORLD, WORLD, digests_of, write_run
from tests.faults.test_neo4j_api import open_files
from tests.neo4j_server.server import Address, free_port

PASSWORD = "s3cret-and-long"
NOWHERE = {"neo4j_user": "neo4j", "neo4j_password": PASSWORD}


@pytest.fixture
def published(home: Path) -> Path:
    """A home whose first run is published into the embedded store, and whose second waits to be."""
    publish(read_settings(home=home, store="embedded", threads=1), write_run(home, WORLD))
    write_run(home, NEXT_WORLD, "r-2")
    return home


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of something that listens and is not Neo4j."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            try:
                while True:
                    with listener.accept()[0] as connected:
                        connected.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            except OSError:
                pass

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"bolt://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


# The driver leaves what it could not close to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_who_asks_while_the_connection_is_closed_is_told_that_the_server_is_away(
    home: Path, empty_neo4j: Address
) -> None:
    """Whatever the driver makes of it, that is the one error; and nobody is left waiting."""
    settings = at(home, empty_neo4j)
    run = write_run(home, WORLD)
    publish(settings, run)
    said: set[str] = set()
    before = open_files()

    def ask(view: GraphView) -> None:
        try:
            while True:
                view.accounts(["a1", "a2"])
        except Exception as error:  # noqa: BLE001  # which one it is, is the question
            said.add(type(error).__name__)

    for _ in range(5):
        with closing(open_view(settings, run)) as view:
            readers = [threading.Thread(target=ask, args=(view,)) for _ in range(8)]
            for reader in readers:
                reader.start()
            time.sleep(0.05)
        for reader in readers:
            reader.join(20)
        assert not any(reader.is_alive() for reader in readers)
    assert said == {"StoreError"}
    assert open_files() <= before + 1


def on(home: Path, **server: str) -> Settings:
    return read_settings(home=home, store="neo4j", threads=1, **NOWHERE | server)


def at(home: Path, address: Address) -> Settings:
    return on(home, neo4j_uri=address.uri, neo4j_user=address.user, neo4j_password=address.password)


def refused(settings: Settings, says: str) -> str:
    """Publishing fails with one line, and the first run is as it was; returns the line."""
    first = runs.open_run(settings.home)
    before = digests_of(first.graph)
    with pytest.raises(StoreError, match=says) as caught:
        publish(settings, runs.open_run(settings.home, "r-2"))
    said = str(caught.value)
    assert "\n" not in said
    assert settings.neo4j_password.get_secret_value() not in said
    assert caught.value.__cause__ is None
    assert runs.published_id(settings.home) == first.run_id == "r-1"
    assert digests_of(first.graph) == before
    with closing(open_view(settings.model_copy(update={"store": "embedded"}), first)) as view:
        assert len(view.accounts(["a1", "a2"])) == 2
    return said


def test_a_server_that_is_down(published: Path) -> None:
    port = free_port()
    said = refused(on(published, neo4j_uri=f"bolt://127.0.0.1:{port}"), "does not answer")
    assert f"127.0.0.1:{port}" in said


def test_an_address_in_which_somebody_wrote_the_password(published: Path) -> None:
    said = refused(on(published, neo4j_uri=f"bolt://neo4j:{PASSWORD}@127.0.0.1:{free_port()}"), "Neo4j at 127.0.0.1")
    assert "127.0.0.1" in said


@pytest.mark.parametrize("uri", ["http://127.0.0.1:7474", "127.0.0.1", "bolt://[", "", "bolt://127.0.0.1:99999999"])
def test_what_is_no_address(published: Path, uri: str) -> None:
    refused(on(published, neo4j_uri=uri), "NEO4J_URI")


def test_something_else_that_listens(published: Path, stranger: str) -> None:
    refused(on(published, neo4j_uri=stranger), "does not answer")


@pytest.mark.neo4j
def test_a_wrong_password(published: Path, empty_neo4j: Address) -> None:
    wrong = on(published, neo4j_uri=empty_neo4j.uri)
    refused(wrong, "NEO4J_PASSWORD")
    assert count(empty_neo4j) == 0


@pytest.mark.neo4j
def test_a_release_that_is_too_old(published: Path, empty_neo4j: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "OLDEST", (5, 27))
    refused(at(published, empty_neo4j), r"release 5\.26\.\d+ is too old; 5\.27 is needed")
    assert count(empty_neo4j) == 0


@pytest.mark.neo4j
def test_a_release_that_is_too_new_to_write_to(
    published: Path, empty_neo4j: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "NEWEST_MAJOR", 4)
    refused(at(published, empty_neo4j), r"release 5\.26\.\d+ is newer than")
    assert count(empty_neo4j) == 0


@pytest.mark.neo4j
def test_a_database_of_somebody_else(published: Path, empty_neo4j: Address) -> None:
    empty_neo4j.rows("CREATE (:Account {id: 'a1', name: 'not ours'})-[:OWNS]->(:Thing)")
    refused(at(published, empty_neo4j), "data that linkgraph did not write")
    [row] = empty_neo4j.rows("MATCH (a:Account)-[:OWNS]->(:Thing) RETURN properties(a) AS held")
    assert row == {"held": {"id": "a1", "name": "not ours"}}
    assert count(empty_neo4j) == 2


@pytest.mark.neo4j
def test_a_graph_of_a_newer_linkgraph(published: Path, empty_neo4j: Address) -> None:
    empty_neo4j.rows("CREATE (:Pointer {name: 'published', schema: 99, seq: 7})")
    refused(at(published, empty_neo4j), "newer version of linkgraph")
    assert count(empty_neo4j) == 1


@pytest.mark.neo4j
def test_a_server_that_holds_another_run_is_not_read(published: Path, empty_neo4j: Address) -> None:
    settings = at(published, empty_neo4j)
    first, second = runs.open_run(published), runs.open_run(published, "r-2")
    with pytest.raises(StoreError, match="holds no run of linkgraph, not run r-1: publish"):
        open_view(settings, first)
    publish(settings, second)
    with pytest.raises(StoreError, match="holds run r-2, not run r-1: publish"):
        open_view(settings, first)


def count(address: Address) -> object:
    return address.rows("MATCH (n) RETURN count(n) AS nodes")[0]["nodes"]


@pytest.mark.neo4j
def test_a_graph_of_an_earlier_linkgraph(published: Path, empty_neo4j: Address) -> None:
    empty_neo4j.rows("CREATE (:Pointer {name: 'published', schema: 1, seq: 7})-[:OF]->(:Account {id: 'a1', seen: 7})")
    refused(at(published, empty_neo4j), "an earlier version of linkgraph has written this graph; .* --full")
    assert count(empty_neo4j) == 2
