"""ring, track: from linked pairs to rings, and to the ids they carry from night to night."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph.detect import lineage, ring_score, rings
from linkgraph.runs import Run
from linkgraph.stages.night import FRAUD_LABELS, Counts, Night
from linkgraph.tables import TABLES


def ring(night: Night) -> Counts:
    """Linked pairs -> rings with their members and how much they look like rings; households are set aside and
    counted.
    """
    kept = night.columns("kept_pairs")
    names = pq.read_table(night.run.work("roster"), columns=["account_id"])["account_id"]
    chance = rings.Chance(night.seed, lambda number: str(names[number]))
    edges = (kept["a"], kept["b"], kept["probability"])
    people = _people(night)
    found = rings.find_rings(len(names), edges, night.parameters, chance)
    # An owner with many sub-accounts and one outsider are a pair, not a ring.
    found = [group for group in found if ring_score.owners(group, people) >= night.parameters.ring_min]
    groups = [group for group in found if not ring_score.is_household(group, people)]
    _keep_groups(night, groups, edges, (kept["a"], kept["b"], kept["firm"]))
    _keep_facts(night, groups, kept["families"], people)
    statuses = Counter(group.status for group in groups)
    return {"rings": len(groups), "households_set_aside": len(found) - len(groups), **dict(sorted(statuses.items()))}


def _people(night: Night) -> ring_score.People:
    roster = pq.read_table(night.run.work("roster"))
    seeds = night.columns("seeds")
    fraud = np.zeros(len(roster), dtype=bool)
    fraud[seeds["account"][np.isin(seeds["label"], FRAUD_LABELS)]] = True
    opened = pc.fill_null(roster["created_at"], 0).to_numpy()
    young = opened >= night.clock // 1_000_000 - night.parameters.young_account_days * 86_400
    owner, surname, address = (_codes(roster[name]) for name in ("owner", "surname", "postal_address"))
    return ring_score.People(owner, surname, address, young, fraud)


def _codes(values: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.int32]]:
    indices = values.combine_chunks().dictionary_encode().indices
    return np.asarray(pc.fill_null(indices, -1), dtype=np.int32)


def _keep_groups(night: Night, groups: list[rings.Group], edges: rings.Edges, firm: rings.Edges) -> None:
    """One row per member; `firm`: the confidence with IP addresses left out."""
    sizes = [len(group.members) for group in groups]
    confidence = _joined([rings.confidence(group, edges) for group in groups], np.float64)
    table = {
        "number": np.repeat(np.arange(len(groups), dtype=np.int32), sizes),
        "account": _joined([group.members for group in groups], np.int32),
        "confidence": confidence,
        "firm": _joined([rings.confidence(group, firm) for group in groups], np.float64),
        "membership": pa.array(rings.membership(confidence, night.parameters).tolist(), pa.string()),
    }
    night.keep("ring_groups", pa.table(table))


def _joined(parts: list[np.ndarray[Any, Any]], dtype: type[np.generic]) -> np.ndarray[Any, Any]:
    return np.concatenate([np.empty(0, dtype=dtype), *parts]).astype(dtype)


def _keep_facts(
    night: Night, groups: list[rings.Group], families: np.ndarray[Any, np.dtype[np.int16]], people: ring_score.People
) -> None:
    """One row per ring: evidence that it is one, score, size, density, fragility, status."""
    sizes = np.array([len(group.members) for group in groups], dtype=np.int64)
    found = np.zeros(0)
    if groups:
        rows = np.array([ring_score.features(group, families, people) for group in groups])
        found = ring_score.ring_evidence(rows, sizes)
    members = night.columns("ring_groups")
    core = np.bincount(members["number"][members["membership"] == "core"], minlength=len(groups))
    table = {
        "number": pa.array(range(len(groups)), pa.int32()),
        "evidence": found,
        "score": -np.expm1(-found),
        "size": pa.array(sizes, pa.int32()),
        "core_size": pa.array(core, pa.int32()),
        "density": np.array([group.density for group in groups], dtype=np.float64),
        "fragility": pa.array(_fragilities(night, core), pa.int32()),
        "status": pa.array([group.status for group in groups], pa.string()),
    }
    night.keep("ring_facts", pa.table(table))


def _fragilities(night: Night, core: np.ndarray[Any, Any]) -> list[int]:
    uses: list[dict[int, set[int]]] = [{} for _ in core]
    for row in night.engine.read("core_uses").to_pylist():
        uses[row["number"]].setdefault(row["identifier"], set()).add(row["account"])
    return [rings.fragility(list(held.values()), int(size)) for held, size in zip(uses, core, strict=True)]


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
