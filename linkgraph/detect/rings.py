"""Rings: groups of accounts held together by linked pairs. Small components stay whole; oversized ones are split.

1. Components of the linked pairs; below `ring_min` accounts there is no ring.
2. Weak pairs that alone hold two larger parts together are cut; the parts start again.
3. Up to `ring_max` accounts a component stays whole, whatever its shape: small and held by strong evidence is one ring.
4. Else Leiden groups (constant Potts model) at every resolution, keeping the partition with the best separation. Its
   groups start again at 2, `split_depth` levels deep. A component that does not separate stays whole as `oversized`,
   unless it is above `ring_ceiling`, which no ring may be.

Vertices are in the order of account ids and each component has its own random seed, so a change
elsewhere moves nothing.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.graph import bridge_sides, components, leiden
from linkgraph.parameters import Parameters

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Edges = tuple[Ints, Ints, Floats]


@dataclass(frozen=True, slots=True)
class Group:
    """One ring: account numbers, sorted; its pairs as places in the linked pairs; status (active, oversized)."""

    members: Ints
    pairs: Places
    status: str

    @property
    def density(self) -> float:
        """Share of its possible pairs that are linked."""
        n = len(self.members)
        return len(self.pairs) / (n * (n - 1) / 2)


@dataclass(frozen=True, slots=True)
class Chance:
    """Where chance enters: the night's seed, and the key of an account, which outlives its number."""

    seed: int
    key: Callable[[int], str]

    def seed_for(self, smallest: int) -> int:
        """Random seed of the component whose first account is `smallest`."""
        return int.from_bytes(hashlib.sha256(f"{self.seed}:{self.key(smallest)}".encode()).digest()[:4], "big")


def find_rings(accounts: int, edges: Edges, parameters: Parameters, chance: Chance) -> list[Group]:
    """Disjoint rings among `accounts` accounts; edges = (a, b, probability) of linked pairs, a < b, sorted. By first
    member.
    """
    groups: list[Group] = []
    for rows in _rows_by(components(accounts, edges[0], edges[1])[edges[0]]):
        groups += _split(edges, rows, parameters, chance, 0)
    return sorted(groups, key=lambda group: int(group.members[0]))


def _split(edges: Edges, rows: Places, parameters: Parameters, chance: Chance, depth: int) -> list[Group]:
    """The rings in one component, whose pairs are at `rows`."""
    a, b, p = edges[0][rows], edges[1][rows], edges[2][rows]
    members, local = np.unique(np.concatenate([a, b]), return_inverse=True)
    if len(members) < parameters.ring_min:
        return []
    src, dst = np.split(local.astype(np.int32), 2)
    cut = _weak_bridges(len(members), (src, dst, p), parameters)
    if cut.any():
        labels = components(len(members), src[~cut], dst[~cut])
        parts = [rows[~cut][kept] for kept in _rows_by(labels[src[~cut]])]
        return [group for part in parts for group in _split(edges, part, parameters, chance, depth)]
    if len(members) <= parameters.ring_max:
        return [Group(members, rows, "active")]
    labels, separation = _best_partition(len(members), (src, dst, p), parameters, chance.seed_for(int(members[0])))
    separable = separation >= parameters.min_separation or len(members) > parameters.ring_ceiling
    if depth >= parameters.split_depth or labels.max() == 0 or not separable:
        # Nothing above the ceiling is ever one ring; what cannot be cut any further is then given up, not reported.
        return [Group(members, rows, "oversized")] if len(members) <= parameters.ring_ceiling else []
    inside = rows[labels[src] == labels[dst]]
    found: list[Group] = []
    for kept in _rows_by(labels[np.searchsorted(members, edges[0][inside])]):
        found += _split(edges, inside[kept], parameters, chance, depth + 1)
    return found


def _weak_bridges(n: int, edges: Edges, parameters: Parameters) -> NDArray[np.bool_]:
    """Weak pairs of a component that alone hold two larger parts of it together."""
    src, dst, p = edges
    weak = p < parameters.weak_bridge
    if n < 2 * parameters.bridge_side or not weak.any():
        return np.zeros(len(p), dtype=bool)
    return weak & (bridge_sides(n, src, dst) >= parameters.bridge_side)


def _rows_by(label: Ints) -> list[Places]:
    """Places of each label, in the order of the labels."""
    order = np.argsort(label, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1) if len(order) else []


