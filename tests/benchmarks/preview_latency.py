"""How long the preview of a verdict takes: `python -m tests.benchmarks.preview_latency --home HOME --each 30`.

The published run of a home; rulings on flagged accounts drawn by chance, on what most of their score comes by, and on
the most widely shared identifiers that count.
"""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from linkgraph import runs
from linkgraph.casework.preview import preview
from linkgraph.casework.rulings import Ruling
from linkgraph.settings import read_settings
from linkgraph.solved import Solved
from linkgraph.store import open_view
from linkgraph.store.base import GraphView


def rulings(view: GraphView, net: Solved, each: int) -> Iterator[tuple[str, Ruling]]:
    """What is previewed, by name."""
    draw, flagged = random.Random(0), [account.account_id for account in view.flagged(200)]
    for account_id in draw.choices(flagged, k=each):
        yield "an account cleared", Ruling("cleared", None, None, (account_id,), None, "a test")
        by = [share for share in view.contributions([account_id]) if share.identifier]
        if by:
            yield "what a score comes by", Ruling("not_evidence", by[0].kind, by[0].identifier, (), None, "a test")
    degree = np.diff(net.start)[net.first_identifier :]
    for place in np.argsort(-degree, kind="stable")[:each]:
        kind, _, token = net.keys[int(place)].partition(":")
        yield "the most shared", Ruling("hub", kind, token, (), "public_place", "a test")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--each", type=int, default=30)
    given = parser.parse_args()
    run, took = runs.open_run(given.home), defaultdict(list)
    net = runs.solved_of(run)
    assert net is not None
    with closing(open_view(read_settings(home=given.home), run)) as view:
        for name, ruling in list(rulings(view, net, given.each)):
            start = time.perf_counter()
            found = preview(view, net, ruling)
            took[name].append((time.perf_counter() - start, len(found.moved)))
    lines = [
        f"{net.accounts:,} accounts",
        "| ruled on | previews | p50 / p99 ms | accounts moved, most |",
        "|---|---|---|---|",
    ]
    for name, each in took.items():
        seconds = np.array([seconds for seconds, _ in each]) * 1000
        low, high = np.percentile(seconds, [50, 99])
        lines.append(f"| {name} | {len(each)} | {low:.0f} / {high:.0f} | {max(moved for _, moved in each)} |")
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main()
