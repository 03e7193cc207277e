"""A ledger measured against its own later facts, cut by cut."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph.detect.graph import components
from linkgraph.errors import RunError
from linkgraph.evaluate import accounts, trees
from linkgraph.evaluate.ablations import ablations, hide_labels, missing
from linkgraph.evaluate.accounts import OURS, Verdict, read_verdict
from linkgraph.evaluate.baselines import baselines
from linkgraph.evaluate.cuts import Cut, is_mature, make_true_cut
from linkgraph.evaluate.facts import NEVER, Outcome, Snapshot, read_snapshot
from linkgraph.evaluate.nights import AS_IT_IS, RunNight
from linkgraph.evaluate.summary import Rankings, summarise, verdicts
from linkgraph.runs import Run
from linkgraph.settings import Settings

Ints = NDArray[np.int64]
Found = dict[str, Any]

# Learns from what was known at a clock (epoch microseconds) and leaves it in the home; RunError if that is too little.
Fit = Callable[[Settings, int], None]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be measured: `target` makes the cut of a snapshot; quick leaves out what needs a night of its own."""

    settings: Settings
    outcome: Outcome
    run_night: RunNight
    target: Callable[[Snapshot], Cut]
    seed: int
    quick: bool
    fit: Fit | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One cut with everything that was ranked."""

    run: Run
    snapshot: Snapshot
    cut: Cut
    verdict: Verdict
    scores: dict[str, NDArray[np.float64]]


def measure_accounts(task: Task, clocks: list[int], ring: Ints | None = None) -> tuple[Found, list[Run], list[Found]]:
    """All cuts and their summary; the runs; and what was not evaluated, with the reason. Clocks in epoch seconds,
    rising.

    ring: what every account is drawn with; by default the linked pairs of the last cut decide.
    """
    p = task.settings.parameters
    skipped: list[Found] = []
    cuts = [_one(task, clock, skipped) for clock in clocks]
    unit = _linked(cuts[-1].run, task.outcome) if ring is None else ring
    seen = [trees.Seen(each.snapshot, trees.features(each.snapshot)) for each in cuts]
    for place, each in enumerate(cuts):
        past = [old for old in seen[:place] if is_mature(old.snapshot.clock, each.cut.clock, 0, p.maturity)]
        scores = trees.boosted(seen[place], each.cut.account, past, unit, task.seed)
        if scores is not None:
            each.scores["boosted trees"] = scores
    rankings = [Rankings(each.cut, each.scores, unit[each.cut.account]) for each in cuts]
    summary = summarise(rankings, p, task.seed)
    found = {
        "capacity": p.review_capacity,
        "cuts": [_row(task, each) for each in cuts],
        "summary": summary,
        "verdicts": verdicts(summary),
    }
    return found, [each.run for each in cuts], _gathered(skipped, len(cuts))


def _gathered(skipped: list[Found], cuts: int) -> list[Found]:
    """What was left out for the same reason at several cuts, once."""
    days: dict[tuple[str, str], list[str]] = {}
    for each in skipped:
        days.setdefault((each["what"], each["why"]), []).append(each["day"])
    return [
        {"what": what, "why": why, "cuts": "all" if len(held) == cuts else ", ".join(held)}
        for (what, why), held in days.items()
    ]


def _one(task: Task, clock: int, skipped: list[Found]) -> Measured:
    """A night at the cut, and beside it the nights with something taken away."""
    when = clock * 1_000_000
    if task.fit is not None:
        try:
            task.fit(task.settings, when)
        except RunError as error:
            skipped.append({"what": "learned weights", "day": _day(clock), "why": str(error)})
    run = task.run_night(task.settings, when, AS_IT_IS, {})
    snapshot = read_snapshot(task.settings, run, task.outcome)
    cut = task.target(snapshot)
    threshold = task.settings.parameters.ring_threshold
    verdict = read_verdict(run, task.outcome, threshold)
    scores = accounts.own_rankings(verdict)
    for ablation in [] if task.quick else ablations(task.seed):
        reason = missing(ablation, run)
        if reason is not None:
            skipped.append({"what": ablation.name, "day": _day(clock), "why": reason})
            continue
        other = task.run_night(task.settings, when, ablation.name, ablation.before)
        scores[ablation.name] = _with_behaviour_of(verdict, read_verdict(other, task.outcome, threshold))
    scores |= baselines(snapshot, task.seed)
    return Measured(run, snapshot, cut, verdict, {name: score[cut.account] for name, score in scores.items()})


def _with_behaviour_of(night: Verdict, other: Verdict) -> NDArray[np.float64]:
    """The other's score with this night's behaviour: what accounts do by themselves is no part of what was changed."""
    return other.score - other.blocks["behaviour"] + night.blocks["behaviour"]


def measure_leaky(task: Task, clock: int) -> Found:
    """The protocol of published studies, to show what it flatters: half of the confirmed hidden at random from a
    night at the
    end, and looked for with everything that is known then, later traces of their own fraud included.
    """
    run = task.run_night(
        task.settings,
        clock * 1_000_000,
        "half of the labels hidden",
        {"weigh": lambda night: hide_labels(night, task.seed)},
    )
    snapshot = read_snapshot(task.settings, run, task.outcome)
    cut = make_true_cut(snapshot, task.outcome, task.outcome.confirmed < NEVER)
    verdict = read_verdict(run, task.outcome, task.settings.parameters.ring_threshold)
    scores = {OURS: verdict.score} | baselines(snapshot, task.seed)
    return {
        "run_id": run.run_id,
        "day": _day(clock),
        "candidates": len(cut.account),
        "positives": int(cut.positive.sum()),
        "methods": {
            name: accounts.figures(score[cut.account], cut, task.settings.parameters.review_capacity)
            for name, score in scores.items()
        },
    }


def _linked(run: Run, outcome: Outcome) -> Ints:
    """Component of every account among the linked pairs of a run: a ring, or what it was cut out of."""
    pairs = pq.read_table(run.work("kept_pairs"), columns=["a", "b"])
    ids = pq.read_table(run.work("roster"), columns=["account_id"])["account_id"].combine_chunks()
    number = outcome.numbers(ids)
    a, b = (number[pairs[name].to_numpy()].astype(np.int32) for name in ("a", "b"))
    return components(len(outcome.accounts), a, b).astype(np.int64)


def _row(task: Task, each: Measured) -> Found:
    """What the report says of one cut."""
    p, cut = task.settings.parameters, each.cut
    return {
        "as_of": cut.clock,
        "day": _day(cut.clock),
        "run_id": each.run.run_id,
        "candidates": len(cut.account),
        "positives": int(cut.positive.sum()),
        "unripe": cut.unripe,
        "confirmed_by_then": int(each.snapshot.fraud.sum()),
        "base_rate": float(cut.positive.mean()) if len(cut.account) else None,
        "reach": accounts.reach(each.snapshot, cut, each.verdict),
        "methods": {name: accounts.figures(score, cut, p.review_capacity) for name, score in each.scores.items()},
        "calibration": accounts.calibrated(each.verdict, cut),
        "by_country": accounts.wrongly_picked(each.verdict, cut, task.outcome.country, p.review_capacity),
        "by_address": accounts.wrongly_picked(
            each.verdict, cut, accounts.address_classes(each.run, task.outcome), p.review_capacity
        ),
    }


def _day(clock: int) -> str:
    return datetime.fromtimestamp(clock, UTC).date().isoformat()
