"""The one door to graph libraries: components, groups, bridges, places to draw at. Arrays in, arrays out.

Vertices are 0..n-1 in canonical order; edges are given once, sorted. Results depend on nothing but the arguments.
"""

import random

import igraph
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


def components(n: int, src: Ints, dst: Ints) -> Ints:
    """Component number of each of `n` vertices, numbered in the order of their smallest vertex."""
    ones = np.ones(len(src), dtype=np.int8)
    _, found = connected_components(coo_array((ones, (src, dst)), shape=(n, n)), directed=False)
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first)).astype(np.int32)[inverse]


def bridge_sides(n: int, src: Ints, dst: Ints) -> NDArray[np.int64]:
    """For each edge of a connected graph: vertices on the smaller side if it is a bridge, else 0."""
    bridge = np.zeros(len(src), dtype=bool)
    bridge[igraph.Graph(n=n, edges=np.column_stack([src, dst])).bridges()] = True
    label = components(n, src[~bridge], dst[~bridge])  # what bridges join is a tree
    one, other = label[src[bridge]], label[dst[bridge]]
    below = np.bincount(label)
    tree = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(len(below), len(below)))
    order, parent = breadth_first_order(tree.tocsr(), 0, directed=False)
    for vertex in order[:0:-1]:
        below[parent[vertex]] += below[vertex]
    side = below[np.where(parent[other] == one, other, one)]
    found = np.zeros(len(src), dtype=np.int64)
    found[bridge] = np.minimum(side, n - side)
    return found


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


def bridges(n: int, src: Ints, dst: Ints) -> NDArray[np.int64]:
    """Places of the edges without which their component falls in two, sorted."""
    graph = igraph.Graph(n=n, edges=np.column_stack([src, dst]))
    return np.sort(np.asarray(graph.bridges(), dtype=np.int64))


def layout(n: int, src: Ints, dst: Ints, seed: int) -> Floats:
    """Where to draw each vertex: `n` rows of x and y in the unit square.

    Kamada and Kawai 1989, from a start drawn by `seed`. Unlike force-directed layouts it draws nothing from igraph's
    global generator, so that threads cannot disturb one another. Bounded: three moves a vertex, 0.3 s for 2,000.
    """
    if n < 2:
        return np.full((n, 2), 0.5)
    start = np.random.default_rng(seed).random((n, 2))
    graph = igraph.Graph(n=n, edges=np.column_stack([src, dst]))
    found = np.asarray(graph.layout_kamada_kawai(seed=start.tolist(), maxiter=3 * n).coords)
    low, span = found.min(axis=0), np.ptp(found, axis=0).max()
    return np.asarray((found - low) / span if span > 0 else found * 0 + 0.5, dtype=np.float64)
