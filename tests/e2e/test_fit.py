"""Weights learned from past month ends, the night that uses them, and ledgers there is nothing to learn from."""

import json
import re
from pathlib import Path

import pytest

from linkgraph.errors import RunError
from linkgraph.fitting import fit, month_ends
from linkgraph.nightly import Plan, run_night
from linkgraph.parameters import Parameters
from linkgraph.settings import Settings
from tests.golden.worlds import AS_OF, Fact, account, card, feeds, label, read, settle

CLOCK = AS_OF * 1_000_000
MONTHS = 8
PEOPLE = [f"p{n:03}" for n in range(90)]


def stolen(month: int, number: int) -> list[Fact]:
    """Somebody new, six cards in a week; four weeks later the fraud is known."""
    one, day = f"thief-{month}-{number}", 30 * month + 60
    cards = [card(one, f"{one}/{n}", day + n) for n in range(6)]
    return [account(one, day + 20), *cards, label(one, "fraud", day - 28, typology="stolen_card_ring")]


def world(*, labels: str = "some") -> list[Fact]:
    """People with a card of their own, a new one now and then; and every month three who add six and are found out."""
    facts = [account(one, 900) for one in PEOPLE]
    facts += [card(one, f"old/{one}", 850) for one in PEOPLE]
    facts += [card(one, f"new/{one}", 20 + 3 * n) for n, one in enumerate(PEOPLE) if n % 3 == 0]
    facts += [fact for month in range(MONTHS) for n in range(3) for fact in stolen(month, n)]
    if labels == "none":
        return [fact for fact in facts if fact[0] != "labels"]
    if labels == "all":
        return [*facts, *[label(one, "cleared", 800) for one in PEOPLE],
                *[label(f"thief-{m}-{n}", "fraud", 800) for m in range(MONTHS) for n in range(3)]]  # fmt: skip
    return facts


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settle(tmp_path_factory.mktemp("fit"), feeds(*world()))
    return settings.model_copy(update={"parameters": Parameters(fit_cuts=2)})


def test_what_was_learned_is_used_by_the_next_night_and_no_earlier(home: Settings) -> None:
    cold = run_night(home, Plan(as_of=CLOCK))
    (model,) = fit(home, CLOCK).models
    assert [path.name for path in (home.home / "models").iterdir()] == [f"score-{AS_OF}-{model.digest()}.json"]
    assert not list((home.home / "tmp").glob("fit-*"))
    weights = model.values["signals"]
    assert weights["new_cards"] > 0.5
    assert min(*model.values["weights"].values(), *weights.values()) >= 0
    assert [cut["use"] for cut in model.provenance["cuts"]][-1] == "calibration and level"
    warm = run_night(home, Plan(as_of=CLOCK))
    assert (cold.record()["cold_start"], warm.record()["cold_start"]) == (True, False)
    assert warm.record()["models"]["score"]["digest"] == model.digest()
    judged = read(home, warm, ["p001", "thief-0-0"])
    fresh = read(home, cold, ["p001", "thief-0-0"])
    assert fresh.accounts["thief-0-0"].behaviour == 0.0
    assert fresh.accounts["thief-0-0"].probability is None
    assert "(cold start)" not in judged.accounts["thief-0-0"].headline
    assert judged.accounts["p001"].probability is not None
    assert run_night(home, Plan(as_of=CLOCK - 1_000_000)).record()["cold_start"]


def test_learning_again_gives_the_same_model_and_an_earlier_clock_another(home: Settings) -> None:
    (one,), (other,) = fit(home, CLOCK).models, fit(home, CLOCK).models
    assert one == other
    (early,) = fit(home, CLOCK - 90 * 86_400_000_000).models
    assert early.as_of == AS_OF - 90 * 86_400
    assert early.values != one.values


def test_the_behaviour_of_a_flagged_account_adds_up_and_says_what_it_was(home: Settings) -> None:
    late = CLOCK - 55 * 86_400_000_000  # when the last thieves have their cards and nobody knows
    (model,) = fit(home, late).models
    run = run_night(home, Plan(as_of=late))
    judged = read(home, run, ["thief-0-0"])
    found = judged.accounts["thief-0-0"]
    assert found.flagged
    assert found.probability is not None and found.probability > 0.1
    told = [each for each in judged.contributions if each.block == "behaviour"]
    assert sum(each.log_odds for each in told) == pytest.approx(found.behaviour, abs=1e-9)
    assert any(re.match(r"6.* new cards.* in the last 14 days", each.reason) for each in told)
    assert json.loads(json.dumps(model.values)) == model.values


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (world(labels="none"), "no account is known to be fraud"),
        (world(labels="all"), "at no matured month end"),
        ([account("a", 0.5), label("a", "fraud", 0.2)], "no month end"),
        ([account("a", 500), account("b", 500), label("a", "fraud", 1)], "at no matured month end"),
    ],
    ids=["no labels", "all labelled", "one day", "one label"],
)
def test_a_ledger_with_nothing_to_learn_from_says_so_and_leaves_no_model(
    tmp_path: Path, facts: list[Fact], said: str
) -> None:
    settings = settle(tmp_path, feeds(*facts)).model_copy(update={"parameters": Parameters(fit_cuts=2)})
    with pytest.raises(RunError, match=said):
        fit(settings, CLOCK)
    assert not list((settings.home / "models").glob("*.json"))


def test_month_ends_are_matured_and_the_newest() -> None:
    day = 86_400_000_000
    ends = month_ends(CLOCK - 400 * day, CLOCK, Parameters(fit_cuts=3))
    assert len(ends) == 3
    assert all((end + 1) % day == 0 and end <= CLOCK - 120 * day for end in ends)
    assert month_ends(CLOCK - day, CLOCK, Parameters()) == []
