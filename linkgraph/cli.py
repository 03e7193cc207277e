"""The command line, and the one place where the parts are put together. Exit codes: 0 done, 1 failed, 2 bad usage."""

import json
import sys
import time
from contextlib import closing
from dataclasses import asdict
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from linkgraph import nightly as nights
from linkgraph import runs
from linkgraph.commands import account as account_commands
from linkgraph.commands import audit as audit_commands
from linkgraph.commands import key as key_commands
from linkgraph.commands import measuring as measuring_commands
from linkgraph.commands import neo4j as neo4j_commands
from linkgraph.commands import vault as vault_commands
from linkgraph.commands import verdict as verdict_commands
from linkgraph.commands.reading import AsJson, OfRun, opened, print_json, time_in
from linkgraph.errors import LinkgraphError, UsageError
from linkgraph.export import Format
from linkgraph.export import export as export_run
from linkgraph.model import ALL_RINGS, RingSort, RingsWanted
from linkgraph.progress import Bar
from linkgraph.settings import read_settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(key_commands.app, name="key")
app.add_typer(verdict_commands.app, name="verdict")
app.add_typer(audit_commands.app, name="audit")
app.add_typer(vault_commands.app, name="vault")
app.add_typer(neo4j_commands.app, name="neo4j")
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000)]

_AS_OF = "--as-of takes `now`, epoch seconds or ISO 8601 with a zone, as 2026-01-31T00:00:00Z"

_SINCE = "--since and --changed-since take the id of a run here, a day as 2026-01-31 (UTC), epoch seconds or ISO 8601"


@app.command()
def simulate(
    folder: Path,
    accounts: Annotated[int, typer.Option(min=100, max=25_000_000)] = 10_000,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    varied: Annotated[bool, typer.Option("--varied", help="draw all other parameters from the seed as well")] = False,
) -> None:
    """Write a made-up world: all feeds in FOLDER/feeds, and what is true of it in FOLDER/truth."""
    from linkgraph.simulate import World
    from linkgraph.simulate import simulate as write_world

    world = World.varied(accounts, seed) if varied else World(accounts=accounts, seed=seed)
    print_json(write_world(folder, world))


@app.command()
def ingest(
    paths: list[Path],
    feed: Annotated[str | None, typer.Option(help="the feed of every file, where its name does not say it")] = None,
    columns: Annotated[Path | None, typer.Option(help="TOML map of foreign columns")] = None,
) -> None:
    """Read feed files, or folders of them, into the ledger. A file is taken whole or not at all."""
    from ingest.mapping import read_maps
    from ingest.pipeline import take_files
    from ingest.reports import FileReport
    from ingest.sources import Choice
    from linkgraph.commands.values import filling

    settings, choice = read_settings(), Choice(feed, tuple(read_maps(columns)) if columns else ())
    with Bar("ingest") as bar, filling(settings) as vault:

        def seen(report: FileReport) -> None:
            bar.at(f"{report.path.name} {report.rows:,} rows")
            if report.status != "reading":
                bar.say(report.line())

        take_files(paths, settings, _now(), choice, seen, vault)


@app.command()
def lists(
    description: Annotated[Path | None, typer.Argument(help="TOML file that describes the lists to take")] = None,
    as_json: AsJson = False,
) -> None:
    """Take look-up lists, which name classes of identifiers from the next observation on; without a file, show them."""
    from ingest.lists import held_lists, import_lists
    from ingest.normalize import Normalizer
    from ingest.pseudonyms import read_keys

    settings = read_settings()
    if description is None:
        found = held_lists(settings.home)
    else:
        keys = read_keys(settings.keys_file, settings.home)
        with closing(Normalizer(keys, settings.memory_limit, settings.threads)) as normalizer:
            found = import_lists(description, settings.home, normalizer)
    if as_json:
        print_json([asdict(each) for each in found])
    for each in [] if as_json else found:
        typer.echo(each.line)
    if description is not None and not as_json:
        typer.echo("read at ingest: they apply from the next observation on, not to what is in the ledger already")


