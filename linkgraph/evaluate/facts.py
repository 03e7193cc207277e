"""The ledger read twice: as it was known at a cut, and as it is known in the end, which only the targets may see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph import queries
from linkgraph.detect import evidence
from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.kinds import KINDS
from linkgraph.ledger import TABLES, Ledger
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.tables import VERDICTS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CONFIRMED = ("fraud", "chargeback")
NEVER = np.iinfo(np.int64).max
_COUNTS = ("instruments", "devices", "links", "new_instruments", "moves", "received", "amount_out")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of every account, as known in the end. Accounts are numbered in the order of their ids.

    confirmed: when it was first known for fraud, epoch seconds, for those whose last ruling is fraud; NEVER for the
    others. disputed: when its first dispute was opened, NEVER without one. out: money it sent or paid out (account,
    time, amount), of confirmed accounts, in the currency `currency` that most of these movements are in;
    `other_currencies`: the others. end: the newest known time, epoch seconds.
    """

    accounts: pa.Array
    confirmed: Ints
    disputed: Ints
    out: tuple[Ints, Ints, Floats]
    currency: str | None
    other_currencies: int
    country: NDArray[np.str_]
    end: int

    def numbers(self, account_ids: pa.Array) -> Ints:
        """Numbers of accounts by their ids; -1 for one that is not in the ledger."""
        return np.asarray(pc.fill_null(pc.index_in(account_ids, self.accounts), -1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was known at a cut, in the numbers of `Outcome`; nothing in it is later than `clock` (epoch seconds).

    alive: known and opened by then. fraud: confirmed by then. labelled: anything at all known of it. counts: plain
    counts by name. links: (account, identifier, is_ip) of identifiers that several use. transfers: (sender,
    receiver).
    """

    clock: int
    alive: Bools
    fraud: Bools
    labelled: Bools
    counts: dict[str, Floats]
    links: tuple[Ints, Ints, Bools]
    transfers: tuple[Ints, Ints]


@contextmanager
def ledger_at(settings: Settings, clock: int) -> Iterator[DuckDBEngine]:
    """An engine that sees the ledger as known at `clock` (epoch microseconds), and the kinds."""
    ledger = Ledger(settings.ledger_folder)
    with DuckDBEngine(settings.home / "tmp", settings.memory_limit, settings.threads) as engine:
        for feed in TABLES.values():
            engine.files(f"ledger_{feed.name}", ledger.files(feed.name, clock), feed.schema)
        engine.files("verdicts", [], VERDICTS)  # measured by what feeds tell
        engine.table("clock", evidence.clock_table(clock, settings.parameters))
        families = {"kind": [kind.name for kind in KINDS], "family": [kind.family for kind in KINDS]}
        engine.table("kinds", pa.table(families))
        for name in queries.names("relational"):
            if name.startswith("current_"):
                engine.view(name, name.removeprefix("current_"))
        yield engine


def read_outcome(settings: Settings, end: int) -> Outcome:
    """The outcome as known at `end` (epoch microseconds): the night's own rule says whose last ruling is fraud."""
    with ledger_at(settings, end) as engine:
        roster = engine.read("roster")
        engine.table("roster", roster)
        seeds = engine.read("seeds")
        engine.table("seeds", seeds)
        known, out, countries = (engine.read(step) for step in ("first_known", "money_out", "countries"))
    accounts = roster["account_id"].combine_chunks()
    confirmed, disputed = np.full(len(accounts), NEVER), np.full(len(accounts), NEVER)
    account = known["account"].to_numpy()
    disputed[account] = pc.fill_null(known["disputed"], NEVER).to_numpy()
    guilty = np.zeros(len(accounts), dtype=bool)
    guilty[seeds["account"].to_numpy()[_confirmed(seeds)]] = True
    rows = guilty[account]
    confirmed[account[rows]] = known["known_at"].to_numpy()[rows]
    country = np.full(len(accounts), "", dtype="<U8")
    country[countries["account"].to_numpy()] = countries["country"].to_numpy(zero_copy_only=False).astype("<U8")
    currency, kept = _commonest(out["currency"])
    moved = tuple(out[name].to_numpy()[kept] for name in ("account", "at", "amount"))
    return Outcome(
        accounts,
        confirmed,
        disputed,
        (moved[0].astype(np.int64), moved[1], moved[2]),
        currency,
        int((~kept).sum()),
        country,
        end // 1_000_000,
    )


def _commonest(currencies: pa.ChunkedArray) -> tuple[str | None, Bools]:
    words = currencies.to_numpy(zero_copy_only=False).astype(str)
    if not len(words):
        return None, np.zeros(0, dtype=bool)
    found, counts = np.unique(words, return_counts=True)
    best = str(found[np.argmax(counts)])
    return best, words == best


def read_snapshot(settings: Settings, run: Run, outcome: Outcome) -> Snapshot:
    """What a run's ledger said at its clock. Who used what is taken from the run, everything else from the ledger."""
    clock = run.record()["as_of"]
    with ledger_at(settings, clock * 1_000_000) as engine:
        for path in (run.work("roster"), run.work("seeds"), run.table("used")):
            engine.files(path.stem, [path], pq.read_schema(path))
        counted, links, money = (engine.read(f"measured_{what}") for what in ("accounts", "links", "transfers"))
    seeds = pq.read_table(run.work("seeds"))
    number = outcome.numbers(pq.read_table(run.work("roster"), columns=["account_id"])["account_id"].combine_chunks())
    size = len(outcome.accounts)
    fraud, labelled, alive = (np.zeros(size, dtype=bool) for _ in range(3))
    seeded = number[seeds["account"].to_numpy()]
    labelled[seeded] = True
    fraud[seeded[_confirmed(seeds)]] = True
    counts = {name: _placed(counted[name], number, size) for name in _COUNTS}
    opened = pc.fill_null(counted["created_at"], NEVER).to_numpy() <= clock
    active = counts["links"] + counts["moves"] + counts["received"] > 0
    alive[number] = opened
    return Snapshot(
        clock,
        alive | active,
        fraud,
        labelled,
        counts,
        (
            number[links["account"].to_numpy()],
            links["identifier"].to_numpy().astype(np.int64),
            links["is_ip"].to_numpy(),
        ),
        (number[money["sender"].to_numpy()], number[money["receiver"].to_numpy()]),
    )


def _confirmed(seeds: pa.Table) -> Bools:
    return np.asarray(pc.is_in(seeds["label"], pa.array(CONFIRMED)), dtype=bool)


def _placed(column: pa.ChunkedArray, number: Ints, size: int) -> Floats:
    values = np.zeros(size)
    values[number] = column.to_numpy()
    return values
