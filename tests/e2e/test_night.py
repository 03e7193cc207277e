"""Feeds to an explained account: the whole night on a small simulated world."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from ingest.pipeline import ingest
from linkgraph import runs
from linkgraph.errors import RunError
from linkgraph.ledger import FEEDS, Ledger
from linkgraph.nightly import Plan, run_night
from linkgraph.settings import Settings, read_settings
from linkgraph.simulate import World, simulate
from linkgraph.stages import STAGES
from linkgraph.store import open_view

NOW = 1_780_000_000_000_000


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("night")
    simulate(folder / "world", World(accounts=3000, seed=1, ring_share=0.06))
    found = read_settings(home=folder / "home")
    ingest([folder / "world" / "feeds"], found, NOW)
    return found


def test_the_night_is_the_same_bytes_on_one_thread_and_two(settings: Settings, tmp_path: Path) -> None:
    first = run_night(settings, Plan()).record()
    shutil.copytree(settings.ledger_folder, tmp_path / "ledger")
    again = run_night(settings.model_copy(update={"threads": 1, "home": tmp_path}), Plan()).record()
    assert first["run_id"] == again["run_id"]
    assert first["tables"] == again["tables"]


@pytest.mark.parametrize("stage", STAGES)
def test_one_stage_alone_leaves_the_same_bytes(settings: Settings, stage: str) -> None:
    whole = run_night(settings, Plan()).record()["tables"]
    assert run_night(settings, Plan(only=stage)).record()["tables"] == whole


def test_a_stage_of_a_night_that_has_not_been_run_is_refused_and_says_what_is_other(settings: Settings) -> None:
    run = run_night(settings, Plan())
    with pytest.raises(RunError, match=f"no such night has been run, and run {run.run_id} differs in seed: run"):
        run_night(settings, Plan(seed=99, only="score"))
    with pytest.raises(RunError, match="differs in clock"):
        run_night(settings, Plan(run.record()["as_of"] * 1_000_000 + 1, only="score"))


def test_a_stage_without_those_before_it_is_refused(settings: Settings) -> None:
    run = run_night(settings, Plan())
    whole = run.record()
    run.save(whole | {"stages": {"weigh": whole["stages"]["weigh"]}})
    with pytest.raises(RunError, match="needs stages"):
        run_night(settings, Plan(only="score"))
    run.save(whole)


def test_contributions_add_up_to_the_score(settings: Settings) -> None:
    view = open_view(settings, run_night(settings, Plan()))
    flagged = view.flagged(50)
    assert flagged
    for account in flagged:
        total = sum(share.log_odds for share in view.contributions([account.account_id]))
        assert total == pytest.approx(account.one_hop + account.propagated + account.ring, abs=1e-9)


def test_victims_are_not_flagged(settings: Settings) -> None:
    view = open_view(settings, run_night(settings, Plan()))
    assert not [account for account in view.flagged(10_000) if account.label in ("victim", "cleared")]


def test_members_are_in_one_ring_of_at_least_three(settings: Settings) -> None:
    view = open_view(settings, run_night(settings, Plan()))
    rings = view.rings(1000)
    members = view.members([ring.ring_id for ring in rings])
    assert len({member.account_id for member in members}) == len(members)
    assert min(ring.size for ring in rings) >= 3


def test_an_empty_ledger_fails_and_publishes_nothing(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="empty"):
        run_night(read_settings(home=tmp_path), Plan())
    assert runs.published_id(tmp_path) is None


def test_the_night_is_the_same_bytes_whatever_the_hash_seed(settings: Settings, tmp_path: Path) -> None:
    expected = run_night(settings, Plan()).record()["tables"]
    program = "import sys; from linkgraph.cli import main; sys.argv[1:] = ['nightly']; main()"
    for seed in ("1", "2"):
        home = tmp_path / seed
        shutil.copytree(settings.ledger_folder, home / "ledger")
        environment = {"PYTHONHASHSEED": seed, "LINKGRAPH_HOME": str(home)}
        subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True)
        assert runs.open_run(home).record()["tables"] == expected


def test_a_kind_that_the_table_lacks_links_nothing_and_is_counted(tmp_path: Path) -> None:
    """A ledger may hold what another table of kinds let in."""
    settings = read_settings(home=tmp_path, threads=1)
    rows = [
        {
            "account_id": one,
            "kind": kind,
            "identifier": "00" * 16,
            "at": 1,
            "known_at": 1,
            "deleted": False,
            "batch": "b",
        }
        for one in ("a", "b", "c")
        for kind in ("nose", "device")
    ]
    batch = pa.RecordBatch.from_pylist([row | {"line": n} for n, row in enumerate(rows)], FEEDS["observations"].schema)
    Ledger(settings.ledger_folder).append("observations", "d", iter([batch]))
    run = run_night(settings, Plan())
    counts = run.record()["stages"]["project"]["counts"]
    assert (counts["observations_of_unknown_kind"], counts["used"], counts["roster"]) == (3, 3, 3)
