"""How long a night takes and how much memory, stage by stage, before publishing and with it.

By hand: `python -m tests.benchmarks.night_speed --accounts 20000 [--home HOME]`. Without a home it simulates a world
and ingests it first. The night runs in a fresh process, so that its peak is its own.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from ingest.pipeline import ingest
from linkgraph.nightly import Plan, run_night
from linkgraph.settings import read_settings
from linkgraph.simulate import World, simulate

NOW = 1_780_000_000_000_000


class Mark(NamedTuple):
    """When a stage began, and the largest memory so far."""

    stage: str
    seconds: float
    peak_mb: float


class Figure(NamedTuple):
    """One night: its marks in order, the last named `done`, and rows per table."""

    marks: list[Mark]
    rows: dict[str, int]


def prepare(folder: Path, accounts: int) -> Path:
    """A home with the feeds of a made-up world."""
    simulate(folder / "world", World(accounts=accounts))
    ingest([folder / "world" / "feeds"], read_settings(home=folder / "home"), NOW)
    return folder / "home"


def measure(home: Path) -> Figure:
    """Run a night here."""
    began, marks = time.perf_counter(), []

    def mark(stage: str) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        marks.append(Mark(stage, time.perf_counter() - began, peak))

    run = run_night(read_settings(home=home), Plan(), mark)
    mark("done")
    return Figure(marks, {name: table["rows"] for name, table in run.record()["tables"].items()})


def lines(figure: Figure) -> Iterator[str]:
    """Each stage with its share of the night before publishing."""
    before = next(mark.seconds for mark in figure.marks if mark.stage == "publish") or 1.0
    for mark, after in zip(figure.marks, figure.marks[1:], strict=False):
        took = after.seconds - mark.seconds
        yield f"{mark.stage:<10} {took:>8.2f} s {took / before:>6.2f} of the night {after.peak_mb:>6.0f} MB at most"
    yield f"{before:.1f} s before publishing, {figure.marks[-1].seconds:.1f} s in all; rows {figure.rows}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.night_speed", description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--home", type=Path, help="an ingested home")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="night-") as folder,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        home = arguments.home or prepare(Path(folder), arguments.accounts)
        sys.stdout.write("\n".join(lines(pool.submit(measure, home).result())) + "\n")


if __name__ == "__main__":
    main()
