"""Whether rings keep their ids and members from one night to the next, where nothing or little has changed."""

from typing import Any

import numpy as np
import pyarrow.parquet as pq

from linkgraph import runs
from linkgraph.evaluate.ablations import change_links
from linkgraph.evaluate.nights import Change, RunNight
from linkgraph.runs import Run
from linkgraph.settings import Settings

Found = dict[str, Any]

_CHANGED = 0.01  # share of the links


def measure_stability(settings: Settings, night: Run, run_night: RunNight, seed: int) -> Found:
    """The night after `night`, a second later and on the same ledger: once as it is, once with 1 % of the links
    changed.
    """
    runs.move_pointer(settings.home, night)
    clock = (night.record()["as_of"] + 1) * 1_000_000

    def after(name: str, before: dict[str, Change]) -> Found:
        return _kept(_members(night), _members(run_night(settings, clock, name, before)))

    changed = {"weigh": lambda tables: change_links(tables, seed, _CHANGED)}
    return {"unchanged": after("the night after", {}), "one_percent_changed": after("1 % of links changed", changed)}


def _members(run: Run) -> dict[str, frozenset[str]]:
    rows = pq.read_table(run.table("ring_members"), columns=["ring_id", "account_id"]).to_pylist()
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["ring_id"], set()).add(row["account_id"])
    return {ring: frozenset(members) for ring, members in sorted(found.items())}


def _kept(before: dict[str, frozenset[str]], after: dict[str, frozenset[str]]) -> Found:
    """Shares of the rings of the first night: whose id is still there, with exactly the members it had; and how
    alike.
    """
    if not before:
        return {"rings": 0, "kept_id": None, "kept_members": None, "mean_jaccard": None}
    alike = [_jaccard(held, after.get(ring, frozenset())) for ring, held in before.items()]
    return {
        "rings": len(before),
        "kept_id": round(float(np.mean([ring in after for ring in before])), 4),
        "kept_members": round(float(np.mean([after.get(ring) == held for ring, held in before.items()])), 4),
        "mean_jaccard": round(float(np.mean(alike)), 4),
    }


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
