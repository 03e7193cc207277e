"""The grounded resistor network: risk as the chance that a walk along the evidence meets confirmed fraud before it
is lost.

Every node leaks to ground (innocent), every labelled account is tied to its label. (diag(D) - C) v = b, solved by
row-wise
sweeps v <- (C v + b) / D; their number follows from `rho` and the tolerance alone, so that a component's bits do
not depend
on the rest of the graph.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from linkgraph.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes are accounts 0..accounts-1, then identifiers. C symmetric conductances, D diagonal, sigma and y of
    labels."""

    accounts: int
    conductance: csr_array
    diagonal: Floats
    sigma: Floats
    label: Floats

    @property
    def injected(self) -> Floats:
        """b = sigma * y: what the labels push in."""
        return self.sigma * self.label


def build_network(
    links: tuple[NDArray[np.int32], NDArray[np.int32], Floats],
    shape: tuple[int, int],
    ties: tuple[Floats, Floats],
    parameters: Parameters,
) -> Network:
    """links: (account, identifier, conductance); shape: (accounts, identifiers); ties: sigma and y per account."""
    accounts, identifiers = shape
    n = accounts + identifiers
    matrix = _symmetric(links, accounts, n)
    degree = matrix @ np.ones(n)
    sigma, label = (np.concatenate([values, np.zeros(identifiers)]) for values in ties)
    leak = np.where(np.arange(n) < accounts, parameters.k0, 0.0) + parameters.rho * degree
    return Network(accounts, matrix, np.maximum(degree + leak + sigma, 1e-12), sigma, label)


def discounted(network: Network, links: tuple[NDArray[np.int32], NDArray[np.int32], Floats]) -> Network:
    """The network with only `links`; what is missing goes to ground (D is kept), so that no voltage can rise."""
    n = len(network.diagonal)
    return replace(network, conductance=_symmetric(links, network.accounts, n))


def _symmetric(links: tuple[NDArray[np.int32], NDArray[np.int32], Floats], accounts: int, n: int) -> csr_array:
    account, identifier, c = links
    rows = np.concatenate([account, identifier + accounts]).astype(np.int32)
    columns = np.concatenate([identifier + accounts, account]).astype(np.int32)
    matrix = csr_array((np.concatenate([c, c]), (rows, columns)), shape=(n, n))
    matrix.sum_duplicates()
    return matrix


def sweeps(parameters: Parameters) -> int:
    """Sweeps after which the error is below the tolerance, whatever the graph."""
    return math.ceil(math.log(parameters.solve_tol) / -math.log1p(parameters.rho))


def solve(network: Network, parameters: Parameters) -> Floats:
    """Voltage of every node, 0 to 1."""
    b = network.injected
    v = b / network.diagonal
    for _ in range(sweeps(parameters)):
        v = (network.conductance @ v + b) / network.diagonal
    return np.asarray(v, dtype=np.float64)
