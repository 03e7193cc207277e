"""Night after night on one ledger: a ring keeps its id, and what happened to it is told account by account."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from linkgraph.nightly import Plan, run_night
from linkgraph.runs import Run
from linkgraph.settings import Settings
from tests.golden.worlds import AS_OF, DAY, Judged, customer, feeds, label, login, read, settle, together

EARLY, LATE = 20, 0  # days before AS_OF
ALL = ("k-1", "k-2", "k-3", "k-4", "m-1", "m-2", "m-3", "o-1", "o-2", "o-3")


@dataclass(frozen=True)
class Nights:
    settings: Settings
    first: Run
    second: Run

    def judged(self, run: Run) -> Judged:
        return read(self.settings, run, ALL)


def run_as_of(settings: Settings, days_ago: int) -> Run:
    return run_night(settings, Plan(as_of=(AS_OF - days_ago * DAY) * 1_000_000))


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    world = feeds(
        # Strangers by name, opened in bursts, with nothing but a phone in common.
        *together(*[customer(f"k-{n}", 27 - n / 4, own=False) for n in (1, 2, 3)], customer("k-4", 11, own=False)),
        *together(*[customer(f"m-{n}", 8 - n / 4, own=False) for n in (1, 2, 3)]),
        *together(*[customer(f"o-{n}", 385 - n / 4, own=False) for n in (1, 2, 3)]),
        # A ring that a fourth joins between the nights.
        *[login(one, 25, device_id="k-phone") for one in ("k-1", "k-2", "k-3")],
        login("k-4", 10, device_id="k-phone"),
        # A ring that is only found later.
        *[login(one, 5, device_id="m-phone") for one in ("m-1", "m-2", "m-3")],
        # A ring whose links expire between the nights.
        *[login(one, 365 + 10, device_id="o-phone") for one in ("o-1", "o-2", "o-3")],
        label("k-1", "fraud", 15),
    )
    settings = settle(tmp_path_factory.mktemp("nights"), world)
    return Nights(settings, run_as_of(settings, EARLY), run_as_of(settings, LATE))


def events(run: Run) -> set[tuple[str, str | None]]:
    rows = pq.read_table(run.table("ring_events")).to_pylist()
    return {(row["event"], row["account_id"]) for row in rows}


def ring_of(judged: Judged, account: str) -> str:
    found = judged.accounts[account].ring_id
    assert found is not None
    return found


def test_a_ring_that_grows_keeps_its_id(nights: Nights) -> None:
    before, after = nights.judged(nights.first), nights.judged(nights.second)
    assert ring_of(before, "k-1") == ring_of(after, "k-1") == ring_of(after, "k-4")
    ring = next(ring for ring in after.rings if ring.ring_id == ring_of(after, "k-1"))
    assert (ring.first_seen_run, ring.last_changed_run) == (nights.first.run_id, nights.second.run_id)


def test_each_night_tells_what_is_new(nights: Nights) -> None:
    assert events(nights.first) == {("born", one) for one in ("k-1", "k-2", "k-3", "o-1", "o-2", "o-3")}
    new = events(nights.second) - events(nights.first)
    assert new == {("grew", "k-4"), ("dormant", None)} | {("born", one) for one in ("m-1", "m-2", "m-3")}


def test_each_event_names_what_caused_it(nights: Nights) -> None:
    phones = {one: nights.judged(nights.second).identifier(one, "device").identifier for one in ("k-1", "m-1", "o-1")}
    rows = pq.read_table(nights.second.table("ring_events")).to_pylist()
    causes = {(row["event"], row["account_id"]): (row["kind"], row["identifier"]) for row in rows}
    assert causes["grew", "k-4"] == ("device", phones["k-1"])
    assert causes["born", "m-2"] == ("device", phones["m-1"])
    assert causes["dormant", None] == ("device", phones["o-1"])
    assert {row["event"] for row in rows if row["bits"] < 0} == {"dormant"}
    assert nights.second.record()["stages"]["track"]["counts"]["unexplained"] == 0


def test_the_first_night_knows_nothing_of_later(nights: Nights) -> None:
    before = nights.judged(nights.first)
    assert before.accounts["k-1"].label is None
    assert {account.one_hop + account.propagated for account in before.accounts.values()} == {0.0}
    after = nights.judged(nights.second)
    assert (after.accounts["k-1"].label, after.accounts["k-2"].one_hop > 0) == ("fraud", True)
    assert "k-4" not in before.accounts


def test_links_expire_between_nights(nights: Nights) -> None:
    """The last use was 355 days before the first night, 375 before the second."""
    before, after = nights.judged(nights.first), nights.judged(nights.second)
    assert before.accounts["o-1"].ring_id is not None
    assert ("dormant", None) in events(nights.second)
    assert after.accounts["o-1"].ring_id is None
    assert after.pair("o-1", "o-2") is None


def test_a_night_again_is_the_same_run(nights: Nights, tmp_path: Path) -> None:
    record = nights.first.record()
    again = run_as_of(nights.settings, EARLY)
    assert again.run_id == nights.first.run_id
    assert again.record()["tables"] == record["tables"]
