"""A run's public tables as files for other programs: Parquet as they are, CSV, or GraphML of what is linked."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import networkx as nx
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from linkgraph.runs import Run
from linkgraph.tables import TABLES

Format = Literal["parquet", "csv", "graphml"]

_LIST_SEPARATOR = ";"  # neither account ids, kinds nor tokens hold one
# What a spreadsheet would take for a formula; the same text in Parquet stays as it is.
_FORMULA = r"^[=+\-@\t\r]"


def export(run: Run, folder: Path, form: Format) -> dict[str, int]:
    """Write the run into `folder`, replacing files of the same names; returns rows per file, `run.json` aside.

    GraphML holds the accounts that are flagged, in a ring or linked to another, and the counted identifiers that two or
    more of them used; `accounts_left_out` then counts the others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if form == "graphml":
        written = _graphml(run, folder / "graph.graphml")
    else:
        written = {name: _table(run, name, folder / f"{name}.{form}") for name in TABLES}
    _replace(folder / "run.json", lambda beside: shutil.copyfile(run.path / "run.json", beside))
    return written


def _table(run: Run, name: str, out: Path) -> int:
    source = run.table(name)
    if out.suffix == ".parquet":
        _replace(out, lambda beside: shutil.copyfile(source, beside))
    else:
        _replace(out, lambda beside: _csv(source, name, beside))
    return int(pq.read_metadata(source).num_rows)


def _csv(source: Path, name: str, out: Path) -> None:
    flat = pa.schema([(each.name, pa.string() if pa.types.is_list(each.type) else each.type) for each in TABLES[name]])
    with pacsv.CSVWriter(out, flat) as writer:
        for batch in pq.ParquetFile(source).iter_batches():
            writer.write_batch(pa.RecordBatch.from_arrays([_cells(each) for each in batch.columns], schema=flat))


def _cells(column: pa.Array) -> pa.Array:
    if pa.types.is_list(column.type):
        column = pc.binary_join(column.cast(pa.list_(pa.string())), _LIST_SEPARATOR)
    if not pa.types.is_string(column.type):
        return column
    marked = pc.binary_join_element_wise("'", column, "")
    return pc.if_else(pc.match_substring_regex(column, _FORMULA), marked, column)


def _graphml(run: Run, out: Path) -> dict[str, int]:
    accounts = pq.read_table(
        run.table("accounts"), columns=["account_id", "risk", "flagged", "role", "ring_id", "membership", "label"]
    )
    links = pq.read_table(run.table("links"), columns=["account_a", "account_b", "bits", "probability"])
    linked = pa.chunked_array([*links["account_a"].chunks, *links["account_b"].chunks], pa.string())
    shown = pc.or_(
        pc.or_(accounts["flagged"], pc.is_valid(accounts["ring_id"])), pc.is_in(accounts["account_id"], linked)
    )
    drawn = accounts.filter(shown)
    graph: nx.Graph[str] = nx.Graph(run_id=run.run_id)
    for row in drawn.to_pylist():
        graph.add_node(row.pop("account_id"), type="account", **_known(row))
    for row in links.to_pylist():
        graph.add_edge(row.pop("account_a"), row.pop("account_b"), type="linked", **row)
    uses = _shared_uses(run, drawn["account_id"])
    for row in uses:
        key = f"{row['kind']}:{row['identifier']}"
        graph.add_node(key, type="identifier", kind=row["kind"])
        graph.add_edge(row["account_id"], key, type="used", first_seen=row["first_seen"], last_seen=row["last_seen"])
    _replace(out, lambda beside: nx.write_graphml_xml(graph, beside, infer_numeric_types=True))
    kept = {"nodes": graph.number_of_nodes(), "edges": graph.number_of_edges(), "accounts": len(drawn)}
    return kept | {"accounts_left_out": len(accounts) - len(drawn)}


def _shared_uses(run: Run, accounts: pa.ChunkedArray) -> list[dict[str, Any]]:
    """Uses, by these accounts, of counted identifiers that two or more of them used."""
    used = pa.Table.from_batches(list(_uses_of(run, accounts)), _USE)
    several = used.group_by(["kind", "identifier"]).aggregate([([], "count_all")])
    several = several.filter(pc.greater(several["count_all"], 1)).drop_columns(["count_all"])
    hubs = pq.read_table(run.table("identifiers"), columns=["kind", "identifier"], filters=[("counted", "=", False)])
    several = several.join(hubs, ["kind", "identifier"], join_type="left anti")
    shared = used.join(several, ["kind", "identifier"], join_type="left semi")
    return list(shared.sort_by([(name, "ascending") for name in ("account_id", "kind", "identifier")]).to_pylist())


_USE = pa.schema(
    [TABLES["used"].field(name) for name in ("account_id", "kind", "identifier", "first_seen", "last_seen")]
)


def _uses_of(run: Run, accounts: pa.ChunkedArray) -> Iterator[pa.RecordBatch]:
    wanted = accounts.combine_chunks()
    for batch in pq.ParquetFile(run.table("used")).iter_batches(columns=_USE.names):
        yield batch.filter(pc.is_in(batch["account_id"], wanted)).cast(_USE)


def _known(row: dict[str, Any]) -> dict[str, Any]:
    # GraphML has no null: what is not known has no attribute.
    return {name: value for name, value in row.items() if value is not None}


def _replace(out: Path, write: Callable[[Path], object]) -> None:
    """Write beside, then rename: a file is the old one or the new one, never a part."""
    beside = out.with_name(f".{out.name}.partial")
    write(beside)
    beside.replace(out)
