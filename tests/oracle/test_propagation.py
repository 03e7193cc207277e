"""The sweeps against a dense solve."""

import numpy as np
import pytest

from linkgraph.detect.propagation import build_network, discounted, solve
from linkgraph.parameters import Parameters


@pytest.mark.parametrize("seed", range(5))
def test_sweeps_equal_the_dense_solve(seed: int) -> None:
    rng = np.random.default_rng(seed)
    keys = np.unique(rng.integers(0, 20 * 12, 60))
    links = ((keys // 12).astype(np.int32), (keys % 12).astype(np.int32), rng.uniform(0.1, 1, len(keys)))
    sigma = np.where(rng.random(20) < 0.3, 4.0, 0.0)
    network = build_network(links, (20, 12), (sigma, (rng.random(20) < 0.5).astype(float)), Parameters())
    dense = np.diag(network.diagonal) - network.conductance.toarray()
    assert np.allclose(solve(network, Parameters()), np.linalg.solve(dense, network.injected), atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_a_discount_raises_no_voltage(seed: int) -> None:
    rng = np.random.default_rng(seed)
    keys = np.unique(rng.integers(0, 20 * 12, 60))
    account, identifier = (keys // 12).astype(np.int32), (keys % 12).astype(np.int32)
    c = rng.uniform(0.1, 1, len(keys))
    sigma = np.where(rng.random(20) < 0.3, 4.0, 0.0)
    network = build_network((account, identifier, c), (20, 12), (sigma, np.ones(20)), Parameters())
    fewer = discounted(network, (account, identifier, np.where(rng.random(len(c)) < 0.3, 0.0, c)))
    assert (solve(fewer, Parameters()) <= solve(network, Parameters()) + 1e-12).all()
