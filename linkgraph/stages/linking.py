"""project, weigh, pair: from ledger rows to the pairs of accounts that share enough."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph.detect import evidence, pairs
from linkgraph.stages.classing import classify
from linkgraph.stages.night import Counts, Night
from linkgraph.stages.ruling import is_refuted
from linkgraph.tables import USED


def project(night: Night) -> Counts:
    """Ledger rows known by the clock -> links, accounts, identifiers, labels."""
    counts = night.work("roster")
    parts = night.engine.read("parts")
    used = night.run.table("used")
    counts |= {"parts": len(parts), "used": night.engine.run("used", used, USED, parts)}
    night.show(used)
    counts["observations_of_unknown_kind"] = night.engine.read("unknown_kinds")["observations"][0].as_py()
    counts |= classify(night)
    return counts | night.work("identifiers_named", "seeds", "degrees", "received_from_fraud", "disputed", "takeovers")


def weigh(night: Night) -> Counts:
    """Links that carry evidence -> their conductance; what people ruled to carry nothing is `grounded`."""
    counts = night.work("evidence_links", "apart", "refuted_links", "lease_gaps", "weighed_links")
    links = evidence.EvidenceLinks(**night.columns("weighed_links"))
    strength = evidence.conductance(links, night.parameters)
    nothing = is_refuted(night, links.account, links.identifier)
    table = {"account": links.account, "identifier": links.identifier, "kind_code": links.kind_code}
    carried = {"conductance": np.where(nothing, 0.0, strength), "grounded": np.where(nothing, strength, 0.0)}
    night.keep("conductances", pa.table(table | carried))
    hubs = night.engine.read("hubs")
    return counts | {f"hubs_{row['kind']}": row["hubs"] for row in hubs.to_pylist()}


def pair(night: Night) -> Counts:
    """Account pairs with their evidence -> those above the threshold."""
    night.engine.view("shared_uses", "shared_uses")
    night.work("pair_evidence")
    evidenced = pq.ParquetFile(night.run.work("pair_evidence"))
    chosen = [_kept(batch, night) for batch in evidenced.iter_batches()]
    kept = night.keep("kept_pairs", pa.Table.from_batches(chosen, _kept(_none(evidenced), night).schema))
    found = night.size("pair_evidence")
    return {"pairs": found, "below_threshold": found - kept} | night.publish("links")


def _none(file: pq.ParquetFile) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], file.schema_arrow)


def _kept(batch: pa.RecordBatch, night: Night) -> pa.RecordBatch:
    """The pairs above the threshold, with their probability; `firm`: the one without IP addresses, 0 below it."""
    prior, tau = night.bits.prior, night.parameters.tau
    kept = batch.filter(pa.array(pairs.linked(batch["units"].to_numpy(), prior, tau)))
    units, firm = kept["units"].to_numpy(), kept["firm"].to_numpy()
    without = np.where(pairs.linked(firm, prior, tau), pairs.probability(firm, prior), 0.0)
    columns = {name: kept[name] for name in kept.schema.names}
    return pa.RecordBatch.from_pydict(columns | {"firm": without, "probability": pairs.probability(units, prior)})
