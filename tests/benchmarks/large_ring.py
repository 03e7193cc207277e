"""A home whose published run is another one's with a ring of many members added: a hard case of what holds a ring.

By hand: `python -m tests.benchmarks.large_ring HOME OUT [--members 500]`, then `api_latency --home OUT --only "large
ring"`. The members share devices, ten to one and four to a member, so that thousands of pairs hold them together.
"""

import argparse
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph import runs
from linkgraph.settings import read_settings
from linkgraph.tables import TABLES
from tests.builders import Row, identifier, member, pair, ring, used
from tests.conftest import Store

RING = "R-large"
_SHARED_BY, _DEVICES_EACH = 10, 4


def rows_of(members: Sequence[str]) -> dict[str, list[Row]]:
    """Rows of a ring of `members`."""
    draw = random.Random(0)
    users: defaultdict[str, list[str]] = defaultdict(list)
    for round_ in range(_DEVICES_EACH):
        mixed = draw.sample(members, len(members))
        for place, name in enumerate(mixed):
            users[f"device:large-{round_}-{place // _SHARED_BY}"].append(name)
    shared: Counter[tuple[str, str]] = Counter()
    keys: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for key, names in users.items():
        for a, b in combinations(sorted(names), 2):
            shared[a, b] += 1
            keys[a, b].append(key)
    return {
        "identifiers": [identifier(key, degree=len(names)) for key, names in users.items()],
        "rings": [ring(RING, size=len(members), core_size=len(members), status="oversized")],
        "ring_members": [member(RING, name, 0.95) for name in members],
        "used": [used(name, key) for key, names in users.items() for name in names],
        "links": [pair(a, b, 10.0, ["access=10.0"], keys[a, b]) for a, b in shared],
    }


def make(home: Path, out: Path, members: int) -> None:
    """Publish the run of `home` with the ring added into the home `out`."""
    source = runs.open_run(home)
    names = pq.read_table(source.table("accounts"), columns=["account_id", "ring_id"])
    free = names.filter(pa.compute.is_null(names["ring_id"]))["account_id"].to_pylist()
    added = rows_of(free[:: len(free) // members][:members])
    target = runs.Run(source.run_id, out / "runs" / source.run_id)
    (target.path / "tables").mkdir(parents=True)
    record = source.record()
    for name, schema in TABLES.items():
        whole = pa.concat_tables([pq.read_table(source.table(name)), pa.Table.from_pylist(added.get(name, []), schema)])
        pq.write_table(whole, target.table(name))
        record["tables"][name]["rows"] = whole.num_rows
    shutil.copytree(source.solved, target.solved)
    target.save(record)
    store = Store(read_settings(home=out))
    with store.writer(target) as writer:
        for name in TABLES:
            writer.write(name, pq.ParquetFile(target.table(name)).iter_batches())
        writer.publish(target.stamp())
    runs.move_pointer(out, target)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--members", type=int, default=500)
    asked = parser.parse_args(arguments)
    make(asked.home, asked.out, asked.members)


if __name__ == "__main__":
    main()
