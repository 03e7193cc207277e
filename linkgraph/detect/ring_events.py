"""What happened to each ring since the night before, and which pair of accounts, gained or lost, caused it.

born, split    a new ring; split: from the ring `other`. One event per founding account.
grew, shrank   an account joined or left; `other`: the ring it came from or went to.
merged         the ring goes on as the ring `other`, and its id is an alias for ever.
dormant        no group carries it on; returned: one does again; retired: its front is kept no longer.

So the events of a ring, in order, give its members at any time. A cause is the strongest pair of the account itself
where there is one, else of the ring: pairs are gained inside what is a ring now, lost inside what was one before.
Rings are numbered: first those known before, then tonight's groups.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.lineage import NONE, Fronts, Groups, Ints, Lineage

BORN, GREW, SHRANK, SPLIT, MERGED, DORMANT, RETURNED, RETIRED = range(8)
NAMES = ("born", "grew", "shrank", "split", "merged", "dormant", "returned", "retired")


@dataclass(frozen=True, slots=True)
class Changes:
    """Pairs with an end in a ring, then or now, whose evidence is another than the night before. Ends are account
    numbers, -1 for an account of no ring; bits: above 0 gained, below 0 lost.
    """

    a: Ints
    b: Ints
    bits: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Events:
    """Rows: number of the ring, of what happened (in NAMES), of the other ring and the account, place of the cause
    among the changes; -1 is none.
    """

    ring: Ints
    event: Ints
    other: Ints
    account: Ints
    cause: Ints

    @property
    def unexplained(self) -> int:
        """Events that no pair, gained or lost, explains; that a front is kept no longer needs no cause."""
        return int(np.count_nonzero((self.cause == NONE) & (self.event != RETIRED)))


def tell(fronts: Fronts, now: Groups, found: Lineage, changes: Changes, dormant_nights: int) -> Events:
    """All events of the night, by kind, then in the order of rings and accounts."""
    known = fronts.rows.count
    ring_of = ring_numbers(known, found)
    # One more than there are rings, so that ring -1 has no successor.
    after = np.full(known + now.count + 1, NONE, dtype=np.int64)
    carried = np.flatnonzero(found.claimed != NONE)
    after[carried] = ring_of[found.claimed[carried]]
    homes = _Homes(fronts, now, ring_of, changes)
    causes = _Causes(changes, homes, after)
    parts = [
        *_foundings(now, found, ring_of, causes),
        _joined(fronts, now, found, ring_of, (homes, causes)),
        _left(fronts, now, found, ring_of, (homes, causes)),
        *_turns(fronts, after[:known], dormant_nights, causes),
    ]
    return Events(*(np.concatenate([getattr(part, name) for part in parts]) for name in Events.__slots__))


def ring_numbers(known: int, found: Lineage) -> Ints:
    """By group, the number of its ring."""
    return np.where(found.heir == NONE, known + np.arange(len(found.heir)), found.heir)


class _Homes:
    """By account, the number of its ring then and now. Of several fronts the least idle counts. Account -1 has none."""

    def __init__(self, fronts: Fronts, now: Groups, ring_of: Ints, changes: Changes) -> None:
        self.rings = fronts.rows.count + now.count
        spoken_of = (fronts.rows.account, now.account, changes.a, changes.b)
        accounts = 1 + max(int(part.max(initial=NONE)) for part in spoken_of)
        self.now = np.full(accounts + 1, NONE, dtype=np.int64)
        self.now[now.account] = ring_of[now.group]
        self.then = np.full(accounts + 1, NONE, dtype=np.int64)
        rows = np.lexsort((-fronts.rows.group, -fronts.idle[fronts.rows.group]))
        self.then[fronts.rows.account[rows]] = fronts.rows.group[rows]


class _Causes:
    """The strongest change for each account and each ring, in every sense in which it may be a cause."""

    def __init__(self, changes: Changes, homes: _Homes, after: Ints) -> None:
        self._order = np.lexsort((changes.b, changes.a, -np.abs(changes.bits)))
        a, b, bits = changes.a[self._order], changes.b[self._order], changes.bits[self._order]
        now, then = (homes.now[a], homes.now[b]), (homes.then[a], homes.then[b])
        accounts, rings = len(homes.now), homes.rings
        together = (now[0] == now[1]) & (now[0] != NONE)
        before = (then[0] == then[1]) & (then[0] != NONE)
        gained, lost = (bits > 0) & together, (bits < 0) & before
        cut, joined = lost & (now[0] != now[1]), gained & (then[0] != then[1])
        everything = np.ones(len(bits), dtype=bool)
        self.own_gained = self._strongest(accounts, gained, a, b)
        self.own_lost = self._strongest(accounts, lost, a, b)
        self.own_cut = self._strongest(accounts, cut, a, b)
        self.gained = self._strongest(rings, gained, now[0])
        self.lost = self._strongest(rings, lost, then[0])
        self.cut = self._strongest(rings, cut, *now)
        self.joined = self._strongest(rings, joined & (after[then[0]] == now[0]), then[0])
        self.joined = _first(self.joined, self._strongest(rings, joined & (after[then[1]] == now[1]), then[1]))
        self.near = self._strongest(rings, everything, *now, *then)

    def _strongest(self, size: int, where: NDArray[np.bool_], *keys: Ints) -> Ints:
        found = np.full(size, NONE, dtype=np.int64)
        places = np.flatnonzero(where)[::-1]
        for_each = np.stack([key[places] for key in keys], axis=1).ravel()
        rows = np.repeat(self._order[places], len(keys))
        # Strongest last: of values for one key the last one stays.
        found[for_each[for_each != NONE]] = rows[for_each != NONE]
        return found


def _first(*choices: Ints) -> Ints:
    """Row by row the first that is not none."""
    found = choices[0].copy()
    for choice in choices[1:]:
        found = np.where(found == NONE, choice, found)
    return found


def _rows(event: int, ring: Ints, other: Ints, account: Ints, cause: Ints) -> Events:
    return Events(ring, np.full(len(ring), event, dtype=np.int64), other, account, cause)


def _foundings(now: Groups, found: Lineage, ring_of: Ints, causes: _Causes) -> list[Events]:
    fresh = found.heir[now.group] == NONE
    split = fresh & (found.parent[now.group] != NONE)
    parts = []
    for event, where in ((BORN, fresh & ~split), (SPLIT, split)):
        account, ring, other = now.account[where], ring_of[now.group[where]], found.parent[now.group[where]]
        why = [causes.own_gained[account], causes.gained[ring]]
        if event == SPLIT:
            why = [causes.own_cut[account], causes.cut[ring], causes.lost[other], *why]
        parts.append(_rows(event, ring, other, account, _first(*why, causes.near[ring])))
    return parts


def _joined(fronts: Fronts, now: Groups, found: Lineage, ring_of: Ints, judged: tuple[_Homes, _Causes]) -> Events:
    homes, causes = judged
    ring = ring_of[now.group]
    where = (found.heir[now.group] != NONE) & ~_among(ring, now.account, fronts.rows.group, fronts.rows.account)
    ring, account = ring[where], now.account[where]
    active = np.append(fronts.idle == 0, False)
    came_from = np.where(active[homes.then[account]], homes.then[account], NONE)
    why = (causes.own_gained[account], causes.own_lost[account], causes.gained[ring], causes.near[ring])
    return _rows(GREW, ring, came_from, account, _first(*why))


def _left(fronts: Fronts, now: Groups, found: Lineage, ring_of: Ints, judged: tuple[_Homes, _Causes]) -> Events:
    homes, causes = judged
    lasting = np.isin(fronts.rows.group, found.heir)
    where = lasting & ~_among(fronts.rows.group, fronts.rows.account, ring_of[now.group], now.account)
    ring, account = fronts.rows.group[where], fronts.rows.account[where]
    why = (causes.own_lost[account], causes.own_gained[account], causes.lost[ring], causes.near[ring])
    return _rows(SHRANK, ring, homes.now[account], account, _first(*why))


def _among(ring: Ints, account: Ints, rings: Ints, accounts: Ints) -> NDArray[np.bool_]:
    """Which (ring, account) are among the others."""
    size = 1 + max(int(account.max(initial=0)), int(accounts.max(initial=0)))
    return np.isin(ring * size + account, rings * size + accounts)


def _turns(fronts: Fronts, after: Ints, dormant_nights: int, causes: _Causes) -> list[Events]:
    """Rings that end, sleep or come back: one event each, of no account. `after`: by ring, the one it goes on as."""
    rings, idle = np.arange(len(after)), fronts.idle
    carried = after != NONE
    merged, back = carried & (after != rings), carried & (after == rings) & (idle > 0)
    why_merged = _first(causes.joined[rings], causes.gained[after], causes.near[rings])
    cases = (
        (MERGED, merged, after, why_merged),
        (DORMANT, ~carried & (idle == 0), _none(rings), _first(causes.lost[rings], causes.near[rings])),
        (RETURNED, back, _none(rings), _first(causes.gained[rings], causes.near[rings])),
        (RETIRED, ~carried & (idle >= dormant_nights), _none(rings), _none(rings)),
    )
    return [_rows(event, rings[at], other[at], _none(rings[at]), cause[at]) for event, at, other, cause in cases]


def _none(like: Ints) -> Ints:
    return np.full(len(like), NONE, dtype=np.int64)
