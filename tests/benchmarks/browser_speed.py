"""How long the questions of investigators take in a large Neo4j graph, and the reads that the API puts together.

By hand, after `tests.benchmarks.load_speed` on the same home: `python -m tests.benchmarks.browser_speed --home DIR
[--calls 200]`. Each statement of `queries/browser` is asked as the Browser sends it and each read through a view, warm,
of accounts, pairs and rings drawn from the run; then again of those around its largest hubs. A line each: milliseconds
at p50, p95 and p99.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import neo4j
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph import queries
from linkgraph.kit.guides import DEFAULTS
from linkgraph.runs import Run
from linkgraph.settings import read_settings
from linkgraph.store.base import GraphView
from linkgraph.store.neo4j import Login, Neo4jView, login_of
from linkgraph.store.neo4j.connection import wait_for
from linkgraph.store.neo4j.places import graph_place
from tests.neo4j_server import jars
from tests.neo4j_server.homes import PASSWORD

HUBS: Final = 20
MANY: Final = 50
WARM: Final = 20

Given = Callable[[random.Random], dict[str, Any]]


@dataclass(frozen=True)
class Subjects:
    """Whom one asks about: accounts, pairs of accounts that share something, tokens ('kind:token') and rings."""

    accounts: Sequence[str]
    pairs: Sequence[tuple[str, str]]
    keys: Sequence[str]
    rings: Sequence[str]

    def browser(self, draw: random.Random) -> dict[str, Any]:
        """Values for every parameter of a statement, in the numbers that the Browser sends."""
        account, other = draw.choice(self.pairs)
        chosen = {"account_id": account, "other_id": other, "ring_id": draw.choice(self.rings)}
        text = draw.choice(("", "Account", draw.choice(self.accounts), draw.choice(self.keys)))
        numbers = {name: float(value) for name, value in DEFAULTS.items() if isinstance(value, int)}
        return {**DEFAULTS, **numbers, **chosen, "text": text}

    def reads(self, view: GraphView) -> dict[str, Callable[[random.Random], object]]:
        """Each read as the API asks it: of one, or of as many as one step around an account meets."""

        def some(names: Sequence[str], draw: random.Random) -> list[str]:
            return draw.sample(names, min(MANY, len(names)))

        return {
            "accounts, 1": lambda draw: view.accounts([draw.choice(self.accounts)]),
            f"accounts, {MANY}": lambda draw: view.accounts(some(self.accounts, draw)),
            f"identifiers, {MANY}": lambda draw: view.identifiers(some(self.keys, draw)),
            "links of 1": lambda draw: view.links([draw.choice(self.accounts)], 201),
            f"links of {MANY}": lambda draw: view.links(some(self.accounts, draw), MANY),
            "users of 1": lambda draw: view.users([draw.choice(self.keys)], 101),
            f"users of {MANY}": lambda draw: view.users(some(self.keys, draw), MANY),
            f"pairs of {MANY}": lambda draw: view.pairs(some(self.accounts, draw), MANY),
            f"pairs among {MANY}": lambda draw: view.pairs_among(some(self.accounts, draw), MANY),
            "contributions": lambda draw: view.contributions([draw.choice(self.accounts)]),
            "flagged": lambda draw: view.flagged(MANY),
            "rings": lambda draw: view.rings(MANY),
            "members": lambda draw: view.members([draw.choice(self.rings)]),
            "ring events": lambda draw: view.ring_events([draw.choice(self.rings)]),
        }


def drawn(run: Run, keys: pa.Array, draw: random.Random) -> Subjects:
    """Some users of these identifiers, and pairs of two users of one."""
    used = pq.read_table(run.table("used"), columns=["account_id", "kind", "identifier"])
    named = pc.binary_join_element_wise(used["kind"], used["identifier"], ":")
    found = (
        used.append_column("key", named)
        .filter(pc.is_in(named, keys))
        .group_by("key")
        .aggregate([("account_id", "list")])
    )
    users = [draw.sample(each, min(len(each), MANY)) for each in found["account_id_list"].to_pylist()]
    pairs = [(each[0], each[1]) for each in users if len(each) > 1]
    rings = pq.read_table(run.table("rings"), columns=["ring_id"])["ring_id"].to_pylist()
    return Subjects([name for each in users for name in each], pairs, keys.to_pylist(), rings)


def subjects(run: Run) -> dict[str, Subjects]:
    """Those of a whole graph, and those around its largest hubs."""
    table = pq.read_table(run.table("identifiers"), columns=["kind", "identifier", "degree"])
    keys = pc.binary_join_element_wise(table["kind"], table["identifier"], ":").combine_chunks()
    draw = random.Random(0)
    shared = pc.indices_nonzero(pc.greater(table["degree"], 1)).to_pylist()
    largest = pc.sort_indices(table, [("degree", "descending")])[:HUBS]
    chosen = {"anywhere": pa.array(draw.sample(shared, 2000)), f"the {HUBS} largest hubs": largest}
    return {name: drawn(run, keys.take(at), draw) for name, at in chosen.items()}


def times(ask: Callable[[random.Random], object], calls: int) -> list[float]:
    """Milliseconds of each call, in order; a few calls before them do not count."""
    draw, found = random.Random(1), []
    for _ in range(WARM + calls):
        began = time.perf_counter()
        ask(draw)
        found.append((time.perf_counter() - began) * 1000)
    return sorted(found[WARM:])


def statements(session: neo4j.Session, asked: Subjects) -> Iterator[tuple[str, Callable[[random.Random], object]]]:
    """Each statement of the Browser, all its rows read."""
    for name in queries.names("browser"):
        query = queries.load("browser", name)

        def ask(draw: random.Random, query: queries.Query = query) -> object:
            given = asked.browser(draw)
            return session.run(query.text, {each: given[each] for each in query.params}).values()

        yield name, ask


def measure(login: Login, run: Run, calls: int) -> Iterator[str]:
    """A line for each statement and read."""
    found = subjects(run)
    with (
        neo4j.GraphDatabase.driver(
            login.uri, auth=(login.user, login.password), notifications_min_severity="OFF"
        ) as driver,
        driver.session(database="neo4j") as session,
        closing(Neo4jView(login, run.run_id)) as view,
    ):
        for where, asked in found.items():
            yield f"| {where} | p50 | p95 | p99 |"
            reads = asked.reads(view)
            if len(asked.keys) < MANY:
                # The API asks for the users of one hub, and follows none.
                del reads[f"users of {MANY}"]
            for name, ask in [*statements(session, asked), *reads.items()]:
                taken = times(ask, calls)
                shown = (taken[int(calls * share)] for share in (0.5, 0.95, 0.99))
                yield f"| {name} | {' | '.join(f'{each:.1f}' for each in shown)} |"


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.browser_speed", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--calls", type=int, default=200)
    asked = parser.parse_args()
    settings = read_settings(home=asked.home, store="neo4j", neo4j_password=PASSWORD, neo4j_lib=jars.fetch())
    login, home = login_of(settings), graph_place(settings).home
    found = home.is_served
    if not found:
        home.start()
    try:
        wait_for(login)
        for line in measure(login, Run("r-drawn", asked.home / "runs" / "r-drawn"), asked.calls):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    finally:
        if not found:
            home.stop()


if __name__ == "__main__":
    main()
