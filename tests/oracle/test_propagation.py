"""The network against dense linear algebra, on random graphs."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from linkgraph.detect.propagation import (
    Links,
    Network,
    Ties,
    build_network,
    discounted,
    link_voltages,
    lost_current,
    push,
    solve,
    solve_channels,
    split_apart,
)
from linkgraph.detect.scoring import gather
from linkgraph.parameters import Parameters

ACCOUNTS, IDENTIFIERS = 30, 15
PARAMETERS = Parameters()
SEEDS = range(20)


@dataclass(frozen=True)
class Case:
    network: Network
    dense: NDArray[np.float64]
    injected: NDArray[np.float64]


def case(seed: int) -> Case:
    """A random bipartite graph with labels on a third of its accounts."""
    rng = np.random.default_rng(seed)
    keys = np.unique(rng.integers(0, ACCOUNTS * IDENTIFIERS, 80))
    account, identifier = (keys // IDENTIFIERS).astype(np.int32), (keys % IDENTIFIERS).astype(np.int32)
    sigma = np.where(rng.random(ACCOUNTS) < 0.3, 4.0, 0.0)
    label = ((rng.random(ACCOUNTS) < 0.6) & (sigma > 0)).astype(np.float64)
    links = Links(account, identifier, rng.uniform(0.1, 1.0, len(keys)))
    network = build_network(links, IDENTIFIERS, Ties(sigma, label, np.zeros(ACCOUNTS)), PARAMETERS)
    dense = np.diag(network.diagonal) - network.matrix.toarray()
    return Case(network, dense, network.sigma * network.label)


@pytest.mark.parametrize("seed", SEEDS)
def test_voltages_equal_the_dense_solve(seed: int) -> None:
    made = case(seed)
    v = solve(made.network, PARAMETERS)
    assert np.allclose(v, np.linalg.solve(made.dense, made.injected), atol=PARAMETERS.solve_tol)
    assert v.min() >= 0 and v.max() <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_current_in_equals_current_to_ground(seed: int) -> None:
    network = case(seed).network
    v = solve(network, PARAMETERS)
    leak = network.diagonal - network.matrix @ np.ones(len(v)) - network.sigma
    assert np.sum(network.sigma * (network.label - v)) == pytest.approx(np.sum(leak * v), abs=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_channels_equal_dense_solves_and_add_up(seed: int) -> None:
    """A seed of one channel is ground in the others."""
    made = case(seed)
    channel = np.random.default_rng(seed).integers(0, 3, ACCOUNTS).astype(np.int32)
    found = solve_channels(made.network, channel, 4, PARAMETERS)
    for each in range(4):
        injected = made.injected * np.append(channel == each, np.zeros(IDENTIFIERS, bool))
        assert np.allclose(found[:, each], np.linalg.solve(made.dense, injected), atol=PARAMETERS.solve_tol)
    assert np.allclose(found.sum(axis=1), solve(made.network, PARAMETERS), atol=1e-9)
    assert lost_current(made.network, found.sum(axis=1)) < 1e-6


def test_without_seeds_every_channel_is_empty() -> None:
    links = Links(np.array([0, 1], np.int32), np.array([0, 0], np.int32), np.ones(2))
    network = build_network(links, 1, Ties(np.zeros(2), np.zeros(2), np.zeros(2)), PARAMETERS)
    assert not solve_channels(network, np.zeros(2, np.int32), 3, PARAMETERS).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_push_rows_are_rows_of_the_inverse_from_below(seed: int) -> None:
    made = case(seed)
    sources = np.arange(ACCOUNTS, dtype=np.int32)
    exact = np.linalg.inv(made.dense)[:ACCOUNTS]
    assert np.allclose(push(made.network, sources, 1e-10).toarray(), exact, atol=1e-8)
    truncated = push(made.network, sources, 1e-2).toarray()
    assert (truncated <= exact + 1e-12).all()
    assert np.max(exact - truncated) <= 1e-2 * (1 + PARAMETERS.rho) / PARAMETERS.rho


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_is_judged_without_its_own_label(seed: int) -> None:
    made = case(seed)
    v = solve(made.network, PARAMETERS)
    judged = gather(made.network, link_voltages(made.network, v, 1e-9)).voltage
    for account in range(ACCOUNTS):
        without, injected = made.dense.copy(), made.injected.copy()
        without[account, account] -= made.network.sigma[account]
        injected[account] = 0.0
        assert judged[account] == pytest.approx(np.linalg.solve(without, injected)[account], abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_discount_raises_no_voltage(seed: int) -> None:
    network = case(seed).network
    weaker = network.links.conductance * (np.random.default_rng(seed).random(len(network.links.account)) > 0.3)
    assert (solve(discounted(network, weaker), PARAMETERS) <= solve(network, PARAMETERS) + 1e-12).all()


def parted(seed: int) -> tuple[Network, NDArray[np.float64], NDArray[np.bool_]]:
    """A random graph in which some accounts were ruled apart on what they share: the network, M as dense algebra has it
    after elimination of all identifiers, and who still meets whom (accounts x accounts x identifiers).
    """
    network = case(seed).network
    rng = np.random.default_rng(seed + 100)
    a, b = rng.integers(0, ACCOUNTS, (2, 900)).astype(np.int32)
    apart = (
        np.minimum(a, b)[a != b],
        np.maximum(a, b)[a != b],
        rng.integers(0, IDENTIFIERS, 900).astype(np.int32)[a != b],
    )
    meets = np.ones((ACCOUNTS, ACCOUNTS, IDENTIFIERS), dtype=bool)
    meets[apart] = meets[apart[1], apart[0], apart[2]] = False
    c = np.zeros((ACCOUNTS, IDENTIFIERS))
    c[network.links.account, network.links.identifier] = network.links.conductance
    between = np.einsum("ax,bx,abx->ab", c, c / np.maximum(network.diagonal[ACCOUNTS:], 1e-300), meets)
    split = split_apart(network.links, apart)
    return discounted(network, network.links.conductance, split), np.diag(network.diagonal[:ACCOUNTS]) - between, meets


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_is_ruled_apart_meets_no_more_and_all_others_as_before(seed: int) -> None:
    network, dense, _ = parted(seed)
    assert len(network.split)
    v = solve(network, PARAMETERS)
    exact = np.linalg.solve(dense, (network.sigma * network.label)[:ACCOUNTS])
    assert np.allclose(v[:ACCOUNTS], exact, atol=PARAMETERS.solve_tol)
    assert (v <= solve(case(seed).network, PARAMETERS) + 1e-12).all()
    sources = np.arange(ACCOUNTS, dtype=np.int32)
    assert np.allclose(push(network, sources, 1e-10).toarray()[:, :ACCOUNTS], np.linalg.inv(dense), atol=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_ruled_apart_is_judged_without_its_own_label(seed: int) -> None:
    network, dense, meets = parted(seed)
    found = gather(network, link_voltages(network, solve(network, PARAMETERS), 1e-9))
    injected = (network.sigma * network.label)[:ACCOUNTS]
    c = np.zeros((ACCOUNTS, IDENTIFIERS))
    c[network.links.account, network.links.identifier] = network.links.conductance
    fraud = (network.label[:ACCOUNTS] == 1.0)[:, None] * c
    for account in range(ACCOUNTS):
        without, rest = dense.copy(), injected.copy()
        without[account, account] -= network.sigma[account]
        rest[account] = 0.0
        assert found.voltage[account] == pytest.approx(np.linalg.solve(without, rest)[account], abs=1e-5)
        others = meets[account].copy()
        others[account] = False
        assert found.one_hop[account] == pytest.approx(np.sum(c[account] * fraud * others), abs=1e-12)
