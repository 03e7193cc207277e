"""`linkgraph neo4j kit`: files for people who look at the graph in the Neo4j Browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from linkgraph.commands.reading import OfRun, opened
from linkgraph.errors import UsageError
from linkgraph.settings import read_settings
from linkgraph.store.base import GraphView

app: Final = typer.Typer(no_args_is_help=True, help="The Neo4j store and its Browser.")


@app.command()
def kit(
    folder: Path,
    ring: Annotated[list[str] | None, typer.Option(help="a ring to write a guide of; may be repeated")] = None,
    account: Annotated[list[str] | None, typer.Option(help="an account to write a guide of; may be repeated")] = None,
    run: OfRun = None,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve", help="then serve kit and guides at http://localhost:7480 (LINKGRAPH_KIT_PORT) until Ctrl-C"
        ),
    ] = False,
) -> None:
    """Write a style, saved queries and a start guide for the Neo4j Browser into FOLDER.

    And guides of rings and accounts of the published run, or of --run.
    """
    from linkgraph.kit import write_guides, write_kit

    written = write_kit(folder)
    if ring or account:
        with opened(run) as (view, _):
            written += write_guides(folder, view, ring or [], account or [])
    for path in written:
        typer.echo(str(path))
    if serve:
        _serve(run)


def _serve(run: str | None) -> None:
    from linkgraph.kit.serving import BROWSER, server_of

    settings = read_settings()

    @contextmanager
    def view() -> Iterator[GraphView]:
        with opened(run) as (found, _):
            yield found

    try:
        serving = server_of(settings.kit_port, settings.browser_url or BROWSER, view)
    except OSError as error:
        raise UsageError(f"port {settings.kit_port} of loopback cannot be taken: {error.strerror}") from None
    with serving as server:
        typer.echo(f"http://localhost:{server.server_port}/start.html")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            typer.echo("stopping")
