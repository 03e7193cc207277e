"""Learns what evidence is worth from rulings, and the weights of the score from what became of accounts.

At month ends that have matured by T a night is run on what was known then, in a scratch home, and published nowhere.
Its causes and signals are the features, fraud that became known within the horizon is the outcome. The newest of these
cuts is kept for the calibration and the flag level, the others give the weights. Nothing known after T is looked at.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph.detect import behaviour, propagation, score_fit, scoring
from linkgraph.detect.calibration import calibrate
from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.errors import RunError
from linkgraph.ledger import Ledger
from linkgraph.model import Verdict
from linkgraph.models import Model, models_at
from linkgraph.nightly import Plan, Progress, Variant, run_night
from linkgraph.parameters import Parameters
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.stages import Night, open_tables, ring_lessons, ruling
from linkgraph.stages.evidencing import learn_evidence
from linkgraph.stages.learning import Learned, cold_level, starting
from linkgraph.stages.propagating import reach, ties

Floats = NDArray[np.float64]
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_CAUSES = len(scoring.CAUSES)
_SHOWN = 0.005  # log-odds per unit


@dataclass(frozen=True, slots=True)
class Cut:
    """Accounts nobody had ruled on at a past month end.

    causes: the terms of the graph, then the signals (accounts x both). twins: the terms of the graph by chance.
    outcome: 1 where fraud became known within the horizon. unseen: signals that could not be evaluated then.
    """

    at: int
    causes: Floats
    twins: Floats
    outcome: Floats
    unseen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lessons:
    """What was learned and saved, and why something was not."""

    models: tuple[Model, ...]
    missing: tuple[str, ...]

    def told(self) -> Iterator[str]:
        """In lines."""
        for model in self.models:
            yield f"{model.kind} {model.digest()}: used by every night as of {_day(model.as_of)} or later"
            yield from _score_told(model) if model.kind == "score" else _counts_told(model)
        yield from self.missing


# The verdicts that were in force at a time (epoch microseconds).
Ruled = Callable[[int], tuple[Verdict, ...]]


@dataclass(frozen=True, slots=True)
class Past:
    """Where nights of the past are run: a scratch home over a ledger, and what reviewers had ruled by when."""

    settings: Settings
    ledger: Ledger
    ruled: Ruled

    def night(self, at: int) -> Run:
        """The night of a past time, on what was known then."""
        plan = Plan(at, variant=Variant("fit"), verdicts=self.ruled(at), verdicts_at=at // _SECOND)
        return run_night(self.settings, plan)


def fit(
    settings: Settings,
    as_of: int | None = None,
    progress: Progress = lambda step: None,
    evidence: bool = False,
    rings: bool = False,
    ruled: Ruled = lambda at: (),
) -> Lessons:
    """Learn the weights of the score from what was known at `as_of` (epoch microseconds, None: the newest known time),
    and keep them in the home; RunError where there is nothing to learn from, and then nothing is written.

    ruled: what reviewers had ruled by when. evidence: the bits of evidence too. The ring model judges pairs by the
    starting bits, so whoever uses learned ones should train it again. rings: the ring model too, from rings and
    innocent groups that people ruled on whole.
    """
    ledger = Ledger(settings.ledger_folder)
    newest = ledger.newest_known_at()
    if newest is None:
        raise RunError("the ledger is empty: run `linkgraph ingest` first")
    clock = newest if as_of is None else as_of
    with _scratch(settings) as scratch:
        past = Past(scratch, ledger, ruled)
        found = {"score": _score(past, clock, progress)}
        if evidence:
            found["evidence"] = _evidence(past, clock, progress)
        if rings:
            found["ring"] = _rings(past, clock, progress)
    missing = tuple(f"{kind} not learned: {what}" for kind, what in found.items() if isinstance(what, str))
    models = tuple(model for model in found.values() if isinstance(model, Model))
    if not models:
        raise RunError(f"nothing to learn from; {'; '.join(missing)}")
    for model in models:
        model.save(settings.home)
    return Lessons(models, missing)


def _evidence(past: Past, clock: int, progress: Progress) -> Model | str:
    """Bits from the rulings known at the clock, or why there are none."""
    progress("evidence")
    with _night(past, past.night(clock), clock) as night:
        return learn_evidence(night)


def _rings(past: Past, clock: int, progress: Progress) -> Model | str:
    """The ring model refitted on rings and groups ruled whole since the month ends, or why it stays."""
    given = past.settings.parameters
    wanted = month_ends(min(entry.oldest_known_at for entry in past.ledger.entries()), clock, given)
    if not wanted:
        return f"no month end of the ledger lies {given.maturity} days before the clock"
    run = Run("rulings", past.settings.home / "runs" / "rulings")
    ruling.keep(run, past.ruled(clock))
    with _night(past, run, clock) as night:
        night.work("roster", "seeds")
        later = ring_lessons.rulings(night)
    nights = []
    for at in wanted:
        progress(f"rings of {_day(at // _SECOND)}")
        with _night(past, past.night(at), at) as night:
            nights.append(ring_lessons.ruled(night, later))
    base = models_at(past.settings.home, clock)["ring"]
    origin = {"cuts": [at // _SECOND for at in wanted], "parameters": given.digest()}
    return ring_lessons.refit(base, nights, clock // _SECOND, given.refit_least, origin)


def _score(past: Past, clock: int, progress: Progress) -> Model | str:
    """Weights from the month ends that have matured by the clock, or why there are none."""
    given = past.settings.parameters
    wanted = month_ends(min(entry.oldest_known_at for entry in past.ledger.entries()), clock, given)
    if not wanted:
        return f"no month end of the ledger lies {given.maturity} days before the clock"
    known = _outcomes(past, clock)
    if not known:
        return "no account is known to be fraud, by a ruling or a coded chargeback"
    return learn([_cut(past, at, known, progress) for at in wanted], clock, given)


def _score_told(model: Model) -> Iterator[str]:
    for cut in model.provenance["cuts"]:
        yield f"  {_day(cut['at'])}  {cut['became_fraud']:,} of {cut['accounts']:,} became fraud: {cut['use']}"
    for name, weight in sorted((model.values["weights"] | model.values["signals"]).items(), key=lambda each: -each[1]):
        if weight >= _SHOWN:
            yield f"  {weight:8.2f}  {name}"
    for name in model.provenance["graph_adds_nothing"]:
        yield f"  no better than with shuffled links: {name}"


def _counts_told(model: Model) -> Iterator[str]:
    for name, count in sorted(model.provenance.items()):
        if isinstance(count, int):
            yield f"  {count:,} {name.replace('_', ' ')}"


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def month_ends(oldest: int, clock: int, parameters: Parameters) -> list[int]:
    """The newest `fit_cuts` last moments of a month, after `oldest` and matured by `clock`, in order of time."""
    last = datetime.fromtimestamp(clock / _SECOND, UTC) - timedelta(days=parameters.maturity)
    first = last.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends: list[int] = []
    while len(ends) < parameters.fit_cuts and (end := round(first.timestamp()) * _SECOND - 1) > oldest:
        ends.append(end)
        first = (first - timedelta(days=1)).replace(day=1)
    return ends[::-1]


def learn(cuts: list[Cut], clock: int, parameters: Parameters) -> Model | str:
    """The model of the score from matured cuts, or why there is none."""
    told = [cut for cut in cuts if 0 < cut.outcome.sum() < len(cut.outcome)]
    if not told:
        return "at no matured month end did fraud follow for some accounts and not others"
    last, fitted_on = told[-1], told[:-1] or told
    first = starting(parameters, 1.0)
    prior = score_fit.Prior(np.concatenate([first.causes, first.signals]), parameters.fit_spread)
    rows = _rows(fitted_on, parameters)
    drawn = [_drawn(cut, parameters) for cut in fitted_on]
    twins = np.concatenate([cut.twins[places] for cut, (places, _) in zip(fitted_on, drawn, strict=True)])
    idle = score_fit.idle(rows, prior, {cause: twins[:, cause] for cause in range(_CAUSES)}, parameters.fit_enough)
    found = score_fit.fit(rows, prior, idle)
    learned = _learned(found, last, parameters, held_out=len(told) > 1)
    provenance = _provenance(told, fitted_on, idle, parameters)
    return Model("score", clock // _SECOND, provenance, learned.as_record())


def _learned(found: score_fit.Fitted, last: Cut, parameters: Parameters, held_out: bool) -> Learned:
    """Weights, and what the last cut says of them: flag level, and calibration where they were not fitted on it.

    A cut at which a signal of some weight could not be evaluated yet scores lower than tonight, and says neither.
    """
    propagated, one_hop, transfer, ring = found.weights[:_CAUSES].tolist()
    weights = scoring.Weights(one_hop, transfer, propagated, ring, found.weights[_CAUSES:])
    if any(weight > 0 for name, weight in zip(behaviour.NAMES, weights.signals, strict=True) if name in last.unseen):
        return Learned(weights, cold_level(parameters), found.base)
    score = last.causes @ found.weights
    room = min(parameters.review_capacity, max(1, int(parameters.review_share * len(score))))
    calibration = calibrate(found.base + score, last.outcome, parameters) if held_out else None
    return Learned(weights, float(np.sort(score)[-room]), found.base, calibration)


def _rows(cuts: list[Cut], parameters: Parameters) -> score_fit.Rows:
    """The cuts under each other, each row counted less the more the horizons of the cuts overlap."""
    overlap = max(1.0, len(cuts) * parameters.maturity / ((cuts[-1].at - cuts[0].at) / _DAY + parameters.maturity))
    parts = [(cut, *_drawn(cut, parameters)) for cut in cuts]
    return score_fit.Rows(
        np.concatenate([cut.causes[places] for cut, places, _ in parts]),
        np.concatenate([cut.outcome[places] for cut, places, _ in parts]),
        np.concatenate([counts / overlap for _, _, counts in parts]),
    )


def _drawn(cut: Cut, parameters: Parameters) -> tuple[NDArray[np.int64], Floats]:
    """Places of all who became fraud and of a draw of the others, and for how many each of them stands."""
    fraud, others = np.flatnonzero(cut.outcome), np.flatnonzero(cut.outcome == 0)
    size = min(len(others), parameters.fit_negatives)
    draw = np.random.default_rng(cut.at // _SECOND).choice(others, size, replace=False)
    places = np.sort(np.concatenate([fraud, draw]))
    return places, np.where(cut.outcome[places] > 0, 1.0, len(others) / max(size, 1))


def _provenance(told: list[Cut], fitted_on: list[Cut], idle: frozenset[int], parameters: Parameters) -> dict[str, Any]:
    return {
        "cuts": [
            {
                "at": cut.at // _SECOND,
                "accounts": len(cut.outcome),
                "became_fraud": int(cut.outcome.sum()),
                "use": "weights" if cut in fitted_on else "calibration and level",
            }
            for cut in told
        ],
        "horizon_days": parameters.maturity,
        "graph_adds_nothing": sorted(scoring.CAUSES[cause] for cause in idle),
        "parameters": parameters.digest(),
    }


@contextmanager
def _scratch(settings: Settings) -> Iterator[Settings]:
    """A home beside the real one, over the same ledger and models, gone at the end."""
    home = settings.home.resolve() / "tmp" / f"fit-{os.getpid()}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for name in ("ledger", "models"):
        (settings.home / name).mkdir(exist_ok=True)
        (home / name).symlink_to(settings.home.resolve() / name)
    try:
        yield settings.model_copy(update={"home": home, "store": "embedded"})
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _night(past: Past, run: Run, clock: int) -> Iterator[Night]:
    settings = past.settings
    with DuckDBEngine(settings.home / "tmp", settings.memory_limit, settings.threads) as engine:
        night = Night(engine, past.ledger, run, None, clock, 0, settings.parameters, {})
        open_tables(night)
        yield night


def _outcomes(past: Past, clock: int) -> dict[str, int]:
    """When each account was first known to be fraud, as known at the clock."""
    run = Run("outcomes", past.settings.home / "runs" / "outcomes")
    ruling.keep(run, past.ruled(clock))
    with _night(past, run, clock) as night:
        night.work("roster", "seeds")
        return {row["account_id"]: row["known_at"] for row in night.engine.read("outcomes").to_pylist()}


def _cut(past: Past, at: int, known: dict[str, int], progress: Progress) -> Cut:
    """The night of a past month end, and what became of those nobody had ruled on then."""
    progress(f"night of {_day(at // _SECOND)}")
    run = past.night(at)
    with _night(past, run, at) as night:
        unruled = night.engine.read("unruled")["account"].to_numpy()
        names = pq.read_table(run.work("roster"), columns=["account_id"])["account_id"].take(pa.array(unruled))
        found = pc.index_in(names, pa.array(list(known), pa.string()))
        told = np.append(np.array(list(known.values()), np.int64), np.iinfo(np.int64).max)
        when = told[pc.fill_null(found, -1).to_numpy()]
        horizon = at + past.settings.parameters.maturity * _DAY
        graph, chance, signals = _causes(night)
        columns = np.hstack([graph, signals])[unruled]
        outcome = ((when > at) & (when <= horizon)).astype(np.float64)
        counts = run.record()["stages"]["score"]["counts"]
        unseen = frozenset(name for name in behaviour.NAMES if f"not_evaluated_{name}" in counts)
        return Cut(at, columns, chance[unruled], outcome, unseen)


def _causes(night: Night) -> tuple[Floats, Floats, Floats]:
    """Terms of the graph, the same by chance, and signals of every account."""
    found = scoring.Causes(**night.columns("account_causes"))
    draw = np.random.default_rng(night.clock // _SECOND)
    rows = night.columns("signals")
    signals = np.zeros((len(found.ring), len(behaviour.SIGNALS)))
    signals[rows["account"], rows["signal"]] = rows["excess"]
    chance = scoring.terms(_by_chance(night, found, draw), night.parameters)
    return scoring.terms(found, night.parameters), chance, signals


def _by_chance(night: Night, found: scoring.Causes, draw: np.random.Generator) -> scoring.Causes:
    """The graph with links shuffled among the accounts of their kind, so that all degrees stay; what is not made from
    links is dealt out anew among accounts with as many identifiers.
    """
    links = night.columns("conductances")
    account = links["account"].copy()
    for code in np.unique(links["kind_code"]):
        own = np.flatnonzero(links["kind_code"] == code)
        account[own] = draw.permutation(account[own])
    order = np.lexsort((links["identifier"], account))
    shuffled = propagation.Links(account[order], links["identifier"][order], links["conductance"][order])
    network = propagation.build_network(shuffled, night.size("identifiers_named"), ties(night), night.parameters)
    _, reached = reach(network, night.parameters)
    degrees = night.columns("degrees")
    size = np.zeros(len(found.ring), np.int64)
    size[degrees["account"]] = np.log2(degrees["degree"]).astype(np.int64) + 1
    dealt = [_dealt(column, size, draw) for column in (found.transfers, found.ring)]
    return scoring.Causes(reached.voltage, reached.one_hop, dealt[0], dealt[1])


def _dealt(column: Floats, size: NDArray[np.int64], draw: np.random.Generator) -> Floats:
    dealt = column.copy()
    for each in np.unique(size):
        own = np.flatnonzero(size == each)
        dealt[own] = draw.permutation(dealt[own])
    return dealt
