"""The night as the evaluation is handed it: a call, and what a change may do to its tables on the way."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.runs import Run
from linkgraph.settings import Settings


class Tables(Protocol):
    """What a change sees of a night between two stages."""

    @property
    def engine(self) -> DuckDBEngine:
        """Runs statements over the tables made so far."""

    @property
    def run(self) -> Run:
        """The run that is being written."""

    def columns(self, name: str) -> dict[str, Any]:
        """A work table as numpy columns."""

    def keep(self, name: str, table: pa.Table) -> int:
        """Write a work table, or replace it, and make it visible to statements."""

    def work(self, *steps: str) -> dict[str, int | float]:
        """Run statements into work tables, each visible to the next."""


AS_IT_IS = "as it is"

Change = Callable[[Tables], None]
# Settings of a scratch home, clock (epoch microseconds, None: the newest known time), name of the variant, and the
# changes by the stage before which they are made.
RunNight = Callable[[Settings, int | None, str, Mapping[str, Change]], Run]


@contextmanager
def scratch_home(settings: Settings, folder: Path) -> Iterator[Settings]:
    """Settings whose home is `folder`, empty at first and gone at the end: nights run there touch nothing published."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield settings.model_copy(update={"home": folder, "store": "embedded"})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
