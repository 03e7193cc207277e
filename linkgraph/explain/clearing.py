"""The smallest set of identifiers without which an account would not be flagged; its size is the account's fragility.

Greedy: of the identifiers that carry most to the account the one whose loss lowers the score most is taken, until the
flag falls. What is lost grows ever slower the more is taken (dropped voltage is submodular under discount), so greedy
is within a logarithmic factor of the smallest set.
"""

from dataclasses import dataclass

import numpy as np

from linkgraph.explain import scores
from linkgraph.explain.holding import Held, leavers_without, read_ring
from linkgraph.explain.network import Changed, Changes, Near, solve_for
from linkgraph.explain.seeds import REMAINDER
from linkgraph.explain.whatif import Standing, Supposition, View, place_of, resolve, stand
from linkgraph.model import Account
from linkgraph.solved import Floats, Ints, Solved

# Identifiers looked at closely, and how many may be taken before the search gives up.
LOOKED_AT = 10
MOST_TAKEN = 8


@dataclass(frozen=True, slots=True)
class Clearing:
    """identifiers: 'kind:token' in the order taken. cleared: whether the flag falls without them; else the account
    rests on behaviour, on money, or on more than was tried. after: the account without them.
    """

    identifiers: tuple[str, ...]
    cleared: bool
    after: Standing

    @property
    def fragility(self) -> int | None:
        """How many identifiers the flag rests on; None if it does not rest on so few."""
        return len(self.identifiers) if self.cleared else None


@dataclass(frozen=True, slots=True)
class _Reach:
    """What identifiers carry to an account, as far as its voltage was followed: G of the account with each, G among
    them, their voltages, the fraud met at each, and the voltage of the account.
    """

    own: Floats
    among: Floats
    held: Floats
    met: Floats
    voltage: float

    def score(self, taken: list[int], net: Solved) -> float:
        """Propagated and met without some of the identifiers: v_t' = v_t - G_tS (G_SS)^-1 v_S."""
        lost = float(self.own[taken] @ np.linalg.solve(self.among[np.ix_(taken, taken)], self.held[taken]))
        left = float(self.met.sum() - self.met[taken].sum())
        return scores.graph_score(self.voltage - lost, max(left, 0.0), net.rules)


def smallest_clearing(view: View, net: Solved, account: Account) -> Clearing | None:
    """What would clear a flagged account; None for one that is not flagged."""
    if not account.flagged:
        return None
    place, ring = place_of(net, account.account_id), read_ring(view, account.ring_id) if account.ring_id else None
    after, near = stand(net, place, Changes(), account.ring_id)
    keys, reaches, nodes = _looked_at(net, place, ring)
    taken: list[int] = []
    while after.flagged and len(taken) < min(MOST_TAKEN, len(keys)):
        tried = {each: _foreseen(net, account, ring, (keys, reaches), [*taken, each]) for each in range(len(keys))}
        best = min((each for each in tried if each not in taken), key=lambda each: (tried[each], each))
        taken.append(best)
        after, near = _without(net, account, ring, ([keys[each] for each in taken], nodes))
        nodes = near.nodes
    return Clearing(tuple(keys[each] for each in taken), not after.flagged, after)


def _foreseen(
    net: Solved, account: Account, ring: Held | None, reached: tuple[list[str], tuple[_Reach, _Reach]], taken: list[int]
) -> float:
    """The score that counts for the flag, with and without IP addresses the lesser, as far as links make it."""
    keys, reaches = reached
    gone = frozenset(keys[each] for each in taken)
    place = place_of(net, account.account_id)
    stays = ring is None or account.account_id not in leavers_without(ring, net.rules, gone)
    terms = (float(net.ring[place]), float(net.ring_firm[place])) if stays else (0.0, 0.0)
    chosen = list(dict.fromkeys(taken))
    return min(each.score(chosen, net) + net.rules.ring * term for each, term in zip(reaches, terms, strict=True))


def _without(
    net: Solved, account: Account, ring: Held | None, without: tuple[list[str], Ints]
) -> tuple[Standing, Near]:
    """The account without some identifiers; solved from the nodes that were solved before, which saves widening."""
    gone, nodes = frozenset(without[0]), without[1]
    leaves = ring is not None and account.account_id in leavers_without(ring, net.rules, gone)
    changes, _ = resolve(net, Supposition(identifiers=gone))
    return stand(net, place_of(net, account.account_id), changes, None if leaves else account.ring_id, nodes)


def _looked_at(net: Solved, account: int, ring: Held | None) -> tuple[list[str], tuple[_Reach, _Reach], Ints]:
    """Identifiers whose loss may matter, by the most voltage each can cost, v_t - v_t' <= G_tx v_x D_x, by the fraud
    met there, and by what holds the account to its ring; what they carry, with and without IP addresses; and the nodes
    that were solved for.
    """
    near = [solve_for(Changed(net, firm=firm, alone=account), account, REMAINDER) for firm in (False, True)]
    is_thing = near[0].nodes >= net.first_identifier
    at_most = (near[0].green([account])[:, 0] * near[0].voltage * net.total[near[0].nodes])[is_thing]
    nodes = near[0].nodes[is_thing][np.argsort(-at_most, kind="stable")][:LOOKED_AT].tolist()
    met = [scores.met(account, each.network) for each in near]
    nodes += sorted(met[0], key=lambda node: (-met[0][node], node))[:LOOKED_AT]
    own = net.account_ids[account]
    bonds = [each for each in ring.bonds if own in (each.account_a, each.account_b)] if ring else []
    held = [net.node_of_key(key) for bond in bonds for key, *_ in bond.parts if key]
    nodes = list(dict.fromkeys([*nodes, *(node for node in held if node is not None)]))[: 2 * LOOKED_AT]
    reaches = [_reach(each, account, nodes, found) for each, found in zip(near, met, strict=True)]
    return [net.key_of(node) for node in nodes], (reaches[0], reaches[1]), near[0].nodes


def _reach(near: Near, account: int, nodes: list[int], met: dict[int, float]) -> _Reach:
    """Identifiers outside carry nothing that was followed: they stand alone in G, and cost no voltage."""
    inside = [place for place, node in enumerate(nodes) if near.place(node) is not None]
    at = np.searchsorted(near.nodes, [nodes[place] for place in inside])
    green = near.green([account, *(nodes[place] for place in inside)])
    own, among, held = np.zeros(len(nodes)), np.eye(len(nodes)), np.zeros(len(nodes))
    own[inside], held[inside] = green[at, 0], near.voltage[at]
    among[np.ix_(inside, inside)] = green[at, 1:]
    return _Reach(own, among, held, np.array([met.get(node, 0.0) for node in nodes]), near.at(account))
