"""Middle-sized nights that follow each other: most stays, some values change, some things go and some come."""

import itertools
import random
from typing import Any

import pyarrow.parquet as pq

from linkgraph.runs import Run
from linkgraph.store.base import GraphView
from tests.builders import (
    AS_OF,
    Row,
    Tables,
    account,
    contribution,
    event,
    identifier,
    member,
    pair,
    ring,
    tables,
    used,
)

Answers = dict[str, object]
Question = tuple[Any, ...]

_KINDS = ("device", "card", "ip", "email")


def night(number: int, accounts: int) -> Tables:
    """Night `number` of a world of about this many accounts; the same number gives the same night."""
    held = [f"a{index:05}" for index in range(accounts) if (index + number) % 10]
    keys = [f"{_KINDS[index % 4]}:{index:05}" for index in range(accounts // 2) if (index + number) % 7]
    rings = [f"r{index:04}" for index in range(accounts // 20) if (index + number) % 5]
    return tables(
        accounts=[_account(number, name) for name in held],
        identifiers=[identifier(key, degree=_draw(number, key).randint(1, 9), counted="ip" not in key) for key in keys],
        rings=[ring(name, score=_draw(number, name).choice([0.25, 0.5, 0.75])) for name in rings],
        used=[row for name in held for row in _used(number, name, keys)],
        ring_members=[
            member(rings[index % len(rings)], name, _draw(number, name).choice([0.7, 0.95]))
            for index, name in enumerate(held)
        ],
        links=[
            pair(a, b, 3.0 + number % 2, ["access=9"], [keys[index % len(keys)]])
            for index, (a, b) in enumerate(itertools.pairwise(held))
        ],
        contributions=[
            contribution(name, "one_hop", 0.1 * number, keys[index]) for index, name in enumerate(held[:50])
        ],
        ring_events=[
            event(name, "grew", run_id=f"n-{night}", as_of=AS_OF + night, account_id=held[night], bits=0.5 * night)
            for night in range(number + 1)
            for name in rings[night::7]
        ],
    )


def _account(number: int, name: str) -> Row:
    draw = _draw(number, name)
    flagged = draw.random() < 0.1
    return account(name, propagated=2.0 if flagged else 0.0, flagged=flagged, role="mule" if flagged else "unknown")


def _used(number: int, name: str, keys: list[str]) -> list[Row]:
    draw = random.Random(name)
    chosen = draw.sample(range(len(keys)), 3)
    return [used(name, keys[index], last=1 + (number + index) % 2) for index in sorted(chosen)]


def _draw(number: int, name: str) -> random.Random:
    """Chance that changes for one thing in three from night to night."""
    steady = random.Random(name).random() > 1 / 3
    return random.Random(f"{name} {0 if steady else number}")


def answers(view: GraphView, run: Run) -> Answers:
    """What a view says of everything its run holds, primitive by primitive."""
    asked = questions(run)
    return {"run": view.run()} | {f"{number} {one[0]}": ask(view, one) for number, one in enumerate(asked)}


def questions(run: Run) -> list[Question]:
    """Every primitive, asked about all that a run holds, with a limit that cuts and one that does not."""
    held = {name: pq.read_table(run.table(name)).to_pylist() for name in ("accounts", "identifiers", "rings")}
    ids = [row["account_id"] for row in held["accounts"]]
    keys = [f"{row['kind']}:{row['identifier']}" for row in held["identifiers"]]
    rings = [row["ring_id"] for row in held["rings"]]
    middle = sorted((-row["score"], row["ring_id"]) for row in held["rings"])[len(rings) // 2 :][:1]
    return [
        ("accounts", ids),
        ("identifiers", keys),
        ("contributions", ids),
        ("rings_by_id", rings),
        ("members", rings),
        ("ring_events", rings),
        ("ring_events_after", AS_OF),
        *[("links", ids, limit) for limit in (1, 1000)],
        *[("users", keys, limit) for limit in (2, 1000)],
        *[("pairs", ids, limit) for limit in (1, 1000)],
        *[("flagged", limit) for limit in (7, len(ids))],
        *[("rings", limit) for limit in (5, len(rings))],
        *[("rings", 5, (-score, ring_id)) for score, ring_id in middle],
    ]


def ask(view: GraphView, question: Question) -> object:
    """The answer to one question."""
    name, *values = question
    return getattr(view, name)(*values)
