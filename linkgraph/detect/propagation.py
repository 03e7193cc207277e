"""The grounded resistor network: risk as the chance that a walk along the evidence meets confirmed fraud before it is
lost.

Every node leaks to ground (innocent), every labelled account is tied to its label. With D_i = sum_j c_ij + leak_i +
sigma_i the voltages solve (diag(D) - C) v = sigma * y, by sweeps v <- (C v + b) / D. Their number follows from `rho`
and the tolerance alone, and every row is summed in node order, so a component has the same bits alone as in the whole
graph.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from linkgraph.detect.graph import components
from linkgraph.parameters import Parameters

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

_SEEDS_AT_ONCE = (
    8_192  # rows of one batch of pushes: each batch passes over the whole network, each row adds some entries
)


@dataclass(frozen=True, slots=True)
class Links:
    """Account-identifier links with their conductance, sorted by (account, identifier)."""

    account: Ints
    identifier: Ints
    conductance: Floats


@dataclass(frozen=True, slots=True)
class Ties:
    """Per account: strength of its label's tie (sigma), the label (y: 1 fraud, 0 innocent), extra trust to ground."""

    sigma: Floats
    label: Floats
    trust: Floats


@dataclass(frozen=True, slots=True)
class Split:
    """Identifiers over which people ruled some accounts apart: each link to one (its place in the links), beside every
    link it still meets there, itself too. Such an identifier is no node: its accounts are tied to those they meet by
    c_ax c_bx / D_x, as if it had been eliminated, and what is missing goes to ground.
    """

    link: Ints
    other: Ints

    def __len__(self) -> int:
        return len(self.link)


NO_SPLIT = Split(np.empty(0, np.int32), np.empty(0, np.int32))


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes are the accounts, then the identifiers. `matrix` is C; `diagonal` is D; sigma and label are per node."""

    accounts: int
    links: Links
    matrix: csr_array
    diagonal: Floats
    sigma: Floats
    label: Floats
    split: Split = NO_SPLIT


def build_network(links: Links, identifiers: int, ties: Ties, parameters: Parameters) -> Network:
    """The network of `links` over len(ties.sigma) accounts and `identifiers` identifiers."""
    accounts = len(ties.sigma)
    matrix = _symmetric(links, accounts, identifiers)
    degree = matrix @ np.ones(accounts + identifiers)
    nothing = np.zeros(identifiers)
    sigma = np.concatenate([ties.sigma, nothing])
    leak = np.concatenate([parameters.k0 + ties.trust, nothing]) + parameters.rho * degree
    # An identifier without a link has D = 0 and no voltage; 1 keeps the division defined.
    total = degree + leak + sigma
    diagonal = np.where(total > 0, total, 1.0)
    return Network(accounts, links, matrix, diagonal, sigma, np.concatenate([ties.label, nothing]))


def discounted(network: Network, conductance: Floats, split: Split | None = None) -> Network:
    """The network with weaker links, or with identifiers split; what is taken away goes to ground (D is kept), so that
    no voltage can rise.
    """
    links, split = replace(network.links, conductance=conductance), network.split if split is None else split
    plain = replace(links, conductance=np.where(_is_split(links, split), 0.0, conductance)) if len(split) else links
    matrix = _symmetric(plain, network.accounts, len(network.diagonal) - network.accounts)
    if len(split):
        ends = links.account[split.link], links.account[split.other]
        weight = conductance[split.link] * conductance[split.other] / _at(network, split)
        matrix = csr_array(matrix + csr_array((weight, ends), shape=matrix.shape))
    return replace(network, links=links, matrix=matrix, split=split)


def _is_split(links: Links, split: Split) -> NDArray[np.bool_]:
    found = np.zeros(len(links.account), dtype=bool)
    found[split.link] = True
    return found


def _at(network: Network, split: Split) -> Floats:
    """D of the identifier of each entry of `split`."""
    return np.asarray(network.diagonal[network.accounts + network.links.identifier[split.link]], dtype=np.float64)


def split_apart(links: Links, apart: tuple[Ints, Ints, Ints]) -> Split:
    """Splits the identifiers over which accounts were ruled apart; pairs without two links that carry are passed over.

    apart: accounts a and b, and the identifier.
    """
    a, b, identifier = apart
    size = int(links.identifier.max(initial=0)) + 1
    keys = np.where(links.conductance > 0, links.account.astype(np.int64) * size + links.identifier, -1)
    order = np.argsort(keys, kind="stable")
    ends = [_found(keys[order], each.astype(np.int64) * size + identifier) for each in (a, b)]
    both = (ends[0] >= 0) & (ends[1] >= 0)
    one, other = order[ends[0][both]], order[ends[1][both]]
    parts = [_meetings(links, each, one, other) for each in np.unique(links.identifier[one])]
    if not parts:
        return NO_SPLIT
    link, met = (np.concatenate(column).astype(np.int32) for column in zip(*parts, strict=True))
    return Split(link, met)


def _found(keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of `wanted` in sorted `keys`, -1 where there is none."""
    place = np.searchsorted(keys, wanted)
    hit = (place < len(keys)) & (keys[np.minimum(place, len(keys) - 1)] == wanted) if len(keys) else wanted < 0
    return np.where(hit, place, -1)


