"""What the detection must beat: plain counts, one hop, components, PageRank, Louvain. Pure: a snapshot in, scores out.

Each is what somebody would write in an afternoon, on the same accounts and the same facts as the night had.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components

from linkgraph.detect.graph import louvain
from linkgraph.evaluate.facts import Snapshot

Floats = NDArray[np.float64]
Short = NDArray[np.int32]

_DAMPING = 0.5
_SWEEPS = 50


def baselines(snapshot: Snapshot, seed: int) -> dict[str, Floats]:
    """A score of every account by each method, by the name it has in the report."""
    count = snapshot.counts
    hop, fraud = one_hop(snapshot), snapshot.fraud.astype(np.float64)
    graph = both_ways(snapshot)
    _, component = connected_components(graph, directed=False)
    walk = page_rank(graph, fraud)
    group = louvain(graph.shape[0], *_edges(graph), seed)
    logs = np.log1p(count["instruments"]) + np.log1p(count["devices"]) + np.log1p(count["moves"])
    return {
        "component + fraud share": _share(component, fraud),
        "Louvain + PageRank": _then(_share(group, fraud), walk),
        "one hop of evidence": hop,
        "forward PageRank": walk,
        "shared degree": shared_degree(snapshot),
        "instruments + devices": count["instruments"] + count["devices"],
        "log counts": logs,
        "log counts + one hop": logs + hop,
        "amount sent": count["amount_out"],
        "all links and transfers": count["links"] + count["moves"] + count["received"],
        "instruments in 180 days": count["new_instruments"],
        "instruments in 180 days + one hop": np.log1p(count["new_instruments"]) + hop,
    }


def one_hop(snapshot: Snapshot) -> Floats:
    """Sum over an account's identifiers of the share of their other users that are confirmed."""
    account, identifier, _ = snapshot.links
    users = np.bincount(identifier)[identifier]
    confirmed = np.bincount(identifier, snapshot.fraud[account])[identifier] - snapshot.fraud[account]
    return np.bincount(account, confirmed / (users - 1), len(snapshot.fraud)).astype(np.float64)


def shared_degree(snapshot: Snapshot) -> Floats:
    """Sum over an account's identifiers of their other users."""
    account, identifier, _ = snapshot.links
    users = np.bincount(identifier)[identifier] - 1.0
    return np.bincount(account, users, len(snapshot.fraud)).astype(np.float64)


def both_ways(snapshot: Snapshot) -> csr_array:
    """Accounts, then shared identifiers; an edge where one uses the other or has sent it money, both ways, weight 1."""
    account, identifier, _ = snapshot.links
    sender, receiver = snapshot.transfers
    size = len(snapshot.fraud)
    total = size + int(identifier.max(initial=-1)) + 1
    src, dst = np.concatenate([account, sender]), np.concatenate([identifier + size, receiver])
    one_way = coo_array((np.ones(len(src)), (src, dst)), shape=(total, total)).tocsr()
    graph = one_way + one_way.T
    graph.data[:] = 1.0
    graph.sort_indices()
    return csr_array(graph)


def page_rank(graph: csr_array, seeds: Floats) -> Floats:
    """Personalised PageRank of the accounts from the seeds; zero without seeds."""
    start = np.zeros(graph.shape[0])
    start[: len(seeds)] = seeds / max(seeds.sum(), 1.0)
    degree = np.asarray(graph.sum(axis=1)).reshape(-1)
    step = (diags_array(1.0 / np.maximum(degree, 1.0)) @ graph).T.tocsr()
    rank = start.copy()
    for _ in range(_SWEEPS):
        rank = (1 - _DAMPING) * start + _DAMPING * (step @ rank)
    return rank[: len(seeds)]


def within(snapshot: Snapshot, start: NDArray[np.bool_], hops: int) -> NDArray[np.bool_]:
    """Which accounts share an identifier with one in `start`, or with one that does, and so on."""
    account, identifier, _ = snapshot.links
    reached = start.copy()
    for _ in range(hops):
        met = np.zeros(int(identifier.max(initial=-1)) + 1, dtype=bool)
        met[identifier[reached[account]]] = True
        reached = reached.copy()
        reached[account[met[identifier]]] = True
    return reached


def _share(group: Short, fraud: Floats) -> Floats:
    """Share of confirmed accounts in the group of each account."""
    mine = group[: len(fraud)]
    return (np.bincount(mine, fraud) / np.maximum(np.bincount(mine), 1))[mine]


def _then(first: Floats, second: Floats) -> Floats:
    """Rank by the first, ties by the second: ranks as a score."""
    order = np.lexsort((second, first))
    steps = (np.diff(first[order]) != 0) | (np.diff(second[order]) != 0)
    ranks = np.zeros(len(first))
    ranks[order] = np.concatenate([[0.0], np.cumsum(steps)])
    return ranks


def _edges(graph: csr_array) -> tuple[Short, Short]:
    """Each edge once."""
    coo = graph.tocoo()
    upper = coo.row < coo.col
    return coo.row[upper].astype(np.int32), coo.col[upper].astype(np.int32)
