"""ring: from linked pairs to rings, with what is known of each."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph.detect import ring_score, rings
from linkgraph.stages.night import FRAUD_LABELS, Counts, Night


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
