"""The plain baselines on the real sample, on the cuts of the published comparison: what they give must not drift."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline import ingest
from linkgraph.evaluate.evaluation import Nights, Request, evaluate_ledger
from linkgraph.evaluate.nights import Change
from linkgraph.nightly import Plan, Variant, run_night
from linkgraph.runs import Run
from linkgraph.settings import Settings, read_settings
from tests.shared_data import shared

pytestmark = [pytest.mark.shared, pytest.mark.slow]

MAPS = Path(__file__).parents[2] / "examples" / "p2p" / "columns.toml"


def _night(settings: Settings, clock: int | None, name: str, before: Mapping[str, Change]) -> Run:
    return run_night(settings, Plan(clock, 0, variant=Variant(name, before)))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    settings = read_settings(home=tmp_path_factory.mktemp("p2p"), parameters={"bootstrap_draws": 100})
    ingest([shared("p2p")], settings, 1_780_000_000_000_000, columns=MAPS)
    return evaluate_ledger(settings, Nights(_night, None), Request(quick=True))


def test_the_cuts_and_their_targets(report: dict[str, Any]) -> None:
    cuts = report["accounts"]["cuts"]
    assert [cut["day"] for cut in cuts] == [
        "2017-07-31",
        "2017-09-30",
        "2017-11-30",
        "2018-01-31",
        "2018-03-31",
        "2018-05-31",
        "2018-07-31",
        "2018-09-30",
    ]
    assert [cut["positives"] for cut in cuts] == [52, 76, 56, 62, 65, 60, 49, 35]
    assert sum(cut["base_rate"] for cut in cuts) / 8 == pytest.approx(0.0020, abs=5e-5)
    assert cuts[-1]["reach"]["one_hop"] == pytest.approx(2 / 35)


@pytest.mark.parametrize(
    ("method", "mean_precision", "recall"),
    [
        ("component + fraud share", 0.0020, 0.008),
        ("one hop of evidence", 0.0039, 0.019),
        ("forward PageRank", 0.0020, 0.011),
        ("instruments + devices", 0.0057, 0.033),
        ("log counts", 0.0047, 0.030),
        ("amount sent", 0.0040, 0.021),
        ("all links and transfers", 0.0076, 0.022),
        ("instruments in 180 days", 0.0069, 0.062),
        ("instruments in 180 days + one hop", 0.0081, 0.071),
    ],
)
def test_plain_methods(report: dict[str, Any], method: str, mean_precision: float, recall: float) -> None:
    row = report["accounts"]["summary"][method]
    assert row["mean_average_precision"] == pytest.approx(mean_precision, abs=6e-5)
    assert row["mean_recall"] == pytest.approx(recall, abs=6e-4)


def test_medians_of_the_two_to_beat(report: dict[str, Any]) -> None:
    summary = report["accounts"]["summary"]
    assert summary["instruments in 180 days"]["median_average_precision"] == pytest.approx(0.0066, abs=6e-5)
    assert summary["instruments in 180 days + one hop"]["median_average_precision"] == pytest.approx(0.0081, abs=6e-5)
