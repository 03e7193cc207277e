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
        "found": {"all": at["found"]} | {word: row["found"] for word, row in found["by_typology"].items()},
        "recall": {"all": at["recall"]} | {word: row["recall"] for word, row in found["by_typology"].items()},
        "innocent_reported": {kind: row["reported"] for kind, row in at["innocent"].items() if row["reported"]},
    }


def alarms(tonight: Result, before: Sequence[Mapping[str, Any]], parameters: Parameters) -> list[str]:
    """What fell by more than `self_test_fall`, and by more than one ring, below the median of the nights before.

    The first night has nothing to fall from.
    """
    told = []
    for word, recall in tonight["recall"].items():
        known = [night for night in before if night["recall"].get(word) is not None]
        if recall is None or not known:
            continue
        usual = median(night["recall"][word] for night in known)
        lost = median(night["found"][word] for night in known) - tonight["found"][word]
        if recall < usual - parameters.self_test_fall and lost > 1:
            told.append(f"recall of {word} fell to {recall:.2f} from {usual:.2f}")
    innocent = sum(tonight["innocent_reported"].values())
    twins = [sum(night["innocent_reported"].values()) for night in before]
    if twins and innocent > median(twins) + parameters.self_test_twins:
        told.append(f"innocent groups reported rose to {innocent} from {median(twins):.0f}")
    return told
