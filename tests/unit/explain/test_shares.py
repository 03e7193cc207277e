"""Scores taken apart on demand, against what the night itself wrote of those it explained."""

import math
from collections.abc import Iterator
from contextlib import closing

import pytest

from ingest.pipeline import ingest
from linkgraph import runs
from linkgraph.explain import shares
from linkgraph.explain.account import explain
from linkgraph.explain.clearing import LOOKED_AT, smallest_clearing
from linkgraph.explain.whatif import Supposition, what_if
from linkgraph.model import Account, Contribution
from linkgraph.nightly import Plan, run_night
from linkgraph.runs import Run
from linkgraph.settings import read_settings
from linkgraph.simulate import World, simulate
from linkgraph.solved import Solved
from linkgraph.store import open_view
from linkgraph.store.base import GraphView


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("shares")
    simulate(folder / "world", World(accounts=1_500, seed=12))
    settings = read_settings(home=folder / "home")
    ingest([folder / "world" / "feeds"], settings, 1_780_000_000_000_000)
    return run_night(settings, Plan())


@pytest.fixture
def view(run: Run) -> Iterator[GraphView]:
    with closing(open_view(read_settings(home=run.path.parent.parent), run, earlier=True)) as opened:
        yield opened


@pytest.fixture
def net(run: Run) -> Solved:
    found = runs.solved_of(run)
    assert found is not None
    return found


def everybody(view: GraphView, net: Solved) -> list[Account]:
    return view.accounts([net.account_ids[place] for place in range(net.accounts)])


def told(rows: list[Contribution]) -> list[tuple[object, ...]]:
    shown = [row for row in rows if row.log_odds > 0 and row.block != "ring"]
    names = ("block", "kind", "identifier", "other_account_id", "reason")
    return sorted((*(getattr(row, name) or "" for name in names), round(row.log_odds, 7)) for row in shown)


def test_what_is_computed_on_demand_is_what_the_night_wrote(view: GraphView, net: Solved) -> None:
    compared = 0
    rings = [each.ring_id for each in view.rings(100)]
    for account in view.accounts([each.account_id for each in view.members(rings)]):
        written = view.contributions([account.account_id])
        if not account.label:
            assert told(shares.contributions(view, net, account)) == told(written)
            compared += 1
    assert compared >= 3


def test_every_account_of_the_run_adds_up_and_nobody_has_a_remainder(view: GraphView, net: Solved) -> None:
    for account in everybody(view, net)[::7]:
        found = explain(view, account.account_id, net=net, whole=False)
        total = found.base + math.fsum(each.log_odds for each in found.contributions)
        assert total == pytest.approx(found.score, abs=1e-9)
        assert "remainder" not in {each.block for each in found.contributions}
        assert "the whole block" not in {each.reason for each in found.contributions}


def test_the_signals_of_an_account_are_those_it_stands_out_in(view: GraphView, net: Solved) -> None:
    with_some = 0
    for place in range(0, net.accounts, 11):
        found = shares.signals(net, place)
        with_some += bool(found)
        assert len({each.name for each in found}) == len(found)
        assert all(0 < each.base_rate <= 1 and each.window > 0 and each.name in net.rules.signals for each in found)
    assert with_some


def test_an_account_is_not_flagged_without_its_clearing_set_and_stays_so_with_less(
    view: GraphView, net: Solved
) -> None:
    cleared = 0
    for account in view.flagged(40):
        found = smallest_clearing(view, net, account)
        assert found is not None
        without = what_if(view, net, account.account_id, Supposition(identifiers=frozenset(found.identifiers)))
        assert without.effect.after == found.after
        assert found.after.flagged is not found.cleared
        cleared += found.cleared
        if found.cleared and not account.label:
            assert found.fragility == len(found.identifiers) >= 1
            fewer = frozenset(found.identifiers[:-1])
            if fewer:
                assert what_if(view, net, account.account_id, Supposition(identifiers=fewer)).effect.after.flagged
    assert cleared


def test_what_hangs_on_one_identifier_is_found_to_do_so(view: GraphView, net: Solved) -> None:
    """No single identifier clears an account that the search says needs more."""
    for account in view.flagged(12):
        found = smallest_clearing(view, net, account)
        if found is None or found.fragility is None or found.fragility < 2:
            continue
        keys = {
            f"{each.kind}:{each.identifier}" for each in view.contributions([account.account_id]) if each.identifier
        }
        for key in sorted(keys)[:LOOKED_AT]:
            after = what_if(view, net, account.account_id, Supposition(identifiers=frozenset({key}))).effect.after
            assert after.flagged


def test_who_is_not_flagged_needs_no_clearing(view: GraphView, net: Solved) -> None:
    account = next(each for each in everybody(view, net) if not each.flagged)
    assert smallest_clearing(view, net, account) is None
