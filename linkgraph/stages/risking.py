"""score: from everything that reaches an account to its risk, role and flag."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.detect import propagation, scoring
from linkgraph.explain import contributions
from linkgraph.stages import learning
from linkgraph.stages.casting import cast
from linkgraph.stages.night import INNOCENT_LABELS, Counts, Night

_YEAR = 365 * 86_400


def score(night: Night) -> Counts:
    """Everything that reaches an account -> its blocks, risk, role and flag."""
    counts = cast(night)
    causes, firm_causes = _causes(night)
    acts, learned = acts_of(night), learning.learned(night)
    full = scoring.blocks(causes, acts, learned.weights, night.parameters)
    firm = scoring.blocks(firm_causes, acts, learned.weights, night.parameters)
    labelled, innocent = _ruled(night, len(acts))
    flagged = scoring.flags(full, firm, innocent, learned.level)
    table = {
        "account": pa.array(range(len(acts)), pa.int32()),
        "behaviour": full.behaviour,
        "shared": full.shared,
        "transfer": full.transfer,
        "one_hop": full.shared + full.transfer,
        "propagated": full.propagated,
        "ring": full.ring,
        "score": full.total,
        "risk": full.risk,
        "probability": pa.array(
            learned.probability(full.total), pa.float64(), mask=labelled | (learned.calibration is None)
        ),
        "flagged": flagged,
    }
    night.keep("account_scores", pa.table(table))
    night.keep("account_causes", pa.table({name: getattr(causes, name) for name in scoring.CAUSES}))
    above = int((full.total >= learned.level).sum())
    return counts | {"flagged": int(flagged.sum()), "above_threshold": above} | night.publish("accounts")


def acts_of(night: Night) -> propagation.Floats:
    """The behaviour block of every account: weights times excesses, summed."""
    signals, weights = night.columns("signals"), learning.learned(night).weights.signals
    return scoring.summed(signals["account"], weights[signals["signal"]] * signals["excess"], night.size("roster"))


def _ruled(night: Night, accounts: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who has a label, and who was ruled innocent."""
    seeds = night.columns("seeds")
    labelled, innocent = np.zeros(accounts, dtype=bool), np.zeros(accounts, dtype=bool)
    labelled[seeds["account"]] = True
    innocent[seeds["account"][np.isin(seeds["label"], INNOCENT_LABELS)]] = True
    return labelled, innocent


def _causes(night: Night) -> tuple[scoring.Causes, scoring.Causes]:
    """What reaches every account, and the same with every IP address left out."""
    found, n = night.columns("account_evidence"), night.size("roster")
    transfers = transfers_from_fraud(night)
    money = scoring.summed(transfers.account, transfers.weight, n)
    with_ip, firm = rings_of(night)
    return (
        scoring.Causes(found["voltage"], found["one_hop"], money, with_ip),
        scoring.Causes(found["voltage_firm"], found["one_hop_firm"], money, firm),
    )


def rings_of(night: Night) -> tuple[propagation.Floats, propagation.Floats]:
    """confidence * R of each account's ring, and the same with IP addresses left out."""
    members, facts = night.columns("ring_groups"), night.columns("ring_facts")
    full, firm = np.zeros(night.size("roster")), np.zeros(night.size("roster"))
    full[members["account"]] = members["confidence"] * facts["evidence"][members["number"]]
    firm[members["account"]] = members["firm"] * facts["evidence"][members["number"]]
    return full, firm


def transfers_from_fraud(night: Night) -> contributions.Transfers:
    """Money from fraud, one row per receiver and sender."""
    rows = night.columns("received_from_fraud")
    both = rows["account"].astype(np.int64) << 32 | rows["sender"]
    keys, place = np.unique(both, return_inverse=True)
    weight = scoring.summed(
        place.astype(np.int32), scoring.transfer_weight(rows["age_days"], night.parameters), len(keys)
    )
    return contributions.Transfers((keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32), weight)
