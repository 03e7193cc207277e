"""track: the ids that tonight's rings carry on from the night before, and what happened to every ring since."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph.detect import lineage
from linkgraph.runs import Run
from linkgraph.stages.night import Counts, Night
from linkgraph.tables import TABLES


def track(night: Night) -> Counts:
    """Tonight's groups -> the ring ids they carry on, and what happened to every ring since the night before."""
    groups = _weighted_groups(night)
    known = _fronts(night.previous) if night.previous else []
    day = night.clock // 1_000_000
    name = _namer(f"{day}:{night.seed}")
    tracked = lineage.track(known, groups, night.run.run_id, name, night.parameters)
    table = {
        "ring_id": tracked.ring_ids,
        "first_seen_run": tracked.first_seen,
        "last_changed_run": tracked.last_changed,
    }
    schema = pa.schema([("number", pa.int32()), *((column, pa.string()) for column in table)])
    night.keep("ring_names", pa.table({"number": range(len(groups))} | table, schema))
    night.work("members_named")
    _keep_fronts(night, tracked, groups)
    events = [
        (event.ring_id, night.run.run_id, event.event, event.other, event.account_id, None, None, None)
        for event in sorted(tracked.events, key=lambda e: (e.ring_id, e.event, e.other or "", e.account_id or ""))
    ]
    columns = zip(*events, strict=True) if events else [()] * len(TABLES["ring_events"])
    table_rows = [pa.array(column, field.type) for column, field in zip(columns, TABLES["ring_events"], strict=True)]
    night.keep_public("ring_events", pa.table(table_rows, schema=TABLES["ring_events"]))
    return dict(sorted(Counter(event.event for event in tracked.events).items()))


def _namer(night_key: str) -> Callable[[str], str]:
    return lambda first: f"R-{hashlib.sha256(f'{night_key}:{first}'.encode()).hexdigest()[:12]}"


def _weighted_groups(night: Night) -> list[dict[str, float]]:
    """Members of each ring with the weight their memory has: confirmed fraud, then core, likely, fringe."""
    members = night.columns("ring_groups")
    seeds = night.columns("seeds")
    fraud = set(seeds["account"][seeds["label"] == "fraud"].tolist())
    names = pq.read_table(night.run.work("roster"), columns=["account_id"])["account_id"]
    keys = names.take(pa.array(members["account"])).to_pylist()
    p = night.parameters
    weights = {"core": p.weight_core, "likely": p.weight_likely, "fringe": p.weight_fringe}
    groups: list[dict[str, float]] = [{} for _ in range(night.size("ring_facts"))]
    for number, account, key, word in zip(
        members["number"], members["account"], keys, members["membership"], strict=True
    ):
        groups[number][key] = p.weight_fraud if account in fraud else weights[word]
    return groups


def _fronts(previous: Run) -> list[lineage.Known]:
    rows = pq.read_table(previous.work("ring_fronts")).to_pylist()
    return [lineage.Known(**row | {"members": json.loads(row["members"])}) for row in rows]


def _keep_fronts(night: Night, tracked: lineage.Tracked, groups: list[dict[str, float]]) -> None:
    """Last known members of every ring, for the next night."""
    active = [
        lineage.Known(*row)
        for row in zip(tracked.ring_ids, groups, tracked.first_seen, tracked.last_changed, strict=True)
    ]
    rows = sorted([*active, *tracked.dormant], key=lambda ring: ring.ring_id)
    columns = {
        "ring_id": [ring.ring_id for ring in rows],
        "members": [json.dumps(dict(sorted(ring.members.items()))) for ring in rows],
        "first_seen_run": [ring.first_seen_run for ring in rows],
        "last_changed_run": [ring.last_changed_run for ring in rows],
        "idle": [ring.idle for ring in rows],
    }
    schema = pa.schema([(name, pa.int32() if name == "idle" else pa.string()) for name in columns])
    night.keep("ring_fronts", pa.table(columns, schema))
