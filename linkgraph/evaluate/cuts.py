"""Cuts in time. At a cut T only what was known by T may be used; what became known later is the target and nothing
else.

positive: confirmed fraud that became known within `horizon` days after T. negative: nothing became known of it for at
least `maturity` days, and not within the horizon; what falls between is left out. Candidates: alive and unlabelled at
T.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from linkgraph.evaluate.facts import NEVER, Outcome, Snapshot

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_DAY = 86_400
_STEP = 2  # months from cut to cut


@dataclass(frozen=True, slots=True)
class Cut:
    """The accounts that count at one cut, by number, and what became of each.

    positive: whether it is a target. money: what it still moved out between the cut and its confirmation. wait: days
    from the cut to its first dispute, or confirmation where there was none; NaN for negatives. day: day on which it
    was confirmed. unripe: candidates left out as neither positive nor negative.
    """

    clock: int
    account: Ints
    positive: Bools
    money: Floats
    wait: Floats
    day: Ints
    unripe: int


def month_ends(oldest: int, newest: int, number: int) -> list[int]:
    """The last `number` cuts, every second month end, between two times (epoch seconds), oldest first: each the last
    second of
    its month, UTC.
    """
    found: list[int] = []
    day = datetime.fromtimestamp(newest + 1, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while len(found) < number and (clock := int(day.timestamp()) - 1) >= oldest:
        found.append(clock)
        for _ in range(_STEP):
            day = (day - timedelta(days=1)).replace(day=1)
    return found[::-1]


def make_cut(snapshot: Snapshot, outcome: Outcome, horizon: int, maturity: int) -> Cut:
    """The candidates of a cut and their targets."""
    clock = snapshot.clock
    candidate = snapshot.alive & ~snapshot.labelled & (outcome.confirmed > clock)
    days = (outcome.confirmed - clock) / _DAY
    positive = candidate & (days <= horizon)
    unripe = candidate & ~positive & (days <= maturity)
    return _cut(outcome, clock, np.flatnonzero(candidate & ~unripe), positive, int(unripe.sum()))


def make_true_cut(snapshot: Snapshot, outcome: Outcome, bad: Bools) -> Cut:
    """The same where the truth is known: a candidate is positive if it is bad, whenever that comes out."""
    candidate = snapshot.alive & ~snapshot.labelled
    return _cut(outcome, snapshot.clock, np.flatnonzero(candidate), bad, 0)


def _cut(outcome: Outcome, clock: int, account: Ints, positive: Bools, unripe: int) -> Cut:
    hit = positive[account]
    first = np.minimum(outcome.disputed, outcome.confirmed)
    first = np.where(first > clock, first, outcome.confirmed)[account]
    known = hit & (first < NEVER)
    wait = np.full(len(account), np.nan)
    wait[known] = (first[known] - clock) / _DAY
    confirmed = outcome.confirmed[account]
    day = np.where(confirmed < NEVER, confirmed // _DAY, -1)
    return Cut(clock, account, hit, _money(outcome, clock)[account] * hit, wait, day, unripe)


def _money(outcome: Outcome, clock: int) -> Floats:
    account, moved, amount = outcome.out
    late = (moved > clock) & (moved <= outcome.confirmed[account])
    return np.bincount(account[late], amount[late], len(outcome.accounts)).astype(np.float64)


def is_mature(clock: int, end: int, horizon: int, maturity: int) -> bool:
    """Whether enough time has passed after a cut for its negatives to be believed."""
    return clock + max(horizon, maturity) * _DAY <= end
