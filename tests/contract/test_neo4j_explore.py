"""The read-only exploration instance: what it shows and refuses, what it cannot refuse, and what a refresh undoes."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from neo4j.exceptions import ClientError, Neo4jError

from linkgraph import queries, runs
from linkgraph.errors import StoreBusyError, StoreError
from linkgraph.store.embedded import EmbeddedView
from linkgraph.store.neo4j import Neo4jView
from linkgraph.store.neo4j.places import explore_login, explore_place
from tests.builders import NEXT_WORLD, WORLD
from tests.conftest import Store
from tests.neo4j_server.homes import Loaded, commanded, loaded
from tests.neo4j_server.server import Address
from tests.neo4j_server.worlds import answers

pytestmark = pytest.mark.neo4j

READ_ONLY = "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase"

# Data, schema and procedures, with what the server answers.
REFUSED = {
    "CREATE (:Note)": READ_ONLY,
    "MATCH (a:Account {id: 'a1'}) SET a.risk = 0.0": READ_ONLY,
    "MATCH (a:Account {id: 'a1'}) SET a:Cleared": READ_ONLY,
    "MATCH (a:Account {id: 'a1'}) DETACH DELETE a": READ_ONLY,
    "MATCH (p:Pointer) SET p.run_id = 'r-9'": READ_ONLY,
    "UNWIND [1, 2] AS x CALL (x) { CREATE (:Note) } IN TRANSACTIONS": READ_ONLY,
    "CREATE INDEX mine FOR (a:Account) ON (a.headline)": READ_ONLY,
    "DROP CONSTRAINT account_id": READ_ONLY,
    "CALL db.createLabel('Mine')": READ_ONLY,
    "CALL db.createProperty('mine')": READ_ONLY,
    "CALL apoc.export.csv.all('out.csv', {})": "Neo.ClientError.Procedure.ProcedureNotFound",
    "LOAD CSV FROM 'file:///conf/neo4j.conf' AS line RETURN line": "Neo.ClientError.Statement.ExternalResourceFailed",
    "UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN x": (
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration"
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, neo4j_jars: Path) -> Iterator[Loaded]:
    """A home of linkgraph with a published run, which its exploration instance shows."""
    made = loaded(tmp_path_factory.mktemp("explore"), neo4j_jars)
    Store(made.settings.model_copy(update={"store": "embedded"})).publish(WORLD)
    try:
        said = commanded(made, "explore")
        assert said.exit_code == 0, said.exception
        yield made
    finally:
        made.end()


@pytest.fixture
def address(made: Loaded) -> Address:
    """Where the instance is."""
    login = explore_login(made.settings)
    return Address(login.uri, login.user, login.password)


def test_it_shows_the_published_run_and_no_other(made: Loaded, address: Address) -> None:
    run = runs.open_run(made.settings.home)
    with closing(Neo4jView(explore_login(made.settings), run.run_id)) as view, closing(EmbeddedView(run.graph)) as own:
        assert answers(view, run) == answers(own, run)
    stamped = "MATCH (x) UNWIND keys(x) AS name RETURN DISTINCT name"
    names = {str(row["name"]) for row in address.rows(stamped)}
    assert not {name for name in names if name.startswith("was_")} | names & {"since", "changed"}
    assert [row["ring"] for row in address.rows(queries.load("browser", "find/rings").text, score=0.0, limit=9)]


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_refused(address: Address, statement: str) -> None:
    with pytest.raises(Neo4jError) as refused:
        address.rows(statement)
    assert refused.value.code == REFUSED[statement]


def test_it_fetches_nothing(address: Address) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            for scheme in ("http", "https", "ftp"):
                with pytest.raises(Neo4jError) as refused:
                    address.rows(f"LOAD CSV FROM '{scheme}://{host}:{port}/x.csv' AS line RETURN line")
                assert refused.value.code == "Neo.ClientError.Statement.ExternalResourceFailed"
        with pytest.raises(TimeoutError):
            server.accept()


def asked_again(view: Neo4jView) -> str:
    """What a view says at last that was open while its server was replaced."""
    for _ in range(10):
        try:
            return f"answered {view.accounts(['a2'])}"
        except StoreBusyError as error:
            return str(error)
        except StoreError:
            continue  # of a connection to the server that is gone
    return "nothing"


def test_what_no_setting_closes_is_undone_by_a_refresh(made: Loaded, address: Address) -> None:
    stale = Neo4jView(explore_login(made.settings), "r-1")
    secret = made.folder / "explore_auth"
    assert secret.stat().st_mode & 0o077 == 0
    system = Address(address.uri, address.user, address.password, "system")
    system.rows("CREATE USER mallory SET PASSWORD 'long enough' CHANGE NOT REQUIRED")
    system.rows("ALTER USER neo4j SET PASSWORD 'not yours any more' CHANGE NOT REQUIRED")
    with pytest.raises(ClientError):
        address.rows("RETURN 1")
    Store(made.settings.model_copy(update={"store": "embedded"})).publish(NEXT_WORLD, "r-2")
    assert commanded(made, "explore").exit_code == 0
    assert [row["user"] for row in system.rows("SHOW USERS")] == ["neo4j"]
    with closing(Neo4jView(explore_login(made.settings), "r-2")) as view:
        assert [each.ring_id for each in view.rings(5)] == ["r9"]
    # Both graphs are of a first publish, and only their epochs differ.
    assert asked_again(stale) == "run r-1 is no longer in the store: run r-2 is published"
    assert commanded(made, "stop", "--explore").exit_code == 0
    assert not explore_place(made.settings).home.is_served
