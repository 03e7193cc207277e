"""The evaluation as a user types it, from a small world to the report; and that nothing later than a cut is seen at
it.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.pipeline import ingest
from linkgraph.errors import RunError
from linkgraph.evaluate.accounts import read_verdict
from linkgraph.evaluate.baselines import baselines
from linkgraph.evaluate.evaluation import Nights, Request, evaluate_world
from linkgraph.evaluate.facts import read_outcome, read_snapshot
from linkgraph.evaluate.nights import Change
from linkgraph.nightly import Plan, Variant, run_night
from linkgraph.runs import Run as Ran
from linkgraph.settings import Settings, read_settings
from linkgraph.simulate import World, simulate
from tests.e2e.conftest import Run

NOW = 1_790_000_000_000_000
CUT = 1_759_276_799  # 2025-09-30, four months before the world ends
LATER = "2025-10-01T00:00:00Z"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluate") / "world"
    simulate(folder, World(accounts=1000, seed=5, ring_share=0.15))
    return folder


@pytest.fixture
def run(command: Run) -> Run:
    """Runs one command in a home."""
    return lambda home, *arguments: command(*arguments, home=home)


def _report(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return found


def _night(settings: Settings, clock: int | None, name: str, before: Mapping[str, Change]) -> Ran:
    return run_night(settings, Plan(clock, 0, variant=Variant(name, before)))


def test_a_world_is_measured_with_all_that_can_be_taken_away(world: Path, tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path)
    ingest([world / "feeds"], settings, NOW)
    learned: list[int] = []

    def fit(where: Settings, clock: int) -> None:
        learned.append(clock)
        raise RunError("too little is known")

    report = evaluate_world(settings, world / "truth", Nights(_night, fit), Request())
    assert learned == sorted(learned) and len(learned) == 2
    assert report["not_evaluated"] == [{"what": "learned weights", "cuts": "all", "why": "too little is known"}]
    summary = report["accounts"]["summary"]
    taken_away = {"edges shuffled", "labels shuffled", "no IP addresses", "no synchrony"}
    assert {name for name in taken_away if summary[name]["cuts"] == 2} == taken_away
    ours, chance = (summary[name]["median_average_precision"] for name in ("linkgraph", "edges shuffled"))
    assert ours > 3 * chance
    assert report["accounts"]["verdicts"]["graph_adds"]
    assert report["stability"]["unchanged"]["kept_members"] == 1.0
    assert report["stability"]["one_percent_changed"]["kept_id"] > 0.9


def test_the_same_world_gives_the_same_bytes_and_nothing_is_published(world: Path, tmp_path: Path, run: Run) -> None:
    for out in ("first", "second"):
        arguments = ["--world", str(world), "--out", str(tmp_path / out), "--quick"]
        code, said, _ = run(tmp_path / "home", "evaluate", *arguments)
        assert code == 0
        assert "innocent kind" in said
    assert not (tmp_path / "home").exists()
    names = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert names == ["report.html", "report.json"]
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name
    rings = _report(tmp_path / "first")["rings"]
    assert rings["true"] == sum(row["rings"] for row in rings["by_design"].values())
    on_time = [row["rings"] for row in rings["by_design"].values() if row["timing_only"]]
    assert rings["timing_only"]["rings"] == sum(on_time) > 0
    victims = _report(tmp_path / "first")["victims"]
    assert victims["by_kind"]["takeover"]["blamed"] == 0
    for name in ("victims", "blamed"):
        assert victims[name] == sum(row[name] for row in victims["by_kind"].values())
    assert rings["by_threshold"][0]["recall"] > 0
    assert rings["at_default"]["innocent"]["family"]["groups"] > 30


def test_a_ledger_is_measured_against_what_came_later(world: Path, tmp_path: Path, run: Run) -> None:
    home = tmp_path / "home"
    assert run(home, "ingest", str(world / "feeds"))[0] == 0
    assert run(home, "nightly")[0] == 0
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}
    code, said, _ = run(home, "evaluate", "--cuts", "2", "--horizon", "60", "--quick")
    assert code == 0
    assert "instruments in 180 days" in said
    after = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}
    assert {path.name for path in after if path not in before} == {"report.json", "report.html"}
    assert {path for path in before if before[path] != after[path]} == set()
    report = _report(home / "evaluation")
    assert [cut["day"] for cut in report["accounts"]["cuts"]] == ["2025-07-31", "2025-09-30"]
    assert "edges shuffled" not in report["accounts"]["summary"]


@pytest.mark.parametrize(
    ("labels", "reason"),
    [("", "confirms nobody"), ("a1,fraud,2026-01-02T00:00:00Z\n", "no month end")],
)
def test_a_ledger_that_tells_too_little_says_so(tmp_path: Path, run: Run, labels: str, reason: str) -> None:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    (feeds / "logins.csv").write_text(
        "account_id,at,device_id\na1,2026-01-01T00:00:00Z,d1\na2,2026-01-01T00:00:00Z,d1\n"
    )
    if labels:
        (feeds / "labels.csv").write_text(f"account_id,label,at\n{labels}")
    assert run(tmp_path / "home", "ingest", str(feeds))[0] == 0
    code, said, _ = run(tmp_path / "home", "evaluate")
    assert code == 0
    assert reason in said
    assert _report(tmp_path / "home" / "evaluation")["accounts"] is None


def test_an_empty_ledger_and_a_folder_without_truth_are_refused(tmp_path: Path, run: Run) -> None:
    code, _, err = run(tmp_path / "home", "evaluate", "--world", str(tmp_path))
    assert (code, "not a simulated world" in err) == (1, True)
    (tmp_path / "home" / "ledger").mkdir(parents=True)
    code, _, err = run(tmp_path / "home", "evaluate")
    assert (code, "the ledger is empty" in err) == (1, True)


EARLY = "2025-08-01T00:00:00Z"
HEADS = {
    "labels": "account_id,label,at",
    "logins": "account_id,at,device_id,ip,session_id",
    "instruments": "account_id,at,kind,token",
    "transfers": "from_account_id,to_account_id,at,amount,currency,known_at",
    "disputes": "dispute_id,account_id,opened_at,kind,reason_code,amount,currency",
}
# One row known before the cut, so that the file is read at all.
KNOWN = {
    "labels": f"A0000999,suspected,{EARLY}",
    "logins": f"A0000999,{EARLY},own-device,203.0.113.8,s",
    "instruments": f"A0000999,{EARLY},card,own-card",
    "transfers": f"A0000999,A0000998,{EARLY},9,EUR,{EARLY}",
    "disputes": f"early-1,A0000999,{EARLY},inquiry,,5,EUR",
}
LATE = {
    "labels": [f"A0000001,fraud,{LATER}", f"A0000002,cleared,{LATER}"],
    "logins": [f"A{n:07},{LATER},one-device,203.0.113.9,s{n}" for n in range(40)],
    "instruments": [f"A{n:07},{LATER},card,one-card" for n in range(40)],
    "transfers": [f"A{n:07},A{n + 1:07},{EARLY},9,EUR,{LATER}" for n in range(40)],
    "disputes": [f"late-{n},A{n:07},{LATER},chargeback,10.4,5,EUR" for n in range(5)],
}


def _at_the_cut(world: Path, folder: Path, late: dict[str, list[str]]) -> dict[str, Any]:
    """All that is known and scored at the cut, by account, with some more rows in the ledger."""
    folder.mkdir(exist_ok=True)
    for feed, rows in late.items():
        (folder / f"{feed}.csv").write_text("\n".join([HEADS[feed], KNOWN[feed], *rows, ""]))
    settings = read_settings(home=folder / "home")
    ingest([world / "feeds", *sorted(folder.glob("*.csv"))], settings, NOW)
    run = run_night(settings, Plan(CUT * 1_000_000, variant=Variant("leaks")))
    outcome = read_outcome(settings, NOW)
    snapshot, verdict = read_snapshot(settings, run, outcome), read_verdict(run, outcome, 0.0)
    found = {"score": verdict.score, "ring": verdict.in_ring, "alive": snapshot.alive, "labelled": snapshot.labelled}
    return found | snapshot.counts | baselines(snapshot, 0)


def test_facts_known_later_change_nothing_at_the_cut(world: Path, tmp_path: Path) -> None:
    before = _at_the_cut(world, tmp_path / "before", {feed: [] for feed in LATE})
    (tmp_path / "after" / "home").mkdir(parents=True)
    shutil.copy2(tmp_path / "before" / "home" / "keys.toml", tmp_path / "after" / "home" / "keys.toml")
    after = _at_the_cut(world, tmp_path / "after", LATE)
    assert before["score"].any()
    for name, column in before.items():
        assert np.array_equal(column, after[name]), name
