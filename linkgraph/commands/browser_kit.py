"""`linkgraph neo4j kit`: files for people who look at the graph in the Neo4j Browser."""

from pathlib import Path
from typing import Annotated, Final

import typer

from linkgraph.commands.reading import OfRun, opened

app: Final = typer.Typer(no_args_is_help=True, help="The Neo4j store and its Browser.")


@app.command()
def kit(
    folder: Path,
    ring: Annotated[list[str] | None, typer.Option(help="a ring to write a guide of; may be repeated")] = None,
    account: Annotated[list[str] | None, typer.Option(help="an account to write a guide of; may be repeated")] = None,
    run: OfRun = None,
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
