"""How long the answers that people read take over real HTTP, at a constant rate of arrival.

By hand: `python -m tests.benchmarks.api_latency --home HOME [--rate 50] [--seconds 20] [--only card why]
[--histogram FILE]`. Requests start when they are due whether or not earlier ones have ended, and latency counts from
then, so that a stall is seen in full. `--histogram` keeps how many answers took how long, not only four of its points.
`tests.benchmarks.large_ring` makes a home with a ring of 500 to ask about.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import httpx
import pyarrow.parquet as pq

from linkgraph import runs
from linkgraph.casework import keys
from linkgraph.casework.database import open_database
from linkgraph.settings import read_settings
from linkgraph.store import open_view

Figures = dict[str, float]

SERVE = """
import sys
from pathlib import Path
from api.server import run
from linkgraph.settings import read_settings
run(read_settings(home=Path(sys.argv[1])), "127.0.0.1", 0, lambda url: print(url, flush=True))
"""


@contextmanager
def server(home: Path) -> Iterator[str]:
    """The address of a server in a process of its own, as people run it."""
    command = [sys.executable, "-c", SERVE, str(home)]
    env = os.environ | {"LINKGRAPH_REQUESTS_PER_MINUTE": "1000000"}
    with subprocess.Popen(
        command, cwd=Path.cwd(), env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def bearer(home: Path) -> dict[str, str]:
    """The header with a new key of this home, good for a day."""
    key = keys.new_key("benchmark", "lead", (), 1, time.time_ns() // 1_000)
    with closing(open_database(read_settings(home=home).casework_url)) as database, database.write() as connection:
        return {"Authorization": f"Bearer {keys.create(connection, key)}"}


def paths_of(home: Path, most: int = 2_000) -> dict[str, list[str]]:
    """What is asked: flagged accounts and members of rings, the same for each; of links, by turns two members of one
    ring and two accounts of all; `hub`: accounts that used most.
    """
    settings = read_settings(home=home)
    run = runs.open_run(home)
    with closing(open_view(settings, run)) as view:
        rings = [ring.ring_id for ring in view.rings(500)]
        large = [ring for ring in view.rings_by_id(rings) if ring.size >= 100]
        accounts = {account.account_id for account in view.flagged(most)}
        members = view.members(rings)
    accounts |= {member.account_id for member in members}
    ids = sorted(accounts)[:most]
    used = Counter(pq.read_table(run.table("used"), columns=["account_id"])["account_id"].to_pylist())
    busiest = [account_id for account_id, _ in used.most_common(20)]
    together = [(a.account_id, b.account_id) for a, b in pairwise(members) if a.ring_id == b.ring_id]
    anybody = sorted(used)
    draw = random.Random(2)
    apart = [tuple(draw.sample(anybody, 2)) for _ in together]
    return {
        "card": [f"/v1/accounts/{_id(each)}" for each in ids],
        "explanation": [f"/v1/accounts/{_id(each)}/explanation" for each in ids],
        "ring": [f"/v1/rings/{_id(each)}" for each in rings],
        "ring to draw": [f"/v1/rings/{_id(each)}/graph" for each in rings],
        "large ring": [f"/v1/rings/{_id(each.ring_id)}" for each in large],
        "large ring to draw": [f"/v1/rings/{_id(each.ring_id)}/graph" for each in large],
        "why, one ring": [_link(*ends) for ends in together],
        "why, anybody": [_link(*ends) for ends in apart],
        "why, hubs": [_link(*ends) for ends in pairwise(busiest)],
        "around, one hop": [f"/v1/accounts/{_id(each)}/neighbourhood" for each in ids],
        "around, hubs, four hops": [f"/v1/accounts/{_id(each)}/neighbourhood?hops=4" for each in busiest],
    }


def _id(text: str) -> str:
    return quote(text, safe="")


def _link(a: str, b: str) -> str:
    return f"/v1/accounts/{_id(a)}/links/{_id(b)}"


def measure(url: str, paths: Sequence[str], headers: dict[str, str], rate: float, seconds: float) -> Figures:
    """Latencies in milliseconds at `rate` requests a second."""
    chosen = random.Random(0).choices(paths, k=max(1, int(rate * seconds)))
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    with (
        httpx.Client(base_url=url, headers=headers, timeout=30, limits=limits) as client,
        ThreadPoolExecutor(64) as pool,
    ):
        start = time.perf_counter() + 0.05

        def ask(number: int) -> tuple[float, int]:
            due = start + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            status = client.get(chosen[number]).status_code
            return (time.perf_counter() - due) * 1000, status

        answers = list(pool.map(ask, range(len(chosen))))
        took = time.perf_counter() - start
    return _figures([each for each, _ in answers], [status for _, status in answers], took)


def one_by_one(url: str, paths: Sequence[str], headers: dict[str, str], requests: int) -> Figures:
    """Latencies in milliseconds with one request at a time."""
    chosen = random.Random(1).choices(paths, k=requests)
    latencies, statuses, start = [], [], time.perf_counter()
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        for path in chosen:
            before = time.perf_counter()
            statuses.append(client.get(path).status_code)
            latencies.append((time.perf_counter() - before) * 1000)
    return _figures(latencies, statuses, time.perf_counter() - start)


def _figures(latencies: Sequence[float], statuses: Sequence[int], took: float) -> Figures:
    ordered = sorted(latencies)
    at = {name: ordered[min(int(len(ordered) * share), len(ordered) - 1)] for name, share in _SHARES}
    errors = sum(status != 200 for status in statuses)
    _HISTOGRAM.update(_bucket(each) for each in latencies)
    return {"requests": len(ordered), "errors": errors, "per_second": len(ordered) / took} | at


# How many answers took at most so many milliseconds, in steps of a tenth, since it was last cleared.
_HISTOGRAM: Counter[float] = Counter()


def _bucket(milliseconds: float) -> float:
    return round(1.1 ** math.ceil(math.log(max(milliseconds, 0.1), 1.1)), 2)


_SHARES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures of each question as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--only", nargs="*", help="questions to ask")
    parser.add_argument("--histogram", type=Path, help="JSON file: answers that took at most so many ms")
    asked = parser.parse_args(arguments)
    machine = {"processors": os.cpu_count(), "load_before": [round(each, 2) for each in os.getloadavg()]}
    sys.stdout.write(json.dumps(machine) + "\n")
    headers, histograms = bearer(asked.home), {}
    with server(asked.home) as url:
        for name, paths in paths_of(asked.home).items():
            if not paths or (asked.only and name not in asked.only):
                continue
            one_by_one(url, paths, headers, 20)
            _HISTOGRAM.clear()
            figures = {
                "one_by_one": one_by_one(url, paths, headers, asked.requests),
                f"at_{asked.rate:g}_per_second": measure(url, paths, headers, asked.rate, asked.seconds),
            }
            sys.stdout.write(json.dumps({name: _rounded(figures)}) + "\n")
            histograms[name] = dict(sorted(_HISTOGRAM.items()))
    if asked.histogram:
        asked.histogram.write_text(json.dumps(histograms, indent=1), encoding="utf-8")


def _rounded(figures: dict[str, Figures]) -> dict[str, Figures]:
    return {name: {key: round(value, 2) for key, value in each.items()} for name, each in figures.items()}


if __name__ == "__main__":
    main()
