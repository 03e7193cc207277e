"""The ring ledger over nights of one ledger: rings split, merge, sleep and return, and every id still answers."""

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from linkgraph.errors import RunError
from linkgraph.explain.history import RingHistory, read_history
from linkgraph.explain.ring import show_ring
from linkgraph.nightly import Plan, run_night, status
from linkgraph.runs import Run, published_id
from linkgraph.settings import Settings
from linkgraph.store import open_view
from tests.golden.worlds import AS_OF, DAY, Feeds, card, feeds, login, settle

NIGHTS = (20, 10, 0)  # days before AS_OF
TRIO = ("1", "2", "3")
BRIDGED = ("s-1", "s-2", "s-3", "t-1", "t-2", "t-3")


@dataclass(frozen=True)
class Chain:
    settings: Settings
    runs: tuple[Run, ...]

    def ring_of(self, night: int, account: str) -> str | None:
        rows = pq.read_table(self.runs[night].table("accounts"), filters=[("account_id", "=", account)])
        (found,) = rows["ring_id"].to_pylist()
        return str(found) if found else None

    def rings(self, night: int) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in pq.read_table(self.runs[night].table("ring_members")).to_pylist():
            found.setdefault(row["ring_id"], set()).add(row["account_id"])
        return found

    def history(self, ring_id: str, night: int = -1) -> RingHistory:
        with closing(open_view(self.settings, self.runs[night], earlier=True)) as view:
            return read_history(view, ring_id)

    def unexplained(self) -> tuple[int, int]:
        """Of all events those that no pair explains, and all."""
        counts = [run.record()["stages"]["track"]["counts"] for run in self.runs]
        return sum(each["unexplained"] for each in counts), sum(each["events"] for each in counts)


def chain(folder: Path, world: Feeds, nights: tuple[int, ...] = NIGHTS) -> Chain:
    settings = settle(folder, world)
    runs = tuple(run_night(settings, Plan(as_of=(AS_OF - ago * DAY) * 1_000_000)) for ago in nights)
    return Chain(settings, runs)


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    world = feeds(
        # Two trios of one card and phone each, held together by a phone whose last use is too old in the second night.
        *[card(f"{side}-{n}", f"{side}-card", days_ago=30) for side in ("s", "t") for n in TRIO],
        *[login(one, 30, device_id=f"{one[0]}-phone") for one in BRIDGED],
        *[login(one, 365 + 15, device_id="bridge") for one in BRIDGED],
        # Two rings that one card joins before the last night.
        *[login(f"{side}-{n}", 25, device_id=f"{side}-phone") for side in ("p", "q") for n in TRIO],
        *[card(one, "pq-card", days_ago=5) for one in ("p-1", "p-2", "q-1")],
        # A ring whose phone is too old in the second night, and in use again before the last.
        *[login(f"r-{n}", 365 + 15, device_id="r-phone") for n in TRIO],
        *[login(f"r-{n}", 2, device_id="r-phone") for n in TRIO],
    )
    return chain(tmp_path_factory.mktemp("lives"), world)


def test_a_split_leaves_the_id_with_one_part_and_names_what_was_lost(lives: Chain) -> None:
    whole = lives.ring_of(0, "s-1")
    assert whole == lives.ring_of(0, "t-3")
    parts = {lives.ring_of(1, "s-1"), lives.ring_of(1, "t-1")}
    assert len(parts) == 2
    assert whole in parts
    (new,) = parts - {whole}
    life = lives.history(str(new))
    assert {(each.event, each.other_ring_id, each.kind) for each in life.events} == {("split", whole, "device")}
    assert all(each.bits is not None and each.bits < 0 for each in life.events)


def test_a_merged_ring_is_an_alias_and_names_what_joined_the_two(lives: Chain) -> None:
    ids = {lives.ring_of(1, "p-1"), lives.ring_of(1, "q-1")}
    survivor = lives.ring_of(2, "p-1")
    assert survivor == lives.ring_of(2, "q-3")
    (alias,) = ids - {survivor}
    life = lives.history(str(alias))
    assert (life.ring_id, life.state, life.aliases) == (survivor, "alive", (alias,))
    assert life.members == tuple(f"{side}-{n}" for side in ("p", "q") for n in TRIO)
    merged = next(each for each in life.events if each.event == "merged")
    assert (merged.ring_id, merged.other_ring_id, merged.kind) == (alias, survivor, "card")
    with closing(open_view(lives.settings, lives.runs[2])) as view:
        assert (show_ring(view, str(alias)).ring.ring_id, show_ring(view, str(alias)).alias) == (survivor, alias)


