"""The nightly self-test: planted rings of every typology, and their innocent twins, through tonight's rules and models.

The planted world is the same every night, moved so that it ends tonight; only a change of program, parameters or models
can change what is found in it. A fall is told against the median of the nights before.
"""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from linkgraph.evaluate.truth import Truth
from linkgraph.evaluate.world import measure_rings
from linkgraph.parameters import Parameters
from linkgraph.runs import Run

Result = dict[str, Any]


def planted(run: Run, truth: Truth, parameters: Parameters) -> Result:
    """What a night on the planted world found: recall by typology, and innocent groups reported, by kind."""
    found = measure_rings(run, truth, parameters)
    at = found["at_default"]
    return {
        "planted": at["rings"],
        "recall": {"all": at["recall"]} | {word: row["recall"] for word, row in found["by_typology"].items()},
        "innocent_reported": {kind: row["reported"] for kind, row in at["innocent"].items() if row["reported"]},
    }


def alarms(tonight: Result, before: Sequence[Mapping[str, Any]], parameters: Parameters) -> list[str]:
    """What fell by more than `self_test_fall` below the median of the nights before; nothing on the first night."""
    told = []
    for word, recall in tonight["recall"].items():
        known = [night["recall"][word] for night in before if night["recall"].get(word) is not None]
        if recall is not None and known and recall < median(known) - parameters.self_test_fall:
            told.append(f"recall of {word} fell to {recall:.2f} from {median(known):.2f}")
    innocent = sum(tonight["innocent_reported"].values())
    usual = [sum(night["innocent_reported"].values()) for night in before]
    if usual and innocent > median(usual) + parameters.self_test_twins:
        told.append(f"innocent groups reported rose to {innocent} from {median(usual):.0f}")
    return told
