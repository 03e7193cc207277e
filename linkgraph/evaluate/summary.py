"""All cuts together: one row per ranking with intervals, and how far each is from the detection's own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkgraph.evaluate.accounts import OURS, figures
from linkgraph.evaluate.cuts import Cut
from linkgraph.evaluate.intervals import Draws, Ranked, draw, interval, ranked, resampled
from linkgraph.parameters import Parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Found = dict[str, Any]

_DIGITS = 5
_CHANCE = "edges shuffled"
PARTS = (
    OURS,
    "without behaviour",
    "graph only",
    "no graph",
    _CHANCE,
    "labels shuffled",
    "no IP addresses",
    "no synchrony",
)


@dataclass(frozen=True, slots=True)
class Rankings:
    """A cut and its candidates by every method: scores by name, in the order of `cut.account`. A method that could
    not be
    used at this cut is not there. ring: what each candidate is drawn with when rings are drawn.
    """

    cut: Cut
    scores: dict[str, Floats]
    ring: Ints


def summarise(cuts: list[Rankings], parameters: Parameters, seed: int) -> dict[str, Found]:
    """Per method, over the cuts that have targets: means, medians, 95 % intervals, and the difference to OURS on the
    same
    cuts and the same draws.
    """
    useful = [each for each in cuts if each.cut.positive.any()]
    names = list(dict.fromkeys(name for each in useful for name in each.scores))
    ways = _ways(useful, parameters.bootstrap_draws, seed)
    rows: dict[str, Found] = {}
    for name in names:
        mine = [each for each in useful if name in each.scores]
        rows[name] = _means(mine, name, parameters.review_capacity) | _intervals(mine, name, ways, parameters)
    return rows


def verdicts(summary: dict[str, Found]) -> Found:
    """What may be said of the detection's own row: whether the graph adds anything beyond chance, and which methods
    it is not
    surely better than, by measure. None where there is nothing to say it by.
    """
    names = [name for name in summary if name not in PARTS]
    behind = {
        key: [name for name in names if (gap := summary[name][f"{key}_gain_interval"]) is None or gap[0] <= 0]
        for key in ("mean_recall", "median_average_precision")
    }
    chance = summary.get(_CHANCE)
    gaps = [] if chance is None else [chance[f"{key}_gain_interval"] for key in behind]
    adds = any(gap[0] > 0 for gap in gaps) if gaps and None not in gaps else None
    return {"graph_adds": adds, "not_surely_better_than": behind}


def _means(cuts: list[Rankings], name: str, capacity: int) -> Found:
    rows = [figures(each.scores[name], each.cut, capacity) for each in cuts]
    mean = {f"mean_{key}": _over(np.mean, [row[key] for row in rows]) for key in rows[0]}
    return {
        "cuts": len(rows),
        **mean,
        "median_average_precision": _over(np.median, [row["average_precision"] for row in rows]),
    }


def _over(function: Any, values: list[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return _round(function(known)) if known else None


@dataclass(frozen=True, slots=True)
class _Way:
    """A way of drawing: the unit of every candidate of every cut, by the cut's clock."""

    unit: dict[int, Ints]
    draws: Draws


def _ways(cuts: list[Rankings], draws: int, seed: int) -> list[_Way]:
    """By ring and by day: what is drawn is what the positives belong to, numbered over all cuts."""
    found = []
    far = 1 + max((int(each.cut.day.max(initial=0)) for each in cuts), default=0)
    days = [np.where(each.cut.day < 0, far + each.ring, each.cut.day) for each in cuts]  # never confirmed: by ring
    for units in ([each.ring for each in cuts], days):
        hit = [unit[each.cut.positive] for unit, each in zip(units, cuts, strict=True)]
        names, place = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *hit]), return_inverse=True)
        if len(names) > 1:
            parts = np.split(place, np.cumsum([len(each) for each in hit])[:-1])
            unit = {each.cut.clock: part for each, part in zip(cuts, parts, strict=True)}
            found.append(_Way(unit, draw(len(names), draws, seed)))
    return found


def _intervals(cuts: list[Rankings], name: str, ways: list[_Way], parameters: Parameters) -> Found:
    """Intervals of mean recall and median precision, and of OURS less this method's, drawn together."""
    drawn = [_drawn(cuts, name, way, parameters) for way in ways]
    ours = [_drawn(cuts, OURS, way, parameters) for way in ways]
    capacity = parameters.review_capacity
    mine, base = (_means(cuts, each, capacity) for each in (name, OURS))
    found: Found = {}
    for place, key in enumerate(("mean_recall", "median_average_precision")):
        found[f"{key}_interval"] = _rounded(interval([each[place] for each in drawn]))
        gap = interval([left[place] - right[place] for left, right in zip(ours, drawn, strict=True)])
        found[f"{key}_gain"] = _round(base[key] - mine[key])
        found[f"{key}_gain_interval"] = _rounded(gap)
    return found


def _drawn(cuts: list[Rankings], name: str, way: _Way, parameters: Parameters) -> tuple[Floats, Floats]:
    placed: list[Ranked] = [ranked(each.scores[name], each.cut.positive, way.unit[each.cut.clock]) for each in cuts]
    return resampled(placed, way.draws, parameters.review_capacity)


def _round(value: float) -> float:
    return round(float(value), _DIGITS)


def _rounded(ends: tuple[float, float] | None) -> list[float] | None:
    return None if ends is None else [_round(end) for end in ends]
