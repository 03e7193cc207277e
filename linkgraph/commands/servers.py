"""`linkgraph neo4j start | stop`: servers in homes that linkgraph has made."""

from typing import TYPE_CHECKING

import typer

from linkgraph.commands.browser_kit import app
from linkgraph.settings import read_settings

if TYPE_CHECKING:  # the driver is loaded only where it is needed
    from linkgraph.store.neo4j.homes import Home

__all__ = ["app"]


@app.command()
def start() -> None:
    """Start the server of the home that `publish --full` made, in the background, and wait until it answers."""
    from linkgraph.store.neo4j import login_of
    from linkgraph.store.neo4j.connection import wait_for

    home = _home()
    home.start()
    wait_for(login_of(read_settings()))
    typer.echo(f"a server works in {home.path}")


@app.command()
def stop() -> None:
    """Stop that server and wait for its checkpoint."""
    _home().stop()


def _home() -> "Home":
    from linkgraph.store.neo4j.places import graph_place

    home = graph_place(read_settings()).home
    home.must_be_whole()
    return home
