"""The same facts give the same verdicts: in any order of rows, and whatever strangers do elsewhere."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from linkgraph.model import Account
from tests.golden.worlds import (
    Feeds,
    Judged,
    account,
    card,
    crypto,
    dispute,
    feeds,
    label,
    login,
    night,
    shuffled,
    transfer,
)

FARM = tuple(f"farm-{n}" for n in range(5))
PLAIN = feeds(
    *[account(one, 5 + n, kyc_name=f"Ida Name{n}") for n, one in enumerate(FARM)],
    *[login(one, day, device_id="farm-phone", ip="203.0.113.1") for one in FARM for day in (1, 4, 9)],
    *[crypto(one, "TFarm", days_ago=2) for one in FARM[1:]],
    *[label(one, "fraud") for one in ("farm-3", "farm-4")],
    *[
        login(one, 3, device_id="x-phone", ip=f"203.0.113.{7 + n}")
        for n, one in enumerate(("x-1", "x-2", "x-3", "x-4"))
    ],
    *[card(one, "x-card") for one in ("x-2", "x-3")],
    dispute("x-1", "chargeback", reason_code="10.4"),
    label("x-2", "cleared"),
    transfer("farm-3", "x-3", 1),
)
# Between the others by name, so that every number of an account or identifier moves.
STRANGERS = feeds(
    *[login(one, 2, device_id="aa-phone") for one in ("aa-1", "aa-2")],
    label("aa-1", "fraud"),
    *[login(f"gg-{n:02}", 1, ip="198.51.100.7", device_id=f"gg-{n}") for n in range(14)],
    *[crypto(one, "THouse") for one in ("zz-1", "zz-2")],
)
STRANGE_RING = feeds(*[login(one, 2, device_id="hh-phone") for one in ("hh-1", "hh-2", "hh-3", "hh-4", "hh-5")])


def _with(*worlds: Feeds) -> Feeds:
    return {
        feed: [row for world in worlds for row in world.get(feed, [])]
        for feed in sorted({f for w in worlds for f in w})
    }


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return night(tmp_path_factory.mktemp("plain"), PLAIN)


def _bits(one: Account) -> bytes:
    return struct.pack("<5d", one.risk, one.behaviour, one.one_hop, one.propagated, one.ring)


def _unranked(one: Account) -> Account:
    return replace(one, ring=0.0, risk=0.0, flagged=False, headline="")


def _same(judged: Judged, plain: Judged) -> None:
    for name, one in plain.accounts.items():
        assert judged.accounts[name] == one
        assert _bits(judged.accounts[name]) == _bits(one)
    mine = [each for each in judged.members if each.account_id in plain.accounts]
    assert mine == plain.members
    assert [each for each in judged.pairs if each.account_a in plain.accounts] == plain.pairs
    assert [each for each in judged.contributions if each.account_id in plain.accounts] == plain.contributions


def test_the_world_shows_what_could_move(plain: Judged) -> None:
    assert sorted(map(sorted, plain.groups)) == [list(FARM), ["x-1", "x-3", "x-4"]]
    assert len({one.risk for one in plain.accounts.values()}) > 4
    assert plain.flagged()


def test_the_order_of_rows_changes_nothing(plain: Judged, tmp_path: Path) -> None:
    _same(night(tmp_path, shuffled(PLAIN, 1)), plain)


def test_strangers_change_nothing(plain: Judged, tmp_path: Path) -> None:
    judged = night(tmp_path, _with(STRANGERS, PLAIN))
    assert judged.accounts["aa-2"].risk > 0
    assert not judged.identifier("gg-00", "ip").counted
    _same(judged, plain)


def test_a_ring_of_strangers_changes_only_how_rings_rank(plain: Judged, tmp_path: Path) -> None:
    """Ring scores are percentiles of tonight's rings until a ring model has been learned; all else stays."""
    judged = night(tmp_path, _with(STRANGE_RING, PLAIN))
    assert {"hh-1", "hh-2", "hh-3", "hh-4", "hh-5"} in judged.groups
    assert [each for each in judged.members if not each.account_id.startswith("hh")] == sorted(
        plain.members, key=judged.members.index
    )
    for name, one in plain.accounts.items():
        assert _unranked(judged.accounts[name]) == _unranked(one)
        assert _bits(_unranked(judged.accounts[name])) == _bits(_unranked(one))


def test_the_night_again_with_another_seed_moves_no_verdict_of_small_rings(plain: Judged, tmp_path: Path) -> None:
    judged = night(tmp_path, PLAIN, seed=7)
    assert sorted(map(sorted, judged.groups)) == sorted(map(sorted, plain.groups))
    assert {name: one.risk for name, one in judged.accounts.items()} == {
        name: one.risk for name, one in plain.accounts.items()
    }
