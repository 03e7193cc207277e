"""How many rings keep their id when a share of all links is lost and as many new ones are made overnight.

By hand: `python -m tests.benchmarks.ring_stability --accounts 20000 --draws 5 --share 0.01`. A link joins an account to
an identifier; a new one joins a random account to an identifier of somebody else. Each draw is another night after the
same first one; the first of them changes nothing.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph.engine.duckdb import DuckDBEngine, write_parquet
from linkgraph.ledger import Ledger
from linkgraph.models import models_at
from linkgraph.runs import Run
from linkgraph.settings import read_settings
from linkgraph.stages import STAGES, Night, open_tables
from linkgraph.tables import USED
from tests.benchmarks.night_speed import prepare

_MINUTE = 60_000_000
_KEY = ("account_id", "kind", "identifier")


class Figure(NamedTuple):
    """A night beside the one before: rings then, those whose id and whose members are the same now; events."""

    rings: int
    same_id: int
    same_members: int
    events: dict[str, int]


class Shaken(DuckDBEngine):
    """An engine that changes the links of a night before anything is made of them."""

    seed = 0
    share = 0.0

    def run(self, step: str, out: Path, schema: pa.Schema | None = None, parts: pa.Table | None = None) -> int:
        """As every engine; where there is a seed, the links then lose their share and gain as many."""
        rows = super().run(step, out, schema, parts)
        if step == "used" and self.seed:
            rows = write_parquet(out, USED, shaken(pq.read_table(out), self.share, self.seed).to_batches())
        return rows


def shaken(used: pa.Table, share: float, seed: int) -> pa.Table:
    """The links without a share of them, and with as many new ones; in the order of a night."""
    chance = np.random.default_rng(seed)
    count = round(len(used) * share)
    lost = np.zeros(len(used), dtype=bool)
    lost[chance.choice(len(used), count, replace=False)] = True
    like = used.take(pa.array(chance.integers(0, len(used), count)))
    who = used["account_id"].take(pa.array(chance.integers(0, len(used), count)))
    new = like.set_column(like.column_names.index("account_id"), USED.field("account_id"), who)
    both = pa.concat_tables([used.filter(pa.array(~lost)), new])
    first = both.append_column("row", pa.array(np.arange(len(both)))).group_by(_KEY).aggregate([("row", "min")])
    return both.take(first["row_min"]).sort_by([(name, "ascending") for name in _KEY])


def nights(home: Path, draws: int, share: float) -> Iterator[Figure]:
    """The night after the first, with the same links and then with other changes each time."""
    settings = read_settings(home=home)
    ledger = Ledger(settings.ledger_folder)
    clock = ledger.newest_known_at() or 0
    models = models_at(settings.home, clock)
    first: Run | None = None
    for number in range(draws + 2):
        run = Run(f"n-{number}", home / "shaken" / f"n-{number}")
        with Shaken(settings.home / "tmp", settings.memory_limit, settings.threads) as engine:
            engine.seed, engine.share = max(number - 1, 0), share
            moment = clock + (_MINUTE if first else 0)
            events = _pass(Night(engine, ledger, run, first, moment, 0, settings.parameters, models))
        if first is None:
            first = run
        else:
            yield _compared(_rings(first), _rings(run), events)


def _pass(night: Night) -> dict[str, int]:
    open_tables(night)
    counts: dict[str, int] = {}
    for name in list(STAGES)[: list(STAGES).index("track") + 1]:
        counts = {key: int(value) for key, value in STAGES[name](night).items()}
    return counts


def _rings(run: Run) -> dict[str, frozenset[int]]:
    rows = pq.read_table(run.work("members_named"), columns=["ring_id", "account"])
    found: dict[str, set[int]] = {}
    for ring_id, account in zip(rows["ring_id"].to_pylist(), rows["account"].to_pylist(), strict=True):
        found.setdefault(ring_id, set()).add(account)
    return {ring_id: frozenset(members) for ring_id, members in found.items()}


def _compared(then: dict[str, frozenset[int]], now: dict[str, frozenset[int]], events: dict[str, int]) -> Figure:
    kept = then.keys() & now.keys()
    return Figure(len(then), len(kept), sum(then[ring_id] == now[ring_id] for ring_id in kept), events)


def lines(figures: Iterator[Figure]) -> Iterator[str]:
    """A line for each draw."""
    for number, each in enumerate(figures):
        name = "the same links" if number == 0 else f"changed {number}"
        share = each.same_id / (each.rings or 1)
        told = ", ".join(f"{event} {count}" for event, count in each.events.items())
        yield f"{name:<15} {each.rings:>6} rings, {share:.4f} keep their id, {each.same_members} their members; {told}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ring_stability", description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--share", type=float, default=0.01)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stability-") as folder:
        home = prepare(Path(folder), arguments.accounts)
        for line in lines(nights(home, arguments.draws, arguments.share)):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
