"""Payments as arrays: what the modules that draw them have in common."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from linkgraph.simulate.draws import Bools, Ints

CARD, BANK, CRYPTO = range(3)
RAILS: Final = ("card", "bank", "crypto")
CURRENCIES: Final = ("EUR", "GBP", "USD", "USDT", "USDC")
STATUSES: Final = ("settled", "declined", "reversed")
SETTLED, DECLINED, REVERSED = range(3)


@dataclass(frozen=True, slots=True)
class Payments:
    """One entry per payment. at: epoch seconds. rail, status: indices. cents: amount.

    instrument, wallet, session: codes, -1 for none. incoming: money comes in.
    """

    account: Ints
    at: Ints
    incoming: Bools
    rail: Ints
    cents: Ints
    instrument: Ints
    wallet: Ints
    session: Ints
    status: Ints

    def __len__(self) -> int:
        """Number of payments."""
        return len(self.at)

    def taken(self, rows: Ints) -> "Payments":
        """Some of them, in the order given."""
        return Payments(*(getattr(self, f.name)[rows] for f in fields(Payments)))


def joined(blocks: list[Payments]) -> Payments:
    """All payments of several blocks, one block after the other."""
    return Payments(*(np.concatenate([getattr(b, f.name) for b in blocks]) for f in fields(Payments)))


def crypto(account: Ints, at: Ints, cents: Ints, wallet: Ints, session: Ints | None = None) -> Payments:
    """Settled payments over a chain: out, in a session, or in, where there is none."""
    none = np.full(len(account), -1, dtype=np.int64)
    way = np.full(len(account), session is None)
    made_in = none if session is None else session
    return Payments(account, at, way, none * 0 + CRYPTO, cents, none, wallet, made_in, none * 0)
