"""Fixtures of tests against a real Neo4j server.

Which server: the one that `LINKGRAPH_TEST_NEO4J_URI` names (with `_USER` and `_PASSWORD`), else one of our own from
the jars, started once per test process. Without either the test is skipped, and fails where `REQUIRE_NEO4J=1`. A server
that was given and holds anything is never emptied.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import pytest

from tests.neo4j_server import content, jars
from tests.neo4j_server.server import Address, Neo4jServer


@pytest.fixture(scope="session")
def neo4j_jars() -> Path:
    """Folder of the server's jars, for tests that start, kill or freeze servers of their own."""
    if not shutil.which("java"):
        unavailable("there is no java on the PATH, and LINKGRAPH_TEST_NEO4J_URI names no server")
    try:
        return jars.fetch()
    except jars.JarsUnavailable as error:
        unavailable(str(error))


@pytest.fixture(scope="session")
def neo4j_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A server that answers, whatever it holds: uri, user, password, database."""
    given = given_address(os.environ)
    if given is not None:
        yield given
        return
    # Only now: a server that was given needs neither java nor a download.
    folder: Path = request.getfixturevalue("neo4j_jars")
    with Neo4jServer(tmp_path_factory.mktemp("neo4j"), folder) as server:
        yield server.address


@pytest.fixture
def empty_neo4j(neo4j_server: Address) -> Address:
    """That server without data, and without constraint or index but those that linkgraph makes.

    Dropping these too would throw away every plan: most of a short test would be spent on planning.
    """
    if not neo4j_server.disposable:
        unavailable("the server that was given holds something, and is not emptied")
    content.empty(neo4j_server, keep=content.OURS)
    return neo4j_server


def given_address(environ: Mapping[str, str]) -> Address | None:
    """The server named by the environment, disposable only if it is empty now; None if none is named."""
    uri = environ.get("LINKGRAPH_TEST_NEO4J_URI")
    if not uri:
        return None
    user = environ.get("LINKGRAPH_TEST_NEO4J_USER", "neo4j")
    password = environ.get("LINKGRAPH_TEST_NEO4J_PASSWORD", "")
    return Address(uri, user, password, disposable=content.is_empty(Address(uri, user, password)))


def unavailable(reason: str) -> NoReturn:
    """Skip this test, or fail it where a server was required."""
    if os.environ.get("REQUIRE_NEO4J") == "1":
        pytest.fail(f"REQUIRE_NEO4J=1, but {reason}")
    pytest.skip(reason)
