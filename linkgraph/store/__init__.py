"""Graph stores: the seam in `base`, one module per store, and the choice between them."""

from pathlib import Path
from typing import Protocol

from linkgraph.errors import StoreError
from linkgraph.settings import Settings
from linkgraph.store.base import GraphView, GraphWriter
from linkgraph.store.embedded import EmbeddedView, EmbeddedWriter

_NO_NEO4J = "this version writes and reads the embedded store only; set LINKGRAPH_STORE=embedded"


class HasGraph(Protocol):
    """What a store needs to know of a run: where its embedded file is."""

    @property
    def graph(self) -> Path:
        """The run's embedded file."""
        ...


def open_writer(settings: Settings, run: HasGraph) -> GraphWriter:
    """A writer of the store the settings name."""
    if settings.store == "neo4j":
        raise StoreError(_NO_NEO4J)
    return EmbeddedWriter(run.graph, settings.memory_limit, settings.threads)


def open_writers(settings: Settings, run: HasGraph) -> list[GraphWriter]:
    """Every store a night is written to, in order: the run's own embedded file always, so that it stays readable."""
    embedded = EmbeddedWriter(run.graph, settings.memory_limit, settings.threads)
    return [embedded] if settings.store == "embedded" else [embedded, open_writer(settings, run)]


def open_view(settings: Settings, run: HasGraph, earlier: bool = False) -> GraphView:
    """A view of the published run; an `earlier` run is read from its own file, whatever the store is."""
    if settings.store == "neo4j" and not earlier:
        raise StoreError(_NO_NEO4J)
    return EmbeddedView(run.graph, settings.memory_limit)
