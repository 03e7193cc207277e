"""One night: a pure function of the ledger as known at T, the parameters and the seed; published last.

project -> weigh -> pair -> ring -> propagate -> score -> explain -> check -> publish
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph import __version__, runs
from linkgraph.detect import evidence, pairs, propagation, rings, scoring
from linkgraph.engine.duckdb import DuckDBEngine, write_parquet
from linkgraph.errors import RunError
from linkgraph.explain import contributions
from linkgraph.kinds import KIND_NAMES
from linkgraph.ledger import FEEDS, Ledger
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.store import open_writer
from linkgraph.tables import TABLES

_TIES = {"fraud": "sigma_fraud", "suspected": "sigma_suspected", "chargeback": "sigma_recent_chargeback"}
_IP = KIND_NAMES.index("ip")
_CURRENT = ("accounts", "observations", "logins", "instruments", "payments", "p2p_orders", "labels", "disputes")


@dataclass(frozen=True, slots=True)
class Scores:
    """The solved network of a night."""

    network: propagation.Network
    voltage: np.ndarray[Any, np.dtype[np.float64]]
    blocks: scoring.Blocks
    without_ip: scoring.Blocks


def run_night(settings: Settings, as_of: int | None = None, seed: int = 0) -> Run:
    """Run a night as of `as_of` (epoch microseconds; default: the newest known time in the ledger) and publish it."""
    ledger = Ledger(settings.ledger_folder)
    newest = ledger.newest_known_at()
    if newest is None:
        raise RunError("the ledger is empty: run `linkgraph ingest` first")
    clock = newest if as_of is None else as_of
    record = _record(settings, ledger, clock, seed)
    run = Run(record["run_id"], settings.home / "runs" / record["run_id"])
    with (
        runs.night_lock(settings.home),
        DuckDBEngine(settings.home / "tmp", settings.memory_limit, settings.threads) as e,
    ):
        run.path.mkdir(parents=True, exist_ok=True)
        _project(e, ledger, run, clock, settings)
        groups = _pair_and_ring(e, run, settings, seed)
        scores = _propagate(e, run, clock, settings)
        _write_tables(e, run, scores, groups, settings)
        record["tables"] = {name: _described(run.table(name)) for name in TABLES}
        run.save(record)
        _publish(settings, run)
    return run


def _record(settings: Settings, ledger: Ledger, clock: int, seed: int) -> dict[str, Any]:
    inputs = [[entry.feed, entry.digest, entry.rows] for entry in ledger.entries() if entry.oldest_known_at <= clock]
    identity = [clock, inputs, settings.parameters.digest(), seed, __version__]
    digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:12]
    return {
        "run_id": f"r-{clock // 1_000_000}-{digest}",
        "as_of": clock // 1_000_000,
        "config_hash": settings.parameters.digest(),
        "configuration": settings.parameters.as_record(),
        "cold_start": True,
        "seed": seed,
        "code_version": __version__,
        "inputs": inputs,
    }


def _project(e: DuckDBEngine, ledger: Ledger, run: Run, clock: int, settings: Settings) -> None:
    """Ledger to links, accounts and identifiers, as known at the clock."""
    for feed in FEEDS.values():
        e.files(f"ledger_{feed.name}", ledger.files(feed.name, clock), feed.schema)
    e.table("clock", evidence.clock_table(clock, settings.parameters))
    e.table("kinds", evidence.kind_table())
    for name, table in evidence.level_tables(settings.parameters).items():
        e.table(name, table)
    for feed_name in (*_CURRENT, "transfers"):
        e.view(f"current_{feed_name}", feed_name)
    for step in ("used_named", "roster", "identifiers_named", "evidence_links", "lease_gaps", "seeds", "degrees"):
        e.run(step, run.work(step))


def _pair_and_ring(e: DuckDBEngine, run: Run, settings: Settings, seed: int) -> list[rings.Group]:
    """Pair evidence, the pairs above the threshold, and the rings they form."""
    e.run("pair_evidence", run.work("pair_evidence"))
    found = _columns(run.work("pair_evidence"))
    every = pairs.Pairs(found["a"], found["b"], found["units"], found["firm"], found["families"])
    kept = every.where(pairs.linked(every, settings.parameters))
    p = pairs.probability(kept.units, settings.parameters)
    e.table("kept_pairs", pa.table({"a": kept.a, "b": kept.b, "units": kept.units, "probability": p}))
    e.run("links", run.work("links"))
    accounts = pq.read_metadata(run.work("roster")).num_rows
    return rings.find_rings(accounts, kept.a, kept.b, p, settings.parameters, seed)


def _propagate(e: DuckDBEngine, run: Run, clock: int, settings: Settings) -> Scores:
    """Labels and conductances to voltages and blocks."""
    found, gaps, seeds = (_columns(run.work(name)) for name in ("evidence_links", "lease_gaps", "seeds"))
    gap = np.zeros(len(found["account"]), dtype=np.int64)
    place = {(a, x): i for i, (a, x) in enumerate(zip(found["account"], found["identifier"], strict=True))}
    gap[[place[key] for key in zip(gaps["account"], gaps["identifier"], strict=True)]] = gaps["gap"]
    age = np.maximum(0, clock // 1_000_000 - found["last_seen"])
    links = evidence.EvidenceLinks(
        found["account"], found["identifier"], found["kind_code"], found["ip_version"], found["degree"], age, gap
    )
    accounts, identifiers = (pq.read_metadata(run.work(n)).num_rows for n in ("roster", "identifiers_named"))
    sigma, label = np.zeros(accounts), np.zeros(accounts)
    for account, word in zip(seeds["account"], seeds["label"], strict=True):
        sigma[account] = getattr(settings.parameters, _TIES.get(word, "sigma_innocent"))
        label[account] = float(word in _TIES)
    c = evidence.conductance(links, settings.parameters)
    network = propagation.build_network(
        (links.account, links.identifier, c), (accounts, identifiers), (sigma, label), settings.parameters
    )
    voltage = propagation.solve(network, settings.parameters)
    if not (voltage.min(initial=0.0) >= 0.0 and voltage.max(initial=0.0) <= 1.0):
        raise RunError("invariant broken: a voltage left 0 to 1")
    firm = propagation.discounted(network, (links.account, links.identifier, np.where(links.kind_code == _IP, 0.0, c)))
    return Scores(
        network,
        voltage,
        scoring.blocks(network, voltage, settings.parameters),
        scoring.blocks(firm, propagation.solve(firm, settings.parameters), settings.parameters),
    )


def _write_tables(e: DuckDBEngine, run: Run, scores: Scores, groups: list[rings.Group], settings: Settings) -> None:
    """The public tables. Ring numbers are of this run only; they do not last from night to night yet."""
    roster = _columns(run.work("roster"))["account_id"]
    n = len(roster)
    x = scores.voltage[n:]
    e.table("identifier_voltage", pa.table({"identifier": pa.array(range(len(x)), pa.int32()), "voltage": x}))
    e.run("identifiers", run.work("identifiers"))
    e.run("used", run.work("used"))
    members = [
        {"ring_id": _ring_id(roster[g.members[0]]), "account_id": roster[m], "confidence": float(q)}
        | {"membership": _membership(float(q), settings)}
        for g in groups
        for m, q in zip(g.members, g.confidence, strict=True)
    ]
    ring_of = {member["account_id"]: member for member in members}
    rows = _account_rows(run, scores, ring_of, settings)
    wanted = np.array([i for i, row in enumerate(rows) if row["flagged"] or row["ring_id"]], dtype=np.int32)
    _save(run, "accounts", pa.Table.from_pylist(rows, TABLES["accounts"]))
    _save(run, "rings", pa.Table.from_pylist([_ring_row(g, roster, run, settings) for g in groups], TABLES["rings"]))
    ordered = sorted(members, key=lambda m: (m["ring_id"], m["account_id"]))
    _save(run, "ring_members", pa.Table.from_pylist(ordered, TABLES["ring_members"]))
    _save(run, "ring_events", TABLES["ring_events"].empty_table())
    _save(run, "contributions", _contribution_rows(run, scores, wanted, roster))
    for name in ("identifiers", "used", "links"):
        _save(run, name, pq.read_table(run.work(name)))


def _account_rows(
    run: Run, scores: Scores, ring_of: dict[str, dict[str, Any]], settings: Settings
) -> list[dict[str, Any]]:
    roster = _columns(run.work("roster"))["account_id"]
    labels = dict(zip(*(_columns(run.work("seeds"))[k].tolist() for k in ("account", "label")), strict=True))
    degrees = dict(zip(*(_columns(run.work("degrees"))[k].tolist() for k in ("account", "degree")), strict=True))
    risk = scoring.risk(scores.blocks.total)
    # An address alone never moves a customer over the threshold: the flag must hold with every address gone.
    firm = np.minimum(risk, scoring.risk(scores.without_ip.total))
    rows = []
    for i, account_id in enumerate(roster):
        ring, label = ring_of.get(account_id, {}), labels.get(i)
        rows.append(
            {
                "account_id": account_id,
                "risk": float(risk[i]),
                "probability": None,
                "flagged": bool(firm[i] >= settings.parameters.cold_flag_risk) and label not in ("victim", "cleared"),
                "role": {"victim": "victim", "fraud": "perpetrator"}.get(label or "", "unknown"),
                "ring_id": ring.get("ring_id"),
                "membership": ring.get("membership"),
                "behaviour": 0.0,
                "one_hop": float(scores.blocks.one_hop[i]),
                "propagated": float(scores.blocks.propagated[i]),
                "ring": 0.0,
                "label": label,
                "degree": degrees.get(i, 0),
                "headline": f"risk {risk[i]:.2f} (cold start)",
            }
        )
    return rows


def _ring_id(first: str) -> str:
    return f"R-{hashlib.sha256(first.encode()).hexdigest()[:10]}"


def _membership(confidence: float, settings: Settings) -> str:
    if confidence >= settings.parameters.core_at:
        return "core"
    return "likely" if confidence >= settings.parameters.likely_at else "fringe"


def _ring_row(group: rings.Group, roster: Any, run: Run, settings: Settings) -> dict[str, Any]:
    core = int((group.confidence >= settings.parameters.core_at).sum())
    size = len(group.members)
    return {
        "ring_id": _ring_id(roster[group.members[0]]),
        "score": float(group.confidence.mean() * group.density),
        "size": size,
        "core_size": core,
        "density": group.density,
        "fragility": 0,
        "first_seen_run": run.run_id,
        "last_changed_run": run.run_id,
        "status": "active",
        "exposure": 0.0,
        "currency": None,
        "headline": f"{size} accounts, {core} core (cold start: a family can look the same)",
    }


def _contribution_rows(run: Run, scores: Scores, wanted: Any, roster: Any) -> pa.Table:
    named = _columns(run.work("identifiers_named"))
    found = contributions.by_link(scores.network, scores.voltage, scores.blocks, wanted).to_pylist()
    rows = [
        {
            "account_id": roster[row["account"]],
            "block": row["block"],
            "kind": named["kind"][row["identifier"]],
            "identifier": named["identifier"][row["identifier"]],
            "other_account_id": None,
            "log_odds": row["log_odds"],
            "reason": f"{named['kind'][row['identifier']]} used by {named['degree'][row['identifier']]} accounts",
        }
        for row in found
    ]
    return pa.Table.from_pylist(rows, TABLES["contributions"])


def _save(run: Run, name: str, table: pa.Table) -> None:
    table = table.cast(TABLES[name])
    write_parquet(run.table(name), table.schema, table.to_batches())


def _columns(path: Path) -> dict[str, Any]:
    table = pq.read_table(path)
    return {name: table[name].to_numpy() for name in table.column_names}


def _described(path: Path) -> dict[str, Any]:
    return {"rows": pq.read_metadata(path).num_rows, "sha256": runs.digest_of(path)}


def _publish(settings: Settings, run: Run) -> None:
    """Into the store, beside what readers see; then the pointer."""
    with open_writer(settings, run) as writer:
        for name in TABLES:
            writer.write(name, pq.ParquetFile(run.table(name)).iter_batches())
        writer.publish(run.stamp())
    runs.move_pointer(settings.home, run)
