"""Who is held to a ring by which pairs: what is left of a ring when some evidence does not count."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from linkgraph.detect import pairs as linking
from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.detect.graph import components
from linkgraph.explain import signs
from linkgraph.kinds import BY_NAME
from linkgraph.model import Member, Pair
from linkgraph.solved import Rules

# Pairs of a ring that are read, the strongest first; a ring of the largest size may have more.
PAIRS_READ = 20_000

# From two accounts and 'kind:token', or None for what is no identifier: whether that evidence does not count.
Refutes = Callable[[str, str, str | None], bool]


class View(Protocol):
    """What is asked of a run; every graph store's view has it."""

    def members(self, ring_ids: Sequence[str]) -> list[Member]: ...
    def pairs_among(self, account_ids: Sequence[str], limit: int) -> list[Pair]: ...


def left_rings(
    view: View, rules: Rules, ring_ids: Sequence[str], refutes: Refutes
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Members that no pair holds to their ring any more, and the names of the limits that were hit.

    A ring is the largest part of its members that pairs hold together. When that falls below the least size of a ring,
    nobody is left in it. Members whom pairs did not hold before stay, as something else put them there.
    """
    gone: set[str] = set()
    cut = False
    for ring_id in ring_ids:
        ids = [each.account_id for each in view.members([ring_id])]
        pairs = view.pairs_among(ids, PAIRS_READ + 1)
        cut |= len(pairs) > PAIRS_READ
        before = _largest(ids, pairs[:PAIRS_READ])
        left = [pair for pair in pairs[:PAIRS_READ] if holds(pair, rules, refutes)]
        after = _largest(sorted(before), left)
        gone |= before - after if len(after) >= rules.ring_min else set(ids)
    return frozenset(gone), ("pairs",) if cut else ()


def holds(pair: Pair, rules: Rules, refutes: Refutes) -> bool:
    """Whether a pair still passes the threshold: the best that still counts of each family, summed over families."""
    best: dict[str, float] = {}
    told = set(signs.signs(pair))
    for name, bits in zip(pair.shared, pair.shared_bits, strict=True):
        if refutes(pair.account_a, pair.account_b, None if name in told else name):
            continue
        kind = name.partition(":")[0]
        family = kind if name in told else BY_NAME[kind].family
        best[family] = max(best.get(family, 0.0), bits)
    units = np.array([round(sum(best.values()) * UNITS_PER_BIT)], np.int32)
    return bool(linking.linked(units, rules.prior, rules.tau)[0])


def _largest(ids: Sequence[str], pairs: Sequence[Pair]) -> set[str]:
    """The largest part of `ids` that the pairs hold together; of several, the one with the smallest id."""
    place = {account_id: number for number, account_id in enumerate(sorted(ids))}
    ends = [(place[p.account_a], place[p.account_b]) for p in pairs if p.account_a in place and p.account_b in place]
    if not ends:
        return set()
    one, other = (np.array(column, np.int32) for column in zip(*ends, strict=True))
    part = components(len(place), one, other)
    biggest = int(np.argmax(np.bincount(part)))
    return {account_id for account_id, number in place.items() if part[number] == biggest}
