"""Accounts that share nothing but time, beside those who keep the same hours for innocent reasons."""

import random
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.explain.account import explain, render
from linkgraph.model import Pair
from linkgraph.nightly import Plan, run_night
from linkgraph.store import open_view
from tests.golden.worlds import (
    AS_OF,
    Fact,
    Judged,
    account,
    customer,
    feeds,
    label,
    login,
    night,
    read,
    settle,
    together,
)

MINUTE = 1 / 1440  # days
CARRIER, OFFICE_ADDRESS = "198.51.100.1", "198.51.100.2"
CREW = ("crew-1", "crew-2", "crew-3", "crew-4")
STRANGERS = tuple(f"stranger-{n:03}" for n in range(150))
OFFICE = tuple(f"office-{n:02}" for n in range(12))
MULES = ("mule-1", "mule-2", "mule-3")


def world() -> list[Fact]:
    draw = random.Random(7)
    facts = [account(one, 200) for one in (*CREW, *STRANGERS, *MULES)]
    facts += together(*[customer(one, 900 - 60 * n) for n, one in enumerate(OFFICE)])
    facts += [label(one, "fraud") for one in CREW[:2]]
    for day in (3.1, 8.37, 14.52, 22.8, 31.25, 44.66):
        facts += [login(one, day + draw.uniform(0, 12) * MINUTE, ip=CARRIER) for one in CREW]
    facts += [login(one, draw.uniform(0, 80), ip=CARRIER) for one in STRANGERS for _ in range(4)]
    mornings = [
        login(one, day + draw.uniform(0, 25) * MINUTE, ip=OFFICE_ADDRESS) for one in OFFICE for day in range(1, 40)
    ]
    # Mules: one hand after the other on one machine of many, always in the same order.
    turns = [
        login(one, day - 4 * turn * MINUTE, ip="198.51.100.3") for day in range(2, 14) for turn, one in enumerate(MULES)
    ]
    # Others use the same machine at other hours.
    others = [login(one, draw.uniform(0, 80), ip="198.51.100.3") for one in STRANGERS[:30] for _ in range(6)]
    return facts + mornings + turns + others


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return night(tmp_path_factory.mktemp("synchrony"), feeds(*world()))


def test_a_crew_behind_a_carrier_is_held_together_by_time_alone(judged: Judged) -> None:
    assert set(CREW) in judged.groups
    pair = judged.pair("crew-1", "crew-2")
    assert pair is not None and [each.partition("=")[0] for each in pair.families] == ["synchrony"]
    assert "synchrony:20min x 6" in pair.shared


def test_operators_are_linked_by_their_turns(judged: Judged) -> None:
    pair = judged.pair("mule-1", "mule-2")
    assert pair is not None and "synchrony:in_turn x 12" in pair.shared


def test_strangers_are_not_linked_beyond_chance(judged: Judged) -> None:
    assert not [pair for pair in judged.pairs if {pair.account_a, pair.account_b} & {*STRANGERS} and sure(pair)]


def test_strangers_and_colleagues_who_keep_hours_are_in_no_ring(judged: Judged) -> None:
    assert not set().union(*judged.groups) & {*STRANGERS, *OFFICE}


def sure(pair: Pair) -> bool:
    """Whether the pair is likelier one than not."""
    return pair.probability >= 0.5


def measured(folder: pytest.TempPathFactory, name: str, facts: list[Fact]) -> tuple[Judged, dict[str, int]]:
    """What a night says of the world, and its counts of pairs."""
    found = feeds(*facts)
    settings = settle(folder.mktemp(name), found)
    run = run_night(settings, Plan(as_of=AS_OF * 1_000_000))
    ids = sorted({row["account_id"] for rows in found.values() for row in rows})
    return read(settings, run, ids), run.record()["stages"]["sign"]["counts"]


def test_dates_without_times_of_day_are_not_evaluated(tmp_path_factory: pytest.TempPathFactory) -> None:
    facts = [login(one, day, ip=CARRIER) for one in STRANGERS[:30] for day in range(1, 20)]
    judged, counts = measured(tmp_path_factory, "dates", facts)
    assert (counts["synchrony_not_evaluated"], judged.pairs) == (4, [])


def test_a_world_without_addresses_is_not_evaluated(tmp_path_factory: pytest.TempPathFactory) -> None:
    judged, counts = measured(tmp_path_factory, "none", [account(one) for one in CREW])
    assert (counts["synchrony_not_evaluated"], judged.pairs) == (4, [])


def test_one_day_is_too_few(tmp_path_factory: pytest.TempPathFactory) -> None:
    draw = random.Random(3)
    facts = [login(one, draw.uniform(0, 0.9), ip=CARRIER) for one in STRANGERS for _ in range(4)]
    judged, counts = measured(tmp_path_factory, "day", facts)
    assert (counts["synchrony_not_evaluated"], counts["pair_signs"], judged.pairs) == (0, 0, [])


def test_one_address_for_everybody_is_counted_and_not_compared(tmp_path_factory: pytest.TempPathFactory) -> None:
    draw = random.Random(4)
    facts = [login(one, day + draw.uniform(0, 9) * MINUTE, ip=CARRIER) for one in STRANGERS for day in range(1, 20)]
    judged, counts = measured(tmp_path_factory, "one", facts)
    assert counts["synchrony_buckets_not_compared"] >= 19
    assert not judged.groups
    assert not [pair for pair in judged.pairs if sure(pair)]


def test_an_explanation_says_what_holds_a_pair_together(tmp_path: Path) -> None:
    settings = settle(tmp_path, feeds(*world()))
    run = run_night(settings, Plan(as_of=AS_OF * 1_000_000))
    with closing(open_view(settings, run)) as view:
        found = explain(view, "crew-1")
    assert all("within 20 minutes on 6 days" in " ".join(pair.reasons) for pair in found.pairs)
    # One address that they share is not all that holds them together, and no crowd's address is evidence.
    assert not [each for pair in found.pairs for each in pair.doubts if each.code in ("ip_only", "single_identifier")]
    assert "within 20 minutes on 6 days" in render(found)
