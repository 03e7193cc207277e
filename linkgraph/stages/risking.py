"""propagate, score: from labels and links to the risk of every account."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph.detect import propagation, scoring
from linkgraph.explain import contributions
from linkgraph.kinds import KIND_NAMES
from linkgraph.parameters import Parameters
from linkgraph.stages import learning
from linkgraph.stages.behaving import behave
from linkgraph.stages.casting import cast
from linkgraph.stages.night import FRAUD_LABELS, INNOCENT_LABELS, Counts, Night

_YEAR = 365 * 86_400


def propagate(night: Night) -> Counts:
    """Conductances and labels -> voltages, and what reaches each account through each of its links; with and without
    IPs.
    """
    found = night.columns("conductances")
    links = propagation.Links(found["account"], found["identifier"], found["conductance"])
    network = propagation.build_network(links, night.size("identifiers_named"), ties(night), night.parameters)
    voltage, reached = reach(network, night.parameters)
    firm = propagation.discounted(
        network, np.where(found["kind_code"] == KIND_NAMES.index("ip"), 0.0, links.conductance)
    )
    _, without_ip = reach(firm, night.parameters)
    x = voltage[network.accounts :]
    night.keep("identifier_voltage", pa.table({"identifier": pa.array(range(len(x)), pa.int32()), "voltage": x}))
    night.keep(
        "link_evidence",
        pa.table(
            {"account": links.account, "identifier": links.identifier} | {"flow": reached.flow, "met": reached.met}
        ),
    )
    night.keep(
        "account_evidence",
        pa.table(
            {
                "voltage": reached.voltage,
                "one_hop": reached.one_hop,
                "voltage_firm": without_ip.voltage,
                "one_hop_firm": without_ip.one_hop,
            }
        ),
    )
    error = propagation.residual(network, voltage)
    lowest, highest = float(voltage.min(initial=0.0)), float(voltage.max(initial=0.0))
    return {"links": len(links.account), "residual": error, "lowest_voltage": lowest, "highest_voltage": highest}


def reach(network: propagation.Network, parameters: Parameters) -> tuple[propagation.Floats, scoring.Evidence]:
    """Voltages, and what reaches each account without its own label."""
    voltage = propagation.solve(network, parameters)
    return voltage, scoring.gather(network, propagation.link_voltages(network, voltage, parameters.push_eps))


def ties(night: Night) -> propagation.Ties:
    """Labels as ties: fraud and chargebacks to 1, cleared and victims to 0; trust of those nobody has ruled on."""
    p, seeds, now = night.parameters, night.columns("seeds"), night.clock // 1_000_000
    roster = pq.read_table(night.run.work("roster"), columns=["created_at", "kyc_level"])
    years = (now - pc.fill_null(roster["created_at"], now).to_numpy()) // _YEAR
    strong = pc.fill_null(roster["kyc_level"], 0).to_numpy() >= p.strong_kyc_level
    trust = np.minimum(p.trust_max, strong + np.maximum(0, years)).astype(np.float64)
    recent = now - seeds["at"] < p.recent_chargeback_days * 86_400
    strength = {"fraud": p.sigma_fraud, "suspected": p.sigma_suspected, "chargeback": p.sigma_fraud}
    sigma, label = np.zeros(len(trust)), np.zeros(len(trust))
    sigma[seeds["account"]] = [strength.get(word, p.sigma_innocent) for word in seeds["label"]]
    sigma[seeds["account"][(seeds["label"] == "chargeback") & recent]] = p.sigma_recent_chargeback
    label[seeds["account"]] = np.isin(seeds["label"], FRAUD_LABELS)
    trust[seeds["account"]] = 0.0
    return propagation.Ties(sigma, label, trust)


def score(night: Night) -> Counts:
    """Everything that reaches an account -> its blocks, risk, role and flag."""
    counts = behave(night) | cast(night)
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
    with_ip, firm = _rings_of(night)
    return (
        scoring.Causes(found["voltage"], found["one_hop"], money, with_ip),
        scoring.Causes(found["voltage_firm"], found["one_hop_firm"], money, firm),
    )


def _rings_of(night: Night) -> tuple[propagation.Floats, propagation.Floats]:
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
