"""Where a voltage comes from: which labelled accounts feed it, v_t = sum_s G_ts sigma_s y_s, and what stays unsaid."""

from dataclasses import dataclass

import numpy as np

from linkgraph.explain.network import Changed, solve_for
from linkgraph.solved import Solved

# What of a voltage may remain unexplained, unless `network.MOST_NODES` are not enough.
REMAINDER = 0.02
# Seeds that are named; the others are one share.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Seed:
    """An account whose label feeds risk in. intruder: it was taken over, and what feeds in is what came with that.
    share: of the voltage.
    """

    account_id: str
    intruder: bool
    share: float


@dataclass(frozen=True, slots=True)
class Sources:
    """The seeds of a voltage, the largest share first. smaller: the share of seeds not named; remainder: what comes
    from further away than was looked. All shares add up to 1.
    """

    voltage: float
    seeds: tuple[Seed, ...]
    smaller: float
    remainder: float


def sources(net: Solved, account: int) -> Sources | None:
    """Where the account's voltage, without its own label, comes from; None if none reaches it."""
    near = solve_for(Changed(net, alone=account), account, REMAINDER)
    voltage = near.at(account)
    if voltage <= 0:
        return None
    own = near.green([account])[:, 0]
    fed = own * near.injected
    order = [int(place) for place in np.argsort(-fed, kind="stable") if fed[place] > 0]
    named = tuple(_seed(net, int(near.nodes[place]), share(float(fed[place]), voltage)) for place in order[:NAMED])
    beyond = float(np.sum(own[near.beyond.row] * near.beyond.conductance * net.voltage[near.beyond.node])) / voltage
    return Sources(voltage, named, float(fed[order[NAMED:]].sum()) / voltage, beyond)


def share(part: float, whole: float) -> float:
    """What share `part` is of `whole`; at most 1, since a single seed is all of it but for rounding."""
    return min(part / whole, 1.0)


def _seed(net: Solved, node: int, share: float) -> Seed:
    intruder = node >= net.accounts
    account = int(net.intruder_of[node - net.accounts]) if intruder else node
    return Seed(net.account_ids[account], intruder, share)
