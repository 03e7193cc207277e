"""project, weigh, pair: from ledger rows to the pairs of accounts that share enough."""

import numpy as np
import pyarrow as pa

from linkgraph.detect import evidence, pairs
from linkgraph.stages.night import Counts, Night
from linkgraph.tables import USED


def project(night: Night) -> Counts:
    """Ledger rows known by the clock -> links, accounts, identifiers, labels."""
    counts = night.work("roster")
    parts = night.engine.read("parts")
    used = night.run.table("used")
    counts |= {"parts": len(parts), "used": night.engine.run("used", used, USED, parts)}
    night.show(used)
    return counts | night.work(
        "identifiers_seen", "identifiers_named", "seeds", "degrees", "received_from_fraud", "disputed"
    )


def weigh(night: Night) -> Counts:
    """Links that carry evidence -> their conductance."""
    counts = night.work("evidence_links", "lease_gaps", "weighed_links")
    links = evidence.EvidenceLinks(**night.columns("weighed_links"))
    strength = evidence.conductance(links, night.parameters)
    table = {"account": links.account, "identifier": links.identifier, "kind_code": links.kind_code}
    night.keep("conductances", pa.table(table | {"conductance": strength}))
    hubs = night.engine.read("hubs")
    return counts | {f"hubs_{row['kind']}": row["hubs"] for row in hubs.to_pylist()}


def pair(night: Night) -> Counts:
    """Account pairs with their evidence -> those above the threshold."""
    night.work("pair_evidence")
    found = pairs.Pairs(**night.columns("pair_evidence"))
    kept = found.where(pairs.linked(found, night.parameters))
    firm = np.where(pairs.firmly_linked(kept, night.parameters), pairs.probability(kept.firm, night.parameters), 0.0)
    table = {"a": kept.a, "b": kept.b, "units": kept.units, "families": kept.families, "firm": firm}
    night.keep("kept_pairs", pa.table(table | {"probability": pairs.probability(kept.units, night.parameters)}))
    return {"pairs": len(found), "below_threshold": len(found) - len(kept)} | night.publish("links")