def test_a_ring_sleeps_and_returns_under_its_id(lives: Chain) -> None:
    ring_id = lives.ring_of(0, "r-1")
    assert lives.ring_of(1, "r-1") is None
    assert lives.ring_of(2, "r-1") == ring_id
    asleep = lives.history(str(ring_id), night=1)
    assert (asleep.state, asleep.members) == ("dormant", ("r-1", "r-2", "r-3"))
    life = lives.history(str(ring_id))
    told = [(each.event, each.kind, (each.bits or 0) > 0) for each in life.events if each.event != "born"]
    assert told == [("dormant", "device", False), ("returned", "device", True)]


def test_a_night_does_not_know_the_lives_of_later_ones(lives: Chain) -> None:
    earlier = lives.history(str(lives.ring_of(0, "s-1")), night=0)
    assert {each.event for each in earlier.events} == {"born"}
    again = run_night(lives.settings, Plan(as_of=(AS_OF - 10 * DAY) * 1_000_000))
    assert again.run_id == lives.runs[1].run_id
    first, second = (pq.read_table(run.table("ring_events")) for run in lives.runs[:2])
    assert second.slice(0, len(first)).equals(first)


def test_of_nights_without_chance_every_event_is_explained(lives: Chain) -> None:
    assert lives.unexplained()[0] == 0


def test_without_the_ledger_of_the_night_before_there_is_no_night(tmp_path: Path) -> None:
    world = feeds(*[card(f"s-{n}", "s-card", days_ago=30) for n in TRIO])
    nights = chain(tmp_path, world, (20,))
    nights.runs[0].work("rings_known").unlink()
    with pytest.raises(RunError, match="has no ring ledger"):
        run_night(nights.settings, Plan(as_of=AS_OF * 1_000_000))
    assert published_id(nights.settings.home) == nights.runs[0].run_id


def test_a_night_whose_past_is_gone_says_so_and_starts_anew(tmp_path: Path) -> None:
    world = feeds(*[card(f"s-{n}", "s-card", days_ago=30) for n in TRIO])
    nights = chain(tmp_path, world, (20,))
    gone = nights.runs[0]
    assert gone.record()["warnings"] == []
    shutil.rmtree(gone.path)
    record = run_night(nights.settings, Plan(as_of=AS_OF * 1_000_000)).record()
    (warning,) = record["warnings"]
    assert gone.run_id in warning
    assert record["previous"] is None
    assert status(nights.settings, AS_OF * 1_000_000)["warnings"] == [warning]


SMALL = tuple(f"g{ring:02}" for ring in range(40))


def test_rings_keep_their_ids_when_one_link_in_a_hundred_changes(tmp_path: Path) -> None:
    """40 rings of four accounts on a phone and a card: 320 links. Three are lost and three are new before the last
    night; before the second nothing happens.
    """
    lost = {("g05", 1): 365 + 5, ("g17", 2): 365 + 5, ("g29", 3): 365 + 5}
    world = feeds(
        *[login(f"{g}-{n}", lost.get((g, n), 40), device_id=f"{g}-phone") for g in SMALL for n in range(4)],
        *[card(f"{g}-{n}", f"{g}-card", days_ago=40) for g in SMALL for n in range(4)],
        login("new-1", 3, device_id="g01-phone"),
        login("g02-0", 3, device_id="g03-phone"),
        card("new-2", "g04-card", days_ago=3),
    )
    nights = chain(tmp_path, world)
    first, second, third = (nights.rings(night) for night in range(3))
    assert len(first) == 40
    assert second == first
    assert len(first.keys() & third.keys()) >= 0.97 * len(first)
    unexplained, events = nights.unexplained()
    assert unexplained < 0.01 * events