def _best_partition(n: int, edges: Edges, parameters: Parameters, seed: int) -> tuple[Ints, float]:
    """The partition with the best separation over all resolutions, ties to the lower one; and that separation.

    All in one group is no partition: it has nothing to be separated from, and counts 0.
    """
    tried = [leiden(n, edges, g, seed, parameters.leiden_iterations) for g in parameters.resolutions]
    scores = [separation(n, edges, labels) if labels.max() else 0.0 for labels in tried]
    best = int(np.argmax(scores))
    return tried[best], scores[best]


def separation(n: int, edges: Edges, labels: Ints) -> float:
    """sum over groups of |S|/n * W_in / (W_in + W_cut), W = sum of p; a single account counts 0."""
    src, dst, p = edges
    k = int(labels.max()) + 1
    same = labels[src] == labels[dst]
    inside = np.bincount(labels[src][same], p[same], k)
    cut = np.bincount(labels[src][~same], p[~same], k) + np.bincount(labels[dst][~same], p[~same], k)
    share = np.divide(inside, inside + cut, out=np.zeros(k), where=inside > 0)
    return float(np.sum(np.bincount(labels, minlength=k) / n * share))


def cuts(accounts: int, edges: Edges, parameters: Parameters, chance: Chance) -> list[Ints]:
    """Groups of every resolution in the components that may hold more than one ring; they overlap."""
    found: list[Ints] = []
    for rows in _rows_by(components(accounts, edges[0], edges[1])[edges[0]]):
        a, b, p = edges[0][rows], edges[1][rows], edges[2][rows]
        members, local = np.unique(np.concatenate([a, b]), return_inverse=True)
        if len(members) <= parameters.consensus_above:
            continue
        src, dst = np.split(local.astype(np.int32), 2)
        for g in parameters.resolutions:
            seed = chance.seed_for(int(members[0]))
            labels = leiden(len(members), (src, dst, p), g, seed, parameters.leiden_iterations)
            found += [
                members[places].astype(np.int32) for places in _rows_by(labels) if len(places) >= parameters.ring_min
            ]
    return found


def confidence(group: Group, edges: Edges, parameters: Parameters, seed: int) -> Floats:
    """How surely each member belongs.

    Small rings: 1 - product of (1 - p) over the member's pairs. Above `consensus_above` accounts at most the share of
    the runs, each without a few pairs drawn by chance, in which the member hangs together with most of the ring.
    """
    a, b, p = (column[group.pairs] for column in edges)
    n = len(group.members)
    ends = np.searchsorted(group.members, a).astype(np.int32), np.searchsorted(group.members, b).astype(np.int32)
    doubt = np.log1p(-np.minimum(p, 1.0 - 1e-12))
    sure = -np.expm1(sum(np.bincount(end, doubt, n) for end in ends))
    if n <= parameters.consensus_above:
        return sure
    return np.minimum(sure, _consensus(n, ends, parameters, np.random.default_rng(seed)))


def _consensus(n: int, ends: tuple[Ints, Ints], parameters: Parameters, rng: np.random.Generator) -> Floats:
    stays = np.zeros(n)
    for _ in range(parameters.consensus_runs):
        kept = rng.random(len(ends[0])) >= parameters.consensus_dropout
        label = components(n, ends[0][kept], ends[1][kept])
        stays += label == np.argmax(np.bincount(label))
    return stays / parameters.consensus_runs


def membership(confidence: Floats, parameters: Parameters) -> NDArray[np.str_]:
    """core, likely or fringe."""
    return np.where(
        confidence >= parameters.core_at, "core", np.where(confidence >= parameters.likely_at, "likely", "fringe")
    )


def fragility(uses: list[set[int]], core: int) -> int:
    """Fewest identifiers whose removal leaves no part with over half of `core` members, greedily.

    uses: for each identifier that members share, the core members who use it. Each step drops the identifier with most
    of them in the largest part, ties to the first.
    """
    left, removed = list(uses), 0
    while core and (part := _largest_part(left)) and len(part) > core / 2:
        left.remove(max(left, key=lambda held: len(held & part)))
        removed += 1
    return removed


def _largest_part(uses: list[set[int]]) -> set[int]:
    parts: list[set[int]] = []
    for held in uses:
        touching = [part for part in parts if part & held]
        parts = [part for part in parts if not part & held] + [held.union(*touching)]
    return max(parts, key=len, default=set())
