"""One night: a pure function of the ledger as known at T, the run of the night before, the parameters and the seed.

The stages of `stages.STAGES` write a run's folder; when all have passed, the run is published into the store and the
pointer moves, last. A night that fails or is killed leaves the published run as it was, and starts again from the
beginning.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from linkgraph import __version__, runs
from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.errors import NotFoundError, RunError, UsageError
from linkgraph.evaluate.selftest import alarms
from linkgraph.ledger import Ledger
from linkgraph.model import Verdict
from linkgraph.models import Model, models_at
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.stages import STAGES, Night, open_tables, ruling
from linkgraph.store import open_loaders, open_writers
from linkgraph.store.base import GraphWriter
from linkgraph.tables import TABLES

Progress = Callable[[str], None]


Change = Callable[[Night], None]
# From the clock (epoch microseconds), what a night with the same rules finds of planted rings.
SelfTest = Callable[[int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Variant:
    """A night that is only measured, never published: `before` a stage its tables are changed. `name` says how, and is
    part of the run's id.
    """

    name: str
    before: Mapping[str, Change] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a night is asked for. `as_of`: epoch microseconds, None = the newest known time in the ledger. `verdicts`:
    those in force at `verdicts_at`, epoch seconds.
    """

    as_of: int | None = None
    seed: int = 0
    only: str | None = None
    variant: Variant | None = None
    verdicts: tuple[Verdict, ...] = ()
    verdicts_at: int | None = None


def run_night(
    settings: Settings, plan: Plan, progress: Progress = lambda stage: None, self_test: SelfTest | None = None
) -> Run:
    """Run a night and publish it; with `plan.only`, run that one stage again and publish nothing, nor a variant.

    A stage is run again in the night that the plan describes, or else, verdicts having changed since, in the published
    one with the verdicts that it was run with.

    progress: called with the name of each stage as it starts. self_test: measures tonight's rules on planted rings,
    from the clock; what it found goes into the record. RunError if the ledger is empty, another night is running
    or an invariant is broken; then nothing has been published.
    """
    if plan.only is not None and plan.only not in STAGES:
        raise UsageError(f"no such stage; stages are {', '.join(STAGES)}")
    ledger = Ledger(settings.ledger_folder)
    newest = ledger.newest_known_at()
    if newest is None:
        raise RunError("the ledger is empty: run `linkgraph ingest` first")
    clock = newest if plan.as_of is None else plan.as_of
    with runs.night_lock(settings.home):
        previous, missing = _night_before(settings, clock)
        models = models_at(settings.home, clock)
        plan, record = _described_night(settings, (ledger, previous, models), clock, plan)
        record["warnings"] = _warnings(missing)
        run = Run(record["run_id"], settings.home / "runs" / record["run_id"])
        names = _prepare(run, record, plan)
        with DuckDBEngine(settings.home / "tmp", settings.memory_limit, settings.threads) as engine:
            night = Night(engine, ledger, run, previous, clock, plan.seed, settings.parameters, models)
            _run_stages(night, names, plan.variant.before if plan.variant else {}, progress)
        if self_test is not None and not plan.only and "self_test" not in run.record():
            progress("self-test")
            _test(run, previous, self_test(clock), settings)
        if plan.only is None and plan.variant is None:
            progress("publish")
            publish(settings, run)
    return run


def _test(run: Run, previous: Run | None, found: dict[str, Any], settings: Settings) -> None:
    """Write what the self-test found into the record, with what is worse than in the nights before."""
    before: list[dict[str, Any]] = []
    while previous is not None and len(before) < settings.parameters.self_test_nights:
        record = previous.record()
        before += [record["self_test"]] if "self_test" in record else []
        previous = _run_or_none(settings, record["previous"])
    run.save(run.record() | {"self_test": found | {"alarms": alarms(found, before, settings.parameters)}})


def _run_or_none(settings: Settings, run_id: str | None) -> Run | None:
    try:
        return runs.open_run(settings.home, run_id) if run_id else None
    except NotFoundError:
        return None


