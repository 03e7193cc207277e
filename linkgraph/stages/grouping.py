"""ring: from linked pairs to rings: propose overlapping candidates, judge each by the ring model, choose. Components in
which nothing has changed since the night before keep their rings.
"""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph.detect import candidates, recall, ring_features, ring_model, rings
from linkgraph.detect.choosing import choose
from linkgraph.errors import RunError
from linkgraph.parameters import Parameters
from linkgraph.runs import Run
from linkgraph.stages.night import Counts, Night
from linkgraph.stages.proposing import Floats, Proposal, chance, marks, propose, read_pairs


def ring(night: Night) -> Counts:
    """Linked pairs -> rings, their members, and how surely each is one."""
    learned = night.models.get("ring")
    if learned is None:
        raise RunError("the ring model is missing: linkgraph/shipped/ring.json")
    model, memory = ring_model.ring_model(learned.values), _memory(night.previous)
    pairs, firm = read_pairs(night)
    rules = night.parameters.digest() + learned.digest()
    parts = recall.split(night.size("roster"), pairs, chance(night).key, marks(night), rules, night.parameters.ring_min)
    proposal = propose(night, recall.changed(parts, memory, pairs))
    fresh, worth = _chosen(proposal, _held(night, proposal.pairs), model, night.parameters)
    kept, kept_worth = recall.recalled(parts, memory)
    pool, value = candidates.ordered(candidates.joined([fresh, kept]), np.concatenate([worth, kept_worth]))
    _keep_memory(night, recall.remembered(parts, pool, value))
    groups = _groups(pool, pairs, night.parameters)
    _keep_members(night, groups, pairs, firm)
    rows = replace(proposal, pairs=pairs).features(pool)
    shares = model.shares(rows)
    _keep_reasons(night, rows, shares)
    _keep_facts(night, groups, model.probability(value), ring_features.in_words(rows, shares))
    unchanged = sum(part.digest in memory for part in parts)
    counts: Counts = {
        "components": len(parts),
        "unchanged": unchanged,
        "candidates": len(proposal.pool),
        "rings": len(groups),
    }
    return counts | dict(sorted(Counter(group.status for group in groups).items()))


