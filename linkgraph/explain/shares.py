"""Takes any account's score apart on demand, as the night does for flagged accounts and members of rings.

See `contributions` for the formulas. Each block is shared out in proportion to what its causes carry, so the rows of a
block add up to it whatever was published.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from linkgraph.detect import behaviour
from linkgraph.detect.typologies import CHANNELS
from linkgraph.explain import scores
from linkgraph.explain.network import Changed, Near, solve_near
from linkgraph.model import Account, Contribution, Identifier
from linkgraph.solved import Solved


class View(Protocol):
    """What is asked of a run besides its solved network; every graph store's view has it."""

    def identifiers(self, keys: Sequence[str]) -> list[Identifier]: ...


@dataclass(frozen=True, slots=True)
class Signal:
    """A behaviour signal in which an account stands above the median: its value, how many observations are behind it,
    in how many days, what share of all accounts has as much, and what it weighs in log-odds.
    """

    name: str
    value: float
    window: int
    seen: int
    base_rate: float
    log_odds: float
    reason: str


def signals(net: Solved, account: int) -> tuple[Signal, ...]:
    """Those of an account, the heaviest first, then the rarest."""
    first, last = np.searchsorted(net.signal_account, [account, account + 1])
    found = [_signal(net, place) for place in range(int(first), int(last))]
    return tuple(sorted(found, key=lambda each: (-each.log_odds, each.base_rate, each.name)))


def _signal(net: Solved, place: int) -> Signal:
    known = behaviour.SIGNALS[int(net.signal_code[place])]
    value, seen, rate = float(net.signal_value[place]), int(net.signal_seen[place]), float(net.signal_rate[place])
    weight = net.rules.signals[known.name] * float(net.signal_excess[place])
    return Signal(known.name, value, known.window, seen, rate, weight, behaviour.reason(known.name, value, rate, seen))


def contributions(view: View, net: Solved, account: Account) -> list[Contribution]:
    """The shares of an account outside the ring block, largest first. The rows of each block add up to it."""
    place = net.account_ids.place(account.account_id)
    if place is None:
        return []
    near = solve_near(Changed(net, alone=place), [place])
    flow, met = _flow(near, place), scores.met(place, near.network)
    keys = {node: net.key_of(node) for node in {*flow, *met}}
    known = {each.key: each for each in view.identifiers(sorted(keys.values()))}
    named = {node: known[key] for node, key in keys.items()}
    money = net.rules.transfer * math.log1p(float(net.money[place]))
    found = _by_identifier("propagated", account, account.propagated, flow, named, net)
    found += _by_identifier("one_hop", account, account.one_hop - money, met, named, net)
    found += _by_sender(account, money, net, place)
    found += [
        Contribution(account.account_id, "behaviour", None, None, None, each.log_odds, each.reason)
        for each in signals(net, place)
        if each.log_odds > 0
    ]
    return sorted(found, key=lambda row: (-row.log_odds, row.block, row.kind or "~", row.identifier or ""))


def _flow(near: Near, account: int) -> dict[int, float]:
    """What comes to an account through each identifier, c_ax v_x."""
    network, nodes = near.network, np.array([account], np.int32)
    rows = network.links(nodes)
    flow = {int(x): float(c) * near.at(int(x)) for x, c in zip(rows.node, rows.conductance, strict=True)}
    direct = network.direct.where(network.direct.row == account)
    for x, other, weight in zip(direct.identifier, direct.node, direct.weight, strict=True):
        flow[int(x)] = flow.get(int(x), 0.0) + float(weight) * near.at(int(other))
    return {x: each for x, each in flow.items() if each > 0}


def _by_identifier(
    block: str, account: Account, value: float, parts: dict[int, float], named: Mapping[int, Identifier], net: Solved
) -> list[Contribution]:
    total = math.fsum(parts.values())
    if value <= 0 or total <= 0:
        return []
    return [
        Contribution(
            account.account_id, block, named[node].kind, named[node].identifier, None, value * part / total,
            _reason(block, named[node], int(net.channel[node - net.first_identifier])),
        )
        for node, part in sorted(parts.items())
    ]  # fmt: skip


def _by_sender(account: Account, value: float, net: Solved, place: int) -> list[Contribution]:
    first, last = np.searchsorted(net.paid_account, [place, place + 1])
    total = float(net.paid_weight[first:last].sum())
    rows = range(int(first), int(last)) if total > 0 else range(0)
    reason = "received money from a confirmed perpetrator"
    return [
        Contribution(
            account.account_id, "one_hop", None, None, net.account_ids[int(net.paid_by[row])],
            value * float(net.paid_weight[row]) / total, reason,
        )
        for row in rows
    ]  # fmt: skip


def _reason(block: str, identifier: Identifier, channel: int) -> str:
    crowd = f"{identifier.degree} accounts in all"
    if block == "one_hop":
        return f"shared {identifier.kind} that fraud accounts used too, {crowd}"
    known = channel >= 0 and CHANNELS[channel] != "other"
    mostly = f", mostly from {CHANNELS[channel]} fraud" if known else ""
    return f"risk through a shared {identifier.kind}, {crowd}{mostly}"
