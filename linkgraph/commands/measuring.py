"""Commands about the detection itself: how good it is, and the ring model that is delivered with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from linkgraph import __version__, runs
from linkgraph import nightly as nights
from linkgraph.commands.key import now
from linkgraph.errors import InputError
from linkgraph.progress import Bar
from linkgraph.settings import Settings, read_settings


def evaluate(
    world: Annotated[
        Path | None, typer.Option(help="folder of a simulated world, instead of the home's ledger")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="where the report goes; default: `evaluation` in home or world")
    ] = None,
    cuts: Annotated[int, typer.Option(min=1, max=60, help="cuts of a ledger: every second month end")] = 8,
    horizon: Annotated[int, typer.Option(min=1, help="days within which a confirmation counts")] = 180,
    quick: Annotated[
        bool, typer.Option("--quick", help="leave out what needs further nights: one per cut, cold start")
    ] = False,
    seed: int = 0,
) -> None:
    """Measure the detection in a scratch home: a simulated world against its truth, a ledger against later facts."""
    from linkgraph.evaluate import evaluation
    from linkgraph.evaluate.nights import Change, scratch_home
    from linkgraph.evaluate.report import write_report
    from linkgraph.evaluate.text import render
    from linkgraph.fitting import fit as fit_models
    from linkgraph.rehearsal import fill

    settings, request = read_settings(), evaluation.Request(cuts, horizon, seed, quick)
    if world is not None and not ((world / "feeds").is_dir() and (world / "truth").is_dir()):
        raise InputError(f"{world}: not a simulated world: it needs the folders feeds and truth")
    folder = out or (world or settings.home) / "evaluation"
    with Bar("evaluate") as bar, scratch_home(settings, folder / "scratch") as scratch:

        def night(where: Settings, clock: int | None, name: str, before: Mapping[str, Change]) -> runs.Run:
            plan = nights.Plan(clock, seed, variant=nights.Variant(name, before))
            return nights.run_night(where, plan, lambda stage: bar.at(f"{name}: {stage}"))

        def learn(where: Settings, clock: int) -> None:
            fit_models(where, clock, lambda step: bar.at(f"fit: {step}"))

        if world is None:
            scratch.ledger_folder.symlink_to(settings.ledger_folder.resolve())
            report = evaluation.evaluate_ledger(scratch, evaluation.Nights(night, learn), request)
        else:
            bar.at("ingest")
            fill(scratch, world, now())
            report = evaluation.evaluate_world(scratch, world / "truth", evaluation.Nights(night, learn), request)
    write_report(report, folder)
    typer.echo(render(report), nl=False)


def train_rings(
    out: Path,
    worlds: Annotated[int, typer.Option(min=1, help="how many worlds to learn from")] = 12,
    accounts: Annotated[int, typer.Option(min=1_000, help="accounts of each")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="of the first world; the others follow")] = 1_000,
    without: Annotated[list[str] | None, typer.Option(help="a typology to leave out; may be repeated")] = None,
) -> None:
    """Learn the ring model from made-up worlds, as the one delivered with the program was, into the folder OUT."""
    from linkgraph.rehearsal import fill
    from linkgraph.simulate import World
    from linkgraph.training import lessons_of, train

    made = [World.varied(accounts, each) for each in range(seed, seed + worlds)]
    with Bar("train") as bar:
        lessons = lessons_of(read_settings(), made, lambda scratch, world: fill(scratch, world, now()), bar.at)
        bar.at("learn")
        origin = {"accounts": accounts, "seeds": [seed, seed + worlds - 1], "code_version": __version__}
        model = train(lessons, origin, seed, without or [])
    out.mkdir(parents=True, exist_ok=True)
    typer.echo(str(model.write(out / "ring.json")))
