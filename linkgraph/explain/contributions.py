"""Takes the blocks of a score apart by the account's own links; the rows of an account add up to its score."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.detect.propagation import Network
from linkgraph.detect.scoring import Blocks


def by_link(network: Network, v: NDArray[np.float64], blocks: Blocks, wanted: NDArray[np.int32]) -> pa.Table:
    """Rows (account, identifier, block, log_odds): each block shared out in proportion to what each link carries.

    Propagated: c_tx v_x / D_t, the flow through link x. One hop: c_ax times the fraud conductance of x.
    """
    fraud = (network.label == 1.0).astype(np.float64)
    met = network.conductance @ fraud
    rows: list[tuple[int, int, str, float]] = []
    for account in wanted.tolist():
        start, end = network.conductance.indptr[account : account + 2]
        at, c = network.conductance.indices[start:end], network.conductance.data[start:end]
        own = c * fraud[account]
        rows += _shared(account, at, c * v[at], "propagated", float(blocks.propagated[account]), network)
        rows += _shared(
            account, at, c * np.maximum(met[at] - own, 0.0), "one_hop", float(blocks.one_hop[account]), network
        )
    names = ["account", "identifier", "block", "log_odds"]
    types = [pa.int32(), pa.int32(), pa.string(), pa.float64()]
    columns = zip(*rows, strict=True) if rows else ([], [], [], [])
    return pa.table([pa.array(c, t) for c, t in zip(columns, types, strict=True)], names=names)


def _shared(
    account: int, at: NDArray[np.int32], weight: NDArray[np.float64], block: str, value: float, network: Network
) -> list[tuple[int, int, str, float]]:
    total = float(weight.sum())
    if value <= 0.0 or total <= 0.0:
        return []
    return [
        (account, int(x) - network.accounts, block, value * float(w) / total)
        for x, w in zip(at, weight, strict=True)
        if w > 0
    ]
