"""How many rows a second go into each store, and how much memory the client takes for it.

By hand: `python -m tests.benchmarks.publish_speed --accounts 20000 [--batch 5000]`, on the server that the tests use
(LINKGRAPH_TEST_NEO4J_URI, else one of its own). Each figure comes from a fresh process; the server stays the same.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from linkgraph.runs import Run
from linkgraph.store.base import GraphWriter
from linkgraph.store.embedded import EmbeddedWriter
from linkgraph.store.neo4j import Login, Neo4jWriter
from linkgraph.store.neo4j.writer import BATCH
from linkgraph.tables import TABLES
from tests.builders import write_run
from tests.neo4j_server import content, jars
from tests.neo4j_server.fixtures import given_address
from tests.neo4j_server.server import Address, Neo4jServer
from tests.neo4j_server.worlds import night

Measured = tuple[int, int, float, float]
Runner = Callable[..., Measured]


class Figure(NamedTuple):
    """One publish."""

    name: str
    rows: int
    changed: int
    seconds: float
    peak_mb: float

    @property
    def speed(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


def measure(home: Path, address: Address, accounts: int, batch: int, run: Runner) -> list[Figure]:
    """Publish two nights of a made-up world into both stores. Empties the server."""
    first, second = [write_run(home, night(number, accounts), f"r-{number}") for number in (1, 2)]
    content.empty(address, keep=content.OURS)
    return [
        Figure("embedded file", *run(_timed, _into_file, first)),
        Figure("neo4j, first night", *run(_timed, _into_neo4j, first, address, batch)),
        Figure("neo4j, next night", *run(_timed, _into_neo4j, second, address, batch)),
        Figure("neo4j, gone back", *run(_timed, _into_neo4j, first, address, batch)),
        Figure("neo4j, graph read", *run(_timed, _into_neo4j, second, address, batch, False)),
    ]


def lines(figures: Sequence[Figure]) -> Iterator[str]:
    """A table for people, with each speed as a share of the first."""
    for figure in figures:
        yield (
            f"{figure.name:<20} {figure.rows:>9,} rows {figure.changed:>9,} changed {figure.seconds:>8.2f} s"
            f" {figure.speed:>9,.0f} rows/s {figure.changed / figure.seconds:>9,.0f} changes/s"
            f" {figure.speed / figures[0].speed:>7.3f} of the file {figure.peak_mb:>6.0f} MB at most"
        )


def apart(call: Callable[..., Measured], *values: object) -> Measured:
    """Call it in a fresh process, so that its peak memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(call, *values).result()


def here(call: Callable[..., Measured], *values: object) -> Measured:
    """Call it in this process; the peak is that of everything before."""
    return call(*values)


def _timed(publish: Callable[..., tuple[int, int]], *values: object) -> Measured:
    began = time.perf_counter()
    rows, changed = publish(*values)
    seconds = time.perf_counter() - began
    return rows, changed, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _into_file(run: Run) -> tuple[int, int]:
    return _publish(EmbeddedWriter(run.graph), run)


def _into_neo4j(run: Run, address: Address, batch: int, at_hand: bool = True) -> tuple[int, int]:
    def table_of(run_id: str, table: str) -> Path | None:
        return Run(run_id, run.path.parent / run_id).table(table) if at_hand else None

    login = Login(address.uri, address.user, address.password)
    return _publish(Neo4jWriter(login, run.run_id, table_of, batch), run)


def _publish(store: GraphWriter, run: Run) -> tuple[int, int]:
    with store as writer:
        sent = sum(writer.write(name, pq.ParquetFile(run.table(name)).iter_batches()) for name in TABLES)
        writer.publish(run.stamp())
    return sent, store.changed if isinstance(store, Neo4jWriter) else sent


@contextmanager
def _server(folder: Path) -> Iterator[Address]:
    given = given_address(os.environ)
    if given is not None:
        yield given
        return
    with Neo4jServer(folder, jars.fetch(), lasting=True) as server:
        yield server.address


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.publish_speed", description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=BATCH)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="publish-") as folder, _server(Path(folder) / "server") as address:
        figures = measure(Path(folder), address, arguments.accounts, arguments.batch, apart)
    sys.stdout.write("\n".join([f"{arguments.accounts:,} accounts, batches of {arguments.batch:,}", *lines(figures)]))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
