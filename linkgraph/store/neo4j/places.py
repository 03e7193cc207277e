"""Which homes there are in a home of linkgraph, and how each is configured."""

from collections.abc import Callable

from linkgraph.settings import Settings
from linkgraph.store.neo4j import login_of
from linkgraph.store.neo4j.homes import Place
from linkgraph.store.neo4j.loader import Load
from linkgraph.store.server import home_text


def graph_place(settings: Settings) -> Place:
    """Where the home of the server stands that readers are sent to."""
    return Place(settings.home / "neo4j", "graph", settings.neo4j_lib)


def graph_load(settings: Settings, at: Callable[[str], None]) -> Load:
    """How that home is filled: a server at the address of the settings, with their password."""
    login = login_of(settings)
    host, _, port = login.place.rpartition(":")
    return Load(graph_place(settings), login, home_text(host, int(port)), settings.threads, at)
