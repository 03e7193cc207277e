"""What would be if some evidence did not count, or a label were another one. Nothing is stored.

Voltages, what is met at one hop and money from fraud are computed again exactly, so near to what a whole night would
find that no score differs by 1e-6. Who is no longer held to the ring by the pairs that are left loses its term;
behaviour, and what the ring itself is worth, stay as the night found them, and money that somebody newly ruled fraud
has sent is not counted yet. Without evidence no score rises.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType
from typing import Protocol

import numpy as np

from linkgraph.errors import NotFoundError
from linkgraph.explain import scores
from linkgraph.explain.holding import Held, leavers, left_rings, read_ring
from linkgraph.explain.network import TOLERANCE, Changed, Changes, Near, solve_near
from linkgraph.model import Account, Member, Pair
from linkgraph.solved import Ints, Solved

# Labels that feed risk in; the other two of `Rules.sigma` are ties to innocence.
_GUILTY = ("fraud", "suspected")
_INNOCENT = ("cleared", "victim")


# The network near a change, solved with and without IP addresses.
Both = tuple[Near, Near]


class View(Protocol):
    """What is asked of a run besides its solved network; every graph store's view has it."""

    def accounts(self, account_ids: Sequence[str]) -> list[Account]: ...
    def members(self, ring_ids: Sequence[str]) -> list[Member]: ...
    def pairs_among(self, account_ids: Sequence[str], limit: int) -> list[Pair]: ...


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed. links: (account id, 'kind:token') that carry nothing; identifiers: 'kind:token' that carry
    nothing; pairs: two account ids that are not one hand's; within: an identifier, and the accounts that it does not
    link with each other; labels: what an account's label is to be, None for no label.
    """

    links: frozenset[tuple[str, str]] = frozenset()
    identifiers: frozenset[str] = frozenset()
    pairs: frozenset[frozenset[str]] = frozenset()
    within: frozenset[tuple[str, frozenset[str]]] = frozenset()
    labels: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))

    def refutes(self, account_a: str, account_b: str, key: str | None) -> bool:
        """Whether a piece of evidence between two accounts does not count; `key` is None for what is no identifier."""
        both = frozenset((account_a, account_b))
        # Whom people ruled innocent holds no ring together.
        if both in self.pairs or any(self.labels.get(each) in _INNOCENT for each in both):
            return True
        if key is None:
            return False
        links = (account_a, key) in self.links or (account_b, key) in self.links
        return links or key in self.identifiers or any(key == x and both <= group for x, group in self.within)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a night says of an account, or would say. `score` in log-odds above base."""

    score: float
    risk: float
    flagged: bool
    ring_id: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """An account before and after."""

    account_id: str
    before: Standing
    after: Standing

    @property
    def differs(self) -> bool:
        """Whether anything changes by more than what recomputing leaves open."""
        moved = abs(self.after.score - self.before.score) > SAME
        return moved or (self.before.flagged, self.before.ring_id) != (self.after.flagged, self.after.ring_id)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What becomes of an account. without_effect: what was named and is no evidence in this run. leaves_with: members
    of its ring that are no longer held to it either. bound: how far the score may be from that of a whole night.
    """

    effect: Effect
    without_effect: tuple[str, ...]
    leaves_with: tuple[str, ...]
    bound: float
    limits_hit: tuple[str, ...]


# Scores nearer than this are the same: each is computed to 1e-6.
SAME = 2e-6


def what_if(view: View, net: Solved, account_id: str, supposed: Supposition) -> WhatIf:
    """What becomes of `account_id`; NotFoundError if the run does not know it, or an account that is named.

    A labelled account is told without its own label, by the night to within `push_eps`, here exactly, before as after.
    """
    found = view.accounts([account_id])
    if not found:
        raise NotFoundError("no such account in this run")
    ring_id = found[0].ring_id
    return suppose(net, as_it_is(net, found[0]), read_ring(view, ring_id) if ring_id else None, supposed)


def as_it_is(net: Solved, account: Account) -> tuple[Account, Standing]:
    """An account and where it stands without any change, exactly."""
    return account, stand(net, place_of(net, account.account_id), Changes(), account.ring_id)[0]


def suppose(net: Solved, known: tuple[Account, Standing], ring: Held | None, supposed: Supposition) -> WhatIf:
    """The same of an account as it is, and of its ring, both of which have been read."""
    account, before = known
    place, (changes, without) = place_of(net, account.account_id), resolve(net, supposed)
    gone = leavers(ring, net.rules, supposed.refutes) if ring else frozenset[str]()
    after, near = stand(net, place, changes, None if account.account_id in gone else account.ring_id)
    leaves = tuple(sorted(gone - {account.account_id})) if account.account_id in gone else ()
    hit = (*(("nodes",) if near.truncated else ()), *(("pairs",) if ring and ring.cut else ()))
    return WhatIf(Effect(account.account_id, before, after), without, leaves, _in_score(net, near, place), hit)


def effects(view: View, net: Solved, supposed: Supposition) -> tuple[list[Effect], tuple[str, ...]]:
    """Everybody whose score, flag or ring changes, the largest fall first; and the names of the limits hit."""
    changes, _ = resolve(net, supposed)
    reached, near = _reached(net, changes)
    named = {account_id for pair in supposed.pairs for account_id in pair}
    ids = sorted({net.account_ids[place] for place in reached} | named)
    rings = sorted({each.ring_id for each in view.accounts(ids) if each.ring_id})
    gone, cut = left_rings(view, net.rules, rings, supposed.refutes)
    sides = [(Changes(), _as_it_was(net, near)), (changes, near)]
    found = []
    for account in view.accounts(sorted({*ids, *gone})):
        place, after = place_of(net, account.account_id), None if account.account_id in gone else account.ring_id
        standing = [
            # A score is told without the account's own label: whoever has one is solved for alone.
            _standing(net, place, side, both, ring_id)
            if both and net.sigma[place] == 0 and place not in changes.ties
            else stand(net, place, side, ring_id)[0]
            for (side, both), ring_id in zip(sides, (account.ring_id, after), strict=True)
        ]
        found.append(Effect(account.account_id, *standing))
    moved = [each for each in found if each.differs]
    moved.sort(key=lambda each: (each.after.score - each.before.score, each.account_id))
    truncated = any(each.truncated for each in near or ())
    return moved, (*(("nodes",) if truncated else ()), *cut)


def stand(
    net: Solved, account: int, changes: Changes, ring_id: str | None, around: Iterable[int] = ()
) -> tuple[Standing, Near]:
    """What a night would say of an account with these changes, in this ring or in none.

    around: nodes that are likely to feel it, from which to begin.
    """
    nodes = [account, *around]
    full, firm = (solve_near(Changed(net, changes, without_ip, account), nodes) for without_ip in (False, True))
    return _standing(net, account, changes, (full, firm), ring_id), full


def _standing(net: Solved, account: int, changes: Changes, both: Both, ring_id: str | None) -> Standing:
    score = scores.score_of(account, *both, ring_id is not None)
    flagged = scores.is_flagged(account, score, Changed(net, changes))
    return Standing(score.total, score.risk, flagged, ring_id)


def _as_it_was(net: Solved, near: Both | None) -> Both | None:
    """The same parts of the network without the changes, solved in the same way."""
    if near is None:
        return None
    full, firm = (solve_near(Changed(net, Changes(), each.network.firm), each.nodes) for each in near)
    return full, firm


def resolve(net: Solved, supposed: Supposition) -> tuple[Changes, tuple[str, ...]]:
    """The nodes behind the names, and the names of what is no evidence in this run.

    NotFoundError for an account that the run does not know.
    """
    identifiers = {key: net.node_of_key(key) for key in supposed.identifiers}
    links, without = _links(net, supposed)
    apart = _apart(net, supposed)
    ties = {}
    for account_id, word in sorted(supposed.labels.items()):
        place = place_of(net, account_id)
        ties[place] = (net.rules.sigma[word], float(word in _GUILTY)) if word else (0.0, 0.0)
        if word is None and net.sigma[place] == 0:
            without.add(account_id)
    without |= {key for key, node in identifiers.items() if node is None}
    whole = frozenset(node for node in identifiers.values() if node is not None)
    return Changes(frozenset(links), whole, frozenset(apart), ties), tuple(sorted(without))


def place_of(net: Solved, account_id: str) -> int:
    """The account's number; NotFoundError if the run does not know it."""
    place = net.account_ids.place(account_id)
    if place is None:
        raise NotFoundError("no such account in this run")
    return place


