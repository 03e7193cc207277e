"""The network solved again near a change, against dense linear algebra over all of it."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from linkgraph.detect.propagation import Links, Ties
from linkgraph.explain.network import Changed, Changes, solve_for, solve_near
from linkgraph.explain.seeds import share, sources
from linkgraph.solved import Solved
from tests.solving import solved_of

ACCOUNTS, IDENTIFIERS, IPS = 60, 30, 8
SEEDS = range(25)


def world(seed: int) -> Solved:
    """A random graph of a few components, with labels, trust and addresses."""
    rng = np.random.default_rng(seed)
    keys = np.unique(rng.integers(0, ACCOUNTS * IDENTIFIERS, 110))
    account, identifier = (keys // IDENTIFIERS).astype(np.int32), (keys % IDENTIFIERS).astype(np.int32)
    sigma = np.where(rng.random(ACCOUNTS) < 0.3, 4.0, 0.0)
    label = ((rng.random(ACCOUNTS) < 0.6) & (sigma > 0)).astype(np.float64)
    trust = np.where(sigma > 0, 0.0, rng.integers(0, 3, ACCOUNTS).astype(np.float64))
    links = Links(account, identifier, rng.uniform(0.1, 1.0, len(keys)))
    made = solved_of(links, IDENTIFIERS, Ties(sigma, label, trust), IPS)
    return replace(made, trust=np.asarray(rng.integers(0, 3, ACCOUNTS) * (sigma > 0) + trust, np.float64))


def changes(seed: int, net: Solved) -> Changes:
    """Some of everything that can be changed."""
    rng = np.random.default_rng(seed + 1000)
    x = net.first_identifier
    rows = np.repeat(np.arange(len(net.total)), np.diff(net.start))
    own = rows < ACCOUNTS
    drawn = rng.choice(np.flatnonzero(own), 6, replace=False)
    links = frozenset((int(rows[place]), int(net.end[place])) for place in drawn[:3])
    whole = frozenset(int(node) for node in rng.integers(x, x + IDENTIFIERS, rng.integers(0, 3)))
    kept_apart = {int(node) for node in rng.integers(x, x + IDENTIFIERS, 2)} - whole
    apart = {
        (a, b, node) for node in kept_apart
        for a, b in list(combinations(net.end[net.start[node] : net.start[node + 1]].tolist(), 2))[::2]
    }  # fmt: skip
    labelled = np.flatnonzero(net.sigma > 0)
    free = np.flatnonzero(net.sigma[:ACCOUNTS] == 0)
    ties = {int(labelled[0]): (0.0, 0.0), int(free[0]): (4.0, 1.0), int(free[1]): (4.0, 0.0)}
    return Changes(links, whole, frozenset(apart), ties)


def dense(network: Changed) -> NDArray[np.float64]:
    """Voltages of all nodes after the changes, by the definitions."""
    net, made = network.solved, network.changes
    size = len(net.total)
    c = np.zeros((size, size))
    rows = np.repeat(np.arange(size), np.diff(net.start))
    c[rows, net.end] = net.conductance
    for one, other in made.links:
        c[one, other] = c[other, one] = 0.0
    gone = [*made.identifiers, *(net.first_identifier + np.flatnonzero(net.is_ip) if network.firm else [])]
    c[gone, :] = c[:, gone] = 0.0
    for x in sorted({x for *_, x in made.apart}):
        users = np.flatnonzero(c[x])
        for a in users:
            met = [b for b in users if not {(a, b, x), (b, a, x)} & made.apart]
            for b in met if met != [a] else []:
                c[a, b] += c[a, x] * c[b, x] / net.total[x]
        c[x, :] = c[:, x] = 0.0
    d, sigma, y = net.total.copy(), net.sigma.copy(), net.label.copy()
    for node, (strength, label) in made.ties.items():
        trusted = net.trust[node] * ((strength == 0) * 1.0 - (sigma[node] == 0) * 1.0)
        d[node] += strength - sigma[node] + trusted
        sigma[node], y[node] = strength, label
    if network.alone is not None:
        d[network.alone] -= sigma[network.alone]
        sigma[network.alone] = 0.0
    return np.asarray(np.linalg.solve(np.diag(d) - c, sigma * y), np.float64)


@pytest.mark.parametrize("firm", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_voltage_is_that_of_the_whole_network(seed: int, firm: bool) -> None:
    net = world(seed)
    network = Changed(net, changes(seed, net), firm, alone=seed % ACCOUNTS)
    near = solve_near(network)
    assert not near.truncated
    assert [near.at(node) for node in range(len(net.total))] == pytest.approx(dense(network).tolist(), abs=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_too_few_nodes_may_be_solved_the_error_is_within_the_bound_told(seed: int) -> None:
    net = world(seed)
    network = Changed(net, changes(seed, net))
    near = solve_near(network, most=5)
    exact = dense(network)
    off = max(abs(near.at(node) - exact[node]) for node in range(len(net.total)))
    assert near.truncated
    assert off <= near.bound


@pytest.mark.parametrize("seed", SEEDS)
def test_less_evidence_never_raises_a_voltage(seed: int) -> None:
    net = world(seed)
    less = replace(changes(seed, net), ties={})
    near = solve_near(Changed(net, less))
    assert all(near.at(node) <= net.voltage[node] + 1e-9 for node in range(len(net.total)))


@pytest.mark.parametrize("seed", SEEDS)
def test_accounts_kept_apart_by_a_night_stay_so_when_more_is_taken_away(seed: int) -> None:
    net = world(seed)
    first = Changes(apart=changes(seed, net).apart)
    parted = Changed(net, first)
    v, firm = (dense(Changed(net, first, without)) for without in (False, True))
    rows = np.repeat(np.arange(len(net.total)), np.diff(net.start))
    kept = np.where(np.isin(rows, list(parted.split)) | np.isin(net.end, list(parted.split)), 0.0, net.conductance)
    held = replace(net, conductance=kept, direct=parted.direct, voltage=v, voltage_firm=firm)
    more = replace(changes(seed, net), apart=frozenset())
    for without in (False, True):
        again = solve_near(Changed(held, more, without))
        both = dense(Changed(net, replace(more, apart=first.apart), without))
        assert [again.at(node) for node in range(len(net.total))] == pytest.approx(both.tolist(), abs=1e-7)


@pytest.mark.parametrize("account", range(0, ACCOUNTS, 3))
def test_shares_of_seeds_are_those_of_the_dense_inverse_and_add_up(account: int) -> None:
    net = world(7)
    network = Changed(net, alone=account)
    exact = dense(network)
    found = sources(net, account)
    if exact[account] == 0:
        assert found is None
        return
    assert found is not None
    assert found.voltage == pytest.approx(exact[account], abs=1e-7)
    assert sum(each.share for each in found.seeds) + found.smaller + found.remainder == pytest.approx(1.0)
    assert 0 <= found.remainder <= 0.02
    c = np.zeros((len(net.total), len(net.total)))
    c[np.repeat(np.arange(len(net.total)), np.diff(net.start)), net.end] = net.conductance
    d = net.total.copy()
    d[account] -= net.sigma[account]
    green = np.linalg.inv(np.diag(d) - c)
    for seed in found.seeds:
        node = net.account_ids.place(seed.account_id)
        assert node is not None
        share = green[account, node] * net.sigma[node] * net.label[node] / exact[account]
        assert seed.share == pytest.approx(share, abs=0.03)
        assert seed.share <= share + 1e-9


def test_a_search_that_may_see_nobody_else_says_that_all_comes_from_beyond() -> None:
    net = world(3)
    account = int(np.argmax(np.where(net.sigma[:ACCOUNTS] == 0, net.voltage[:ACCOUNTS], 0)))
    near = solve_for(Changed(net, alone=account), account, 0.0, most=1)
    own = near.green([account])[:, 0]
    beyond = own[near.beyond.row] * near.beyond.conductance * net.voltage[near.beyond.node]
    assert beyond.sum() == pytest.approx(near.at(account))


def test_rounding_makes_no_share_larger_than_the_whole() -> None:
    """3 of 500 explanations of a large run failed over a last digit."""
    assert share(float(np.nextafter(1.0, 2.0)), 1.0) == 1.0
    assert share(0.25, 0.5) == 0.5
