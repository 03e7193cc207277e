"""How fast login rows get from a file into the ledger, and how much memory that takes.

By hand: `python -m tests.benchmarks.ingest_speed --rows 2000000`, with `--lists` to take look-up lists. Each file is
taken by a process of its own, so that its peak memory is its own; the time is from opening the file to the committed
ledger.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ingest.lists import import_lists
from ingest.normalize import Normalizer
from ingest.pseudonyms import read_keys
from linkgraph.simulate import World, simulate

Figures = dict[str, float]

FORMATS = ("parquet", "csv", "jsonl")
_ROWS_PER_ACCOUNT = 11  # logins that the simulator makes for an account, at least

TAKE = """
import json, sys, time
from pathlib import Path
from ingest.pipeline import ingest
from linkgraph.settings import read_settings
start, cpu = time.perf_counter(), time.process_time()
[report] = ingest([Path(sys.argv[1])], read_settings(home=Path(sys.argv[2])), 1_800_000_000_000_000)
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps({"rows": report.accepted, "seconds": seconds, "cpu": cpu, "peak_mb": int(peak.split()[1]) / 1024}))
"""


def write_logins(folder: Path, rows: int) -> dict[str, Path]:
    """The same login rows in each format; the file's path by format."""
    simulate(folder / "world", World(accounts=max(100, rows // _ROWS_PER_ACCOUNT), seed=1))
    source = pq.ParquetFile(folder / "world" / "feeds" / "logins.parquet")
    paths = {form: folder / f"logins.{form}" for form in FORMATS}
    schema = source.schema_arrow
    with (
        pq.ParquetWriter(paths["parquet"], schema, compression="zstd") as parquet,
        pacsv.CSVWriter(paths["csv"], _texts(schema.empty_table()).schema) as lines,
        paths["jsonl"].open("w", encoding="utf-8") as objects,
    ):
        left = rows
        for batch in source.iter_batches(batch_size=100_000):
            part = pa.Table.from_batches([batch.slice(0, left)])
            left -= len(part)
            parquet.write_table(part)
            lines.write_table(_texts(part))
            objects.writelines(json.dumps(row) + "\n" for row in _texts(part).to_pylist())
    return paths


def _texts(table: pa.Table) -> pa.Table:
    """The same rows with times as ISO 8601 text."""
    at = table.schema.get_field_index("at")
    return table.set_column(at, "at", pc.strftime(table["at"], format="%Y-%m-%dT%H:%M:%SZ"))


def measure(path: Path, home: Path) -> Figures:
    """Rows taken, seconds of wall clock and of processors, and the peak of resident memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", TAKE, str(path), str(home)], check=True, stdout=subprocess.PIPE, text=True
    )
    found: Figures = json.loads(done.stdout)
    return found | {"rows_per_second": found["rows"] / found["seconds"]}


def take_lists(description: Path, home: Path) -> None:
    """Take the look-up lists that a TOML file describes into a home."""
    with closing(Normalizer(read_keys(None, home))) as normalizer:
        import_lists(description, home, normalizer)


def run(rows: int, forms: Sequence[str], say: Callable[[str], object], lists: Path | None = None) -> dict[str, Figures]:
    """Measure each format in turn, with `lists` taken before; `say` gets a line for each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_logins(folder, rows)
        found = {}
        for form in forms:
            if lists is not None:
                take_lists(lists, folder / f"home-{form}")
            found[form] = figures = measure(paths[form], folder / f"home-{form}")
            share = figures["rows_per_second"] / found[forms[0]]["rows_per_second"]
            say(
                f"{form:<8} {figures['rows']:>12,.0f} rows  {figures['seconds']:7.2f} s  {figures['cpu']:7.2f} s of"
                f" processor  {figures['rows_per_second']:>10,.0f} rows/s  {figures['peak_mb']:6,.0f} MB"
                f"  {share:.2f} of {forms[0]}"
            )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--formats", nargs="+", default=list(FORMATS), choices=FORMATS)
    parser.add_argument("--lists", type=Path)
    given = parser.parse_args()
    run(given.rows, given.formats, lambda line: sys.stdout.write(f"{line}\n"), given.lists)
