"""Graph stores: the seam in `base`, one module per store, and the choice between them."""

from pathlib import Path
from typing import Protocol

from linkgraph.settings import Settings
from linkgraph.store.base import GraphView, GraphWriter
from linkgraph.store.embedded import EmbeddedView, EmbeddedWriter


class HasGraph(Protocol):
    """What a store needs to know of a run: its id, and where its embedded file is."""

    @property
    def run_id(self) -> str:
        """The run's id."""
        ...

    @property
    def graph(self) -> Path:
        """The run's embedded file."""
        ...


def open_writers(settings: Settings, run: HasGraph) -> list[GraphWriter]:
    """Every store a night is written to, in order: the run's own embedded file always, so that it stays readable."""
    embedded = _embedded_writer(settings, run)
    return [embedded] if settings.store == "embedded" else [embedded, _neo4j_writer(settings, run)]


def open_view(settings: Settings, run: HasGraph, earlier: bool = False) -> GraphView:
    """A view of the published run; an `earlier` run is read from its own file, whatever the store is.

    StoreError if the store does not hold that very run.
    """
    if settings.store == "embedded" or earlier:
        return EmbeddedView(run.graph, settings.memory_limit)
    # The driver is loaded only where it is needed.
    from linkgraph.store.neo4j import Login, Neo4jView

    password = settings.neo4j_password.get_secret_value()
    return Neo4jView(Login(settings.neo4j_uri, settings.neo4j_user, password), run.run_id)


def _embedded_writer(settings: Settings, run: HasGraph) -> GraphWriter:
    return EmbeddedWriter(run.graph, settings.memory_limit, settings.threads)


def _neo4j_writer(settings: Settings, run: HasGraph) -> GraphWriter:
    from linkgraph.store.neo4j import Login, Neo4jWriter

    password = settings.neo4j_password.get_secret_value()
    return Neo4jWriter(Login(settings.neo4j_uri, settings.neo4j_user, password), run.run_id)
