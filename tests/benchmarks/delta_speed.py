"""How long a night's changes take into a large Neo4j graph that is being read, and going back from them.

By hand, after `tests.benchmarks.load_speed` on the same home: `python -m tests.benchmarks.delta_speed --home DIR
[--scores 100000 --moves 5000 --links 20000]`. The next run is the one that was loaded with so many scores, members of
rings and links changed; it is taken back, and one with others changed follows, which begins by cleaning up after it.
Two readers ask for accounts all the while; each answer must be of one run, as that run has it.
"""

import argparse
import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph.errors import StoreBusyError, StoreError
from linkgraph.runs import Run
from linkgraph.settings import read_settings
from linkgraph.store.neo4j import Login, Neo4jView, Neo4jWriter
from linkgraph.store.neo4j.connection import wait_for
from linkgraph.store.neo4j.places import graph_place
from linkgraph.tables import TABLES
from tests.neo4j_server import jars
from tests.neo4j_server.homes import PASSWORD

ASKED = 20


def changed(run: Run, first: int, scores: int, moves: int, links: int) -> Run:
    """A run after it: risks of accounts, confidences of members and last uses of links moved; all else the same.

    Moved are rows at even distances from row `first` on.
    """
    name = f"r-after-{first}-{scores}-{moves}-{links}"
    after = Run(name, run.path.parent / name)
    if (after.path / "run.json").exists():
        return after
    (after.path / "tables").mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        table = pq.read_table(run.table(name))
        if name == "accounts":
            table = _moved(table, "risk", first, scores, lambda column: pc.divide(column, 2.0))
        elif name == "ring_members":
            table = _moved(table, "confidence", first, moves, lambda column: pc.divide(column, 2.0))
        elif name == "used":
            table = _moved(table, "last_seen", first, links, lambda column: pc.add(column, 1))
        pq.write_table(table, after.table(name))
    after.save(run.record() | {"run_id": after.run_id})
    return after


def _moved(table: pa.Table, name: str, first: int, rows: int, move: Any) -> pa.Table:
    place = table.schema.get_field_index(name)
    chosen = np.zeros(table.num_rows, dtype=bool)
    chosen[first :: max(table.num_rows // max(rows, 1), 1)] = True
    column = pc.if_else(pa.array(chosen), move(table[name]), table[name])
    return table.set_column(place, table.schema.field(place), column)


class Counting(Neo4jWriter):
    """Notes of each statement with rows how many it was sent, and how long the server took."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.rows: dict[str, int] = defaultdict(int)
        self.seconds: dict[str, float] = defaultdict(float)

    def _commit(self, name: str, **values: Any) -> Any:
        began = time.perf_counter()
        answer = super()._commit(name, **values)
        self.rows[name] += len(values.get("rows", values.get("ids", ())))
        self.seconds[name] += time.perf_counter() - began
        return answer

    def lines(self) -> Iterator[str]:
        """A line for each such statement, and for all but the cleaning, which is of the publish before."""
        passes = [name for name in self.rows if name.partition("/")[0] in ("remember", "stamp", "build", "end")]
        for name, names in [*((name, [name]) for name in self.rows), ("all passes", passes)]:
            rows, seconds = sum(self.rows[each] for each in names), sum(self.seconds[each] for each in names)
            if rows:
                yield f"  {name:<22} {rows:>9,} rows {seconds:>6.1f} s {rows / seconds:>9,.0f} a second"


class Reader(threading.Thread):
    """Asks for some accounts at a time; notes how long it took, and what was not as the view's run has it."""

    def __init__(self, login: Login, risks: dict[str, dict[str, float]], seed: int) -> None:
        super().__init__()
        self.milliseconds: list[float] = []
        self.wrong: list[str] = []
        self.ended = threading.Event()
        self._login, self._risks, self._draw = login, risks, random.Random(seed)

    def run(self) -> None:
        """Until told to end."""
        while not self.ended.is_set():
            for run_id in self._risks:
                try:
                    with closing(Neo4jView(self._login, run_id)) as view:
                        self._ask(view, self._risks[run_id])
                except StoreBusyError:
                    continue
                except StoreError as error:
                    if "not run" not in str(error):
                        raise

    def _ask(self, view: Neo4jView, risks: dict[str, float]) -> None:
        names = list(risks)
        while not self.ended.is_set():
            asked = self._draw.sample(names, ASKED)
            began = time.perf_counter()
            found = view.accounts(asked)
            self.milliseconds.append((time.perf_counter() - began) * 1000)
            self.wrong += [each.account_id for each in found if each.risk != risks[each.account_id]]
            self.wrong += ["missing"] if len(found) != ASKED else []


def measure(login: Login, before: Run, after: list[Run], batch: int) -> Iterator[str]:
    """A line for each act and statement, with two readers beside it."""
    _go_back_first(login, before)
    readers = [Reader(login, {run.run_id: _risks(run) for run in (before, *after)}, seed) for seed in (1, 2)]
    for reader in readers:
        reader.start()
    try:
        for run, act in ((after[0], "publish"), (before, "go back"), (after[1], "publish")):
            began = time.perf_counter()
            with Counting(login, run.run_id, _tables(run), batch) as writer:
                entered = time.perf_counter()
                for name in TABLES:
                    writer.write(name, pq.ParquetFile(run.table(name)).iter_batches())
                written = time.perf_counter()
                compared = writer.publish(run.stamp())
            took = time.perf_counter() - began
            yield (
                f"{act:<14} {took:>7.1f} s: begin {entered - began:.1f}, rows {written - entered:.1f}, check and switch"
                f" {took - (written - began):.1f}; {writer.changed:,} rows changed, {compared:,} read back"
            )
            yield from writer.lines()
    finally:
        for reader in readers:
            reader.ended.set()
            reader.join()
    times = sorted(each for reader in readers for each in reader.milliseconds)
    p50, p99 = (times[int(len(times) * share)] for share in (0.5, 0.99))
    wrong = sum(len(reader.wrong) for reader in readers)
    yield f"{len(times):,} answers of {ASKED} accounts beside it: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {wrong} wrong"


def _go_back_first(login: Login, before: Run) -> None:
    with Neo4jWriter(login, before.run_id, _tables(before)) as writer:
        for name in TABLES:
            writer.write(name, pq.ParquetFile(before.table(name)).iter_batches())
        writer.publish(before.stamp())


def _risks(run: Run) -> dict[str, float]:
    table = pq.read_table(run.table("accounts"), columns=["account_id", "risk"]).slice(0, 50_000)
    return dict(zip(table["account_id"].to_pylist(), table["risk"].to_pylist(), strict=True))


def _tables(run: Run) -> Any:
    return lambda run_id, table: Run(run_id, run.path.parent / run_id).table(table)


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.delta_speed", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--scores", type=int, default=100_000)
    parser.add_argument("--moves", type=int, default=5_000)
    parser.add_argument("--links", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=5_000)
    asked = parser.parse_args()
    settings = read_settings(home=asked.home, store="neo4j", neo4j_password=PASSWORD, neo4j_lib=jars.fetch())
    before = Run("r-drawn", asked.home / "runs" / "r-drawn")
    after = [changed(before, first, asked.scores, asked.moves, asked.links) for first in (0, 1)]
    login = Login(settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password.get_secret_value())
    home = graph_place(settings).home
    found = home.is_served
    if not found:
        home.start()
    try:
        wait_for(login)
        for line in measure(login, before, after, asked.batch):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    finally:
        if not found:
            home.stop()


if __name__ == "__main__":
    main()
