"""The stages of a night in order: each reads named tables, writes named tables into the run's folder, and counts.

A stage keeps nothing in memory for the next one, so any of them can be run alone on a run that has passed those before.
"""

from collections.abc import Callable

from linkgraph.stages.answering import check, explain
from linkgraph.stages.behaving import behave
from linkgraph.stages.grouping import ring
from linkgraph.stages.linking import pair, project, weigh
from linkgraph.stages.night import Counts, Night, open_tables
from linkgraph.stages.propagating import propagate
from linkgraph.stages.risking import score
from linkgraph.stages.signs import sign
from linkgraph.stages.tracking import track

__all__ = ["STAGES", "Night", "open_tables"]

STAGES: dict[str, Callable[[Night], Counts]] = {
    "project": project,
    "weigh": weigh,
    "sign": sign,
    "pair": pair,
    "behave": behave,
    "ring": ring,
    "track": track,
    "propagate": propagate,
    "score": score,
    "explain": explain,
    "check": check,
}