def _held(night: Night, pairs: candidates.Linked) -> candidates.Pool:
    """The rings of the night before, as far as tonight's pairs hold them together."""
    before = night.previous
    if before is None or not before.work("members_named").is_file():
        return candidates.pool_of([])
    rows = pq.read_table(before.work("members_named"), columns=["ring_id", "account"])
    then, now = (
        pq.read_table(run.work("roster"), columns=["account_id"])["account_id"].combine_chunks()
        for run in (before, night.run)
    )
    account = pc.fill_null(pc.index_in(then.take(rows["account"].combine_chunks()), now), -1).to_numpy()
    ring = rows["ring_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    known = account >= 0
    parts = ring_features.connected_parts(candidates.grouped(ring[known], account[known]), pairs)
    return parts.where(parts.size >= night.parameters.ring_min)


def _chosen(
    proposal: Proposal, held: candidates.Pool, model: ring_model.RingModel, parameters: Parameters
) -> tuple[candidates.Pool, Floats]:
    def judge(pool: candidates.Pool) -> Floats:
        enough = proposal.owners(pool) >= parameters.ring_min
        return np.where(enough, model.predict(proposal.features(pool)), -1.0)

    def apart(pool: candidates.Pool) -> candidates.Pool:
        return ring_features.connected_parts(pool, proposal.pairs)

    floor = model.prediction_for(parameters.ring_threshold)
    return choose(proposal.pool, held, judge, apart, floor, parameters)


def _groups(pool: candidates.Pool, pairs: candidates.Linked, parameters: Parameters) -> list[rings.Group]:
    inside = ring_features.pairs_inside(pool, pairs)
    bounds = np.searchsorted(inside.of, np.arange(len(pool) + 1))
    return [
        rings.Group(pool.group(n), inside.pair[bounds[n] : bounds[n + 1]], _status(size, parameters))
        for n, size in enumerate(pool.size.tolist())
    ]


def _status(size: int, parameters: Parameters) -> str:
    return "active" if size <= parameters.ring_max else "oversized"


def _memory(previous: Run | None) -> recall.Memory:
    if previous is None or not previous.work("ring_memory").is_file():
        return {}
    rows = pq.read_table(previous.work("ring_memory")).to_pylist()
    return {row["digest"]: [(places, worth) for places, worth in json.loads(row["rings"])] for row in rows}


def _keep_memory(night: Night, memory: recall.Memory) -> None:
    columns = {"digest": list(memory), "rings": [json.dumps(found) for found in memory.values()]}
    night.keep("ring_memory", pa.table(columns, pa.schema([("digest", pa.string()), ("rings", pa.string())])))


def _keep_members(night: Night, groups: list[rings.Group], pairs: candidates.Linked, bare: Floats) -> None:
    """One row per member; `firm`: the confidence by `bare`, the probabilities with IP addresses left out."""
    p, luck = night.parameters, chance(night)
    kept = (pairs.a, pairs.b, pairs.probability)
    without_ip = (pairs.a, pairs.b, bare)
    seeds = [luck.seed_for(int(group.members[0])) for group in groups]
    sure = [rings.confidence(group, kept, p, seed) for group, seed in zip(groups, seeds, strict=True)]
    firm = [rings.confidence(group, without_ip, p, seed) for group, seed in zip(groups, seeds, strict=True)]
    confidence = _joined(sure, np.float64)
    table = {
        "number": np.repeat(np.arange(len(groups), dtype=np.int32), [len(group.members) for group in groups]),
        "account": _joined([group.members for group in groups], np.int32),
        "confidence": confidence,
        "firm": _joined(firm, np.float64),
        "membership": pa.array(rings.membership(confidence, p).tolist(), pa.string()),
    }
    night.keep("ring_groups", pa.table(table))


def _joined(parts: list[np.ndarray[Any, Any]], dtype: type[np.generic]) -> np.ndarray[Any, Any]:
    return np.concatenate([np.empty(0, dtype=dtype), *parts]).astype(dtype)


def _keep_facts(night: Night, groups: list[rings.Group], score: Floats, because: list[str]) -> None:
    """One row per ring: evidence that it is one, score and what decided it, size, density, fragility, status."""
    members = night.columns("ring_groups")
    core = np.bincount(members["number"][members["membership"] == "core"], minlength=len(groups))
    table = {
        "number": pa.array(range(len(groups)), pa.int32()),
        "evidence": ring_model.evidence(score),
        "score": score,
        "size": pa.array([len(group.members) for group in groups], pa.int32()),
        "core_size": pa.array(core, pa.int32()),
        "density": np.array([group.density for group in groups], dtype=np.float64),
        "fragility": pa.array(_fragilities(night, core), pa.int32()),
        "status": pa.array([group.status for group in groups], pa.string()),
        "because": pa.array(because, pa.string()),
    }
    night.keep("ring_facts", pa.table(table))


def _keep_reasons(night: Night, rows: Floats, shares: Floats) -> None:
    """Every feature of each ring that moved its prediction, its value (null: unknown), and by how much."""
    number, feature = np.nonzero(shares)
    table = {
        "number": number.astype(np.int32),
        "feature": pa.array([ring_features.FEATURES[index] for index in feature], pa.string()),
        "value": pa.array(rows[number, feature], from_pandas=True),
        "share": shares[number, feature],
    }
    night.keep("ring_reasons", pa.table(table))


def _fragilities(night: Night, core: np.ndarray[Any, Any]) -> list[int]:
    uses: list[dict[int, set[int]]] = [{} for _ in core]
    for row in night.engine.read("core_uses").to_pylist():
        uses[row["number"]].setdefault(row["identifier"], set()).add(row["account"])
    return [rings.fragility(list(held.values()), int(size)) for held, size in zip(uses, core, strict=True)]
