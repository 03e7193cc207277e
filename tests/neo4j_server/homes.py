"""Homes that linkgraph makes by itself, small and quick enough for tests, and how they are reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from linkgraph.cli import app
from linkgraph.settings import Settings, read_settings
from linkgraph.store import server as table
from linkgraph.store.neo4j.homes import Home
from linkgraph.store.neo4j.places import explore_place, graph_place
from tests.neo4j_server.server import HOST, OVERRIDES, Address, free_port

PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Loaded:
    """A home of linkgraph whose store is a Neo4j server that linkgraph fills and starts itself."""

    settings: Settings

    @property
    def folder(self) -> Path:
        """Where the homes of servers stand."""
        return self.settings.home / "neo4j"

    @property
    def home(self) -> Home:
        """The home of its server."""
        return graph_place(self.settings).home

    @property
    def address(self) -> Address:
        """Where its server is, once started."""
        return Address(self.settings.neo4j_uri, "neo4j", PASSWORD, disposable=True)

    @property
    def environment(self) -> dict[str, str]:
        """The same settings for a process of its own."""
        return {
            "LINKGRAPH_HOME": str(self.settings.home),
            "LINKGRAPH_STORE": "neo4j",
            "LINKGRAPH_THREADS": "1",
            "LINKGRAPH_SELF_TEST_ACCOUNTS": "0",
            "NEO4J_URI": self.settings.neo4j_uri,
            "NEO4J_EXPLORE_URI": self.settings.neo4j_explore_uri,
            "NEO4J_PASSWORD": PASSWORD,
            "NEO4J_LIB": str(self.settings.neo4j_lib),
        }

    def configure(self, name: str, overrides: Mapping[str, str]) -> None:
        """Give the home `name` a configuration, as an operator may before it is first filled."""
        conf = self.folder / name / "conf" / "neo4j.conf"
        conf.parent.mkdir(parents=True)
        text = table.configuration_text(table.configuration({**OVERRIDES, **overrides}))
        conf.write_text(f"{text}server.jvm.additional=-XX:TieredStopAtLevel=1\n", encoding="ascii")

    def end(self) -> None:
        """End all servers and tools of its homes, whatever became of them."""
        for place in (graph_place(self.settings), explore_place(self.settings)):
            for home in (place.home, place.next):
                home.discard()


def loaded(home: Path, jars: Path) -> Loaded:
    """Such a home, its graph not yet filled."""
    port, other = free_port(), free_port()
    uris = {"neo4j_uri": f"bolt://{HOST}:{port}", "neo4j_explore_uri": f"bolt://{HOST}:{other}"}
    made = Loaded(read_settings(home=home, store="neo4j", threads=1, neo4j_password=PASSWORD, neo4j_lib=jars, **uris))
    made.configure("graph", table.bolt_address(HOST, port))
    explored = {setting.key: setting.value for setting in table.EXPLORE if setting.key not in OVERRIDES}
    made.configure("explore", {**explored, **table.bolt_address(HOST, other), "db.transaction.timeout": "2s"})
    return made


def commanded(made: Loaded, *words: str) -> Result:
    """What `linkgraph neo4j` says."""
    return CliRunner(env=made.environment).invoke(app, ["neo4j", *words])
