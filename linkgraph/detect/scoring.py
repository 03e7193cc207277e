"""The score: named blocks added in log-odds, with cold-start weights. risk = 1 - exp(-sum); 0 without evidence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.propagation import Network
from linkgraph.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Log-odds per account."""

    one_hop: Floats
    propagated: Floats

    @property
    def total(self) -> Floats:
        """The score above base."""
        return self.one_hop + self.propagated


def own_voltage(network: Network, v: Floats) -> Floats:
    """Voltage of each account from its links alone, its own label left out: sum_x c_tx v_x / (D_t - sigma_t).

    A first, local leave-one-out: what its label pushed into its identifiers is taken back to first order.
    """
    n = network.accounts
    back = network.conductance.power(2) @ (1.0 / network.diagonal)
    flow = (network.conductance @ v)[:n] - back[:n] * np.where(network.sigma[:n] > 0, v[:n], 0.0)
    own: Floats = np.clip(flow / (network.diagonal[:n] - network.sigma[:n]), 0.0, 1.0 - 1e-9)
    return own


def one_hop_evidence(network: Network) -> Floats:
    """e_1(a) = sum over identifiers x and fraud accounts s other than a of c_ax c_xs."""
    n = network.accounts
    fraud = (network.label == 1.0).astype(np.float64)
    reach = (network.conductance @ (network.conductance @ fraud))[:n]
    own = network.conductance.power(2) @ np.ones(len(fraud))
    met: Floats = np.maximum(reach - own[:n] * fraud[:n], 0.0)
    return met


def blocks(network: Network, v: Floats, parameters: Parameters) -> Blocks:
    """One hop: w ln(1 + e_1). Propagated: w ln(1 + odds(v) / odds_ref)."""
    odds = own_voltage(network, v)
    odds = odds / (1.0 - odds)
    return Blocks(
        parameters.weight_one_hop * np.log1p(one_hop_evidence(network)),
        parameters.weight_propagated * np.log1p(odds / parameters.odds_ref),
    )


def risk(score: Floats) -> Floats:
    """Share of an account's odds that the evidence added."""
    return np.maximum(0.0, -np.expm1(-score))
