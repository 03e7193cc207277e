"""Chance graphs with the same degrees: what is left of a figure on them was never the graph's.

Pure. A link is a pair (left, right); shuffling swaps the right ends of two links at a time, so that every left and
every right keeps its number of links, no pair comes twice, and nothing is paired with itself.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Key = Callable[[Ints, Ints, int], Ints]

_ROUNDS = 20


def shuffled(left: Ints, right: Ints, rng: np.random.Generator) -> Ints:
    """New right ends of links (left, right) between two sorts of things, all different."""
    return _mixed(left, right, rng, lambda one, other, width: one * width + other)[1]


def shuffled_pairs(a: Ints, b: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """New pairs for pairs of one sort of thing, all different and given with a < b; so are the new ones."""
    one, other = _mixed(a, b, rng, lambda x, y, width: np.minimum(x, y) * width + np.maximum(x, y), pairs=True)
    return np.minimum(one, other), np.maximum(one, other)


def _mixed(left: Ints, right: Ints, rng: np.random.Generator, key: Key, *, pairs: bool = False) -> tuple[Ints, Ints]:
    """Rounds of exchanges. In each, every link meets one other; what would make a pair twice is left as it is."""
    left, right = left.copy(), right.copy()
    width = int(max(left.max(initial=0), right.max(initial=0))) + 1
    half = len(left) // 2
    for _ in range(_ROUNDS):
        if pairs:
            flip = rng.random(len(left)) < 0.5
            left, right = np.where(flip, right, left), np.where(flip, left, right)
        order = rng.permutation(len(left))
        one, other = order[:half], order[half : 2 * half]
        first, second = key(left[one], right[other], width), key(left[other], right[one], width)
        kept = np.sort(key(left, right, width))
        fine = ~_has(kept, first) & ~_has(kept, second) & _single(first, second)
        if pairs:
            fine &= (left[one] != right[other]) & (left[other] != right[one])
        x, y = one[fine], other[fine]
        right[x], right[y] = right[y], right[x]
    return left, right


def within_bins(chosen: Ints, degree: Ints, rng: np.random.Generator) -> Ints:
    """As many accounts as `chosen`, each drawn from those whose degree is in the same bin (doubling widths), none
    twice.
    """
    bins = np.ceil(np.log2(degree + 1)).astype(np.int64)
    drawn = np.empty(len(chosen), dtype=np.int64)
    for each in np.unique(bins[chosen]):
        places = np.flatnonzero(bins[chosen] == each)
        drawn[places] = rng.choice(np.flatnonzero(bins == each), len(places), replace=False)
    return drawn


def _has(ordered: Ints, keys: Ints) -> NDArray[np.bool_]:
    place = np.minimum(np.searchsorted(ordered, keys), max(len(ordered) - 1, 0))
    return np.asarray(ordered[place] == keys if len(ordered) else np.zeros(len(keys)), dtype=np.bool_)


def _single(first: Ints, second: Ints) -> NDArray[np.bool_]:
    """Which of these exchanges make two pairs that no other exchange of this round makes."""
    both = np.concatenate([first, second])
    _, place, times = np.unique(both, return_inverse=True, return_counts=True)
    once: NDArray[np.bool_] = times[place] == 1
    single: NDArray[np.bool_] = once[: len(first)] & once[len(first) :]
    return single
