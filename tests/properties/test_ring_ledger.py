"""The ring ledger over drawn nights of splits, mergers, sleep and return: what must hold whatever happens."""

import random
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.kinds import KINDS
from linkgraph.ledger import Ledger
from linkgraph.parameters import Parameters
from linkgraph.runs import Run
from linkgraph.stages.night import Night
from linkgraph.stages.tracking import ledger_is_whole, track
from linkgraph.tables import LINKS
from tests.builders import pair

ACCOUNTS = "abcdefghijkl"
PARAMETERS = Parameters(dormant_nights=2)
DAY = 86_400_000_000


class Drawn(NamedTuple):
    """One night: by account the number of its group, 0 for none; and who is confirmed fraud."""

    homes: tuple[int, ...]
    fraud: frozenset[str]

    @property
    def groups(self) -> list[str]:
        """Accounts of each group."""
        parts = ["".join(x for x, home in zip(ACCOUNTS, self.homes, strict=True) if home == n) for n in range(1, 5)]
        return [part for part in parts if part]


DRAWN = st.builds(
    Drawn, st.tuples(*[st.integers(0, 4) for _ in ACCOUNTS]), st.frozensets(st.sampled_from(ACCOUNTS), max_size=4)
)
NIGHTS = st.lists(DRAWN, min_size=1, max_size=4)


class World:
    """A home in which nights follow each other, each from drawn groups straight to `track`."""

    def __init__(self, folder: Path, shuffle: int | None = None) -> None:
        self._folder = folder
        self._shuffle = shuffle
        self.previous: Run | None = None

    def night(self, number: int, drawn: Drawn) -> Night:
        run = Run(f"n-{number}", self._folder / f"n-{number}")
        groups = drawn.groups
        if self._shuffle is not None:
            groups = random.Random(self._shuffle).sample(groups, len(groups))
        with DuckDBEngine(self._folder / "engine", "200MB", 1) as engine:
            columns = {"code": range(len(KINDS)), "kind": [k.name for k in KINDS], "family": [k.family for k in KINDS]}
            engine.table("kinds", pa.table(columns))
            ledger = Ledger(self._folder / "ledger")
            night = Night(engine, ledger, run, self.previous, number * DAY, 0, PARAMETERS, {})
            _keep(night, groups, drawn.fraud, self._shuffle)
            track(night)
        self.previous = run
        return night


def _keep(night: Night, groups: list[str], fraud: frozenset[str], shuffle: int | None) -> None:
    rows = [(number, ACCOUNTS.index(account)) for number, group in enumerate(groups) for account in group]
    if shuffle is not None:
        random.Random(shuffle).shuffle(rows)
    kept = {
        "number": pa.array([number for number, _ in rows], pa.int32()),
        "account": pa.array([account for _, account in rows], pa.int32()),
        "confidence": pa.array([0.9] * len(rows)),
        "membership": pa.array(["core"] * len(rows), pa.string()),
    }
    night.keep("ring_groups", pa.table(kept))
    night.keep("ring_facts", pa.table({"number": pa.array(range(len(groups)), pa.int32())}))
    night.keep("roster", pa.table({"account_id": list(ACCOUNTS), "created_at": pa.nulls(len(ACCOUNTS), pa.int64())}))
    who = pa.array(sorted(map(ACCOUNTS.index, fraud)), pa.int32())
    night.keep("seeds", pa.table({"account": who, "label": pa.array(["fraud"] * len(who), pa.string())}))
    links = [
        pair(*ends, 9.0, ["access=9.0"], [f"device:{min(group)}"])
        for group in sorted(groups, key=min)
        for ends in combinations(group, 2)
    ]
    table = pa.Table.from_pylist(sorted(links, key=lambda row: (row["account_a"], row["account_b"])), LINKS)
    night.keep_public("links", table)


class Book:
    """Reads the log as a machine that refuses every event that cannot happen in the state an id is in."""

    def __init__(self) -> None:
        self.alive: dict[str, set[str]] = {}
        self.asleep: dict[str, set[str]] = {}
        self.aliases: dict[str, str] = {}
        self.gone: set[str] = set()

    @property
    def states(self) -> list[set[str]]:
        return [set(self.alive), set(self.asleep), set(self.aliases), self.gone]

    def read(self, rows: list[dict[str, str]]) -> None:
        order = ("returned", "born", "split", "grew", "shrank", "merged", "dormant", "retired")
        known = set().union(*self.states)
        for row in sorted(rows, key=lambda row: order.index(row["event"])):
            getattr(self, row["event"])(row, known)

    def returned(self, row: dict[str, str], known: set[str]) -> None:
        self.alive[row["ring_id"]] = self.asleep.pop(row["ring_id"])

    def born(self, row: dict[str, str], known: set[str]) -> None:
        assert row["ring_id"] not in known
        self.alive.setdefault(row["ring_id"], set()).add(row["account_id"])

    def split(self, row: dict[str, str], known: set[str]) -> None:
        assert row["other_ring_id"] in known
        self.born(row, known)

    def grew(self, row: dict[str, str], known: set[str]) -> None:
        assert row["account_id"] not in self.alive[row["ring_id"]]
        self.alive[row["ring_id"]].add(row["account_id"])

    def shrank(self, row: dict[str, str], known: set[str]) -> None:
        self.alive[row["ring_id"]].remove(row["account_id"])

    def merged(self, row: dict[str, str], known: set[str]) -> None:
        assert row["other_ring_id"] in self.alive
        (self.alive if row["ring_id"] in self.alive else self.asleep).pop(row["ring_id"])
        self.aliases[row["ring_id"]] = row["other_ring_id"]

    def dormant(self, row: dict[str, str], known: set[str]) -> None:
        self.asleep[row["ring_id"]] = self.alive.pop(row["ring_id"])

    def retired(self, row: dict[str, str], known: set[str]) -> None:
        del self.asleep[row["ring_id"]]
        self.gone.add(row["ring_id"])