@app.command()
def nightly(
    as_of: Annotated[str | None, typer.Option(help="`now`, epoch seconds or ISO 8601 with a zone")] = None,
    seed: int = 0,
    only: Annotated[str | None, typer.Option(help="run this stage again and publish nothing")] = None,
) -> None:
    """Run a night and publish it. It is run as of the newest time known in the ledger, unless --as-of says another;
    verdicts act as they are in force now, or with --as-of as they were then.
    """
    from linkgraph.rehearsal import self_test

    settings = read_settings()
    with Bar("night") as bar:
        test = self_test(settings, _now(), bar.at) if settings.self_test_accounts else None
        clock = _clock(as_of)
        moment = _now() if clock is None else clock
        ruled = verdict_commands.in_force(settings, moment)
        plan = nights.Plan(clock, seed, only, verdicts=ruled, verdicts_at=moment // 1_000_000)
        run = nights.run_night(settings, plan, bar.at, test)
    record = run.record()
    if only is not None and set(run.verdicts()) != set(ruled):
        typer.echo("linkgraph: with the verdicts that this run was made with, not those in force now", err=True)
    fallen = [f"self-test: {alarm}" for alarm in record.get("self_test", {}).get("alarms", [])]
    for warning in [*record.get("warnings", []), *fallen]:
        typer.echo(f"linkgraph: {warning}", err=True)
    counts = {name: stage["counts"] for name, stage in record["stages"].items()}
    typer.echo(
        f"{run.run_id}: {counts['ring']['rings']:,} rings, {counts['score']['flagged']:,} flagged accounts,"
        f" {counts['ring']['candidates']:,} candidates judged"
        if only is None
        else f"{run.run_id}: {only} {json.dumps(counts[only], sort_keys=True)}"
    )


@app.command()
def fit(
    as_of: Annotated[str | None, typer.Option(help="`now`, epoch seconds or ISO 8601 with a zone")] = None,
    evidence: Annotated[bool, typer.Option(help="the bits of evidence too, from rulings on pairs")] = False,
    rings: Annotated[bool, typer.Option(help="the ring model too, from rings and groups ruled on whole")] = False,
    as_json: AsJson = False,
) -> None:
    """Learn what the score's blocks are worth, for later nights. Knows nothing after --as-of."""
    from linkgraph.fitting import fit as fit_models

    with Bar("fit") as bar:
        settings = read_settings()
        ruled = partial(verdict_commands.in_force, settings)
        lessons = fit_models(settings, _clock(as_of), bar.at, evidence, rings, ruled)
    if as_json:
        print_json(asdict(lessons))
    for line in [] if as_json else lessons.told():
        typer.echo(line)


@app.command()
def publish(
    store: Annotated[Literal["embedded", "neo4j"] | None, typer.Option(help="default: the one in the settings")] = None,
    run: OfRun = None,
    full: Annotated[bool, typer.Option(help="by Neo4j's importer, into a server's home of its own")] = False,
) -> None:
    """Write a completed run into a store again and let readers see it; with --run, also an earlier one."""
    settings = read_settings(**({"store": store} if store else {}))
    with Bar("publish") as bar:
        sent = nights.publish_again(settings, run, bar.at, full)
    print_json(sent)


@app.command()
def rings(
    limit: Limit = 20,
    changed_since: Annotated[
        str | None, typer.Option(help="only rings to which something happened after this run, day or time")
    ] = None,
    typology: Annotated[str | None, typer.Option(help="only rings mostly labelled with this typology")] = None,
    sort: Annotated[RingSort, typer.Option(help="best score, largest size, or newest changed first")] = "score",
    run: OfRun = None,
    as_json: AsJson = False,
) -> None:
    """The rings, strongest first; with --changed-since, what happened to each."""
    wanted = RingsWanted(typology=typology, sort=sort)
    if changed_since is not None:
        if wanted != ALL_RINGS:
            raise UsageError("--changed-since takes neither --typology nor --sort")
        _ring_changes(changed_since, limit, run, as_json)
        return
    with opened(run) as (view, _):
        found = view.rings(limit, None, wanted)
    if as_json:
        print_json([asdict(ring) for ring in found])
    for ring in [] if as_json else found:
        typer.echo(f"{ring.ring_id}  {ring.score:.2f}  {ring.headline}")


def _ring_changes(since: str, limit: int, run: str | None, as_json: bool) -> None:
    from linkgraph.explain.history import changes_after
    from linkgraph.explain.history_text import render_changes

    after = _after(read_settings().home, since)
    with opened(run) as (view, _):
        found, stamp = changes_after(view, after), view.run()
    if len(found) > limit:
        typer.echo(f"{len(found) - limit:,} more rings have changed: --limit", err=True)
    if as_json:
        print_json([asdict(each) for each in found[:limit]])
    else:
        typer.echo(render_changes(found[:limit], stamp), nl=False)


@app.command()
def ring(
    ring_id: str,
    history: Annotated[bool, typer.Option("--history", help="what happened to it, night by night")] = False,
    since: Annotated[str | None, typer.Option(help="also what happened to it after this run, day or time")] = None,
    run: OfRun = None,
    as_json: AsJson = False,
) -> None:
    """One ring: its members, what holds it together and what it falls apart without, its pairs; or its life.

    An old id answers for the ring it went on as.
    """
    from linkgraph.explain.ring import RingLimits, show_ring
    from linkgraph.explain.ring_text import render_ring

    if history:
        _ring_history(ring_id, run, as_json)
        return
    home = read_settings().home
    after = None if since is None else _after(home, since)
    limits = RingLimits(needed=runs.open_run(home, run).bits_needed(), since=after)
    with opened(run) as (view, _):
        report, stamp = show_ring(view, ring_id, limits), view.run()
    if as_json:
        print_json(asdict(report) | {"run": asdict(stamp)})
    else:
        typer.echo(render_ring(report, stamp), nl=False)


def _ring_history(ring_id: str, run: str | None, as_json: bool) -> None:
    from linkgraph.explain.history import read_history
    from linkgraph.explain.history_text import render_history

    with opened(run) as (view, _):
        found, stamp = read_history(view, ring_id), view.run()
    if as_json:
        print_json(asdict(found) | {"run": asdict(stamp)})
    else:
        typer.echo(render_history(found, stamp), nl=False)


@app.command()
def flagged(limit: Limit = 20, run: OfRun = None, as_json: AsJson = False) -> None:
    """Flagged accounts, highest risk first."""
    with opened(run) as (view, _):
        found = view.flagged(limit)
    if as_json:
        print_json([asdict(account) for account in found])
    for account in [] if as_json else found:
        typer.echo(f"{account.account_id}  {account.headline}")


app.command()(account_commands.explain)
app.command()(account_commands.why)
app.command("what-if")(account_commands.what_if)
app.command()(account_commands.timeline)


@app.command()
def export(folder: Path, run: OfRun = None, form: Annotated[Format, typer.Option("--format")] = "parquet") -> None:
    """Write the tables of a run, and its record, into a folder."""
    print_json(export_run(runs.open_run(read_settings().home, run), folder, form))


@app.command()
def status(as_json: AsJson = False) -> None:
    """The published run: what it was made from, what it holds, and whether it is stale."""
    from ingest.lists import newest_lists

    settings = read_settings()
    found = nights.status(settings, _now()) | {"lists": newest_lists(settings.home, _now())}
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        typer.echo(f"{name:<16} {json.dumps(value) if isinstance(value, dict | list | bool | None) else value}")


@app.command()
def serve(host: str = "127.0.0.1", port: Annotated[int, typer.Option(min=0, max=65_535)] = 8000) -> None:
    """Serve the API on this machine."""
    from api.server import run as run_server
    from linkgraph.commands.values import tokeniser

    def ready(url: str) -> None:
        typer.echo(f"serving on {url}, described at {url}/openapi.json", err=True)

    if not key_commands.has_live_key():
        typer.echo("no key is live: make one with `linkgraph key create --role investigator --name NAME`", err=True)
    settings = read_settings()
    with tokeniser(settings) as tokenise:
        run_server(settings, host, port, ready, tokenise)


app.command()(measuring_commands.evaluate)
app.command("train-rings")(measuring_commands.train_rings)


def _clock(as_of: str | None) -> int | None:
    if as_of is None:
        return None
    if as_of == "now":
        return _now()
    when = time_in(as_of, _AS_OF)
    if when.tzinfo is None:
        raise UsageError(_AS_OF)
    return round(when.timestamp()) * 1_000_000


def _after(home: Path, since: str) -> int:
    if (home / "runs" / since).is_dir():
        return int(runs.open_run(home, since).record()["as_of"])
    when = time_in(since, _SINCE)
    return round((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def _now() -> int:
    return int(time.time() * 1e6)


def main() -> None:
    """Entry point: one line on stderr for every error the library raises."""
    try:
        app()
    except UsageError as error:
        typer.echo(f"linkgraph: {error}", err=True)
        sys.exit(2)
    except LinkgraphError as error:
        typer.echo(f"linkgraph: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
