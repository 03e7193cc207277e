"""`linkgraph neo4j check`: what an operator asks of the Neo4j server."""

from dataclasses import asdict
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import typer

from linkgraph import runs
from linkgraph.commands.reading import AsJson, print_json
from linkgraph.commands.servers import app
from linkgraph.runs import Run
from linkgraph.settings import read_settings
from linkgraph.store.drift import Sample
from linkgraph.tables import TABLES

__all__ = ["app"]


@app.command()
def check(
    sample: Annotated[int, typer.Option(min=0, max=100_000, help="accounts, identifiers and rings to compare")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="draws another sample")] = 0,
    as_json: AsJson = False,
) -> None:
    """Compare the server with the published run, and say what to do. Changes nothing; ends with 1 where a fault is."""
    # The driver is loaded only where it is needed.
    from linkgraph.store.neo4j import login_of
    from linkgraph.store.neo4j.check import Expected
    from linkgraph.store.neo4j.check import check as check_server

    settings = read_settings()
    run = runs.open_run(settings.home)
    found = check_server(login_of(settings), Expected(run.run_id, run.stamp().counts, _sampled(run, seed, sample)))
    sound = all(each.level != "fault" for each in found)
    if as_json:
        print_json({"run_id": run.run_id, "sound": sound, "findings": [asdict(each) for each in found]})
    for each in [] if as_json else found:
        typer.echo(f"{each.level:<7} {each.part:<8} {each.text}")
        if each.to_do:
            typer.echo(f"{'':16} -> {each.to_do}")
    raise typer.Exit(0 if sound else 1)


def _sampled(run: Run, seed: int, size: int) -> Sample:
    sample = Sample(seed, size)
    for table, schema in TABLES.items():
        for batch in pq.ParquetFile(run.table(table)).iter_batches():
            for part in pa.Table.from_batches([batch]).cast(schema).to_batches():
                sample.offer(table, part)
    return sample
