"""Groups that share time: operators, bots, and colleagues and followers of a channel who look like them."""

import itertools
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from linkgraph.simulate import Twins, World, simulate

MINUTES = 20 * 60 * 1_000_000


def rows(folder: Path, part: str, name: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / part / f"{name}.parquet").to_pylist()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def timed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("timed")
    simulate(folder, World(accounts=4_000, seed=3, ring_share=0.2, twins=Twins(colleagues=0.1, followers=0.1)))
    return folder


@pytest.fixture(scope="module")
def designs(timed: Path) -> dict[str, list[list[str]]]:
    """Members of every group, by design."""
    members = defaultdict(list)
    for row in rows(timed, "truth", "accounts"):
        members[row["group_id"]].append(row["account_id"])
    found = defaultdict(list)
    for group in rows(timed, "truth", "groups"):
        found[group["design"]].append(members[group["group_id"]])
    return found


@pytest.fixture(scope="module")
def sessions(timed: Path) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in rows(timed, "feeds", "logins"):
        found[row["account_id"]].append(row)
    return found


def days_together(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> int:
    """Days on which two accounts came within twenty minutes of each other."""
    return len({a["at"].date() for a in left for b in right if abs((a["at"] - b["at"]).total_seconds()) < 1_200})


def typical_pair(groups: list[list[str]], sessions: dict[str, list[dict[str, Any]]]) -> float:
    pairs = [pair for group in groups for pair in itertools.combinations(group[:6], 2)]
    days = sorted(days_together(sessions[a], sessions[b]) for a, b in pairs)
    return days[len(days) // 2]


@pytest.mark.parametrize("design", ["bots_one_carrier", "operator_home", "operator_moving", "colleagues"])
def test_members_come_together_on_several_days(
    design: str, designs: dict[str, list[list[str]]], sessions: dict[str, list[dict[str, Any]]]
) -> None:
    assert len(designs[design]) > 3
    assert typical_pair(designs[design], sessions) >= 2


def test_strangers_hardly_ever_come_together(
    designs: dict[str, list[list[str]]], sessions: dict[str, list[dict[str, Any]]]
) -> None:
    assert typical_pair(designs["card"], sessions) == 0


@pytest.mark.parametrize("design", ["bots_one_carrier", "operator_home", "operator_moving", "channel"])
def test_who_shares_time_shares_no_device(
    design: str, designs: dict[str, list[list[str]]], sessions: dict[str, list[dict[str, Any]]]
) -> None:
    users = defaultdict(set)
    for account, mine in sessions.items():
        for row in mine:
            users[row["device_id"]].add(account)
    groups = [set(group) for group in designs[design]]
    shared = [accounts for accounts in users.values() if any(len(accounts & group) > 1 for group in groups)]
    assert all(len(accounts) > 5 for accounts in shared)  # a public device, by chance


def test_bots_share_an_address_with_very_many_only(
    timed: Path, designs: dict[str, list[list[str]]], sessions: dict[str, list[dict[str, Any]]]
) -> None:
    users = defaultdict(set)
    for account, mine in sessions.items():
        for row in mine:
            users[row["ip"]].add(account)
    for group in designs["bots_one_carrier"]:
        shared = [ip for ip, accounts in users.items() if len(accounts & set(group)) > len(group) / 2]
        assert shared and all(len(users[ip]) > 200 for ip in shared)


def test_an_operator_at_home_shows_its_address(
    designs: dict[str, list[list[str]]], sessions: dict[str, list[dict[str, Any]]]
) -> None:
    linked = []
    for group in designs["operator_home"]:
        seen = [{row["ip"] for row in sessions[account]} for account in group]
        linked += [any(own & other for other in seen if other is not own) for own in seen]
    assert sum(linked) > 0.7 * len(linked)


def test_ties_are_named_in_the_truth(timed: Path) -> None:
    shares = {group["design"]: group["shares"] for group in rows(timed, "truth", "groups")}
    assert shares["bots_one_carrier"] == ["timing"]
    assert shares["operator_home"] == ["ip", "timing"]
    assert shares["colleagues"] == ["ip", "timing"]
    assert shares["channel"] == ["timing"]
