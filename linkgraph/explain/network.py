"""Solves the network again near a place, exactly: after evidence is discounted, or to see where a voltage comes from.

Discounted evidence becomes a link to ground: D stays, so no voltage can rise. Only nodes near the change are solved
for; those outside keep the voltage of the night. Theirs would move by less than `Near.bound`: with |r_i| <= eps D_i
outside, r what the changed inside sends there, no voltage is further from the exact one than eps (1 + rho) / rho.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array
from scipy.sparse.linalg import SuperLU, splu

from linkgraph.solved import Direct, Floats, Ints, Solved

# A voltage this near moves no score by 1e-6: the steepest of its terms rises 20-fold, ln(1 + odds / 0.05).
TOLERANCE = 1e-8
# Nodes solved for at once. What lies beyond is in the bound.
MOST_NODES = 6_000


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise, as nodes. links (account or intruder, identifier) and identifiers carry nothing; apart: two
    accounts do not meet at an identifier, as `propagation.Split` says; ties: sigma and y of accounts, (0, 0) for a
    label that does not count.
    """

    links: frozenset[tuple[int, int]] = frozenset()
    identifiers: frozenset[int] = frozenset()
    apart: frozenset[tuple[int, int, int]] = frozenset()
    ties: Mapping[int, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """Entries of the matrix: in which row (a place in the nodes asked for), to which node, how strong."""

    row: NDArray[np.int64]
    node: Ints
    conductance: Floats


@dataclass(frozen=True)
class Changed:
    """The network of a run with changes; `firm`: without IP addresses as well; `alone`: the account whose own label
    does not count, because a score is told without it.
    """

    solved: Solved
    changes: Changes = Changes()
    firm: bool = False
    alone: int | None = None

    def rows(self, nodes: Ints) -> Rows:
        """The rows of `nodes`; what does not carry is 0."""
        found, direct = self.links(nodes), self.direct
        place = np.searchsorted(nodes, direct.row) if len(nodes) else np.zeros(len(direct.row), np.int64)
        mine = (place < len(nodes)) & (nodes[np.minimum(place, max(len(nodes) - 1, 0))] == direct.row)
        if not mine.any():
            return found
        return Rows(
            np.concatenate([found.row, place[mine]]),
            np.concatenate([found.node, direct.node[mine]]),
            np.concatenate([found.conductance, direct.weight[mine]]),
        )

    def tie(self, nodes: Ints) -> tuple[Floats, Floats]:
        """sigma and sigma * y of `nodes`."""
        sigma, label = self.solved.sigma[nodes], self.solved.label[nodes]
        for node, (strength, word) in self.changes.ties.items():
            sigma, label = np.where(nodes == node, strength, sigma), np.where(nodes == node, word, label)
        sigma = sigma if self.alone is None else np.where(nodes == self.alone, 0.0, sigma)
        return sigma, sigma * label

    def total(self, nodes: Ints) -> Floats:
        """D. Whoever has no label any more is trusted as anybody, whoever gets one is not."""
        old, new = self.solved.sigma[nodes], self.tie(nodes)[0]
        for node, (strength, _) in self.changes.ties.items():
            if node < self.solved.accounts:
                gained = (strength == 0.0) * 1.0 - (self.solved.sigma[node] == 0.0) * 1.0
                new = new + np.where(nodes == node, gained * self.solved.trust[node], 0.0)
        return np.asarray(self.solved.total[nodes] - old + new)

    @property
    def voltage(self) -> Floats:
        """What the night found, with or without IP addresses, for all nodes."""
        return self.solved.voltage_firm if self.firm else self.solved.voltage

    @cached_property
    def direct(self) -> Direct:
        """What accounts give each other over identifiers at which some do not meet, after the changes."""
        kept = self.solved.direct
        gone = [np.isin(kept.identifier, [*self.changes.identifiers, *self.split])]
        for account, identifier in self.changes.links:
            gone.append((kept.identifier == identifier) & ((kept.row == account) | (kept.node == account)))
        if self.firm:
            gone.append(self._is_ip(kept.identifier))
        left = _with_others(kept.where(~np.any(gone, axis=0)))
        return Direct.joined([left, *map(self._met_at, sorted(self.split))])

    @cached_property
    def split(self) -> frozenset[int]:
        """Identifiers at which the changes keep accounts apart."""
        return frozenset(identifier for *_, identifier in self.changes.apart)

    @cached_property
    def touched(self) -> Ints:
        """Nodes whose own equation is another one now."""
        whole = np.array(sorted(self.changes.identifiers | self.split), np.int32)
        users = Changed(self.solved).links(whole).node
        direct = self.solved.direct.row[np.isin(self.solved.direct.identifier, whole)]
        ends = [node for link in self.changes.links for node in link]
        for account, identifier in self.changes.links:
            direct = np.concatenate([direct, self._meets(account, identifier)])
        own = [] if self.alone is None or self.solved.sigma[self.alone] == 0 else [self.alone]
        found = np.concatenate([whole, users, direct, np.array([*ends, *self.changes.ties, *own], np.int32)])
        return np.asarray(np.unique(found), np.int32)

    def _meets(self, account: int, identifier: int) -> Ints:
        direct = self.solved.direct
        return np.asarray(direct.node[(direct.identifier == identifier) & (direct.row == account)], np.int32)

    def links(self, nodes: Ints) -> Rows:
        """The rows of `nodes` without what accounts give each other directly."""
        net = self.solved
        first = net.start[nodes]
        size = net.start[nodes + 1] - first
        row = np.repeat(np.arange(len(nodes)), size)
        place = np.repeat(first, size) + np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        node = np.asarray(net.end[place])
        return Rows(row, node, np.where(self._gone(nodes[row], node), 0.0, net.conductance[place]))

    def _gone(self, left: Ints, right: Ints) -> NDArray[np.bool_]:
        whole = [*self.changes.identifiers, *self.split]
        gone = np.isin(left, whole) | np.isin(right, whole) if whole else np.zeros(len(left), dtype=bool)
        for account, identifier in self.changes.links:
            gone |= ((left == account) & (right == identifier)) | ((left == identifier) & (right == account))
        return gone | self._is_ip(left) | self._is_ip(right) if self.firm else gone

    def _is_ip(self, nodes: Ints) -> NDArray[np.bool_]:
        place = nodes - self.solved.first_identifier
        known = self.solved.is_ip if len(self.solved.is_ip) else np.zeros(1, dtype=bool)
        return np.asarray((place >= 0) & known[np.maximum(place, 0)])

    def _met_at(self, identifier: int) -> Direct:
        """What its users give each other over an identifier that is split: c_ax c_bx / D_x for those who meet there."""
        if self.firm and self._is_ip(np.array([identifier], np.int32))[0]:
            return Direct.joined([])
        base = Changed(self.solved).links(np.array([identifier], np.int32))
        gone = {account for account, x in self.changes.links if x == identifier}
        carries = (base.conductance > 0) & ~np.isin(base.node, list(gone))
        users, c = base.node[carries], base.conductance[carries]
        apart = {frozenset(pair[:2]) for pair in self.changes.apart if pair[2] == identifier}
        meets = [[frozenset((int(a), int(b))) not in apart for b in users] for a in users]
        one, other = np.nonzero(np.array(meets, dtype=bool).reshape(len(users), len(users)))
        product, here = c[one] * c[other], np.full(len(one), identifier, np.int32)
        return _with_others(Direct(users[one], users[other], here, product / self.solved.total[identifier], product))


def _with_others(direct: Direct) -> Direct:
    """Without what accounts give themselves where they meet nobody else: such a link carries nothing at all."""
    if not len(direct.row):
        return direct
    ends = np.column_stack([direct.row, direct.identifier])
    _, place, size = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    return direct.where(size[place.reshape(-1)] > 1)


@dataclass(frozen=True, slots=True)
class Near:
    """The part of a changed network that was solved again.

    nodes: sorted. voltage: exact to `bound`, in their order. factor: of diag(D) - C inside, symmetric. injected: what
    labels feed in. beyond: the entries that lead outside. truncated: the part would have to be larger for `TOLERANCE`.
    """

    network: Changed
    nodes: Ints
    voltage: Floats
    factor: SuperLU
    injected: Floats
    beyond: Rows
    bound: float
    truncated: bool

    def place(self, node: int) -> int | None:
        """Where `node` stands in `nodes`."""
        found = int(np.searchsorted(self.nodes, node))
        return found if found < len(self.nodes) and self.nodes[found] == node else None

    def at(self, node: int) -> float:
        """The voltage of any node."""
        place = self.place(node)
        return float(self.network.voltage[node] if place is None else self.voltage[place])

    def green(self, nodes: Iterable[int]) -> Floats:
        """Columns of G = (diag(D) - C)^-1 for nodes inside, one per node; G is symmetric."""
        columns = list(nodes)
        right = np.zeros((len(self.nodes), len(columns)))
        right[np.searchsorted(self.nodes, columns), np.arange(len(columns))] = 1.0
        return np.asarray(self.factor.solve(right))


def solve_for(network: Changed, account: int, remainder: float, most: int = MOST_NODES) -> Near:
    """Solve around an account until no more than the share `remainder` of its voltage comes from outside."""
    nodes = solve_near(network, [account], most).nodes
    while True:
        near, _, _ = _solve(network, nodes)
        through = near.green([account])[:, 0][near.beyond.row] * near.beyond.conductance
        current = through * network.voltage[near.beyond.node]
        left = float(current.sum()) - remainder * near.at(account)
        if left <= 0 or len(nodes) >= most:
            return near
        outside, place = np.unique(near.beyond.node, return_inverse=True)
        fed = np.bincount(place, current, minlength=len(outside))
        order = np.argsort(-fed, kind="stable")
        # As many as bring what is left under the bound if nothing came from behind them, and half as many again.
        wanted = int(np.searchsorted(np.cumsum(fed[order]), left)) + 1
        taken = outside[order[: min(wanted + wanted // 2, most - len(nodes))]]
        nodes = np.asarray(np.union1d(nodes, taken), np.int32)


def solve_near(network: Changed, around: Iterable[int] = (), most: int = MOST_NODES) -> Near:
    """Solve for what the change touches, for the nodes `around`, and for all that feel it by more than `TOLERANCE`.

    At least one node must be touched or given.
    """
    leak = network.solved.rules.rho / (1.0 + network.solved.rules.rho)
    nodes = np.asarray(np.union1d(network.touched, np.fromiter(around, np.int32)), np.int32)
    while True:
        near, felt, share = _solve(network, nodes)
        if near.bound <= TOLERANCE or len(nodes) >= most:
            return near
        beyond = np.flatnonzero(share > TOLERANCE * leak)
        beyond = beyond[np.argsort(-share[beyond], kind="stable")][: most - len(nodes)]
        nodes = np.asarray(np.union1d(nodes, felt[beyond]), np.int32)


def _solve(network: Changed, nodes: Ints) -> tuple[Near, Ints, Floats]:
    """The solution inside `nodes`; and the nodes outside that feel a change, with what share of their D it is."""
    rows, size = network.rows(nodes), len(nodes)
    column = np.searchsorted(nodes, rows.node)
    inside = (column < size) & (nodes[np.minimum(column, size - 1)] == rows.node)
    own = np.arange(size)
    matrix = csc_array(
        (
            np.concatenate([network.total(nodes), -rows.conductance[inside]]),
            (np.concatenate([own, rows.row[inside]]), np.concatenate([own, column[inside]])),
        ),
        shape=(size, size),
    )
    outside = ~inside & (rows.conductance > 0)
    beyond = Rows(rows.row[outside], rows.node[outside], rows.conductance[outside])
    edge = np.bincount(beyond.row, beyond.conductance * network.voltage[beyond.node], minlength=size)
    injected = network.tie(nodes)[1]
    factor = splu(matrix)
    voltage = np.asarray(factor.solve(injected + edge), np.float64)
    moved = voltage - network.voltage[nodes]
    felt, place = np.unique(beyond.node, return_inverse=True)
    sent = np.bincount(place, beyond.conductance * moved[beyond.row], minlength=len(felt))
    share = np.abs(sent) / network.total(felt) if len(felt) else np.zeros(0)
    rho = network.solved.rules.rho
    bound = float(share.max(initial=0.0)) * (1.0 + rho) / rho
    return Near(network, nodes, voltage, factor, injected, beyond, bound, bound > TOLERANCE), felt, share
