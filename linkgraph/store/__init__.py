"""Graph stores: the seam in `base`, one module per store, and the choice between them."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from linkgraph.errors import UsageError
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.store.base import GraphView, GraphWriter
from linkgraph.store.embedded import EmbeddedView, EmbeddedWriter, is_kept

__all__ = ["HasGraph", "is_kept", "open_loaders", "open_view", "open_writers"]


class HasGraph(Protocol):
    """What a store needs to know of a run: its id, and where its embedded store is."""

    @property
    def run_id(self) -> str:
        """The run's id."""
        ...

    @property
    def graph(self) -> Path:
        """Folder of the run's embedded store."""
        ...


def open_writers(settings: Settings, run: HasGraph, reread: bool) -> list[GraphWriter]:
    """Every store a night is written to, in order: the run's own embedded store always, so that it stays readable.

    reread: what Neo4j holds is read from it, not from the folder of the run that it holds.
    """
    embedded = _embedded_writer(settings, run)
    return [embedded] if settings.store == "embedded" else [embedded, _neo4j_writer(settings, run, reread)]


def open_loaders(settings: Settings, run: HasGraph, at: Callable[[str], None]) -> list[GraphWriter]:
    """The same for a first load: Neo4j is filled by its offline importer, in a home that linkgraph makes.

    `at` is told each step. UsageError where the store has no importer.
    """
    if settings.store == "embedded":
        raise UsageError("--full is for Neo4j: the embedded store is written whole in any case")
    from linkgraph.store.neo4j.loader import Neo4jLoader
    from linkgraph.store.neo4j.places import graph_load

    return [_embedded_writer(settings, run), Neo4jLoader(graph_load(settings, at), run.run_id)]


def open_view(settings: Settings, run: HasGraph, earlier: bool = False) -> GraphView:
    """A view of the published run; an `earlier` run is read from its own folder, whatever the store is.

    StoreError if the store does not hold that very run.
    """
    if settings.store == "embedded" or earlier:
        return EmbeddedView(run.graph)
    # The driver is loaded only where it is needed.
    from linkgraph.store.neo4j import Neo4jView, login_of

    return Neo4jView(login_of(settings), run.run_id)


def _embedded_writer(settings: Settings, run: HasGraph) -> GraphWriter:
    return EmbeddedWriter(run.graph, settings.memory_limit, settings.threads)


def _neo4j_writer(settings: Settings, run: HasGraph, reread: bool) -> GraphWriter:
    from linkgraph.store.neo4j import Neo4jWriter, login_of

    def table_of(run_id: str, table: str) -> Path | None:
        path = Run(run_id, settings.home / "runs" / run_id).table(table)
        return path if path.is_file() and not reread else None

    return Neo4jWriter(login_of(settings), run.run_id, table_of)
