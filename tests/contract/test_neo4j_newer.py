"""A newer major release of the server: reads what 5.26 wrote, is not written to, and would do if it were.

Debian 12 has no Java that such a release runs on, so this is by hand: LINKGRAPH_TEST_NEO4J_NEWER_LIB names a folder of
its jars (`pom.xml` of `tests/neo4j_server` with another version, `mvn package`), LINKGRAPH_TEST_NEO4J_NEWER_JAVA the
`bin` of a Java 21 or 25.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.errors import StoreError
from linkgraph.nightly import publish
from linkgraph.runs import Run
from linkgraph.store import open_view
from linkgraph.store.neo4j import connection, dumps
from linkgraph.store.neo4j.places import graph_load, graph_place
from tests.builders import NEXT_WORLD, WORLD, write_run
from tests.neo4j_server.homes import Loaded, loaded
from tests.neo4j_server.worlds import answers

pytestmark = pytest.mark.neo4j

LIB = os.environ.get("LINKGRAPH_TEST_NEO4J_NEWER_LIB")
JAVA = os.environ.get("LINKGRAPH_TEST_NEO4J_NEWER_JAVA")


@pytest.fixture
def made(tmp_path: Path, neo4j_jars: Path) -> Iterator[Loaded]:
    """A home of linkgraph without a graph, on the release that is written to."""
    if not LIB or not JAVA:
        pytest.skip("no newer release is named")
    made = loaded(tmp_path / "home", neo4j_jars)
    yield made
    made.end()


def shows(made: Loaded, run: Run) -> bool:
    """Whether the server says of a run what the run's own file says."""
    with closing(open_view(made.settings, run)) as view, closing(open_view(made.settings, run, earlier=True)) as own:
        return answers(view, run) == answers(own, run)


def test_it_reads_a_dump_of_ours_and_is_not_written_to(made: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = write_run(made.settings.home, WORLD), write_run(made.settings.home, NEXT_WORLD, "r-2")
    publish(made.settings, first, full=True)
    made.home.stop()
    dumps.dump(graph_place(made.settings), made.folder / "backup")
    monkeypatch.setenv("PATH", str(JAVA), prepend=os.pathsep)
    newer = Loaded(made.settings.model_copy(update={"neo4j_lib": Path(str(LIB))}))
    with pytest.raises(StoreError, match=r"NEO4J_LIB: release .* is newer than"):
        publish(newer.settings, second, full=True)
    assert dumps.load(graph_load(newer.settings, print), made.folder / "backup") == "r-1"
    assert shows(newer, first)
    with pytest.raises(StoreError, match="is newer than this version of linkgraph writes to"):
        publish(newer.settings, second)
    assert shows(newer, first)
    monkeypatch.setattr(connection, "NEWEST_MAJOR", 9999)
    publish(newer.settings, second)
    assert shows(newer, second)
    newer.home.stop()
    publish(newer.settings, first, full=True)
    assert shows(newer, first)
