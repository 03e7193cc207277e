"""The cheapest paths between two accounts over ground that has been read, and which of them time allows.

A path uses no account and no identifier twice. It is in time if somebody can be followed along it, from one end to the
other: a hop through what changes hands (device, address, phone; `Kind.passes_on`) leaves an account by a use of it on
no earlier day than he came there, and arrives by a use of it on no earlier day than that. A use lasts from the first
day it was seen to the last (UTC). A card or wallet is its owner's at any time, and signs have no days here: they
bind nothing.
Source of the notion: Kempe, Kleinberg, Kumar 2002.
"""

import heapq
import math
from dataclasses import dataclass

from linkgraph.explain.reach import Ground, Step, cost
from linkgraph.kinds import BY_NAME
from linkgraph.model import Link

_DAY = 86_400
# Beginnings of paths that are looked at in one direction; an ordinary search looks at some tens.
_MOST_TRIED = 20_000


@dataclass(frozen=True, slots=True)
class Path:
    """Hops from one account to another, their cost, and whether time allows them in this order or the reverse."""

    steps: tuple[Step, ...]
    cost: float
    in_time: bool

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts along the path, both ends included."""
        return (self.steps[0].source, *(step.target for step in self.steps))


def best_paths(ground: Ground, ends: tuple[str, str], hops: int, most: int) -> list[Path]:
    """The `most` cheapest paths of at most `hops` hops that time allows, each through other accounts; if it allows
    none, the cheapest one all the same. By cost, then names. Empty if the two are not linked at all.
    """
    there = _Search(ground, *ends, hops)
    if not there.reachable:
        return []
    back = _Search(ground, ends[1], ends[0], hops)
    found = there.run(most) + [_reversed(path) for path in back.run(most)]
    kept: dict[tuple[str, ...], Path] = {}
    for path in sorted(found, key=_place):
        kept.setdefault(path.accounts, path)
    return list(kept.values())[:most] or there.run(1, in_time=False)


def _place(path: Path) -> tuple[float, int, tuple[str, ...]]:
    return round(path.cost, 9), len(path.steps), tuple(name for step in path.steps for name in (step.target, step.name))


def _reversed(path: Path) -> Path:
    return Path(tuple(step.turned() for step in reversed(path.steps)), path.cost, path.in_time)


class _Search:
    """Cheapest first, with the cost that time aside is still to come as the bound (A*)."""

    def __init__(self, ground: Ground, source: str, target: str, hops: int) -> None:
        self._ground, self._source, self._target, self._hops = ground, source, target, hops
        self._rest = _rests(ground, target, hops)

    @property
    def reachable(self) -> bool:
        """Whether any path leads there, time aside."""
        return self._source in self._rest[self._hops]

    def run(self, most: int, in_time: bool = True) -> list[Path]:
        """The cheapest paths through different accounts."""
        found: list[Path] = []
        seen: set[tuple[str, ...]] = set()
        waiting: list[tuple[float, tuple[str, ...], int, tuple[Step, ...], float, float]] = []
        heapq.heappush(waiting, (0.0, (), 0, (), 0.0, -math.inf))
        tried = 0
        while waiting and len(found) < most:
            _, names, _, steps, spent, day = heapq.heappop(waiting)
            if steps and steps[-1].target == self._target:
                path = Path(steps, spent, in_time)
                if path.accounts not in seen:
                    seen.add(path.accounts)
                    found.append(path)
                continue
            if tried >= _MOST_TRIED:
                self._ground.cut.add("paths")
                break
            for step, arrival, bound in self._onwards(steps, day, in_time):
                tried += 1
                entry = (
                    round(spent + bound, 9),
                    (*names, step.target, step.name),
                    tried,
                    (*steps, step),
                    spent + step.cost,
                )
                heapq.heappush(waiting, (*entry, arrival))
        return found

    def _onwards(self, steps: tuple[Step, ...], day: float, in_time: bool) -> list[tuple[Step, float, float]]:
        """Hops that may come next, the day of arrival, and the least cost from here on by that hop."""
        at = steps[-1].target if steps else self._source
        passed = {self._source, *(step.target for step in steps)}
        used = {step.name for step in steps if step.identifier}
        rest = self._rest[self._hops - len(steps) - 1] if len(steps) < self._hops else {}
        onwards = []
        for step in self._ground.steps(at):
            if step.target in passed or step.target not in rest or step.name in used:
                continue
            arrival = _arrival(day, step) if in_time else day
            if arrival is not None:
                onwards.append((step, arrival, step.cost + rest[step.target]))
        return onwards


def _arrival(day: float, step: Step) -> float | None:
    """The first day on which a hop arrives that may leave from `day` on; None if it cannot."""
    if step.left is None or step.came is None or not _changes_hands(step):
        return day
    left = max(day, _day(step.left.first_seen))
    came = max(left, _day(step.came.first_seen))
    return came if left <= _last(step.left) and came <= _last(step.came) else None


def _changes_hands(step: Step) -> bool:
    kind = BY_NAME.get(step.identifier.kind) if step.identifier else None
    return kind is None or kind.passes_on


def _last(link: Link) -> int:
    return _day(link.last_seen)


def _day(seconds: int) -> int:
    return seconds // _DAY


def _rests(ground: Ground, target: str, hops: int) -> list[dict[str, float]]:
    """For 0 to `hops` hops, the least cost from each account to the target, time aside."""
    rests = [{target: 0.0}]
    shared = [(cost(ground.identifiers[key]), list(ground.users[key])) for key in sorted(ground.followed)]
    for _ in range(hops):
        before = rests[-1]
        now = dict(before)
        for price, accounts in shared:
            best = price + min((before[each] for each in accounts if each in before), default=math.inf)
            if best < math.inf:
                now |= {each: best for each in accounts if best < now.get(each, math.inf)}
        for account_id in ground.signed:
            for step in ground.signed_steps(account_id):
                best = step.cost + before.get(step.target, math.inf)
                if best < now.get(account_id, math.inf):
                    now[account_id] = best
        rests.append(now)
    return rests