def publish(
    settings: Settings, run: Run, progress: Progress = lambda step: None, full: bool = False, reread: bool = False
) -> dict[str, int]:
    """Write a complete run into its store, beside what readers see, then move the pointer; returns rows per table.

    full: load it whole into a fresh home of Neo4j, of which `progress` is told each step. reread: read what Neo4j holds
    rather than take the published run's word for it, and so undo what hands have changed. `compared` counts the rows
    that a server was asked for again, and that agreed value by value.
    """
    if run.record().get("status") != "complete":
        raise RunError(f"run {run.run_id} is not complete: run the night again")
    sent: dict[str, int] = {}
    for store in open_loaders(settings, run, progress) if full else open_writers(settings, run, reread):
        sent = fill(store, run)
    runs.move_pointer(settings.home, run)
    return sent


def fill(store: GraphWriter, run: Run) -> dict[str, int]:
    """Write a complete run into one store and let its readers see it; returns what `publish` does."""
    with store as writer:
        sent = {name: writer.write(name, pq.ParquetFile(run.table(name)).iter_batches()) for name in TABLES}
        compared = writer.publish(run.stamp())
    return sent | ({"compared": compared} if compared else {})


def publish_again(
    settings: Settings, run_id: str | None, progress: Progress = lambda stage: None, full: bool = False
) -> dict[str, int]:
    """Publish a completed run, by default the published one, and say how many rows each table had."""
    with runs.night_lock(settings.home):
        run = runs.open_run(settings.home, run_id)
        progress(run.run_id)
        return publish(settings, run, progress, full, reread=True)


