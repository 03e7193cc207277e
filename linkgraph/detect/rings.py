"""Rings: components of the linked pairs; an oversized one is split by Leiden groups, each with its own random seed."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.graph import components, leiden
from linkgraph.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Group:
    """Account numbers of one ring, sorted, with each member's confidence: 1 - product of (1 - p) over its pairs
    inside."""

    members: NDArray[np.int32]
    confidence: NDArray[np.float64]
    density: float


def find_rings(
    n: int, a: NDArray[np.int32], b: NDArray[np.int32], p: NDArray[np.float64], parameters: Parameters, seed: int
) -> list[Group]:
    """Rings among `n` accounts from linked pairs a < b with probability p; ordered by smallest member."""
    parts = components(n, a, b)
    order = np.argsort(parts[a], kind="stable")
    cuts = np.flatnonzero(np.diff(parts[a][order])) + 1
    groups: list[Group] = []
    for rows in np.split(order, cuts) if len(order) else []:
        groups.extend(_component(a[rows], b[rows], p[rows], parameters, seed))
    return sorted(groups, key=lambda group: int(group.members[0]))


def _component(
    a: NDArray[np.int32], b: NDArray[np.int32], p: NDArray[np.float64], parameters: Parameters, seed: int
) -> list[Group]:
    members, local = np.unique(np.concatenate([a, b]), return_inverse=True)
    src, dst = np.split(local.astype(np.int32), 2)
    if len(members) < parameters.ring_min:
        return []
    if len(members) <= parameters.ring_max:
        labels = np.zeros(len(members), dtype=np.int32)
    else:
        labels = _best_partition(len(members), (src, dst, p), parameters, _component_seed(int(members[0]), seed))
    sizes = np.bincount(labels)
    return [_group(members, labels == k, src, dst, p) for k in np.flatnonzero(sizes >= parameters.ring_min)]


def _component_seed(smallest: int, seed: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{smallest}:{seed}".encode()).digest()[:4], "big")


def _best_partition(
    n: int, edges: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]], parameters: Parameters, seed: int
) -> NDArray[np.int32]:
    """The resolution whose groups are best separated: sum of |S|/n * W_in / (W_in + W_cut); ties to the lower one."""
    tried = [leiden(n, edges, g, seed, parameters.leiden_iterations) for g in parameters.resolutions]
    scores = [_separation(n, edges, labels) for labels in tried]
    return tried[int(np.argmax(scores))]


def _separation(
    n: int, edges: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]], labels: NDArray[np.int32]
) -> float:
    src, dst, p = edges
    k = int(labels.max()) + 1
    same = labels[src] == labels[dst]
    inside = np.bincount(labels[src][same], weights=p[same], minlength=k)
    cut = np.bincount(labels[src][~same], weights=p[~same], minlength=k)
    cut += np.bincount(labels[dst][~same], weights=p[~same], minlength=k)
    share = np.divide(inside, inside + cut, out=np.zeros(k), where=inside + cut > 0)
    return float(np.sum(np.bincount(labels, minlength=k) / n * share))


def _group(
    members: NDArray[np.int32],
    mine: NDArray[np.bool_],
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    p: NDArray[np.float64],
) -> Group:
    inside = mine[src] & mine[dst]
    doubt = np.log1p(-np.minimum(p[inside], 1 - 1e-12))
    total = np.bincount(src[inside], doubt, len(members)) + np.bincount(dst[inside], doubt, len(members))
    size = int(mine.sum())
    return Group(members[mine], 1.0 - np.exp(total[mine]), float(inside.sum() / (size * (size - 1) / 2)))
