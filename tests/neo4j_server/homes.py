"""Homes that linkgraph makes by itself, small and quick enough for tests, and how they are reached."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from linkgraph.settings import Settings, read_settings
from linkgraph.store import server as table
from linkgraph.store.neo4j.homes import Home
from linkgraph.store.neo4j.places import graph_place
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
        """End all servers of its homes, whatever became of them."""
        for file in [*self.folder.glob("*/run/neo4j.pid"), *self.folder.glob("*/admin.pid")]:
            pid = file.read_text(encoding="ascii").strip()
            said = subprocess.run(["ps", "-o", "args=", "-p", pid], capture_output=True, text=True, check=False)
            if str(self.folder) in said.stdout:
                subprocess.run(["kill", "-9", pid], check=False)


def loaded(home: Path, jars: Path) -> Loaded:
    """Such a home, its graph not yet filled."""
    port = free_port()
    server = {"neo4j_uri": f"bolt://{HOST}:{port}", "neo4j_password": PASSWORD, "neo4j_lib": jars}
    made = Loaded(read_settings(home=home, store="neo4j", threads=1, **server))
    made.configure("graph", table.bolt_address(HOST, port))
    return made
