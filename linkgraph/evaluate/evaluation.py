"""What an evaluation is asked for, and how its parts are put together into one report of plain values.

The keys of a report are its schema: `schema` is raised whenever one changes its meaning. What could not be measured
is in `not_evaluated`, with the reason, and its figures are null: never 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkgraph import __version__
from linkgraph.errors import RunError
from linkgraph.evaluate import world
from linkgraph.evaluate.cuts import Cut, make_cut, make_true_cut, month_ends
from linkgraph.evaluate.facts import NEVER, Outcome, Snapshot, read_outcome
from linkgraph.evaluate.ledger import Fit, Task, measure_accounts, measure_leaky
from linkgraph.evaluate.nights import RunNight
from linkgraph.evaluate.stability import measure_stability
from linkgraph.evaluate.truth import BAD_ROLES, Truth, read_truth
from linkgraph.ledger import Ledger
from linkgraph.runs import Run
from linkgraph.settings import Settings

SCHEMA = 1

Report = dict[str, Any]

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure. cuts: how many month ends, at most. horizon: days within which a confirmation counts. seed: of
    shuffles
    and draws. quick: leave out everything that needs a further night.
    """

    cuts: int = 8
    horizon: int = 180
    seed: int = 0
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Nights:
    """What the evaluation cannot do itself: run a night, and learn from what was known before it (None: stay cold)."""

    run: RunNight
    fit: Fit | None

    def task(self, settings: Settings, outcome: Outcome, target: Callable[[Snapshot], Cut], request: Request) -> Task:
        """The task of measuring one ledger."""
        return Task(
            settings, outcome, self.run, target, request.seed, request.quick, None if request.quick else self.fit
        )


def evaluate_world(settings: Settings, truth_folder: Path, nights: Nights, request: Request) -> Report:
    """A world whose feeds are in the ledger of the scratch home of `settings`, against its truth: the night at the
    end of the
    world, and one more cut that lies `maturity` days before it.
    """
    truth = read_truth(truth_folder)
    oldest, newest = _span(settings)
    outcome = read_outcome(settings, newest * 1_000_000)
    bad = np.zeros(len(outcome.accounts), dtype=bool)
    known = outcome.numbers(truth.accounts)
    bad[known[np.isin(truth.role, BAD_ROLES) & (known >= 0)]] = True
    task = nights.task(settings, outcome, lambda each: make_true_cut(each, outcome, bad), request)
    clocks = [*month_ends(oldest, newest - settings.parameters.maturity * _DAY, 1), newest]
    accounts, measured, skipped = measure_accounts(task, clocks, _true_rings(truth, outcome))
    run = measured[-1]
    return {
        **_head("world", settings, measured, request),
        "world_accounts": len(truth.accounts),
        "rings": world.measure_rings(run, truth, settings.parameters),
        "victims": world.measure_victims(run, truth),
        "stability": _stability(task, run),
        "accounts": accounts,
        "not_evaluated": skipped,
    }


def evaluate_ledger(settings: Settings, nights: Nights, request: Request) -> Report:
    """The ledger of the scratch home of `settings` against what it was told later."""
    oldest, newest = _span(settings)
    outcome = read_outcome(settings, newest * 1_000_000)
    p = settings.parameters
    wait = max(request.horizon, p.maturity)
    clocks = month_ends(oldest, newest - wait * _DAY, request.cuts)
    reason = _unfit(clocks, outcome, wait)
    if reason is not None:
        return {
            **_head("ledger", settings, [], request),
            "accounts": None,
            "not_evaluated": [{"what": "everything", "why": reason, "cuts": "all"}],
        }
    task = nights.task(settings, outcome, lambda each: make_cut(each, outcome, request.horizon, p.maturity), request)
    accounts, measured, skipped = measure_accounts(task, clocks)
    return {
        **_head("ledger", settings, measured, request),
        "accounts": accounts,
        "leaky": None if request.quick else measure_leaky(task, newest),
        "stability": _stability(task, measured[-1]),
        "not_evaluated": skipped,
    }


def _stability(task: Task, run: Run) -> Report | None:
    return None if task.quick else measure_stability(task.settings, run, task.run_night, task.seed)


def _span(settings: Settings) -> tuple[int, int]:
    """Oldest and newest known time of the ledger, epoch seconds."""
    entries = Ledger(settings.ledger_folder).entries()
    if not entries:
        raise RunError("the ledger is empty: run `linkgraph ingest` first")
    newest = max(entry.newest_known_at for entry in entries) // 1_000_000
    return min(entry.oldest_known_at for entry in entries) // 1_000_000, newest


def _unfit(clocks: list[int], outcome: Outcome, wait: int) -> str | None:
    """Why a ledger cannot be measured against itself; None if it can."""
    if not (outcome.confirmed < NEVER).any():
        return "the ledger confirms nobody as fraud: there is nothing to measure against"
    if not clocks:
        return f"no month end lies {wait} days before the newest known time: nobody may count as innocent yet"
    return None


def _true_rings(truth: Truth, outcome: Outcome) -> NDArray[np.int64]:
    """The true ring of each account of the ledger, else a number of its own."""
    size = len(outcome.accounts)
    found = truth.members.groups + np.arange(size)
    rings = truth.is_ring[truth.members.group]
    number = outcome.numbers(truth.accounts)[truth.members.account[rings]]
    found[number[number >= 0]] = truth.members.group[rings][number >= 0]
    return found


def _head(kind: str, settings: Settings, measured: list[Run], request: Request) -> Report:
    records = [run.record() for run in measured]
    return {
        "schema": SCHEMA,
        "kind": kind,
        "code_version": __version__,
        "config_hash": settings.parameters.digest(),
        "horizon_days": request.horizon,
        "maturity_days": settings.parameters.maturity,
        "seed": request.seed,
        "runs": [{name: each[name] for name in ("run_id", "as_of", "cold_start", "models")} for each in records],
    }
