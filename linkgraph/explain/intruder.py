"""What an intruder did in the name of an account that was taken over, as far as the feeds tell. Pure.

As the night has it (`queries/relational/intrusions.sql`): on an account that is older, whatever was first used within
some days before people knew was brought by the intruder. IP addresses change too often to tell.
"""

from collections.abc import Sequence
from dataclasses import replace

from linkgraph.explain.happenings import ACCOUNT, FLEETING, INTRUDER, UNKNOWN, Happening, Thing

_TAKEOVER = "account_takeover"
_DAY = 86_400 * 1_000_000


def attributed(found: Sequence[Happening], days: int) -> list[Happening]:
    """The same, with what the intruder brought, and what happened in his sessions, laid to him."""
    told = [each.row.at for each in found if _is_told(each)]
    if not told:
        return list(found)
    until = min(told)
    since = until - days * _DAY
    first = _first_uses(found)
    if not first or min(first.values()) > since:
        return list(found)
    brought = {thing for thing, at in first.items() if thing[0] not in FLEETING and since < at <= until}
    sessions = {each.row.values.get("session_id") for each in found if brought.intersection(each.things)} - {None}

    def is_his(each: Happening) -> bool:
        is_act = each.by in (ACCOUNT, UNKNOWN) and each.kind not in ("dispute", "appeal")
        return is_act and (bool(brought.intersection(each.things)) or each.row.values.get("session_id") in sessions)

    return [replace(each, by=INTRUDER) if is_his(each) else each for each in found]


def _is_told(happening: Happening) -> bool:
    told = happening.row.values
    if happening.kind == "dispute":
        return bool(told["kind"] == "takeover_report")
    return happening.kind == "label" and (told["label"], told["typology"]) == ("victim", _TAKEOVER)


def _first_uses(found: Sequence[Happening]) -> dict[Thing, int]:
    first: dict[Thing, int] = {}
    for each in sorted(found, key=lambda happening: happening.row.at, reverse=True):
        first |= dict.fromkeys(each.uses, each.row.at)
    return first
