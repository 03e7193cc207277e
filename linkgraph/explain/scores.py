"""The score of an account as a night computes it, from a network solved near it; formulas as in `detect.scoring`."""

import math
from dataclasses import dataclass

import numpy as np

from linkgraph.explain.network import Changed, Near
from linkgraph.solved import Rules

_ROUNDING = 1e-10
_BELOW_ONE = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, slots=True)
class Score:
    """The terms of a score in log-odds; `firm` is its sum with every IP address left out."""

    behaviour: float
    shared: float
    transfer: float
    propagated: float
    ring: float
    firm: float

    @property
    def total(self) -> float:
        """The score above base."""
        return math.fsum((self.behaviour, self.shared, self.transfer, self.propagated, self.ring))

    @property
    def risk(self) -> float:
        """1 - exp(-score), below 1."""
        return min(-math.expm1(-self.total), _BELOW_ONE)


def score_of(account: int, full: Near, firm: Near, in_ring: bool = True) -> Score:
    """The score of an account in two networks with the same changes, solved with and without IP addresses.

    The account's own label must be among what does not count. in_ring: false where a change takes it out of its ring.
    """
    net = full.network.solved
    terms, firm_terms = _terms(account, full), _terms(account, firm)
    money = net.rules.transfer * math.log1p(money_of(account, full.network))
    ring, ring_firm = (float(net.ring[account]), float(net.ring_firm[account])) if in_ring else (0.0, 0.0)
    acts = float(net.behaviour[account])
    without = math.fsum((acts, money, *firm_terms, net.rules.ring * ring_firm))
    return Score(acts, terms[0], money, terms[1], net.rules.ring * ring, without)


def is_flagged(account: int, score: Score, network: Changed) -> bool:
    """Whether a night would flag it: the level is reached, also without IP addresses, and nobody ruled it innocent.

    network: as changed, with the account's own label unless that is one of the changes.
    """
    sigma, fed = (float(each[0]) for each in network.tie(np.array([account], np.int32)))
    firm = min(score.total, score.firm)
    return firm >= network.solved.rules.level and firm > 0 and not (sigma > 0 and fed == 0)


def _terms(account: int, near: Near) -> tuple[float, float]:
    """The shared half of the one-hop block, and the propagated block."""
    rules = near.network.solved.rules
    shared = rules.one_hop * math.log1p(math.fsum(met(account, near.network).values()))
    return shared, graph_score(near.at(account), 0.0, rules)


def graph_score(voltage: float, met: float, rules: Rules) -> float:
    """What a voltage and the fraud met at one hop are worth, in log-odds."""
    # What is left of rounding is no evidence: without any, risk is exactly 0.
    v = min(voltage, 1.0 - 1e-9) if voltage > _ROUNDING else 0.0
    return rules.propagated * math.log1p(v / (1.0 - v) / rules.odds_ref) + rules.one_hop * math.log1p(met)


def met(account: int, network: Changed) -> dict[int, float]:
    """e_1 by identifier: the conductance to it times that with which other fraud accounts hold it."""
    own = network.links(np.array([account], np.int32))
    held = network.links(own.node)
    fraud = (network.tie(held.node)[1] > 0) & (held.node != account)
    theirs = np.bincount(held.row[fraud], held.conductance[fraud], minlength=len(own.node))
    found = {int(node): float(value) for node, value in zip(own.node, own.conductance * theirs, strict=True) if value}
    direct = network.direct.where((network.direct.row == account) & (network.direct.node != account))
    for node, value in zip(direct.identifier, direct.product * (network.tie(direct.node)[1] > 0), strict=True):
        if value:
            found[int(node)] = found.get(int(node), 0.0) + float(value)
    return found


def money_of(account: int, network: Changed) -> float:
    """e_t: what transfers from fraud count, without senders who are no fraud after the changes."""
    net = network.solved
    first, last = np.searchsorted(net.paid_account, [account, account + 1])
    cleared = [node for node, (strength, label) in network.changes.ties.items() if not strength * label]
    counted = ~np.isin(net.paid_by[first:last], cleared)
    return float(np.sum(net.paid_weight[first:last][counted]))
