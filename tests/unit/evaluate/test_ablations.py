"""What an ablation makes again of a changed table is what the night itself had made."""

import pyarrow.parquet as pq
import pytest

from ingest.pipeline import ingest
from linkgraph.evaluate import ablations
from linkgraph.evaluate.nights import Change, Tables
from linkgraph.nightly import Plan, Variant, run_night
from linkgraph.runs import Run
from linkgraph.settings import Settings, read_settings
from linkgraph.simulate import World, simulate


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("ablations")
    simulate(folder / "world", World(accounts=1000, seed=2))
    found = read_settings(home=folder / "home")
    ingest([folder / "world" / "feeds"], found, 1_790_000_000_000_000)
    return found


def _run(settings: Settings, name: str, **before: Change) -> Run:
    return run_night(settings, Plan(variant=Variant(name, before)))


def _same(night: Tables) -> None:
    ablations.replace_used(night, pq.read_table(night.run.table("used")))
    night.work("received_from_fraud")


def test_to_change_nothing_changes_nothing(settings: Settings) -> None:
    one, other = _run(settings, "as it is"), _run(settings, "the same again", weigh=_same)
    assert one.run_id != other.run_id
    named = ("rings", "ring_events")  # hold the id of the run
    tables = [
        {name: table for name, table in run.record()["tables"].items() if name not in named} for run in (one, other)
    ]
    assert tables[0] == tables[1]


def test_edges_shuffled_keep_every_degree(settings: Settings) -> None:
    one, other = (
        _run(settings, "as it is"),
        _run(
            settings,
            "shuffled",
            weigh=lambda night: ablations.shuffle_edges(night, 0),
            pair=lambda night: ablations.shuffle_signs(night, 0),
        ),
    )
    for columns in (["account_id", "kind"], ["kind", "identifier"]):
        counts = [
            pq.read_table(run.table("used"))
            .group_by(columns)
            .aggregate([([], "count_all")])
            .sort_by([(name, "ascending") for name in columns])
            for run in (one, other)
        ]
        assert counts[0] == counts[1]
    times = ["account_id", "kind", "first_seen", "last_seen", "n", "sessions", "days"]
    own = [pq.read_table(run.table("used"), columns=times) for run in (one, other)]
    order = [(name, "ascending") for name in times]
    assert own[0].sort_by(order) == own[1].sort_by(order), "what an account did, and when, is not the graph's"
    apart = _run(settings, "signs", pair=lambda night: ablations.shuffle_signs(night, 0))
    signs = [pq.read_table(run.work("pair_signs"), columns=["sign", "value", "most"]) for run in (one, apart)]
    order = [(name, "ascending") for name in signs[0].column_names]
    assert signs[0].sort_by(order) == signs[1].sort_by(order)
    assert one.record()["stages"]["ring"]["counts"] != other.record()["stages"]["ring"]["counts"]


def test_what_is_taken_away_is_gone(settings: Settings) -> None:
    bare = _run(settings, "bare", weigh=ablations.drop_ip, pair=ablations.drop_synchrony)
    whole = _run(settings, "as it is")
    assert [ablations.missing(each, whole) for each in ablations.ablations(0)] == [None] * 4
    said = [ablations.missing(each, bare) for each in ablations.ablations(0)]
    assert said[:2] == [None, None]
    assert "no IP addresses" in str(said[2])
    assert "meet more often" in str(said[3])
    families = pq.read_table(bare.work("pair_evidence"), columns=["synchrony"])["synchrony"]
    assert not any(families.to_pylist())


def test_half_of_the_confirmed_are_hidden_and_the_others_stay(settings: Settings) -> None:
    whole, half = (
        pq.read_table(run.work("seeds"))
        for run in (
            _run(settings, "as it is"),
            _run(settings, "half", weigh=lambda night: ablations.hide_labels(night, 0)),
        )
    )
    count = [sum(label in ("fraud", "chargeback") for label in table["label"].to_pylist()) for table in (whole, half)]
    assert count[1] == count[0] - count[0] // 2
    assert len(whole) - len(half) == count[0] // 2


def test_some_links_change_hands(settings: Settings) -> None:
    run = _run(settings, "changed", weigh=lambda night: ablations.change_links(night, 0, 0.1))
    links = [
        {
            tuple(row.values())
            for row in pq.read_table(each.table("used"), columns=["account_id", "identifier"]).to_pylist()
        }
        for each in (_run(settings, "as it is"), run)
    ]
    assert 0.07 < len(links[0] - links[1]) / len(links[0]) < 0.1