def _meetings(
    links: Links, identifier: int, one: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Links to an identifier, each beside every one that it meets there: all but those apart."""
    users = np.flatnonzero(links.identifier == identifier)
    meets = np.ones((len(users), len(users)), dtype=bool)
    here = links.identifier[one] == identifier
    left, right = np.searchsorted(users, one[here]), np.searchsorted(users, other[here])
    meets[left, right] = meets[right, left] = False
    rows, columns = np.nonzero(meets)
    return users[rows], users[columns]


def solve(network: Network, parameters: Parameters) -> Floats:
    """Voltage of every node, 0 to 1, within `solve_tol` of the exact solution."""
    return _swept(network, network.sigma * network.label, network.diagonal, parameters)


def solve_channels(network: Network, channel: Ints, channels: int, parameters: Parameters) -> Floats:
    """Voltage of every node by channel of the seeds it comes from (nodes x channels); the rows add up to `solve`.

    channel: per account, of its label. A seed of one channel is ground in the others, and the system is linear.
    """
    seeds = np.flatnonzero(network.sigma * network.label)
    found = np.zeros((len(network.diagonal), channels))
    if not len(seeds):
        return found
    used, place = np.unique(channel[seeds], return_inverse=True)
    injected = np.zeros((len(network.diagonal), len(used)))
    injected[seeds, place] = (network.sigma * network.label)[seeds]
    found[:, used] = _swept(network, injected, network.diagonal[:, None], parameters)
    return found


def _swept(network: Network, injected: Floats, diagonal: Floats, parameters: Parameters) -> Floats:
    v = injected / diagonal
    for _ in range(sweeps(parameters)):
        v = (network.matrix @ v + injected) / diagonal
    return np.asarray(v, dtype=np.float64)


def lost_current(network: Network, v: Floats) -> float:
    """What labels feed in and does not go to ground, sum sigma (y - v) - sum leak v, over the sum of D: the mean error
    of the equations.
    """
    leak = network.diagonal - network.matrix @ np.ones(len(v)) - network.sigma
    off = abs(float(np.sum(network.sigma * (network.label - v)) - np.sum(leak * v)))
    return off / float(np.sum(network.diagonal))


def sweeps(parameters: Parameters) -> int:
    """Sweeps after which the error is below the tolerance, whatever the graph: q^(k+1) <= tol, q = 1 / (1 + rho)."""
    return math.ceil(math.log(parameters.solve_tol) / -math.log1p(parameters.rho))


def residual(network: Network, v: Floats) -> float:
    """Largest error of the equations, max |D v - C v - b| / D."""
    error = network.diagonal * v - network.matrix @ v - network.sigma * network.label
    return float(np.max(np.abs(error) / network.diagonal, initial=0.0))


def link_voltages(network: Network, v: Floats, eps: float) -> Floats:
    """Per link, the identifier's voltage as its account may count it: without that account's own label.

    For an unlabelled account this is v_x. For a seed s it is v_x(-s) = v_x - sigma_s G_xs (y_s - v_s(-s)), with
    v_s(-s) = (v_s - sigma_s y_s G_ss) / (1 - sigma_s G_ss) and G from one push per seed; a push cut at `eps` leaves G
    low, and the result high, by at most eps * (1 + rho) / rho. The only fraud of its component is exactly 0.
    """
    links = network.links
    lone = _lone_fraud(network, v)
    seen = np.where(lone[links.account], 0.0, _met(network, v))
    seeds = np.flatnonzero((network.sigma[: network.accounts] > 0) & ~lone).astype(np.int32)
    seeds = np.intersect1d(seeds, links.account)
    for start in range(0, len(seeds), _SEEDS_AT_ONCE):
        batch = seeds[start : start + _SEEDS_AT_ONCE]
        green = push(network, batch, eps)
        own = green[np.arange(len(batch)), batch]
        sigma, y = network.sigma[batch], network.label[batch]
        without = (v[batch] - sigma * y * own) / (1.0 - sigma * own)
        at, row = _rows_of(links.account, batch)
        through = _through(network, green, row, at)
        seen[at] -= sigma[row] * through * (y - without)[row]
    return np.clip(seen, 0.0, 1.0)


def _met(network: Network, v: Floats) -> Floats:
    """Per link, the voltage of its identifier as made by the accounts that its own account meets there."""
    links, split = network.links, network.split
    seen = np.asarray(v[network.accounts + links.identifier], dtype=np.float64)
    if len(split):
        current = links.conductance[split.other] * v[links.account[split.other]] / _at(network, split)
        seen[split.link] = np.bincount(split.link, current, minlength=len(seen))[split.link]
    return seen


def _through(network: Network, green: csr_array, row: NDArray[np.int64], at: NDArray[np.int64]) -> Floats:
    """Entries of rows of G at the identifier of each link of `at`, made as `_met` makes its voltage."""
    links, split = network.links, network.split
    found = np.asarray(green[row, network.accounts + links.identifier[at]], dtype=np.float64)
    if len(split):
        place = np.full(len(links.account), -1)
        place[at] = np.arange(len(at))
        mine = place[split.link] >= 0
        entry, other = place[split.link[mine]], split.other[mine]
        current = links.conductance[other] * green[row[entry], links.account[other]] / _at(network, split)[mine]
        found[entry] = np.bincount(entry, current, minlength=len(at))[entry]
    return found


def identifier_voltages(network: Network, v: Floats) -> Floats:
    """Voltages of the identifiers (identifiers x channels), of those that are split as all their accounts make it."""
    links, found = network.links, v[network.accounts :].copy()
    for x in np.unique(links.identifier[network.split.link]):
        users = np.flatnonzero(links.identifier == x)
        found[x] = links.conductance[users] @ v[links.account[users]] / network.diagonal[network.accounts + x]
    return found


def _lone_fraud(network: Network, v: Floats) -> NDArray[np.bool_]:
    """Which accounts are the only fraud of their component: all that reaches them is their own label, come back."""
    links, split, fraud = network.links, network.split, (network.sigma * network.label)[: network.accounts] > 0
    x = network.accounts + links.identifier
    live = (links.conductance > 0) & (v[x] > 0)
    met = links.conductance[split.link] * links.conductance[split.other] * v[links.account[split.link]] > 0
    one = np.concatenate([links.account[live], links.account[split.link[met]]])
    other = np.concatenate([x[live], links.account[split.other[met]]])
    nodes, places = np.unique(np.concatenate([one, other]), return_inverse=True)
    part = components(len(nodes), *np.split(places.astype(np.int32), 2))
    found = np.flatnonzero(fraud[nodes[nodes < network.accounts]])
    alone = np.bincount(part[found], minlength=len(nodes))[part[found]] == 1
    lone = np.zeros(network.accounts, dtype=bool)
    lone[nodes[found][alone]] = True
    return lone


def push(network: Network, sources: Ints, eps: float) -> csr_array:
    """Rows of G = (diag(D) - C)^-1, one per source, truncated: no node keeps a residual above eps * D.

    Residual push (Andersen, Chung, Lang 2006) for many sources at once, a sparse row each.
    """
    k, n = len(sources), len(network.diagonal)
    inverse = 1.0 / network.diagonal
    rest = csr_array((np.ones(k), (np.arange(k, dtype=np.int32), sources)), shape=(k, n))
    green = csr_array((k, n))
    while rest.nnz:
        ready = rest.data * inverse[rest.indices] >= eps
        if not ready.any():
            break
        moved = _kept(rest, ready)
        moved.data *= inverse[moved.indices]
        green = green + moved
        rest = _kept(rest, ~ready) + moved @ network.matrix
    return csr_array(green)


def _kept(matrix: csr_array, mask: NDArray[np.bool_]) -> csr_array:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))[mask]
    ends = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=matrix.shape[0]))])
    return csr_array((matrix.data[mask].copy(), matrix.indices[mask], ends), shape=matrix.shape)


def _rows_of(sorted_accounts: Ints, batch: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the links of each account of `batch`, and the place of that account in `batch`."""
    first = np.searchsorted(sorted_accounts, batch, side="left")
    size = np.searchsorted(sorted_accounts, batch, side="right") - first
    row = np.repeat(np.arange(len(batch)), size)
    within = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    return first[row] + within, row


def _symmetric(links: Links, accounts: int, identifiers: int) -> csr_array:
    n = accounts + identifiers
    x = links.identifier + accounts
    rows, columns = np.concatenate([links.account, x]), np.concatenate([x, links.account])
    data = np.concatenate([links.conductance, links.conductance])
    matrix = csr_array((data, (rows.astype(np.int32), columns.astype(np.int32))), shape=(n, n))
    matrix.sum_duplicates()
    return matrix
