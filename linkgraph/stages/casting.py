"""The roles half of score: facts of each account -> role and reason."""

from dataclasses import replace

import pyarrow as pa

from linkgraph.detect import behaviour
from linkgraph.explain import roles
from linkgraph.stages.night import Counts, Night

_SUSPECTS = ("perpetrator", "mule")


def cast(night: Night) -> Counts:
    """Labels, reports, rings, signals and dealings -> `roles`: one row per account that has something said of it."""
    facts = _facts(night)
    suspects = sorted(account for account, known in facts.items() if roles.role(known).name in _SUSPECTS)
    night.engine.table("suspects", pa.table({"account": pa.array(suspects, pa.int32())}))
    for row in night.engine.read("dealings").to_pylist():
        known = facts.get(row["account"], roles.Facts())
        facts[row["account"]] = replace(known, dealt_with=f"{row['via']} with a suspect")
    found = [(account, roles.role(known)) for account, known in sorted(facts.items())]
    columns = {
        "account": pa.array([account for account, _ in found], pa.int32()),
        "role": pa.array([role.name for _, role in found], pa.string()),
        "reason": pa.array([role.reason for _, role in found], pa.string()),
    }
    night.keep("roles", pa.table(columns))
    names = [role.name for _, role in found]
    return {f"role_{name}": names.count(name) for name in sorted(set(names) - {roles.UNKNOWN})}


def _facts(night: Night) -> dict[int, roles.Facts]:
    """Everybody who is labelled, reported, in a ring, or did something notable."""
    seeds, members, reported = night.columns("seeds"), night.columns("ring_groups"), night.columns("takeovers")
    facts: dict[int, roles.Facts] = {}

    def know(account: int, **known: object) -> None:
        facts[account] = replace(facts.get(account, roles.Facts()), **known)  # type: ignore[arg-type]

    for account, label, typology in zip(seeds["account"], seeds["label"], seeds["typology"], strict=True):
        know(int(account), label=label, typology=typology)
    for account in reported["account"]:
        know(int(account), taken_over=True)
    for account, membership in zip(members["account"], members["membership"], strict=True):
        know(int(account), membership=membership)
    for account, acts in _acts(night).items():
        know(account, acts=tuple(acts))
    return facts


def _acts(night: Night) -> dict[int, list[roles.Act]]:
    """Signals at a notable value, by account, in the order of the table of signals."""
    rows = night.columns("signals")
    names = [behaviour.NAMES[code] for code in rows["signal"]]
    acts: dict[int, list[roles.Act]] = {}
    for place, role in enumerate(behaviour.notable(names, rows["value"])):
        if role:
            told = behaviour.reason(names[place], *(rows[column][place] for column in ("value", "rate", "seen")))
            acts.setdefault(int(rows["account"][place]), []).append(roles.Act(role, told))
    return acts
