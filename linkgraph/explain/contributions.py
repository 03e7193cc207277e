"""Takes the blocks of a score apart, exactly: each block is shared out in proportion to what each cause carries.

Propagated: by link, the flow c_tx v_x / D_t through it. One hop: by link, the fraud met through it, and by sender of
money. Ring: whole. Behaviour: by signal, also those that weigh nothing yet. The rows of an account add up to its score.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.detect import behaviour
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


@dataclass(frozen=True, slots=True)
class Acts:
    """Signals in which accounts stand out, one entry per account and signal; `signal`: its place in the table."""

    account: Ints
    signal: NDArray[np.int16]
    value: Floats
    excess: Floats
    rate: Floats
    seen: NDArray[np.int64]
    log_odds: Floats


def acts(found: Acts) -> pa.Table:
    """Rows as of `contributions`, each with its reason in words."""
    rows = zip(found.signal.tolist(), found.value.tolist(), found.rate.tolist(), found.seen.tolist(), strict=True)
    reasons = [behaviour.reason(behaviour.NAMES[code], *rest) for code, *rest in rows]
    return _table("behaviour", found.account, found.log_odds, reason=pa.array(reasons, pa.string()))


def contributions(links: LinkEvidence, transfers: Transfers, blocks: Blocks, wanted: NDArray[np.bool_]) -> pa.Table:
    """Rows (account, block, identifier, sender, log_odds) of the accounts in `wanted`, as numbers."""
    everyone = np.flatnonzero(wanted & (blocks.ring > 0)).astype(np.int32)
    whole = np.ones(len(everyone))
    parts = [
        _shares("propagated", "identifier", (links.account, links.identifier, links.flow), blocks.propagated, wanted),
        _shares("one_hop", "identifier", (links.account, links.identifier, links.met), blocks.shared, wanted),
        _shares("one_hop", "sender", (transfers.account, transfers.sender, transfers.weight), blocks.transfer, wanted),
        _shares("ring", None, (everyone, everyone, whole), blocks.ring, wanted),
    ]
    return pa.concat_tables(parts)


def _shares(
    block: str, cause: str | None, causes: tuple[Ints, Ints, Floats], value: Floats, wanted: NDArray[np.bool_]
) -> pa.Table:
    """causes: (account, what it is, weight); the value of each account is split by weight."""
    account, number, weight = causes
    kept = np.flatnonzero(wanted[account] & (weight > 0))
    total = np.bincount(account[kept], weight[kept], minlength=len(value))
    log_odds = value[account[kept]] * weight[kept] / total[account[kept]]
    named = {cause: pa.array(number[kept], pa.int32())} if cause else {}
    return _table(block, account[kept], log_odds, **named)


def _table(block: str, account: Ints, log_odds: Floats, **columns: pa.Array) -> pa.Table:
    size = len(account)
    numbers = {name: columns.get(name, pa.nulls(size, pa.int32())) for name in ("identifier", "sender")}
    return pa.table(
        {"account": pa.array(account, pa.int32()), "block": pa.array([block] * size, pa.string())}
        | numbers
        | {"log_odds": log_odds, "reason": columns.get("reason", pa.nulls(size, pa.string()))}
    )