def _links(net: Solved, supposed: Supposition) -> tuple[set[tuple[int, int]], set[str]]:
    links: set[tuple[int, int]] = set()
    without: set[str] = set()
    for account_id, key in supposed.links:
        node, nodes = net.node_of_key(key), net.nodes_of(place_of(net, account_id))
        held = [] if node is None else [each for each in nodes if node in evidence_of(net, each)]
        links |= {(each, node) for each in held if node is not None}
        without |= set() if held else {key}
    return links, without


def _apart(net: Solved, supposed: Supposition) -> set[tuple[int, int, int]]:
    """Accounts that do not meet at an identifier: those of a pair at all they share, those of a group at one."""
    found: set[tuple[int, int, int]] = set()
    for pair in (pair for pair in supposed.pairs if len(pair) == 2):
        one, other = (net.nodes_of(place_of(net, account_id)) for account_id in sorted(pair))
        for a, b in ((a, b) for a in one for b in other):
            found |= {(a, b, node) for node in evidence_of(net, a) & evidence_of(net, b)}
    for key, group in supposed.within:
        node = net.node_of_key(key)
        members = [each for account_id in sorted(group) for each in net.nodes_of(place_of(net, account_id))]
        held = [] if node is None else [each for each in members if node in evidence_of(net, each)]
        found |= {(a, b, node) for a, b in combinations(held, 2) if node is not None}
    return found


