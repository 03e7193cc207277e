"""Reported rings against true ones. Pure: numbers of groups and accounts in, figures out.

A true ring is found if a reported one has a Jaccard index with it of at least `match`; a reported ring is right if the
same holds with some true ring. Reported rings are disjoint; true groups may overlap.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.evaluate.truth import Members, Truth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LEAST = 2  # members in one reported ring from which an innocent group counts as being in it


@dataclass(frozen=True, slots=True)
class Overlaps:
    """One row per true group and reported ring with accounts in common, sorted. `weighted`: Jaccard index of weights,
    where
    a reported member counts as surely as it belongs and a true one counts 1.
    """

    true: Ints
    found: Ints
    common: Ints
    jaccard: Floats
    weighted: Floats


def overlaps(true: Members, found: Members, accounts: int) -> Overlaps:
    """Who meets whom, among accounts numbered 0..accounts-1."""
    ring, weight = np.full(accounts, -1), np.zeros(accounts)
    ring[found.account], weight[found.account] = found.group, found.weight
    met = ring[true.account] >= 0
    keys = true.group[met] * found.groups + ring[true.account][met]
    both, place, common = np.unique(keys, return_inverse=True, return_counts=True)
    t, f = np.divmod(both, max(found.groups, 1))
    shared = np.bincount(place, weight[true.account][met], len(both))
    mass = np.bincount(found.group, found.weight, found.groups)
    sizes = true.sizes()[t]
    jaccard = common / (sizes + found.sizes()[f] - common)
    return Overlaps(t, f, common, jaccard, shared / (sizes + mass[f] - shared))


@dataclass(frozen=True, slots=True)
class Matches:
    """Whether each true ring is found and each reported ring is right, at a Jaccard index of at least `match`.

    ring: numbers of the true rings. found_at: highest score of a reported ring that matches it, -1 without one; the
    same by weights in `found_at_weighted`. best: its largest Jaccard index with any reported ring. right,
    right_weighted: per reported ring, whether it matches a true one. meets: per reported ring, the true group it has
    most accounts in common with, -1 for none.
    """

    ring: Ints
    found_at: Floats
    found_at_weighted: Floats
    best: Floats
    right: Bools
    right_weighted: Bools
    meets: Ints
    match: float


def match_rings(truth: Truth, found: Members, scores: Floats, match: float, smallest: int) -> Matches:
    """Match reported rings with the true rings of at least `smallest` accounts."""
    met = overlaps(truth.members, found, len(truth.accounts))
    wanted = truth.is_ring & (truth.members.sizes() >= smallest)
    real = wanted[met.true]
    at, right = _matched(met, real & (met.jaccard >= match), scores, truth.members.groups)
    weighted_at, weighted_right = _matched(met, real & (met.weighted >= match), scores, truth.members.groups)
    best = np.zeros(truth.members.groups)
    np.maximum.at(best, met.true, met.jaccard)
    rings = np.flatnonzero(wanted)
    return Matches(
        rings, at[rings], weighted_at[rings], best[rings], right, weighted_right, _meets(met, truth, len(scores)), match
    )


def _matched(met: Overlaps, good: Bools, scores: Floats, groups: int) -> tuple[Floats, Bools]:
    at, right = np.full(groups, -1.0), np.zeros(len(scores), dtype=bool)
    np.maximum.at(at, met.true[good], scores[met.found[good]])
    right[met.found[good]] = True
    return at, right


def _meets(met: Overlaps, truth: Truth, rings: int) -> Ints:
    """Most accounts in common; of several the smallest group, since everybody is in some crowd."""
    sizes = truth.members.sizes()
    order = np.lexsort((met.true, sizes[met.true], -met.common))
    first, place = np.unique(met.found[order], return_index=True)
    found = np.full(rings, -1)
    found[first] = met.true[order][place]
    return found


def innocent_in_rings(truth: Truth, found: Members, match: float) -> Bools:
    """Per true group: whether a reported ring has that Jaccard index with it, or holds at least half of it (two
    accounts
    or more).
    """
    met = overlaps(truth.members, found, len(truth.accounts))
    half = (2 * met.common >= truth.members.sizes()[met.true]) & (met.common >= _LEAST)
    taken = np.zeros(truth.members.groups, dtype=bool)
    taken[met.true[half | (met.jaccard >= match)]] = True
    return taken


def element_similarity(true: Ints, found: Ints) -> float | None:
    """Mean element-centric similarity of two groupings of the same accounts (-1: in no group, a group of its own).

    Of disjoint groups the similarity of one element is |A and B| / max(|A|, |B|), with its groups A and B. Source:
    Gates, Wood, Hetrick, Ahn 2019, whose sum reduces to this. None without elements.
    """
    if not len(true):
        return None
    sizes = []
    for labels in (true, found):
        alone = np.where(labels < 0, labels.max() + 1 + np.arange(len(labels)), labels)
        codes, counts = np.unique(alone, return_inverse=True, return_counts=True)[1:]
        sizes.append((codes, counts[codes]))
    (a, size_a), (b, size_b) = sizes
    _, place, common = np.unique(a * (b.max() + 1) + b, return_inverse=True, return_counts=True)
    return float(np.mean(common[place] / np.maximum(size_a, size_b)))
