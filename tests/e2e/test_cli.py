"""The command line as a user types it: what is printed where, and how it ends."""

import csv
import json
import shutil
from pathlib import Path

import networkx as nx
import pyarrow.parquet as pq
import pytest

from linkgraph import cli
from linkgraph.runs import open_run
from linkgraph.simulate import World, simulate
from linkgraph.tables import TABLES
from tests.e2e.conftest import Run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one published night of a small world."""
    folder = tmp_path_factory.mktemp("cli")
    simulate(folder / "world", World(accounts=2000, seed=5, ring_share=0.06))
    patch = pytest.MonkeyPatch()
    patch.setenv("LINKGRAPH_HOME", str(folder / "home"))
    for arguments in (["ingest", str(folder / "world" / "feeds")], ["nightly"]):
        patch.setattr("sys.argv", ["linkgraph", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0
    patch.undo()
    return folder / "home"


@pytest.fixture
def run(home: Path, command: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command in that home."""
    monkeypatch.setenv("LINKGRAPH_HOME", str(home))
    return command


def test_rings_ring_flagged_explain_lead_from_one_to_the_next(run: Run) -> None:
    code, rings, err = run("rings")
    assert (code, err) == (0, "")
    ring_id = rings.split()[0]
    code, ring, _ = run("ring", ring_id)
    assert code == 0
    assert ring.startswith(f"Ring {ring_id}: active")
    _, flagged, _ = run("flagged")
    account_id = flagged.split()[0]
    code, explained, _ = run("explain", account_id)
    assert code == 0
    assert f"Account {account_id}" in explained
    assert "Identifiers that count" in explained


def test_json_carries_the_same_as_text(run: Run) -> None:
    rings = json.loads(run("rings", "--json")[1])
    assert [each["ring_id"] for each in rings] == [line.split()[0] for line in run("rings")[1].splitlines()]
    ring = json.loads(run("ring", rings[0]["ring_id"], "--json")[1])
    assert len(ring["members"]) == rings[0]["size"]
    flagged = json.loads(run("flagged", "--json")[1])
    explained = json.loads(run("explain", flagged[0]["account_id"], "--json")[1])
    assert sum(each["log_odds"] for each in explained["contributions"]) == pytest.approx(explained["score"], abs=1e-9)
    assert explained["run"]["run_id"] == json.loads(run("status", "--json")[1])["run_id"] == ring["run"]["run_id"]


