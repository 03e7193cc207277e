"""How long the answers that people read take over real HTTP, at a constant rate of arrival.

By hand: `python -m tests.benchmarks.api_latency --home HOME [--rate 50] [--seconds 20] [--only card why]
[--processes 2] [--histogram FILE]`. Requests start when they are due whether or not earlier ones have ended, and
latency counts from then, so that a stall is seen in full. Several processes are asked by turns, as a proxy would.
`--swap RUN` publishes that run of the home and the published one by turns meanwhile, every five seconds.
`--histogram` keeps how many answers took how long, not only four of its points. Memory of the processes is looked at
once a second: medians of the first and last tenth, and the slope over the second half. `tests.benchmarks.large_ring`
makes a home with a ring of 500.
"""

import argparse
import json
import math
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, RemoteDisconnected
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pyarrow.parquet as pq

from linkgraph import runs
from linkgraph.casework import keys
from linkgraph.casework.database import open_database
from linkgraph.nightly import publish
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


class Server(NamedTuple):
    """A server in a process of its own."""

    netloc: str
    pid: int

    def megabytes(self) -> float:
        """Memory that it has in use now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def server(home: Path) -> Iterator[Server]:
    """A server as people run it."""
    command = [sys.executable, "-c", SERVE, str(home)]
    env = os.environ | {"LINKGRAPH_REQUESTS_PER_MINUTE": "1000000"}
    with subprocess.Popen(
        command, cwd=Path.cwd(), env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Server(process.stdout.readline().strip().removeprefix("http://"), process.pid)
        finally:
            process.terminate()


class Asker:
    """Asks servers by turns; each thread keeps its own connections. Cheap, since it shares the machine with them."""

    def __init__(self, servers: Sequence[Server], headers: dict[str, str]) -> None:
        self._servers, self._headers, self._local = servers, headers, threading.local()
        self._opened: list[HTTPConnection] = []

    def status(self, number: int, path: str) -> int:
        """The status of one answer, read to its end."""
        connection = self._connection(self._servers[number % len(self._servers)].netloc)
        try:
            return self._ask(connection, path)
        except (RemoteDisconnected, ConnectionError):
            # A server closes what was idle for some seconds; the next request finds out.
            connection.close()
            return self._ask(connection, path)

    def close(self) -> None:
        """Close every connection."""
        for connection in self._opened:
            connection.close()

    def _connection(self, netloc: str) -> HTTPConnection:
        known = self._local.__dict__.setdefault("connections", {})
        if netloc not in known:
            known[netloc] = HTTPConnection(netloc, timeout=30)
            self._opened.append(known[netloc])
        connection: HTTPConnection = known[netloc]
        return connection

    def _ask(self, connection: HTTPConnection, path: str) -> int:
        connection.request("GET", path, headers=self._headers)
        answer = connection.getresponse()
        answer.read()
        return int(answer.status)


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
    paths = {
        "card": [f"/v1/accounts/{_id(each)}" for each in ids],
        "explanation": [f"/v1/accounts/{_id(each)}/explanation" for each in ids],
        "timeline": [f"/v1/accounts/{_id(each)}/timeline" for each in ids],
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
    shift = [each for name, share in _SHIFT.items() if paths[name] for each in draw.choices(paths[name], k=100 * share)]
    return paths | {"as on a shift": shift}


# Of a hundred questions: most are cards; some go on to the explanation, a few to a ring, a link or the timeline.
_SHIFT = {"card": 70, "explanation": 19, "ring": 4, "why, one ring": 4, "around, one hop": 2, "timeline": 1}
# Seconds between two publishes.
_SWAP_SECONDS = 5.0


def _id(text: str) -> str:
    return quote(text, safe="")


def _link(a: str, b: str) -> str:
    return f"/v1/accounts/{_id(a)}/links/{_id(b)}"


def measure(asker: Asker, servers: Sequence[Server], paths: Sequence[str], rate: float, seconds: float) -> Figures:
    """Latencies in milliseconds at `rate` requests a second, and memory in MB."""
    chosen = random.Random(0).choices(paths, k=max(1, int(rate * seconds)))
    with ThreadPoolExecutor(64) as pool, _watched(servers) as memory:
        start = time.perf_counter() + 0.05

        def ask(number: int) -> tuple[float, int]:
            due = start + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            status = asker.status(number, chosen[number])
            return (time.perf_counter() - due) * 1000, status

        answers = list(pool.map(ask, range(len(chosen))))
        took = time.perf_counter() - start
    return _figures([each for each, _ in answers], [status for _, status in answers], took) | _memory(memory)


@contextmanager
def _swapping(home: Path, other: str) -> Iterator[list[str]]:
    """Publish another run and the published one by turns; the published one in the end. Gives what was published."""
    settings, own, ended = read_settings(home=home), runs.open_run(home), threading.Event()
    turns, swaps = (runs.open_run(home, other), own), list[str]()

    def swap() -> None:
        while not ended.wait(_SWAP_SECONDS):
            run = turns[len(swaps) % 2]
            publish(settings, run)
            swaps.append(run.run_id)

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        yield swaps
    finally:
        ended.set()
        swapping.join()
        publish(settings, own)


@contextmanager
def _watched(servers: Sequence[Server]) -> Iterator[list[float]]:
    memory, ended = [], threading.Event()

    def watch() -> None:
        while not ended.wait(1.0):
            memory.append(sum(server.megabytes() for server in servers))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield memory
    finally:
        ended.set()
        watching.join()


def _memory(memory: Sequence[float]) -> Figures:
    later, tenth = memory[len(memory) // 2 :], math.ceil(len(memory) / 10)
    if len(later) < 2:
        return {}
    # Single looks meet answers under way: a timeline takes a hundred MB while it is read.
    first, last = (statistics.median(part) for part in (memory[:tenth], memory[-tenth:]))
    slope = statistics.linear_regression(range(len(later)), later).slope * 60
    return {"mb_first": first, "mb_last": last, "mb_per_minute": slope}


def one_by_one(asker: Asker, paths: Sequence[str], requests: int) -> Figures:
    """Latencies in milliseconds with one request at a time."""
    latencies, statuses, start = [], [], time.perf_counter()
    for number, path in enumerate(random.Random(1).choices(paths, k=requests)):
        before = time.perf_counter()
        statuses.append(asker.status(number, path))
        latencies.append((time.perf_counter() - before) * 1000)
    return _figures(latencies, statuses, time.perf_counter() - start)


def _figures(latencies: Sequence[float], statuses: Sequence[int], took: float) -> Figures:
    ordered = sorted(latencies)
    at = {name: ordered[min(int(len(ordered) * share), len(ordered) - 1)] for name, share in _SHARES}
    refused = {f"status_{each}": float(count) for each, count in sorted(Counter(statuses).items()) if each != 200}
    errors = sum(status != 200 for status in statuses)
    _HISTOGRAM.update(_bucket(each) for each in latencies)
    return {"requests": len(ordered), "errors": errors, "per_second": len(ordered) / took} | refused | at


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
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="questions to ask")
    parser.add_argument("--swap", metavar="RUN", help="another run of the home, published by turns with its own")
    parser.add_argument("--histogram", type=Path, help="JSON file: answers that took at most so many ms")
    asked = parser.parse_args(arguments)
    machine = {"processors": os.cpu_count(), "load_before": [round(each, 2) for each in os.getloadavg()]}
    sys.stdout.write(json.dumps(machine) + "\n")
    histograms = {}
    with ExitStack() as running:
        servers = [running.enter_context(server(asked.home)) for _ in range(asked.processes)]
        asker = running.enter_context(closing(Asker(servers, bearer(asked.home))))
        if asked.swap:
            swaps = running.enter_context(_swapping(asked.home, asked.swap))
        for name, paths in paths_of(asked.home).items():
            if not paths or (asked.only and name not in asked.only):
                continue
            one_by_one(asker, paths, 20)
            _HISTOGRAM.clear()
            figures = {
                "one_by_one": one_by_one(asker, paths, asked.requests),
                f"at_{asked.rate:g}_per_second": measure(asker, servers, paths, asked.rate, asked.seconds),
            }
            sys.stdout.write(json.dumps({name: _rounded(figures)}) + "\n")
            histograms[name] = dict(sorted(_HISTOGRAM.items()))
    if asked.swap:
        sys.stdout.write(json.dumps({"swaps": len(swaps)}) + "\n")
    if asked.histogram:
        asked.histogram.write_text(json.dumps(histograms, indent=1), encoding="utf-8")


def _rounded(figures: dict[str, Figures]) -> dict[str, Figures]:
    return {name: {key: round(value, 2) for key, value in each.items()} for name, each in figures.items()}


if __name__ == "__main__":
    main()
