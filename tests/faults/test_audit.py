"""One chain, whoever writes and whatever kills them: many processes at once, and a kill in the middle of an append.

In large by `make fuzz`; `python -m tests.faults.test_audit [--rows 100000] [--trials 200]` tells how long it took on
both databases.
"""

import argparse
import multiprocessing
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from linkgraph.casework.audit import Act, Row, Wanted, read_rows
from linkgraph.casework.opening import Casework, casework
from linkgraph.casework.recorder import Recorder
from linkgraph.casework.verification import verify
from linkgraph.settings import Settings, read_settings
from tests.postgres import binaries, running
from tests.sizes import sized

pytestmark = pytest.mark.sized

PROCESSES, THREADS = 4, 8
NOW = 1_780_000_000_000_000


def act(writer: str, number: int) -> Act:
    """Row `number` of a writer."""
    return Act(writer, "lead", "read_account", f"A{number}", None, f"{writer}-{number}", "done", 200)


@contextmanager
def recording(settings: Settings) -> Iterator[Recorder]:
    """A recorder on a database that was opened for it."""
    with casework(settings) as opened:
        recorder = Recorder(opened.database, opened.chain, opened.anchors, lambda: time.time_ns() // 1_000)
        recorder.start()
        yield recorder
        recorder.close()


def write_many(settings: Settings, process: int, rows: int) -> None:
    """Writers of one process, each waiting for one row before it sends the next."""

    def write(thread: int) -> None:
        for number in range(rows):
            recorder.record(act(f"{process}.{thread}", number)).result(60)

    with recording(settings) as recorder, ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write, range(THREADS)))


def write_until_killed(settings: Settings, trial: int, acknowledged: Path) -> None:
    """Groups of four rows; each that is acknowledged is told at once to a file."""
    with recording(settings) as recorder, acknowledged.open("ab", buffering=0) as out:
        for number in range(1_000_000):
            waiting = [recorder.record(act(f"{trial}.{thread}", number)) for thread in range(4)]
            for thread, done in enumerate(waiting):
                done.result(60)
                out.write(f"{trial}.{thread}-{number}\n".encode())


def stored(opened: Casework) -> list[Row]:
    """All rows of a chain that is sound."""
    with opened.database.read() as connection:
        anchors = opened.anchors.read()
        assert verify(connection, opened.chain, anchors).faults == ()
        return read_rows(connection, Wanted(), 10_000_000)[::-1]


def processes() -> ForkServerContext:
    """Where children come from: a process that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def check_writers(settings: Settings, rows: int) -> float:
    """Rows of all writers are there once, each writer's in order, in one chain; seconds that it took to write them."""
    with casework(settings):
        pass
    context = processes()
    children = [context.Process(target=write_many, args=(settings, each, rows)) for each in range(PROCESSES)]
    start = time.perf_counter()
    for child in children:
        child.start()
    for child in children:
        child.join()
    took = time.perf_counter() - start
    assert [child.exitcode for child in children] == [0] * PROCESSES
    of_writer = defaultdict(list)
    with casework(settings) as opened:
        for row in stored(opened):
            of_writer[row.principal].append(row.object)
    assert len(of_writer) == PROCESSES * THREADS
    assert all(objects == [f"A{number}" for number in range(rows)] for objects in of_writer.values())
    return took


def check_kills(settings: Settings, folder: Path, trials: int, seed: int) -> int:
    """After every kill the chain is sound and holds what was acknowledged; acknowledged rows in all."""
    draw, context, acknowledged = random.Random(seed), processes(), folder / "acknowledged"
    acknowledged.touch()
    with casework(settings) as opened:
        for trial in range(trials):
            child = context.Process(target=write_until_killed, args=(settings, trial, acknowledged))
            before = acknowledged.stat().st_size
            child.start()
            while acknowledged.stat().st_size == before:
                assert child.is_alive(), (seed, trial)
                time.sleep(0.001)
            time.sleep(draw.uniform(0, 0.05))
            child.kill()
            child.join()
            told = set(acknowledged.read_text().split())
            kept = [row.request_id for row in stored(opened)]
            assert told <= set(kept), (seed, trial)
            assert len(kept) == len(set(kept)) <= len(told) + 4 * (trial + 1), (seed, trial)
    return len(told)


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    """Settings of an empty home on each database in turn."""
    return read_settings(home=home, database_url=database_url)


def test_writers_in_processes_make_one_chain(settings: Settings) -> None:
    check_writers(settings, sized(25, 100_000 // PROCESSES // THREADS))


@pytest.mark.parametrize("seed", [0])
def test_a_kill_breaks_no_chain_and_loses_nothing_acknowledged(settings: Settings, tmp_path: Path, seed: int) -> None:
    assert check_kills(settings, tmp_path, sized(5, 200), seed) > 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Both, in large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--trials", type=int, default=200)
    asked = parser.parse_args(arguments)
    folder = binaries()
    assert folder is not None
    with running(folder, durable=True) as server:
        for kind in ("sqlite", "postgres"):
            with TemporaryDirectory() as name:
                first, second = (
                    f"sqlite:///{name}/{each}.sqlite" if kind == "sqlite" else server.new_database() for each in "ab"
                )
                home = Path(name)
                took = check_writers(
                    read_settings(home=home / "a", database_url=first), asked.rows // PROCESSES // THREADS
                )
                seconds = verified(read_settings(home=home / "a", database_url=first))
                told = check_kills(read_settings(home=home / "b", database_url=second), home, asked.trials, 0)
            sys.stdout.write(
                f"{kind}: {asked.rows:,} rows by {PROCESSES * THREADS} writers in {took:.1f} s, verified in"
                f" {seconds:.2f} s; {asked.trials} kills, {told:,} rows acknowledged, none lost\n"
            )


def verified(settings: Settings) -> float:
    """Seconds that it takes to verify all there is."""
    with casework(settings) as opened, closing(opened.database), opened.database.read() as connection:
        start = time.perf_counter()
        assert verify(connection, opened.chain, opened.anchors.read()).sound
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