def status(settings: Settings, now: int) -> dict[str, Any]:
    """The published run as an operator wants it. `now`: epoch microseconds, against which staleness is judged."""
    run = runs.open_run(settings.home)
    record = run.record()
    newest = Ledger(settings.ledger_folder).newest_known_at()
    age = now / 1e6 - record["as_of"]
    unfinished = [each.run_id for each in runs.runs(settings.home) if not _is_complete(each)]
    return {
        "run_id": run.run_id,
        "as_of": _iso(record["as_of"]),
        "age_hours": round(age / 3600, 1),
        "stale": age > settings.stale_hours * 3600,
        "cold_start": record["cold_start"],
        "ledger_newest": _iso(newest // 1_000_000) if newest is not None else None,
        "store": settings.store,
        "code_version": record["code_version"],
        "config_hash": record["config_hash"],
        "warnings": record.get("warnings", []),
        "seconds": round(sum(stage["seconds"] for stage in record["stages"].values()), 1),
        "rows": {name: table["rows"] for name, table in sorted(record["tables"].items())},
        "unfinished_runs": len(unfinished),
        "verdicts": len(record.get("verdicts", {}).get("in_force", ())),
    }


def _iso(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _night_before(settings: Settings, clock: int) -> tuple[Run | None, str | None]:
    """The newest run on the published chain whose as-of time lies before tonight's, so that a repeated night is the
    same; and the id of the run at which the chain breaks off before that, because its folder is gone.
    """
    run_id = runs.published_id(settings.home)
    while run_id is not None:
        run = _run_or_none(settings, run_id)
        if run is None:
            return None, run_id
        record = run.record()
        if record["as_of"] < clock // 1_000_000:
            return run, None
        run_id = record["previous"]
    return None, None


def _warnings(missing: str | None) -> list[str]:
    """What the operator should know of a night that began without its past."""
    if missing is None:
        return []
    return [f"run {missing} is gone or incomplete: no night before this one, so no ring id, event or memory goes on"]


# What of a record makes a night another one, and the run's id with it.
_GOES_IN = ("as_of", "code_version", "config_hash", "inputs", "models", "previous", "seed", "variant")


def _record(
    settings: Settings, known: tuple[Ledger, Run | None, dict[str, Model]], clock: int, plan: Plan
) -> dict[str, Any]:
    """What goes in. The run's id is a digest of it: the same night again is the same run."""
    ledger, previous, models = known
    inputs = [[entry.feed, entry.digest, entry.rows] for entry in ledger.entries() if entry.oldest_known_at <= clock]
    record = {
        "as_of": clock // 1_000_000,
        "code_version": __version__,
        "cold_start": "score" not in models,
        "config_hash": settings.parameters.digest(),
        "configuration": settings.parameters.as_record(),
        "inputs": inputs,
        "models": {kind: model.stamp() for kind, model in sorted(models.items())},
        "previous": previous.run_id if previous else None,
        "seed": plan.seed,
    } | ({"variant": plan.variant.name} if plan.variant else {})
    if plan.verdicts:
        record["verdicts"] = ruling.described(plan.verdicts)
    digest = hashlib.sha256(json.dumps([record, clock], sort_keys=True).encode()).hexdigest()[:10]
    day = time.strftime("%Y%m%d", time.gmtime(clock // 1_000_000))
    if plan.verdicts:
        # Not in the digest: the same verdicts asked for at another moment make the same night.
        record["verdicts_at"] = plan.verdicts_at
    return {"run_id": f"r-{day}-{digest}", **record, "status": "running", "stages": {}, "tables": {}}


def _described_night(
    settings: Settings, known: tuple[Ledger, Run | None, dict[str, Model]], clock: int, plan: Plan
) -> tuple[Plan, dict[str, Any]]:
    """The plan and its record; of a single stage, those of a night that has been run. RunError if there is none."""
    record = _record(settings, known, clock, plan)
    published = runs.published_id(settings.home)
    if plan.only is None or _has_begun(settings, record) or published is None:
        return plan, record
    then = runs.open_run(settings.home, published)
    as_then = replace(plan, verdicts=then.verdicts(), verdicts_at=then.record().get("verdicts_at"))
    found = _record(settings, known, clock, as_then)
    if _has_begun(settings, found):
        return as_then, found
    before, asked = then.record(), json.loads(json.dumps(found))
    changed = [name for name in _GOES_IN if asked.get(name) != before.get(name)] or ["clock"]
    raise RunError(
        f"stage {plan.only}: no such night has been run, and run {published} differs in {', '.join(changed)}:"
        " run `linkgraph nightly` without --only"
    )


def _has_begun(settings: Settings, record: dict[str, Any]) -> bool:
    return Path(settings.home, "runs", record["run_id"], "run.json").is_file()


def _prepare(run: Run, record: dict[str, Any], plan: Plan) -> list[str]:
    """The stages to run: all of them in an empty folder, none if this very night is complete, or one alone."""
    only = plan.only
    if only is None and _is_complete(run):
        return []
    if only is None:
        shutil.rmtree(run.path, ignore_errors=True)
        run.path.mkdir(parents=True)
        run.save(record)
        ruling.keep(run, plan.verdicts)
        return list(STAGES)
    done = run.record()["stages"] if (run.path / "run.json").is_file() else {}
    missing = [name for name in list(STAGES)[: list(STAGES).index(only)] if name not in done]
    if missing:
        raise RunError(f"stage {only} needs stages that this run has not passed: {', '.join(missing)}")
    return [only]


def _is_complete(run: Run) -> bool:
    return (run.path / "run.json").is_file() and run.record().get("status") == "complete"


def _run_stages(night: Night, names: list[str], changes: Mapping[str, Change], progress: Progress) -> None:
    open_tables(night)
    for name in names:
        progress(name)
        if name in changes:
            changes[name](night)
        start = time.perf_counter()
        counts = STAGES[name](night)
        record = night.run.record()
        record["stages"][name] = {"counts": counts, "seconds": round(time.perf_counter() - start, 3)}
        night.run.save(record)
    record = night.run.record()
    if all(name in record["stages"] for name in STAGES):
        record["tables"] = {name: _described(night.run, name) for name in TABLES}
        record["status"] = "complete"
        night.run.save(record)


def _described(run: Run, name: str) -> dict[str, Any]:
    path = run.table(name)
    return {"rows": pq.read_metadata(path).num_rows, "sha256": runs.digest_of(path)}
