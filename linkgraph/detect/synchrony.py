"""How surprising it is that two accounts were often active at the same place and time, against a null model.

Null model: every account keeps its activity on a place, and activity falls on the place's time buckets as all activity
there does. Expected meetings of a and b: L = sum over places x of m_ax m_bx H_x, with m_ax the buckets of x in which a
was active and H_x the chance that two activities of x fall into one bucket, sum_b n_xb^2 / (sum_b n_xb)^2. A place with
one rhythm explains itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_HOUR, _WEEK = 3_600, 604_800
_GRAINS = (86_400, 3_600, 60)
# A time bucket must be this much longer than the grain of the times, or all that was rounded alike would seem to meet.
_GRAINS_PER_WINDOW = 12


def grain(moments: int, on_day: int, on_hour: int, on_minute: int) -> int:
    """Seconds to which most times are rounded: whole days, hours or minutes, else 1. The counts: times on such a
    border."""
    shares = zip(_GRAINS, (on_day, on_hour, on_minute), strict=True)
    return next((seconds for seconds, count in shares if 2 * count > moments), 1)


def can_tell(window: int, grain_seconds: int) -> bool:
    """Whether times of that grain can show who was active within the same `window` seconds."""
    return window >= _GRAINS_PER_WINDOW * grain_seconds


def bucket_cap(buckets: Ints, budget: int) -> tuple[int, int]:
    """The largest size of bucket that is compared, so that all compared hold at most `budget` pairs; and how many
    buckets are larger. buckets: how many buckets hold 0, 1, 2 ... accounts; the last counts all that are too large in
    any case.
    """
    n = np.arange(len(buckets) - 1, dtype=np.int64)
    held = np.cumsum(buckets[:-1] * (n * (n - 1) // 2))
    cap = int(np.searchsorted(held, budget, side="right")) - 1
    return cap, int(buckets[cap + 1 :].sum())


@dataclass(frozen=True, slots=True)
class Place:
    """Acts on places, one entry each: how many, of how many accounts. squares: acts squared, summed over time buckets
    (for acts in turn: how many were followed by another account's). weekly_squares: the same over cells of a week.
    """

    activity: Ints
    accounts: Ints
    squares: Ints
    weekly_squares: Ints


def cell(seconds: int) -> int:
    """Length of the cells into which a week is cut for buckets of that length: hours, or the bucket if it is longer."""
    return max(_HOUR, seconds)


def rate_by_hour(activity: Ints, squares: Ints, seconds: int, looked_at: int | Ints) -> Floats:
    """Chance that two acts on a place fall within `seconds`, for a place that keeps its hours of the week.

    activity: acts; squares: acts squared, summed over cells of the week; looked_at: all the time looked at, seconds.
    The cell of an act is up to the place (two share one with probability sum n(n-1) / N(N-1), one of all at
    least); the moment in it, and the week, is not.
    """
    cells = _WEEK // cell(seconds)
    same = (squares - activity) / np.maximum(activity * (activity - 1.0), 1.0)
    return np.asarray(np.maximum(same, 1.0 / cells) * cells * seconds / looked_at, dtype=np.float64)


def rate_together(place: Place, seconds: int, looked_at: int | Ints, small: int) -> Floats:
    """Chance that two acts on a place fall into one bucket.

    Where many go, the others tell which buckets are busy; on a place of at most `small` accounts the two themselves
    would, and only its hours of the week can be known. Buckets half overlap: every act is in two, and two acts within
    `seconds` share one of them on average, hence the half.
    """
    by_hour = rate_by_hour(place.activity, place.weekly_squares, seconds, looked_at) / 2
    return _by_size(place, by_hour, small)


def rate_in_turn(place: Place, seconds: int, looked_at: int | Ints, small: int) -> Floats:
    """Chance that an act on a place is followed by a given other one within `seconds`; as `rate_together`."""
    return _by_size(place, rate_by_hour(place.activity, place.weekly_squares, seconds, looked_at), small)


def _by_size(place: Place, by_hour: Floats, small: int) -> Floats:
    by_others = place.squares / place.activity.astype(np.float64) ** 2
    return np.asarray(np.where(place.accounts > small, by_others, by_hour), dtype=np.float64)


def expected(first: Ints, active: tuple[Ints, Ints], rate: Floats) -> Floats:
    """L of each pair. Rows: one per pair and place that both used; `first`: where each pair's rows begin; `active`:
    what either did there; `rate`: chance that two acts there meet.
    """
    terms = active[0].astype(np.float64) * active[1] * rate
    return np.add.reduceat(terms, first) if len(first) else np.zeros(0)


def busiest(first: Ints, accounts: Ints) -> Ints:
    """For each pair, accounts of the busiest place that both used; rows as in `expected`."""
    return np.maximum.reduceat(accounts, first) if len(first) else np.zeros(0, np.int64)


def surprise(days: Ints, expected: Floats, accounts: Ints, most: float) -> Floats:
    """Bits against meeting so often by chance, between 0 and `most`: -log2 of how many of the others among `accounts`
    (of the busiest place that both used) would meet one of them so often. P(Poisson(L) >= n) is the regularised lower
    incomplete gamma function of n at L.
    """
    chance = gammainc(days.astype(np.float64), expected)
    others = np.maximum(accounts - 1.0, 1.0)
    found = -np.log2(np.maximum(chance * others, np.finfo(np.float64).tiny))
    return np.asarray(np.clip(found, 0.0, most), dtype=np.float64)
