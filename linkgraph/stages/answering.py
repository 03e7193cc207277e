"""explain, check: the scores taken apart, and the invariants a run must hold before anybody sees it."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph.detect import scoring
from linkgraph.errors import RunError
from linkgraph.explain import contributions
from linkgraph.stages.learning import learned
from linkgraph.stages.night import INNOCENT_LABELS, Counts, Night
from linkgraph.stages.risking import rings_of, transfers_from_fraud
from linkgraph.stages.solving import keep_blocks
from linkgraph.stages.tracking import ledger_is_whole

_CHECKED = ["account_id", "risk", "flagged", "ring_id", "behaviour", "one_hop", "propagated", "ring", "label"]


_TOLERANCE = 1e-6


def explain(night: Night) -> Counts:
    """Blocks -> contributions by cause, for every flagged account and ring member; the public tables."""
    found, scores = night.columns("link_evidence"), night.columns("account_scores")
    wanted = scores["flagged"].copy()
    wanted[night.columns("ring_groups")["account"]] = True
    names = ("shared", "transfer", "propagated", "ring", "behaviour")
    blocks = scoring.Blocks(*(scores[name] for name in names))
    paid = transfers_from_fraud(night)
    causes = contributions.contributions(contributions.LinkEvidence(**found), paid, blocks, wanted)
    night.keep("shares", pa.concat_tables([causes, _acts(night, wanted)]))
    night.keep("paid_by_fraud", pa.table(asdict(paid)))
    keep_blocks(night, rings_of(night)[1])
    counts = night.publish("contributions", "rings", "ring_members", "identifiers")
    return {"explained": int(wanted.sum()), **counts}


def _acts(night: Night, wanted: NDArray[np.bool_]) -> pa.Table:
    signals, weights = night.columns("signals"), learned(night).weights.signals
    log_odds = weights[signals["signal"]] * signals["excess"]
    shown = wanted[signals["account"]] & ((log_odds > 0) | (signals["rate"] <= night.parameters.unusual_rate))
    kept = {name: column[shown] for name, column in signals.items()}
    return contributions.acts(contributions.Acts(**kept, log_odds=log_odds[shown]))


def check(night: Night) -> Counts:
    """Invariants of a run; RunError names the broken one."""
    accounts = pq.read_table(night.run.table("accounts"), columns=_CHECKED)
    shares = pq.read_table(night.run.table("contributions"), columns=["account_id", "log_odds"])
    blocks = ("behaviour", "one_hop", "propagated", "ring")
    total = pa.chunked_array([np.sum([accounts[name].to_numpy() for name in blocks], axis=0)])
    explained = pc.or_(accounts["flagged"], pc.is_valid(accounts["ring_id"]))
    added = shares.group_by("account_id").aggregate([("log_odds", "sum")])
    both = pa.table({"account_id": accounts["account_id"], "total": total}).filter(explained).join(added, "account_id")
    rows = pc.fill_null(both["log_odds_sum"], 0.0)
    off = pc.max(pc.abs(pc.subtract(both["total"], rows))).as_py() or 0.0
    ruled_innocent = pc.is_in(accounts["label"], pa.array(INNOCENT_LABELS))
    risk = accounts["risk"].to_numpy()
    members = pq.read_table(night.run.table("ring_members"), columns=["account_id"])["account_id"]
    solved, flow = night.columns("account_evidence"), night.run.record()["stages"]["propagate"]["counts"]
    broken = [
        name
        for name, holds in (
            ("contributions add up to the score", off <= 1e-9),
            ("risk is from 0 to below 1", bool(np.all((risk >= 0) & (risk < 1)))),
            ("no evidence, no risk", bool(np.all((total.to_numpy() > 0) | (risk == 0)))),
            ("nobody ruled innocent is flagged", not pc.any(pc.and_(accounts["flagged"], ruled_innocent)).as_py()),
            ("an account is in at most one ring", pc.count_distinct(members).as_py() == len(members)),
            ("every ring id is alive, an alias, dormant or retired", ledger_is_whole(night)),
            ("voltages solve the network", flow["residual"] < _TOLERANCE and flow["lost_current"] < _TOLERANCE),
            ("voltages are from 0 to 1", flow["lowest_voltage"] >= 0 and flow["highest_voltage"] <= 1),
            ("without IP addresses no evidence is stronger", bool(np.all(_firmer(solved)))),
        )
        if not holds
    ]
    if broken:
        raise RunError(f"run {night.run.run_id}: invariant broken: {'; '.join(broken)}")
    return {"contributions_off_by": off}


def _firmer(solved: dict[str, Any]) -> Any:
    # Labelled accounts are exempt up to the error of the truncated pushes.
    return solved["voltage_firm"] <= solved["voltage"] + 0.05
