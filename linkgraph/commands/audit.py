"""`linkgraph audit`: whether the record of who did what is whole."""

import json
from dataclasses import asdict
from typing import Annotated, Final

import typer

from linkgraph.casework.opening import casework
from linkgraph.casework.verification import verify as verify_chain
from linkgraph.settings import read_settings

app: Final = typer.Typer(no_args_is_help=True, help="The audit of the API and of keys.")


@app.callback()
def _group() -> None:
    """Keeps `verify` a command of its own."""


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """Follow the whole chain from its first row, through every anchor, to its head. Ends with 1 unless it is whole."""
    with casework(read_settings()) as opened, opened.database.read() as connection:
        anchors = opened.anchors.read()
        found = verify_chain(connection, opened.chain, anchors)
    if as_json:
        shown = asdict(found) | {"sound": found.sound, "anchors": len(anchors), "head": found.head._asdict()}
        typer.echo(json.dumps(shown, indent=1, sort_keys=True))
    else:
        state = "sound" if found.sound else "NOT SOUND"
        typer.echo(f"{state}: {found.rows:,} rows, {len(anchors):,} anchors, head {found.head.seq} {found.head.hash}")
        for fault in found.faults:
            typer.echo(f"  row {fault.seq}: {fault.name}")
        if found.more:
            typer.echo("  and more")
    raise typer.Exit(0 if found.sound else 1)
