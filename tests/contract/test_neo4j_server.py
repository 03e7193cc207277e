"""The real server that tests run on: the release we say, as strict as we rely on, back after a fault."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import AuthError, ClientError, DriverError

from linkgraph.store.server import VERSION
from tests.neo4j_server import content
from tests.neo4j_server.fixtures import given_address, unavailable
from tests.neo4j_server.server import Address, Neo4jServer, ServerFailed

pytestmark = pytest.mark.neo4j

ROOT = Path(__file__).parents[2]

USES_EMPTY = "def test_it(empty_neo4j):\n    pass\n"


@pytest.fixture(scope="module")
def own_server(neo4j_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A server that these tests may kill, freeze and fill."""
    with Neo4jServer(tmp_path_factory.mktemp("own"), neo4j_jars, heap="512m") as server:
        yield server


def test_it_is_the_community_release_that_we_pin(neo4j_server: Address) -> None:
    component = neo4j_server.rows("CALL dbms.components() YIELD versions, edition RETURN versions, edition")

    assert component == [{"versions": [VERSION], "edition": "community"}]


def test_a_wrong_password_is_refused(neo4j_server: Address) -> None:
    wrong = Address(neo4j_server.uri, neo4j_server.user, "not the password")

    with pytest.raises(AuthError):
        wrong.rows("RETURN 1")


def test_an_emptied_server_is_like_a_fresh_one(empty_neo4j: Address) -> None:
    content.empty(empty_neo4j)
    assert content.is_empty(empty_neo4j)
    empty_neo4j.rows("CREATE CONSTRAINT `odd name` FOR (n:Odd) REQUIRE n.id IS UNIQUE")
    empty_neo4j.rows("CREATE INDEX FOR (n:Odd) ON (n.other)")
    empty_neo4j.rows("CREATE FULLTEXT INDEX odd FOR (n:Odd) ON EACH [n.text]")
    empty_neo4j.rows("UNWIND range(1, 25000) AS i CREATE (:Odd {id: i})-[:TO]->(:Other)")
    assert not content.is_empty(empty_neo4j)

    content.empty(empty_neo4j)

    assert content.is_empty(empty_neo4j)
    assert empty_neo4j.rows("SHOW INDEXES YIELD type RETURN DISTINCT type") == [{"type": "LOOKUP"}]
    assert empty_neo4j.rows("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]


def test_what_is_not_disposable_is_not_emptied(neo4j_server: Address) -> None:
    kept = Address(neo4j_server.uri, neo4j_server.user, neo4j_server.password, disposable=False)

    with pytest.raises(PermissionError):
        content.empty(kept)


def test_a_given_server_that_holds_something_is_left_alone(own_server: Neo4jServer, tmp_path: Path) -> None:
    address = own_server.address
    content.empty(address)
    address.rows("CREATE (:Precious)")

    run = run_tests_on(address, tmp_path)

    assert "1 skipped" in run.stdout, run.stdout
    assert address.rows("MATCH (n:Precious) RETURN count(n) AS n") == [{"n": 1}]


def test_a_given_server_may_be_emptied_only_if_it_was_empty(own_server: Neo4jServer) -> None:
    content.empty(own_server.address)
    empty = given_address(given(own_server.address))
    own_server.address.rows("CREATE INDEX kept FOR (n:Kept) ON (n.id)")
    populated = given_address(given(own_server.address))

    assert empty == own_server.address
    assert populated == replace(own_server.address, disposable=False)
    assert given_address({}) is None


@pytest.mark.parametrize(("required", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_an_absent_server_skips_unless_required(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("REQUIRE_NEO4J", required)

    with pytest.raises(outcome, match="no java"):
        unavailable("no java")


def test_load_csv_reaches_neither_files_nor_addresses(own_server: Neo4jServer) -> None:
    with pytest.raises(ClientError, match="cypher_ip_blocklist"):
        own_server.address.rows("LOAD CSV FROM 'http://127.0.0.1:9/x.csv' AS row RETURN row")
    with pytest.raises(ClientError, match="allow_csv_import_from_file_urls"):
        own_server.address.rows("LOAD CSV FROM 'file:///etc/hostname' AS row RETURN row")


def test_a_frozen_server_does_not_answer_until_it_goes_on(own_server: Neo4jServer) -> None:
    address = own_server.address
    own_server.pause()
    try:
        driver = neo4j.GraphDatabase.driver(
            address.uri,
            auth=(address.user, address.password),
            connection_timeout=0.5,
            connection_acquisition_timeout=1.0,
        )
        with driver, pytest.raises(DriverError):
            driver.verify_connectivity()
    finally:
        own_server.resume()

    assert address.rows("RETURN 1 AS one") == [{"one": 1}]


def test_a_killed_server_comes_back_at_its_address_with_what_was_committed(own_server: Neo4jServer) -> None:
    before = own_server.address
    content.empty(before)
    before.rows("CREATE (:Committed)")

    own_server.kill()
    with pytest.raises(DriverError):
        before.rows("RETURN 1")
    own_server.start()

    assert own_server.address == before
    assert before.rows("MATCH (n:Committed) RETURN count(n) AS n") == [{"n": 1}]


def test_a_frozen_server_can_be_stopped(own_server: Neo4jServer) -> None:
    own_server.pause()
    began = time.monotonic()

    own_server.stop()

    assert time.monotonic() - began < 30
    own_server.start()


def test_an_unknown_setting_stops_the_server_and_the_log_says_so(neo4j_jars: Path, tmp_path: Path) -> None:
    server = Neo4jServer(tmp_path, neo4j_jars, overrides={"server.no_such_setting": "1"})

    with pytest.raises(ServerFailed, match=r"(?s)ended with 1.*console\.log.*server\.no_such_setting") as failure:
        server.start()

    assert server.address.password not in str(failure.value)
    with pytest.raises(ServerFailed, match="not running"):
        _ = server.pid


def test_the_password_is_this_users_alone_and_on_no_command_line(own_server: Neo4jServer) -> None:
    assert own_server.password_file.stat().st_mode & 0o077 == 0
    assert own_server.address.password not in repr(own_server.address)
    assert own_server.address.password not in " ".join(own_server._command())


def given(address: Address) -> dict[str, str]:
    """The environment that names this server."""
    return {
        "LINKGRAPH_TEST_NEO4J_URI": address.uri,
        "LINKGRAPH_TEST_NEO4J_USER": address.user,
        "LINKGRAPH_TEST_NEO4J_PASSWORD": address.password,
    }


def run_tests_on(address: Address, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one test that empties its server, in a process to which `address` is given."""
    (folder / "test_it.py").write_text(USES_EMPTY, encoding="ascii")
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.neo4j_server.fixtures",
            "-p",
            "no:cacheprovider",
            str(folder),
        ],
        env={**os.environ, **given(address), "REQUIRE_NEO4J": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
