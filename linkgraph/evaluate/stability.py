"""Whether rings keep their ids and members from one night to the next, where nothing or little has changed."""

from typing import Any

import numpy as np
import pyarrow.parquet as pq

from linkgraph import runs
from linkgraph.evaluate.ablations import change_links
from linkgraph.evaluate.nights import AS_IT_IS, Change, RunNight
from linkgraph.runs import Run
from linkgraph.settings import Settings

Found = dict[str, Any]

_DAY = 86_400
_CHANGED = 0.01  # share of the links


def measure_stability(settings: Settings, night: Run, run_night: RunNight, seed: int) -> Found:
    """Two nights on the same ledger, a second apart and on one day: the second once as it is, once with 1 % of the
    links
    changed. `night` gives the time.
    """
    clock = night.record()["as_of"]
    first = clock - 1 if clock % _DAY else clock
    before_it = run_night(settings, first * 1_000_000, AS_IT_IS, {})
    runs.move_pointer(settings.home, before_it)

    def after(name: str, before: dict[str, Change]) -> Found:
        run = run_night(settings, (first + 1) * 1_000_000, name, before)
        return _kept(_members(before_it), _members(run))

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
