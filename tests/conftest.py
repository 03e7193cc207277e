"""Fixtures, few on purpose.

Strategy: a fixture is something that must be opened and closed, or that exists once per backend. Everything else is a
builder in `tests/builders.py`, which returns a new value each time. Nothing is mocked that runs here: stores write real
files below `tmp_path`, and a test against Neo4j talks to a real server or is skipped with its reason.

`home`        an empty home folder
`store`       each graph store in turn, empty, behind the same five words
`both_stores` the two of them side by side, for comparing answers
`database_url` an empty casework database on each kind in turn, `database` the same opened
`stays_here`  fails a test that tries to reach another machine
The rest comes from `tests/neo4j_server/fixtures.py` and `tests/postgres.py`.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import pyarrow.parquet as pq
import pytest

from linkgraph import runs
from linkgraph.casework.database import Database, open_database
from linkgraph.runs import Run
from linkgraph.settings import Settings, read_settings
from linkgraph.store import open_view, open_writers
from linkgraph.store.base import GraphView, GraphWriter
from linkgraph.tables import TABLES
from tests.builders import Tables, write_run
from tests.neo4j_server.fixtures import empty_neo4j, neo4j_jars, neo4j_server
from tests.neo4j_server.server import Address
from tests.network import stays_here, watch
from tests.postgres import PostgresServer, postgres_server
from tests.sizes import SHARE

# Examples are drawn anew in `make fuzz` only, and on a machine that is busy nothing fails for being slow.
hypothesis.settings.register_profile(
    "here", deadline=None, derandomize=SHARE == 0, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("here")

# A night of the command line tests itself on a planted world; the tests of that ask for it.
os.environ.setdefault("LINKGRAPH_SELF_TEST_ACCOUNTS", "0")

__all__ = ["empty_neo4j", "neo4j_jars", "neo4j_server", "postgres_server", "stays_here"]

watch()


@dataclass(frozen=True)
class Store:
    """One graph store with a home of its own."""

    settings: Settings

    def publish(self, content: Tables, run_id: str = "r-1") -> Run:
        """Write a run and make it the published one."""
        run = write_run(self.settings.home, content, run_id)
        self.publish_again(run)
        return run

    def publish_again(self, run: Run) -> None:
        """Write a run that has its folder already, and make it the published one."""
        with self.writer(run) as writer:
            self.fill(writer, run)
            writer.publish(run.stamp())
        runs.move_pointer(self.settings.home, run)

    def fill(self, writer: GraphWriter, run: Run) -> None:
        """Write all tables of a run, a few rows at a time."""
        for name in TABLES:
            writer.write(name, pq.ParquetFile(run.table(name)).iter_batches(batch_size=5))

    def writer(self, run: Run) -> GraphWriter:
        """A writer for a run."""
        return open_writers(self.settings, run, reread=False)[-1]

    @contextmanager
    def view(self, run_id: str | None = None) -> Iterator[GraphView]:
        """A view of the published run, or of an earlier one."""
        run = runs.open_run(self.settings.home, run_id)
        with closing(open_view(self.settings, run, earlier=run_id is not None)) as view:
            yield view


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    return tmp_path / "home"


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest, home: Path) -> Store:
    """Each graph store in turn, empty."""
    return _embedded(home) if request.param == "embedded" else _on_neo4j(home, request)


@pytest.fixture
def both_stores(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Store, Store]:
    """The embedded store and Neo4j, both empty."""
    return _embedded(tmp_path / "embedded"), _on_neo4j(tmp_path / "neo4j", request)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    """Address of an empty database of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{home}/casework.sqlite"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """That database, opened."""
    with closing(open_database(database_url)) as opened:
        yield opened


def _embedded(home: Path) -> Store:
    return Store(read_settings(home=home, store="embedded", threads=1))


def _on_neo4j(home: Path, request: pytest.FixtureRequest) -> Store:
    if find_spec("linkgraph.store.neo4j") is None:
        pytest.skip("linkgraph.store.neo4j is not there")
    address: Address = request.getfixturevalue("empty_neo4j")
    server = {"neo4j_uri": address.uri, "neo4j_user": address.user, "neo4j_password": address.password}
    return Store(read_settings(home=home, store="neo4j", threads=1, **server))
