"""Learns what evidence is worth from pairs that people have ruled on: the bits of every level, by logistic regression.

E_ab = prior + sum over families of max(0, max over what is shown of bits[level]), p = 1 / (1 + 2^-E_ab). The maxima
need bits to choose by: they start from given bits and are chosen anew after each fit, until none changes. Bits stay
near the starting ones where labels say little. Bounds keep one more shared thing from lowering a pair: levels are never
below 0, penalties for gaps and age never above.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from linkgraph.detect.evidence import UNITS_PER_BIT, EvidenceBits
from linkgraph.kinds import FAMILIES, KINDS, SIGNS
from linkgraph.parameters import Parameters

# A loss that falls by less has settled.
_SETTLED = 1e-6

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shown:
    """What pairs show, one row each, parallel arrays sorted by pair.

    pair: number of the pair. is_sign, code: a row of `SIGNS` or of `KINDS`. value: degree of the identifier, or value
    of the sign. gap, age: days, as in the level tables. most: bits a sign is worth at most.
    """

    pair: Ints
    is_sign: NDArray[np.bool_]
    code: Ints
    value: Ints
    gap: Ints
    age: Ints
    most: Floats

    def __len__(self) -> int:
        return len(self.pair)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Bits learned; after how many rounds the chosen maxima held (`settled`), or did not."""

    bits: EvidenceBits
    rounds: int
    settled: bool


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of `Shown` as places in the vector of coefficients. floor: what age takes at most, below 0."""

    pair: Ints
    family: Ints
    level: Ints
    gap: Ints
    age: Ints
    floor: Floats
    most: Floats

    def value(self, vector: Floats) -> Floats:
        """Bits of each row."""
        penalty = vector[self.gap] + np.maximum(vector[self.age], self.floor)
        return np.asarray(np.minimum(vector[self.level] + penalty, self.most), dtype=np.float64)

    def where(self, kept: Ints) -> "_Rows":
        pair, family, level = self.pair[kept], self.family[kept], self.level[kept]
        return _Rows(pair, family, level, self.gap[kept], self.age[kept], self.floor[kept], self.most[kept])


class _Layout:
    """Where each level stands in the vector of coefficients: the prior, then kinds by degree bin, signs by value bin,
    gaps and ages. The first gap and the first age bin are 0 for ever, and stand for the penalties that signs do not
    have.
    """

    def __init__(self, p: Parameters) -> None:
        levels = [len(kind.bits) for kind in KINDS] + [len(sign.bits) for sign in SIGNS]
        sizes = [1, *levels, len(p.gap_bits), len(p.age_bits)]
        self.starts = np.concatenate([[0], np.cumsum(sizes)])
        self.kinds = self.starts[1 : 1 + len(KINDS)]
        self.signs = self.starts[1 + len(KINDS) : 1 + len(KINDS) + len(SIGNS)]
        self.gap, self.age, self.size = (int(place) for place in self.starts[-3:])

    def vector(self, bits: EvidenceBits) -> Floats:
        kinds = [bits.kinds[kind.name] for kind in KINDS]
        signs = [bits.signs[sign.name] for sign in SIGNS]
        return np.concatenate([[bits.prior], *kinds, *signs, bits.gap, bits.age]).astype(np.float64)

    def bits(self, vector: Floats, prior: float) -> EvidenceBits:
        """Whole 1/1024 bits; a sign that says more the more there is of it never says less."""
        whole = np.rint(vector * UNITS_PER_BIT) / UNITS_PER_BIT
        _, *parts = np.split(whole, self.starts[1:-1])
        kinds, signs = parts[: len(KINDS)], parts[len(KINDS) : -2]
        rising = [np.maximum.accumulate(part) if sign.rises else part for sign, part in zip(SIGNS, signs, strict=True)]
        return EvidenceBits(
            prior=round(prior * UNITS_PER_BIT) / UNITS_PER_BIT,
            kinds={kind.name: tuple(part.tolist()) for kind, part in zip(KINDS, kinds, strict=True)},
            gap=tuple(parts[-2].tolist()),
            age=tuple(parts[-1].tolist()),
            signs={sign.name: tuple(part.tolist()) for sign, part in zip(SIGNS, rising, strict=True)},
        )

    def bounds(self) -> list[tuple[float | None, float | None]]:
        """Lower and upper bound of each coefficient."""
        found: list[tuple[float | None, float | None]] = [(None, None)]
        found += [(0.0, None)] * (self.gap - 1) + [(None, 0.0)] * (self.size - self.gap)
        found[self.gap] = found[self.age] = (0.0, 0.0)
        return found


def fit_bits(shown: Shown, confirmed: NDArray[np.bool_], start: EvidenceBits, p: Parameters) -> Fitted:
    """Bits of all levels from what pairs show and whether each pair is confirmed.

    The pairs must be all candidate pairs on which people have ruled, so that the prior is that of candidate pairs.
    Without evidence no pair comes near the threshold, whatever the labels say.
    """
    layout = _Layout(p)
    rows, first = _rows(shown, layout, p), layout.vector(start)
    found = first
    rounds, settled = 0, False
    while rounds < p.evidence_rounds and not settled:
        wanted = _fit(rows.where(_chosen(rows, found)), found, first, confirmed, p)
        nearer = _nearer(rows, found, wanted, (first, confirmed, p))
        rounds, settled, found = rounds + 1, np.array_equal(nearer, found), nearer
    prior = min(found[0], math.log2(p.tau / (1.0 - p.tau)) - 1.0)
    return Fitted(layout.bits(found, prior), rounds, settled)


def evidence_of(shown: Shown, pairs: int, bits: EvidenceBits, p: Parameters) -> Floats:
    """Bits of each of so many pairs, the prior left out."""
    layout = _Layout(p)
    rows, vector = _rows(shown, layout, p), layout.vector(bits)
    chosen = rows.where(_chosen(rows, vector))
    return np.bincount(chosen.pair, chosen.value(vector), minlength=pairs).astype(np.float64)


def _rows(shown: Shown, layout: _Layout, p: Parameters) -> _Rows:
    names = [kind.family for kind in KINDS] + [sign.family for sign in SIGNS]
    family = np.array([FAMILIES.index(name) for name in names])
    row = np.where(shown.is_sign, len(KINDS) + shown.code, shown.code)
    level = np.empty(len(shown), dtype=np.int64)
    kinds = ~shown.is_sign
    level[kinds] = layout.kinds[shown.code[kinds]] + np.searchsorted(p.degree_bins, shown.value[kinds])
    for code, sign in enumerate(SIGNS):
        own = shown.is_sign & (shown.code == code)
        level[own] = layout.signs[code] + np.searchsorted(sign.edges, shown.value[own])
    gap = layout.gap + np.where(kinds, np.searchsorted(p.gap_bins, shown.gap), 0)
    age = layout.age + np.where(kinds, np.searchsorted(p.age_bins, shown.age), 0)
    floor = -np.array([*[kind.max_age_penalty for kind in KINDS], *[0.0] * len(SIGNS)])[row]
    most = np.where(kinds, np.inf, shown.most)
    return _Rows(shown.pair, family[row], level, gap, age, floor, most)


def _chosen(rows: _Rows, vector: Floats) -> Ints:
    """Places of the rows that count: the largest of each pair and family, the first of equals, unless below 0."""
    value = rows.value(vector)
    order = np.lexsort((-value, rows.family, rows.pair))
    pair, family = rows.pair[order], rows.family[order]
    first = (np.diff(pair, prepend=-1) != 0) | (np.diff(family, prepend=-1) != 0)
    best = order[first]
    return np.sort(best[value[best] >= 0.0])


def _nearer(rows: _Rows, at: Floats, wanted: Floats, given: tuple[Floats, NDArray[np.bool_], Parameters]) -> Floats:
    """A place from `at` towards `wanted` where the loss with the maxima chosen anew is lower, else `at`.

    Fitting under the old choices alone may swing between two sets of them for ever.
    """
    first, confirmed, p = given

    def loss(vector: Floats) -> float:
        chosen = rows.where(_chosen(rows, vector))
        bits = vector[0] + np.bincount(chosen.pair, chosen.value(vector), minlength=len(confirmed))
        return _loss(bits, vector, (first, confirmed, p))

    steps = (at + (wanted - at) * 0.5**halvings for halvings in range(8))
    floor = loss(at) - _SETTLED
    return next((step for step in steps if loss(step) < floor), at)


def _loss(bits: Floats, vector: Floats, given: tuple[Floats, NDArray[np.bool_], Parameters]) -> float:
    first, confirmed, p = given
    margin = np.where(confirmed, bits, -bits) * math.log(2.0)
    away = vector - first
    return float(np.logaddexp(0.0, -margin).sum() + (away @ away) / (2.0 * p.evidence_spread**2))


def _fit(rows: _Rows, at: Floats, prior: Floats, confirmed: NDArray[np.bool_], p: Parameters) -> Floats:
    """Coefficients of the chosen rows; where a cap holds at `at`, a row is worth the cap and teaches nothing."""
    capped = at[rows.level] >= rows.most
    floored = at[rows.age] <= rows.floor
    pairs, free = len(confirmed), np.flatnonzero(~capped)
    aged = np.flatnonzero(~capped & ~floored)
    at_row = np.concatenate([rows.pair[free], rows.pair[free], rows.pair[aged], np.arange(pairs)])
    column = np.concatenate([rows.level[free], rows.gap[free], rows.age[aged], np.zeros(pairs, dtype=np.int64)])
    design = csr_array((np.ones(len(column)), (at_row, column)), shape=(pairs, len(prior)))
    given = np.where(capped, rows.most, np.where(floored, rows.floor, 0.0))
    offset = np.bincount(rows.pair, given, minlength=pairs)

    def loss(vector: Floats) -> tuple[float, Floats]:
        bits = np.asarray(design @ vector, dtype=np.float64) + offset
        slope = math.log(2.0) * (expit(bits * math.log(2.0)) - confirmed)
        pull = (vector - prior) / p.evidence_spread**2
        return _loss(bits, vector, (prior, confirmed, p)), design.T @ slope + pull

    found = minimize(loss, at, jac=True, method="L-BFGS-B", bounds=_Layout(p).bounds(), options={"maxiter": 500})
    return np.asarray(found.x, dtype=np.float64)
