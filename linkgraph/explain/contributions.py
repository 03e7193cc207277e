"""Takes the blocks of a score apart, exactly: each block is shared out in proportion to what each cause carries.

Propagated: by link, the flow c_tx v_x / D_t through it. One hop: by link, the fraud met through it, and by sender of
money. Ring: whole. The rows of an account add up to its score.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.detect.propagation import Floats, Ints
from linkgraph.detect.scoring import Blocks


@dataclass(frozen=True, slots=True)
class LinkEvidence:
    """Per link: the share of the account's voltage that comes through it, and the fraud met through it."""

    account: Ints
    identifier: Ints
    flow: Floats
    met: Floats


@dataclass(frozen=True, slots=True)
class Transfers:
    """Money from fraud: receiver, sender and weight of each transfer."""

    account: Ints
    sender: Ints
    weight: Floats


def contributions(links: LinkEvidence, transfers: Transfers, blocks: Blocks, wanted: NDArray[np.bool_]) -> pa.Table:
    """Rows (account, block, identifier, sender, log_odds) of the accounts in `wanted`, as numbers."""
    everyone = np.flatnonzero(wanted & (blocks.ring > 0)).astype(np.int32)
    parts = [
        _shares("propagated", (links.account, links.identifier, links.flow), blocks.propagated, wanted),
        _shares("one_hop", (links.account, links.identifier, links.met), blocks.shared, wanted),
        _shares("one_hop", (transfers.account, transfers.sender, transfers.weight), blocks.transfer, wanted)
        .rename_columns({"identifier": "sender", "sender": "identifier"})
        .select(["account", "block", "identifier", "sender", "log_odds"]),
        _shares("ring", (everyone, np.full(len(everyone), -1, np.int32), np.ones(len(everyone))), blocks.ring, wanted),
    ]
    return pa.concat_tables(parts)


def _shares(block: str, causes: tuple[Ints, Ints, Floats], value: Floats, wanted: NDArray[np.bool_]) -> pa.Table:
    """causes: (account, identifier or -1, weight); the value of each account is split by weight."""
    account, cause, weight = causes
    kept = np.flatnonzero(wanted[account] & (weight > 0))
    total = np.bincount(account[kept], weight[kept], minlength=len(value))
    return pa.table(
        {
            "account": account[kept],
            "block": pa.array([block] * len(kept), pa.string()),
            "identifier": pa.array(cause[kept], pa.int32(), mask=cause[kept] < 0),
            "sender": pa.nulls(len(kept), pa.int32()),
            "log_odds": value[account[kept]] * weight[kept] / total[account[kept]],
        }
    )
