"""The command line, and the one place where the parts are put together. Exit codes: 0 done, 1 failed, 2 bad usage."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ingest.pipeline import ingest as ingest_files
from linkgraph import runs
from linkgraph.errors import LinkgraphError, NotFoundError, UsageError
from linkgraph.nightly import Plan, run_night
from linkgraph.settings import read_settings
from linkgraph.simulate import World
from linkgraph.simulate import simulate as write_world
from linkgraph.store import open_view

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command()
def simulate(folder: Path, accounts: int = 10_000, seed: int = 0) -> None:
    """Write a made-up world with all feeds and its truth."""
    _print(write_world(folder, World(accounts=accounts, seed=seed)))


@app.command()
def ingest(paths: list[Path], feed: str | None = None, columns: Path | None = None) -> None:
    """Read feed files or folders into the ledger."""
    for report in ingest_files(paths, read_settings(), int(time.time() * 1e6), feed, columns):
        typer.echo(f"{report.path.name}: {report.status}, {report.accepted} of {report.rows} rows taken")


@app.command()
def nightly(as_of: str | None = None, seed: int = 0, only: str | None = None) -> None:
    """Run a night and publish it. --as-of: `now` or epoch seconds; default: the newest known time in the ledger."""
    run = run_night(read_settings(), Plan(_clock(as_of), seed, only))
    typer.echo(run.run_id)


@app.command()
def rings(limit: int = 20, as_json: AsJson = False) -> None:
    """The rings of the published run, strongest first."""
    settings = read_settings()
    found = open_view(settings, runs.open_run(settings.home)).rings(limit)
    if as_json:
        _print([asdict(ring) for ring in found])
    for ring in [] if as_json else found:
        typer.echo(f"{ring.ring_id}  {ring.score:.2f}  {ring.headline}")


@app.command()
def flagged(limit: int = 20) -> None:
    """Ids of flagged accounts, highest risk first."""
    settings = read_settings()
    for account in open_view(settings, runs.open_run(settings.home)).flagged(limit):
        typer.echo(account.account_id)


@app.command()
def explain(account: str, run: str | None = None, as_json: AsJson = False) -> None:
    """Why an account has its score: the links behind it, each with its share in log-odds."""
    settings = read_settings()
    view = open_view(settings, runs.open_run(settings.home, run), earlier=run is not None)
    found = view.accounts([account])
    if not found:
        raise NotFoundError("no such account in this run")
    shares = view.contributions([account])
    if as_json:
        _print({"account": asdict(found[0]), "contributions": [asdict(share) for share in shares]})
        return
    typer.echo(f"{found[0].account_id}  {found[0].headline}, role {found[0].role}, ring {found[0].ring_id or 'none'}")
    for share in shares:
        typer.echo(f"  {share.log_odds:+.3f}  {share.block:<10}  {share.reason} ({(share.identifier or '')[:8]})")


@app.command()
def status(as_json: AsJson = False) -> None:
    """The published run: what it was made from and what it holds."""
    record = runs.open_run(read_settings().home).record()
    shown = {"run_id": record["run_id"], "as_of": record["as_of"], "tables": record["tables"]}
    shown["stale"] = time.time() - record["as_of"] > read_settings().stale_hours * 3600
    _print(shown)


def _clock(as_of: str | None) -> int | None:
    if as_of is None:
        return None
    if as_of == "now":
        return int(time.time() * 1e6)
    if not as_of.isdigit():
        raise UsageError("--as-of takes `now` or epoch seconds")
    return int(as_of) * 1_000_000


def _print(value: object) -> None:
    typer.echo(json.dumps(value, indent=1, sort_keys=True))


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
