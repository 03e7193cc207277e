"""The part of project that names what identifiers are: classes from lists and rules, and whom they touch."""

from typing import Any

import numpy as np
import pyarrow as pa

from linkgraph.classes import CLASSES, VERDICT
from linkgraph.detect import crowds
from linkgraph.stages.night import Counts, Night

_FACTS = {
    "crowd_people": ("with_device", "own_device", "elsewhere", "countries"),
    "crowd_prints": ("devices", "addresses"),
    "crowd_money": ("receivers", "payers", "both", "regular", "payments", "declined"),
}
_LEARNED = pa.schema({name: pa.string() for name in ("kind", "identifier", "name", "reason")})


def classify(night: Night) -> Counts:
    """Links and what lists said -> every identifier with its class, and whether it counts."""
    night.engine.table("classes", _class_table())
    night.engine.table("rule_bounds", _bounds(night))
    counts = night.work("listed", "crowds", "crowd_members", "crowd_hours", *_FACTS)
    counts |= _learn(night) | night.work("identifier_classes", "identifiers_seen", "contacts")
    for row in night.engine.read("classed").to_pylist():
        counts[f"class_{row['class']}_{row['kind']}"] = row["identifiers"]
        counts[f"accounts_{row['class']}_{row['kind']}"] = row["accounts"]
    return counts


def _class_table() -> pa.Table:
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


def _bounds(night: Night) -> pa.Table:
    given = night.parameters
    names = ("crowd_least", "crowd_most", "payroll_months")
    return pa.table({name: [getattr(given, name)] for name in names} | {"declined_words": [list(given.declined_words)]})


def _learn(night: Night) -> Counts:
    """The rules' classes in the work table `learned`, the burst of each crowd in `bursts`."""
    listed = night.columns("crowds")
    bursts = crowds.burst(listed["today"], listed["total"], listed["span"])
    kinds, identifiers = listed["kind"].tolist(), listed["identifier"].tolist()
    night.keep(
        "bursts",
        pa.table(
            {"kind": pa.array(kinds, pa.string()), "identifier": pa.array(identifiers, pa.string()), "burst": bursts}
        ),
    )
    named = crowds.learned(_facts(night, listed), night.parameters)
    rows = [(kinds[place], identifiers[place], name, reason) for place, name, reason in named]
    columns = zip(*rows, strict=True) if rows else [()] * len(_LEARNED)
    night.keep("learned", pa.table([pa.array(column, pa.string()) for column in columns], schema=_LEARNED))
    alarms = int((bursts >= night.parameters.burst_alarm).sum())
    return {
        "learned": len(rows),
        "burst_alarms": alarms,
        "crowds_too_large_to_judge": int((listed["accounts"] > night.parameters.crowd_most).sum()),
    }


def _facts(night: Night, listed: dict[str, Any]) -> crowds.Crowds:
    """The facts of every crowd side by side; -1 where one was not looked at."""
    count = len(listed["crowd"])
    columns: dict[str, Any] = {name: np.asarray(listed[name], np.int64) for name in ("accounts", "once")}
    for table, names in _FACTS.items():
        found = night.columns(table)
        for name in names:
            columns[name] = np.full(count, -1, np.int64)
            columns[name][found["crowd"]] = found[name]
    found = night.columns("crowd_hours")
    hours = np.zeros((count, 24), np.int64)
    hours[found["crowd"], found["hour"]] = found["logins"]
    days = np.full(count, -1, np.int64)
    days[found["crowd"]] = found["days"]
    working = np.zeros(count, np.int64)
    np.add.at(working, found["crowd"], found["on_working_days"])
    kind = np.array(listed["kind"].tolist(), dtype=np.str_)
    return crowds.Crowds(kind=kind, hours=hours, working=working, days=days, **columns)
