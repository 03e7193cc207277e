"""Which linked pairs may hold a ring together, once people have ruled."""

from pathlib import Path

from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.ledger import Ledger
from linkgraph.nightly import Plan, run_night
from linkgraph.stages import Night, open_tables
from linkgraph.stages.proposing import read_pairs
from tests.golden.worlds import AS_OF, Fact, account, crypto, feeds, label, login, settle, transfer

CLOCK = AS_OF * 1_000_000


def held(folder: Path, *facts: Fact) -> set[tuple[str, str]]:
    """The pairs of a night that may hold a ring together, by the ids of their accounts."""
    settings = settle(folder, feeds(*facts))
    run = run_night(settings, Plan(as_of=CLOCK))
    with DuckDBEngine(settings.home / "tmp", settings.memory_limit, settings.threads) as engine:
        night = Night(engine, Ledger(settings.ledger_folder), run, None, CLOCK, 0, settings.parameters, {})
        open_tables(night)
        pairs, _ = read_pairs(night)
        names = sorted({row["account_id"] for _, row in facts if "account_id" in row})
        return {(names[a], names[b]) for a, b in zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)}


def people(*names: str) -> list[Fact]:
    return [account(name, 30) for name in names]


def test_money_from_a_confirmed_fraud_holds_and_money_to_one_does_not(tmp_path: Path) -> None:
    found = held(
        tmp_path,
        *people("a-fraud", "b-mule", "c-payer", "d-other", "e-plain"),
        label("a-fraud", "fraud"),
        transfer("a-fraud", "b-mule"),
        transfer("c-payer", "a-fraud"),
        transfer("d-other", "e-plain"),
    )
    assert found == {("a-fraud", "b-mule"), ("d-other", "e-plain")}


def test_coins_that_hop_are_money_with_a_direction_too(tmp_path: Path) -> None:
    found = held(
        tmp_path,
        *people("a-fraud", "b-mule", "c-payer"),
        label("a-fraud", "fraud"),
        *[crypto("a-fraud", "THop1", "out", 3), crypto("b-mule", "THop1", "in", 2)],
        *[crypto("c-payer", "THop2", "out", 3), crypto("a-fraud", "THop2", "in", 2)],
    )
    assert found == {("a-fraud", "b-mule")}


def test_whoever_is_ruled_innocent_holds_nothing(tmp_path: Path) -> None:
    found = held(
        tmp_path,
        *people("a", "b", "c"),
        *[login(one, 2, device_id="phone") for one in ("a", "b", "c")],
        label("b", "cleared"),
    )
    assert found == {("a", "c")}
