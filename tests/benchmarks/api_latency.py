"""How long the card, the explanation and a ring take over real HTTP, at a constant rate of arrival.

By hand: `python -m tests.benchmarks.api_latency --home HOME [--rate 50] [--seconds 20]`. Requests start when they are
due whether or not earlier ones have ended, and latency counts from then, so that a stall is seen in full.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

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
    with subprocess.Popen(
        command, cwd=Path.cwd(), env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
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
    """What is asked: flagged accounts and members of rings, the same for card and explanation."""
    settings = read_settings(home=home)
    with closing(open_view(settings, runs.open_run(home))) as view:
        rings = [ring.ring_id for ring in view.rings(500)]
        accounts = {account.account_id for account in view.flagged(most)}
        accounts |= {member.account_id for member in view.members(rings)}
    ids = sorted(accounts)[:most]
    return {
        "card": [f"/v1/accounts/{each}" for each in ids],
        "explanation": [f"/v1/accounts/{each}/explanation" for each in ids],
        "ring": [f"/v1/rings/{each}" for each in rings],
    }


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
    return {"requests": len(ordered), "errors": errors, "per_second": len(ordered) / took} | at


_SHARES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures of each question as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--requests", type=int, default=500)
    asked = parser.parse_args(arguments)
    machine = {"processors": os.cpu_count(), "load_before": [round(each, 2) for each in os.getloadavg()]}
    sys.stdout.write(json.dumps(machine) + "\n")
    headers = bearer(asked.home)
    with server(asked.home) as url:
        for name, paths in paths_of(asked.home).items():
            one_by_one(url, paths, headers, 20)
            figures = {
                "one_by_one": one_by_one(url, paths, headers, asked.requests),
                f"at_{asked.rate:g}_per_second": measure(url, paths, headers, asked.rate, asked.seconds),
            }
            sys.stdout.write(json.dumps({name: _rounded(figures)}) + "\n")


def _rounded(figures: dict[str, Figures]) -> dict[str, Figures]:
    return {name: {key: round(value, 2) for key, value in each.items()} for name, each in figures.items()}


if __name__ == "__main__":
    main()
