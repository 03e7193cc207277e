"""`linkgraph neo4j start | stop | explore | dump | load`: servers in homes that linkgraph has made."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linkgraph import runs
from linkgraph.commands.browser_kit import app
from linkgraph.commands.reading import OfRun
from linkgraph.nightly import fill
from linkgraph.progress import Bar
from linkgraph.settings import read_settings

if TYPE_CHECKING:  # the driver is loaded only where it is needed
    from linkgraph.store.neo4j import Login
    from linkgraph.store.neo4j.homes import Home

__all__ = ["app"]

Explore = Annotated[bool, typer.Option("--explore", help="that of the exploration instance")]


@app.command()
def start(explore: Explore = False) -> None:
    """Start the server of the home that `publish --full` made, in the background, and wait until it answers."""
    from linkgraph.store.neo4j.connection import wait_for

    home, login = _server(explore)
    home.must_listen_at(login.place)
    home.start()
    wait_for(login)
    typer.echo(f"a server works in {home.path}")


@app.command()
def stop(explore: Explore = False) -> None:
    """Stop that server and wait for its checkpoint."""
    home, _ = _server(explore)
    home.stop()


@app.command("explore")
def refresh(
    run: OfRun = None, start: Annotated[bool, typer.Option(help="leave the new one to be served by others")] = True
) -> None:
    """Build the read-only exploration instance from the published run, or build it anew, and start it."""
    from linkgraph.store.neo4j.loader import Neo4jLoader
    from linkgraph.store.neo4j.places import explore_load

    settings = read_settings()
    chosen = runs.open_run(settings.home, run)
    with Bar("explore") as bar:
        load = explore_load(settings, bar.at, start)
        fill(Neo4jLoader(load, chosen.run_id), chosen)
    typer.echo(f"{load.login.place} shows run {chosen.run_id}; its password is in {settings.home}/neo4j/explore_auth")


@app.command()
def dump(folder: Path) -> None:
    """Dump the graph of the stopped server into FOLDER, with a checksum beside it."""
    from linkgraph.store.neo4j import dumps
    from linkgraph.store.neo4j.places import graph_place

    with Bar("dump"):
        written = dumps.dump(graph_place(read_settings()), folder)
    typer.echo(f"{written}, {written.stat().st_size:,} bytes")


@app.command()
def load(folder: Path) -> None:
    """Load a dump into a fresh home, put it in the place of the one in use, whose server is stopped, and start it."""
    from linkgraph.store.neo4j import dumps
    from linkgraph.store.neo4j.places import graph_load

    settings = read_settings()
    with Bar("load") as bar:
        held = dumps.load(graph_load(settings, bar.at), folder)
    typer.echo(f"the graph holds run {held}")
    published = runs.published_id(settings.home)
    if held != published:
        typer.echo(f"published is run {published}: linkgraph publish --store neo4j", err=True)


def _server(explore: bool) -> tuple["Home", "Login"]:
    from linkgraph.store.neo4j import login_of
    from linkgraph.store.neo4j.places import explore_login, explore_place, graph_place

    settings = read_settings()
    place = (explore_place if explore else graph_place)(settings)
    place.recover()
    home = place.home
    home.must_be_whole()
    return home, explore_login(settings) if explore else login_of(settings)
