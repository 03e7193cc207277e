"""What pairs that people have ruled on teach about evidence, as a model for later nights."""

import numpy as np

from linkgraph.detect import learning
from linkgraph.detect.evidence import UNITS_PER_BIT, cold_bits
from linkgraph.models import Model
from linkgraph.stages.night import Night


def learn_evidence(night: Night) -> Model | str:
    """The bits of all levels from the rulings known at the night's clock, once its stage `sign` has passed; else why
    there is nothing to learn from.
    """
    p = night.parameters
    night.engine.view("shared_uses", "shared_uses")
    rows = night.engine.read("ruled_pairs")
    columns = {name: rows[name].to_numpy() for name in rows.column_names}
    starts = np.flatnonzero((np.diff(columns["a"], prepend=-1) != 0) | (np.diff(columns["b"], prepend=-1) != 0))
    confirmed = columns["confirmed"][starts].astype(bool)
    told = int(confirmed.sum()), int(len(confirmed) - confirmed.sum())
    if min(told) < p.evidence_pairs:
        return f"{told[0]} confirmed and {told[1]} cleared pairs, {p.evidence_pairs} of each are needed"
    pair = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows))))
    code, value, gap, age = (columns[name].astype(np.int64) for name in ("code", "value", "gap", "age"))
    is_sign = columns["is_sign"].astype(bool)
    shown = learning.Shown(pair, is_sign, code, value, gap, age, columns["most"] / UNITS_PER_BIT)
    found = learning.fit_bits(shown, confirmed, cold_bits(p), p)
    provenance = {
        "confirmed_pairs": told[0],
        "cleared_pairs": told[1],
        "rounds": found.rounds,
        "settled": found.settled,
        "parameters": p.digest(),
    }
    return Model("evidence", night.clock // 1_000_000, provenance, found.bits.as_values())
