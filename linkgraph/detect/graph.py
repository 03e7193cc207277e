"""The one door to graph libraries: components, Leiden groups. Arrays in, arrays out.

Vertices are 0..n-1 in canonical order; edges are given once, sorted. Results depend on nothing but the arguments.
"""

import random

import igraph
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


def components(n: int, src: Ints, dst: Ints) -> Ints:
    """Component number of each of `n` vertices, numbered in the order of their smallest vertex."""
    ones = np.ones(len(src), dtype=np.int8)
    _, found = connected_components(coo_array((ones, (src, dst)), shape=(n, n)), directed=False)
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first)).astype(np.int32)[inverse]


def leiden(n: int, edges: tuple[Ints, Ints, Floats], resolution: float, seed: int, iterations: int) -> Ints:
    """Groups of the constant Potts model: maximises the sum over groups of W_in - resolution * size * (size - 1) / 2.

    `edges` = (src, dst, weight). Deterministic for a seed, on one thread: igraph draws from one global generator and
    takes no seed argument, so the generator is set here before each call. Source: Traag, Waltman, van Eck 2019.
    """
    src, dst, weight = edges
    igraph.set_random_number_generator(random.Random(seed))
    graph = igraph.Graph(n=n, edges=np.column_stack([src, dst]))
    groups = graph.community_leiden(
        objective_function="CPM", weights=weight.tolist(), resolution=resolution, n_iterations=iterations
    )
    return np.asarray(groups.membership, dtype=np.int32)


def louvain(n: int, src: Ints, dst: Ints, seed: int) -> Ints:
    """Groups of modularity by the Louvain method: only a baseline, since modularity cannot see small groups."""
    igraph.set_random_number_generator(random.Random(seed))
    graph = igraph.Graph(n=n, edges=np.column_stack([src, dst]))
    return np.asarray(graph.community_multilevel().membership, dtype=np.int32)