def evidence_of(net: Solved, node: int) -> set[int]:
    """The identifiers that carry evidence to an account or intruder."""
    nodes = np.array([node], np.int32)
    rows, direct = Changed(net).links(nodes), net.direct
    return {int(x) for x in rows.node[rows.conductance > 0]} | {int(x) for x in direct.identifier[direct.row == node]}


def _reached(net: Solved, changes: Changes) -> tuple[list[int], Both | None]:
    """Accounts that feel a change: by voltage, or because fraud is met, or no longer met, at what they hold; and the
    network solved near it, None where nothing is touched.
    """
    touched = Changed(net, changes).touched
    if not len(touched):
        return [], None
    near = solve_near(Changed(net, changes)), solve_near(Changed(net, changes, firm=True))
    felt = [each.nodes[np.abs(each.voltage - each.network.voltage[each.nodes]) > TOLERANCE] for each in near]
    held = _neighbours(net, np.unique(np.concatenate([touched, _neighbours(net, touched)])))
    paid = net.paid_account[np.isin(net.paid_by, list(changes.ties))]
    found = np.unique(np.concatenate([*felt, touched, held, paid]))
    return [int(node) for node in found if node < net.accounts], near


def _neighbours(net: Solved, nodes: Ints) -> Ints:
    return Changed(net).rows(nodes.astype(np.int32)).node


def _in_score(net: Solved, near: Near, account: int) -> float:
    """The bound on the voltage as one on the score."""
    v = min(near.at(account), 1.0 - 1e-9)
    top = min(v + near.bound, 1.0 - 1e-9)
    terms = [math.log1p(each / (1.0 - each) / net.rules.odds_ref) for each in (v, top)]
    return net.rules.propagated * (terms[1] - terms[0])
