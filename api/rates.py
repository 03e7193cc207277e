"""How much each key may ask for: a bucket of so many units a minute, which an operation costs one or more of.

Buckets are of one process. Requests without a live key share one, so that nobody fills the audit by guessing keys.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

# Operations that cost more than one: they read more than a card does.
COST: Final[Mapping[str, int]] = {
    "explain_account": 2,
    "why_linked": 2,
    "read_neighbourhood": 5,
    "read_timeline": 10,
    "read_ring": 2,
    "read_ring_graph": 5,
    "preview_verdict": 10,
    "propose_verdict": 10,
    "read_verdict_outcome": 2,
    "search": 5,
    "reveal": 10,
    "verify_audit": 50,
}
_WINDOW_SECONDS: Final = 60.0
# Buckets of keys; those used longest ago are forgotten first, and were full again by then.
_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a request may go on, and what is left. wait: whole seconds until it could."""

    granted: bool
    quota: int
    left: int
    wait: int

    @property
    def headers(self) -> dict[str, str]:
        """As header fields."""
        shown = {
            "RateLimit-Policy": f'"key";q={self.quota};w={int(_WINDOW_SECONDS)}',
            "RateLimit": f'"key";r={self.left};t={self.wait}',
        }
        return shown if self.granted else shown | {"Retry-After": str(self.wait)}


class Rates:
    """Buckets by name. `clock` counts seconds; a quota of 0 grants everything."""

    def __init__(self, quota: int, clock: Callable[[], float]) -> None:
        self._quota, self._clock = quota, clock
        # Name -> units left at a time. Only ever touched from the event loop.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, operation: str | None) -> Grant | None:
        """Units for one request out of the bucket of `name`; None where nothing is counted."""
        if not self._quota:
            return None
        cost, now = COST.get(operation or "", 1), self._clock()
        left, at = self._buckets.get(name, (float(self._quota), now))
        left = min(float(self._quota), left + (now - at) * self._quota / _WINDOW_SECONDS)
        granted = left >= cost
        left -= cost if granted else 0
        self._buckets[name] = (left, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > _KEPT:
            self._buckets.popitem(last=False)
        wait = 0 if granted else max(1, math.ceil((cost - left) * _WINDOW_SECONDS / self._quota))
        return Grant(granted, self._quota, int(left), wait)
