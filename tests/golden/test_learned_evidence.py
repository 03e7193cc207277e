"""A night with learned bits: cold ones change nothing, and what cannot be learned from is said."""

import dataclasses
from itertools import combinations
from pathlib import Path

import pytest

from linkgraph.detect.evidence import cold_bits
from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.errors import RunError
from linkgraph.fitting import fit
from linkgraph.ledger import Ledger
from linkgraph.model import Verdict
from linkgraph.models import Model
from linkgraph.nightly import Plan, run_night
from linkgraph.parameters import Parameters
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.stages import Night, open_tables
from linkgraph.stages.evidencing import learn_evidence
from tests.golden.worlds import AS_OF, Fact, account, card, feeds, label, login, settle

COLD = cold_bits(Parameters())
RING = [f"ring-{n}" for n in range(6)]
HOMES = [f"home-{n}-{who}" for n in range(12) for who in "ab"]


def world(*rulings: Fact) -> list[Fact]:
    """A ring on one card, and households on one device each."""
    facts = [account(one, 300) for one in (*RING, *HOMES)]
    facts += [card(one, "shared-card") for one in RING]
    return facts + [login(one, device_id=f"device-{one[:-2]}") for one in HOMES] + list(rulings)


RULED = [*[label(one, "fraud") for one in RING], *[label(one, "cleared") for one in HOMES]]


def judged(folder: Path, facts: list[Fact], *models: Model) -> tuple[Settings, Run]:
    settings = settle(folder, feeds(*facts))
    for model in models:
        model.save(settings.home)
    return settings, run_night(settings, Plan(as_of=AS_OF * 1_000_000))


def learned(settings: Settings, run: Run) -> Model | str:
    with DuckDBEngine(settings.home / "tmp", settings.memory_limit, 1) as engine:
        ledger = Ledger(settings.ledger_folder)
        night = Night(engine, ledger, run, None, AS_OF * 1_000_000, 0, settings.parameters, {})
        open_tables(night)
        return learn_evidence(night)


def test_cold_bits_from_a_file_give_the_same_bytes(tmp_path: Path) -> None:
    _, plain = judged(tmp_path / "plain", world(*RULED))
    _, held = judged(tmp_path / "held", world(*RULED), Model("evidence", AS_OF, {}, COLD.as_values()))
    assert held.record()["models"]["evidence"]["as_of"] == AS_OF
    assert held.record()["tables"]["links"] == plain.record()["tables"]["links"]


def test_learned_bits_are_used_by_the_night(tmp_path: Path) -> None:
    nothing = dataclasses.replace(COLD, kinds=dict.fromkeys(COLD.kinds, (0.0,) * 5))
    _, run = judged(tmp_path, world(*RULED), Model("evidence", AS_OF, {}, nothing.as_values()))
    assert run.record()["tables"]["links"]["rows"] == 0


def test_rulings_teach_that_homes_share_devices_and_rings_cards(tmp_path: Path) -> None:
    model = learned(*judged(tmp_path, world(*RULED)))
    assert isinstance(model, Model)
    assert (model.kind, model.as_of) == ("evidence", AS_OF)
    assert (model.provenance["confirmed_pairs"], model.provenance["cleared_pairs"]) == (
        len(list(combinations(RING, 2))),
        12,
    )
    assert model.values["kinds"]["device"][0] < COLD.kinds["device"][0]
    assert model.values["kinds"]["card"][2] > model.values["kinds"]["device"][0]


def test_a_fit_keeps_bits_and_the_next_night_uses_them(tmp_path: Path) -> None:
    settings = settle(tmp_path, feeds(*world(*RULED)))
    (model,) = [each for each in fit(settings, AS_OF * 1_000_000, evidence=True).models if each.kind == "evidence"]
    run = run_night(settings, Plan(as_of=AS_OF * 1_000_000))
    assert run.record()["models"]["evidence"]["digest"] == model.digest()


def test_verdicts_teach_as_labels_do_from_when_they_were_in_force(tmp_path: Path) -> None:
    """The same rulings in the ledger and by reviewers; a fit of a time before them learns nothing from them."""

    def ruled(at: int) -> tuple[Verdict, ...]:
        words = dict.fromkeys(RING, "fraud") | dict.fromkeys(HOMES, "cleared")
        since = AS_OF - 5 * 86_400
        found = [Verdict(f"v-{one}", word, None, None, (one,), None, since) for one, word in words.items()]
        return tuple(found) if at >= since * 1_000_000 else ()

    told, silent = (settle(tmp_path / name, feeds(*world(*more))) for name, more in (("told", RULED), ("silent", [])))
    (by_label,) = [each for each in fit(told, AS_OF * 1_000_000, evidence=True).models if each.kind == "evidence"]
    lessons = fit(silent, AS_OF * 1_000_000, evidence=True, ruled=ruled)
    (by_verdict,) = [each for each in lessons.models if each.kind == "evidence"]
    assert by_verdict.values == by_label.values
    with pytest.raises(RunError, match="0 confirmed and 0 cleared"):
        fit(silent, (AS_OF - 6 * 86_400) * 1_000_000, evidence=True, ruled=ruled)


@pytest.mark.parametrize(
    ("rulings", "told"),
    [
        ([], (0, 0)),
        ([label("ring-1", "fraud")], (0, 0)),
        ([label(one, "fraud") for one in (*RING, *HOMES)], (27, 0)),
        ([label(one, "suspected") for one in (*RING, *HOMES)], (0, 0)),
        ([label(one, word) for one in RING for word in ("fraud", "cleared")], (0, 15)),
    ],
    ids=["nobody", "one", "all fraud", "all suspected", "contradictory"],
)
def test_too_few_rulings_teach_nothing_and_say_so(tmp_path: Path, rulings: list[Fact], told: tuple[int, int]) -> None:
    reason = learned(*judged(tmp_path, world(*rulings)))
    assert reason == f"{told[0]} confirmed and {told[1]} cleared pairs, 10 of each are needed"