def test_a_timeline_says_what_happened_and_narrows_to_a_time_and_kinds(run: Run) -> None:
    account_id = run("flagged")[1].split()[0]
    code, whole, err = run("timeline", account_id)
    assert (code, err) == (0, "")
    assert whole.startswith(f"Account {account_id} (run ")
    assert whole.splitlines()[-1].split()[2] == "opened"
    found = json.loads(run("timeline", account_id, "--json")[1])
    assert len(found["events"]) == len(whole.splitlines()) - 1
    assert {event["kind"] for event in found["events"]} >= {"opened", "signup", "ring"}
    opened = next(event for event in found["events"] if event["kind"] == "opened")
    code, narrow, _ = run(
        "timeline", account_id, "--kind", "opened", "--kind", "ring", "--until", str(opened["at"] + 1)
    )
    assert (code, [line.split()[2] for line in narrow.splitlines()[1:]]) == (0, ["opened"])
    assert run("timeline", account_id, "--since", "2099-01-01")[1].endswith("nothing is known to have happened\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nobody",), 1, "no such account in this run"),
        (("A0000001", "--kind", "murder"), 2, "no such kind of event: murder; there are opened"),
        (("A0000001", "--since", "yesterday"), 2, "--since and --until take a day"),
    ],
)
def test_a_timeline_that_cannot_be_told_says_why(run: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    ended, out, err = run("timeline", *arguments)
    assert (ended, out) == (code, "")
    assert said in err


def test_a_ring_tells_its_life_and_what_changed_since(run: Run, home: Path) -> None:
    ring_id = run("rings")[1].split()[0]
    code, life, _ = run("ring", ring_id, "--history")
    assert code == 0
    assert life.startswith(f"Ring {ring_id}: alive (run ")
    assert "  born with " in life
    told = json.loads(run("ring", ring_id, "--history", "--json")[1])
    members = json.loads(run("ring", ring_id, "--json")[1])["members"]
    assert sorted(told["members"]) == sorted(each["account_id"] for each, _ in members)
    assert run("rings", "--changed-since", open_run(home).run_id)[1].startswith("no ring has changed (run ")
    code, changed, err = run("rings", "--changed-since", "2020-01-01", "--limit", "1")
    assert (code, changed.split()[0]) == (0, ring_id)
    assert "more rings have changed: --limit" in err
    assert json.loads(run("rings", "--changed-since", "0", "--json")[1])[0]["ring_id"] == ring_id


def test_an_earlier_run_stays_readable_and_can_be_published_again(run: Run, home: Path) -> None:
    first = open_run(home).run_id
    code, out, _ = run("nightly", "--as-of", "2026-01-20T00:00:00Z")
    second = out.partition(":")[0]
    assert code == 0
    assert open_run(home).run_id == second != first
    account_id = run("flagged", "--run", first)[1].split()[0]
    assert f"run {first}" in run("explain", account_id, "--run", first)[1]
    code, sent, _ = run("publish", "--run", first)
    assert code == 0
    assert json.loads(sent)["accounts"] == 2000
    assert open_run(home).run_id == first


def test_only_one_stage_prints_its_counts(run: Run) -> None:
    code, out, _ = run("nightly", "--only", "ring")
    assert code == 0
    assert '"candidates"' in out


def test_export_gives_every_row_in_each_format(run: Run, home: Path, tmp_path: Path) -> None:
    source = open_run(home)
    for form in ("parquet", "csv"):
        code, out, _ = run("export", str(tmp_path / form), "--format", form)
        assert code == 0
        assert set(json.loads(out)) == set(TABLES)
    for name in TABLES:
        assert (tmp_path / "parquet" / f"{name}.parquet").read_bytes() == source.table(name).read_bytes()
        with (tmp_path / "csv" / f"{name}.csv").open(newline="", encoding="utf-8") as text:
            rows = list(csv.reader(text))
        assert rows[0] == TABLES[name].names
        assert len(rows) - 1 == pq.read_metadata(source.table(name)).num_rows
    assert json.loads((tmp_path / "csv" / "run.json").read_text())["run_id"] == source.run_id
    assert not list(tmp_path.rglob("*.partial"))


def test_graphml_holds_what_is_linked_and_counts_the_rest(run: Run, home: Path, tmp_path: Path) -> None:
    code, out, _ = run("export", str(tmp_path), "--format", "graphml")
    counts = json.loads(out)
    graph = nx.read_graphml(tmp_path / "graph.graphml")
    accounts = {node for node, data in graph.nodes(data=True) if data["type"] == "account"}
    members = set(pq.read_table(open_run(home).table("ring_members"))["account_id"].to_pylist())
    assert code == 0
    assert members <= accounts
    assert counts["accounts"] == len(accounts)
    assert counts["accounts"] + counts["accounts_left_out"] == 2000
    assert all(graph.degree(node) >= 2 for node in set(graph) - accounts)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ring", "R-none"], 1, "no such ring"),
        (["ring", "R-none", "--history"], 1, "no ring has ever had this id"),
        (["rings", "--changed-since", "yesterday"], 2, "--changed-since take"),
        (["rings", "--changed-since", "../ledger"], 1, "no such run"),
        (["explain", "nobody"], 1, "no such account"),
        (["explain", "nobody", "--run", "r-none"], 1, "no such run"),
        (["explain", "nobody", "--run", "../../etc"], 1, "no such run"),
        (["nightly", "--as-of", "yesterday"], 2, "--as-of takes"),
        (["nightly", "--as-of", "2026-01-31T00:00:00"], 2, "with a zone"),
        (["nightly", "--only", "dream"], 2, "no such stage"),
        (["export", "x", "--format", "xlsx"], 2, "xlsx"),
        (["rings", "--limit", "0"], 2, "--limit"),
        (["serve", "--host", "0.0.0.0"], 2, "this machine only"),
        (["ingest", "no-such-file.csv"], 1, "no-such-file.csv"),
    ],
)
def test_what_is_wrong_is_said_on_stderr(run: Run, arguments: list[str], code: int, words: str) -> None:
    ended, out, err = run(*arguments)
    assert ended == code
    assert words in err
    assert out == "" or "refused" in out


def test_nothing_published_yet_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKGRAPH_HOME", str(tmp_path))
    for arguments in (["status"], ["rings"], ["publish"], ["export", str(tmp_path / "out")]):
        code, _, err = run(*arguments)
        assert (code, err.count("\n")) == (1, 1), arguments
        assert "no run is published yet" in err
    assert "the ledger is empty" in run("nightly")[2]


def test_a_night_tests_itself_on_planted_rings(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second night finds what the first found in the same planted world, and raises no alarm."""
    shutil.copytree(home / "ledger", tmp_path / "ledger")
    monkeypatch.setenv("LINKGRAPH_HOME", str(tmp_path))
    monkeypatch.setenv("LINKGRAPH_SELF_TEST_ACCOUNTS", "1000")
    found = []
    for as_of in ("2026-01-20T00:00:00Z", "2026-01-21T00:00:00Z"):
        code, _, err = run("nightly", "--as-of", as_of)
        assert (code, "self-test" in err) == (0, False)
        found.append(open_run(tmp_path).record()["self_test"])
    first, second = found
    assert first["planted"] >= 10
    assert 0 < first["recall"]["all"] <= 1
    assert first["alarms"] == second["alarms"] == []
    assert not (tmp_path / "tmp" / "self_test").exists()
