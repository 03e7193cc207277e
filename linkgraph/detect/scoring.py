"""The score: named blocks added in natural log-odds; every block is a sum over causes.

behaviour  = sum of w_j u_j                      u_j: how far a signal stands above the median, see `behaviour`
one_hop    = w1 ln(1 + e_1) + wt ln(1 + e_t)     e_1: fraud met through shared identifiers; e_t: money from fraud
propagated = wv ln(1 + odds(v) / odds_ref)       v: voltage without the account's own label
ring       = wr confidence R                     R: ring evidence, 0 outside rings
risk       = 1 - exp(-sum)                       the share of today's odds that evidence added; exactly 0 without any
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.propagation import Floats, Ints, Network
from linkgraph.parameters import Parameters

_BELOW_ONE = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What reaches each account, and through which link. `flow` and `met` are per link of the network.

    flow: share of the account's voltage that comes through the link, c_ax v_x / (D_a - sigma_a).
    met: c_ax times the conductance with which other fraud accounts hold the same identifier.
    """

    flow: Floats
    met: Floats
    voltage: Floats
    one_hop: Floats


def gather(network: Network, seen: Floats) -> Evidence:
    """Evidence of every account from its links; `seen` as from `propagation.link_voltages`."""
    links, n = network.links, network.accounts
    grounded = (network.diagonal - network.sigma)[links.account]
    flow = links.conductance * seen / grounded
    fraud = (network.label[:n] == 1.0)[links.account] * links.conductance
    held = summed(links.identifier, fraud, len(network.diagonal) - n)[links.identifier]
    split = network.split
    held[split.link] = summed(split.link, fraud[split.other], len(fraud))[split.link]
    met = links.conductance * np.maximum(held - fraud, 0.0)
    voltage = np.minimum(summed(links.account, flow, n), 1.0 - 1e-9)
    return Evidence(flow, met, voltage, summed(links.account, met, n))


def summed(places: Ints, weights: Floats, size: int) -> Floats:
    """Sum of `weights` per place, 0..size-1, added in the order given."""
    return np.bincount(places, weights, minlength=size).astype(np.float64)


def transfer_weight(age_days: Ints, parameters: Parameters) -> Floats:
    """What a transfer from a perpetrator counts: 2^(-age / half-life). Their sum over an account's transfers is e_t."""
    return np.exp2(-age_days / parameters.transfer_half_life)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each block is worth; `signals` by their place in the table of behaviour. None is negative."""

    one_hop: float
    transfer: float
    propagated: float
    ring: float
    signals: Floats

    @property
    def causes(self) -> Floats:
        """The weights of `CAUSES`, in their order."""
        return np.array([self.propagated, self.one_hop, self.transfer, self.ring])


@dataclass(frozen=True, slots=True)
class Causes:
    """What the graph says of each account: v, e_1, e_t, confidence * R."""

    voltage: Floats
    one_hop: Floats
    transfers: Floats
    ring: Floats


CAUSES: tuple[str, ...] = ("voltage", "one_hop", "transfers", "ring")


@dataclass(frozen=True, slots=True)
class Blocks:
    """Log-odds per account. `shared` and `transfer` are the two halves of the one-hop block."""

    shared: Floats
    transfer: Floats
    propagated: Floats
    ring: Floats
    behaviour: Floats

    @property
    def total(self) -> Floats:
        """The score above base."""
        return self.behaviour + self.shared + self.transfer + self.propagated + self.ring

    @property
    def risk(self) -> Floats:
        """0 to below 1, also where rounding would say 1."""
        return np.asarray(np.minimum(-np.expm1(-self.total), _BELOW_ONE), dtype=np.float64)


def blocks(causes: Causes, acts: Floats, weights: Weights, parameters: Parameters) -> Blocks:
    """The blocks of every account. `acts`: the weighed sum of its signals."""
    propagated, shared, transfer, ring = terms(causes, parameters).T
    return Blocks(
        weights.one_hop * shared,
        weights.transfer * transfer,
        weights.propagated * propagated,
        weights.ring * ring,
        acts,
    )


def terms(causes: Causes, parameters: Parameters) -> Floats:
    """The terms that the weights of `CAUSES` multiply, accounts x causes."""
    odds = causes.voltage / (1.0 - causes.voltage)
    shared, transfer = np.log1p(causes.one_hop), np.log1p(causes.transfers)
    return np.column_stack([np.log1p(odds / parameters.odds_ref), shared, transfer, causes.ring])


def flags(score: Blocks, without_ip: Blocks, innocent: NDArray[np.bool_], level: float) -> NDArray[np.bool_]:
    """Accounts whose score reaches `level`, and still so with every IP address moved to ground; never one without
    evidence, a victim or a cleared one.
    """
    firm = np.minimum(score.total, without_ip.total)
    found: NDArray[np.bool_] = (firm >= level) & (firm > 0) & ~innocent
    return found
