"""The sweeps against a dense solve."""

import numpy as np
import pytest

from linkgraph.detect.propagation import build_network, solve
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
