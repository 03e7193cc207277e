"""The part of project that names what identifiers are: classes from lists and rules, and whom they touch."""

import pyarrow as pa

from linkgraph.classes import CLASSES, VERDICT
from linkgraph.stages.night import Counts, Night


def class_table() -> pa.Table:
    """The classes as a relational table. `place`: the order in which they are shown."""
    return pa.table(
        {
            "place": pa.array(range(len(CLASSES)), pa.int8()),
            "name": [each.name for each in CLASSES],
            "hub": [each.hub for each in CLASSES],
            "verdict": [each.name == VERDICT for each in CLASSES],
            "words": [each.words for each in CLASSES],
        }
    )


def classify(night: Night) -> Counts:
    """Links and what lists said -> every identifier with its class, and whether it counts."""
    night.engine.table("classes", class_table())
    counts = night.work("listed", "identifier_classes", "identifiers_seen")
    for row in night.engine.read("classed").to_pylist():
        counts[f"class_{row['class']}_{row['kind']}"] = row["identifiers"]
        counts[f"accounts_{row['class']}_{row['kind']}"] = row["accounts"]
    return counts
