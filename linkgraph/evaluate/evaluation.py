"""What an evaluation is asked for, and how its parts are put together into one report of plain values."""

from pathlib import Path
from typing import Any

from linkgraph import __version__
from linkgraph.evaluate import world
from linkgraph.evaluate.nights import RunNight
from linkgraph.evaluate.truth import read_truth
from linkgraph.runs import Run
from linkgraph.settings import Settings

SCHEMA = 1

Report = dict[str, Any]


def evaluate_world(settings: Settings, truth_folder: Path, run_night: RunNight) -> Report:
    """A world whose feeds are in the ledger of the scratch home of `settings`, against its truth."""
    truth = read_truth(truth_folder)
    run = run_night(settings, None, "as it is", {})
    return {
        **_head("world", settings, [run]),
        "accounts": len(truth.accounts),
        "rings": world.measure_rings(run, truth, settings.parameters),
        "victims": world.measure_victims(run, truth),
    }


def _head(kind: str, settings: Settings, nights: list[Run]) -> Report:
    records = [run.record() for run in nights]
    return {
        "schema": SCHEMA,
        "kind": kind,
        "code_version": __version__,
        "config_hash": settings.parameters.digest(),
        "runs": [
            {
                "run_id": each["run_id"],
                "as_of": each["as_of"],
                "cold_start": each["cold_start"],
                "models": each["models"],
            }
            for each in records
        ],
    }