SLOW = settings(max_examples=15, suppress_health_check=list(HealthCheck))


def events_of(run: Run) -> pa.Table:
    return pq.read_table(run.table("ring_events"))


def rings_of(night: Night) -> dict[str, set[str]]:
    """Members of tonight's rings by id."""
    named = night.columns("members_named")
    found: dict[str, set[str]] = {}
    for ring_id, account in zip(named["ring_id"], named["account"], strict=True):
        found.setdefault(ring_id, set()).add(ACCOUNTS[account])
    return found


@SLOW
@given(NIGHTS)
def test_every_id_ever_given_is_one_of_alive_alias_dormant_retired(
    tmp_path_factory: pytest.TempPathFactory, nights: list[Drawn]
) -> None:
    world, book, told = World(tmp_path_factory.mktemp("ledger")), Book(), 0
    for number, drawn in enumerate(nights, start=1):
        night = world.night(number, drawn)
        log = events_of(night.run)
        book.read(log.slice(told).to_pylist())
        told = len(log)
        assert book.alive == rings_of(night)
        assert sum(map(len, book.states)) == len(set().union(*book.states)) == len(set(log["ring_id"].to_pylist()))
        assert sorted("".join(sorted(members)) for members in book.alive.values()) == sorted(drawn.groups)
        assert ledger_is_whole(night)
    for ring_id in book.aliases:
        steps = 0
        while ring_id in book.aliases:
            ring_id, steps = book.aliases[ring_id], steps + 1
            assert steps <= len(book.aliases)


@SLOW
@given(NIGHTS, st.integers(0, 99))
def test_neither_the_order_of_groups_nor_of_rows_changes_a_byte(
    tmp_path_factory: pytest.TempPathFactory, nights: list[Drawn], shuffle: int
) -> None:
    plain = World(tmp_path_factory.mktemp("plain"))
    other = World(tmp_path_factory.mktemp("other"), shuffle)
    for number, drawn in enumerate(nights, start=1):
        one, two = plain.night(number, drawn), other.night(number, drawn)
        assert one.run.table("ring_events").read_bytes() == two.run.table("ring_events").read_bytes()
        assert one.run.work("ring_fronts").read_bytes() == two.run.work("ring_fronts").read_bytes()
        assert rings_of(one) == rings_of(two)


@SLOW
@given(NIGHTS, DRAWN)
def test_the_same_links_again_keep_every_id_and_member_silently(
    tmp_path_factory: pytest.TempPathFactory, nights: list[Drawn], last: Drawn
) -> None:
    world = World(tmp_path_factory.mktemp("again"))
    for number, drawn in enumerate([*nights, last], start=1):
        before = world.night(number, drawn)
    again = world.night(len(nights) + 2, last)
    assert rings_of(again) == rings_of(before)
    new = events_of(again.run).slice(len(events_of(before.run)))
    assert set(new["event"].to_pylist()) <= {"retired"}


@SLOW
@given(NIGHTS, DRAWN, st.frozensets(st.sampled_from(ACCOUNTS)))
def test_a_ruling_alone_moves_no_id(
    tmp_path_factory: pytest.TempPathFactory, nights: list[Drawn], last: Drawn, fraud: frozenset[str]
) -> None:
    world = World(tmp_path_factory.mktemp("ruling"))
    for number, drawn in enumerate([*nights, last], start=1):
        before = world.night(number, drawn)
    assert rings_of(world.night(len(nights) + 2, Drawn(last.homes, fraud))) == rings_of(before)


def test_an_alias_in_the_log_that_leads_nowhere_or_round_is_found(tmp_path: Path) -> None:
    world = World(tmp_path)
    night = world.night(1, Drawn((1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0, 0), frozenset()))
    assert ledger_is_whole(night)
    log = events_of(night.run)
    one, two = sorted(set(log["ring_id"].to_pylist()))
    for targets in ({one: "R-nowhere"}, {one: two, two: one}):
        rows = [
            dict.fromkeys(log.column_names)
            | {"ring_id": ring_id, "run_id": "n-1", "as_of": 1, "event": "merged", "other_ring_id": other}
            for ring_id, other in targets.items()
        ]
        night.keep_public("ring_events", pa.concat_tables([log, pa.Table.from_pylist(rows, log.schema)]))
        assert not ledger_is_whole(night)
