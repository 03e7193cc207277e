"""Accounts and identifiers as nodes and edges: what is around an account, and a ring to be drawn.

What is read and not drawn is counted: identifiers that nobody else used, uses of drawn identifiers by others, whatever
a limit cut off. Both stores give the same graph, and a ring the same places for the same content.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from linkgraph.detect import graph
from linkgraph.errors import NotFoundError
from linkgraph.explain import reach, ring, signs
from linkgraph.explain.reach import Bounds, Front, Ground, expand
from linkgraph.model import Account, Identifier, Link, Member, Pair

ACCOUNT, IDENTIFIER, GROUP = "account", "identifier", "group"
# Together about a megabyte on the wire.
MOST_NODES, MOST_EDGES = 2_000, 2_500

# A ring of more nodes is folded: so many members that hang on the same things, or things that the same members used,
# become one node.
_FOLD_ABOVE, _FOLD_LEAST = 150, 4
_LINKS, _SIGNED = 200, 4_000


class View(ring.View, reach.View, Protocol):
    """What a drawing needs of a run; every graph store's view has it."""


@dataclass(frozen=True, slots=True)
class Node:
    """An account, an identifier, or a group: `alike` are the ids of the `size` nodes it stands for, and what is said of
    it is said of the first.

    node_id: 'account:ID', 'kind:token' or 'group:ID'. hop: hops from the account asked for; None in a ring. x, y: where
    to draw it, in the unit square; None around an account.
    """

    node_id: str
    type: str
    account: Account | None = None
    identifier: Identifier | None = None
    membership: str | None = None
    hop: int | None = None
    size: int = 1
    alike: tuple[str, ...] = ()
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A use of an identifier by an account (of a group: by all of it), or the signs between two accounts, in words."""

    source: str
    target: str
    first_seen: int | None = None
    last_seen: int | None = None
    n: int | None = None
    sessions: int | None = None
    days: int | None = None
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """Nodes by id, edges by ends; how many nodes and edges are known and not in it; names of the limits that bit."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hidden_nodes: int
    hidden_edges: int
    limits_hit: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    hidden_nodes: int = 0
    hidden_edges: int = 0
    cut: set[str] = field(default_factory=set)

    def keep(self, most: int) -> None:
        """Only the first `most` nodes, and the first edges between those."""
        if len(self.nodes) > most:
            self.cut.add("nodes")
        kept = dict(list(self.nodes.items())[:most])
        edges = [each for each in self.edges if each.source in kept and each.target in kept]
        if len(edges) > MOST_EDGES:
            self.cut.add("edges")
        self.hidden_nodes += len(self.nodes) - len(kept)
        self.hidden_edges += len(self.edges) - len(edges[:MOST_EDGES])
        self.nodes, self.edges = kept, edges[:MOST_EDGES]

    def drawing(self) -> Drawing:
        """The drawing as it stands."""
        nodes = tuple(self.nodes[node_id] for node_id in sorted(self.nodes))
        edges = tuple(sorted(self.edges, key=lambda each: (each.source, each.target)))
        return Drawing(nodes, edges, self.hidden_nodes, self.hidden_edges, tuple(sorted(self.cut)))


def neighbourhood(view: View, account_id: str, hops: int, bounds: Bounds | None = None) -> Drawing:
    """Accounts within `hops` hops and what they share; hubs are shown and not gone through.

    NotFoundError if the account is not in the view's run.
    """
    if not view.accounts([account_id]):
        raise NotFoundError("no such account in this run")
    bounds, ground, front = bounds or Bounds(), Ground(), Front.at(account_id)
    for _ in range(hops):
        expand(view, ground, [front], bounds)
    draft = _Draft(cut=set(ground.cut))
    near = sorted(front.near, key=lambda each: (front.hops[each], front.near[each], each))
    people = {each.account_id: each for each in view.accounts(near[:MOST_NODES])}
    shared = {key: found for key, found in ground.identifiers.items() if found.degree > 1}
    alone = set(ground.identifiers) - set(shared)
    # Nearest accounts first, each followed by what it used, so that a limit keeps what is near.
    for each in near:
        draft.nodes[_name(each)] = Node(_name(each), ACCOUNT, account=people.get(each), hop=front.hops[each])
        for key, link in ground.uses.get(each, {}).items():
            if key in shared:
                draft.nodes.setdefault(key, Node(key, IDENTIFIER, identifier=shared[key], hop=front.hops[each]))
                draft.edges.append(_use(link))
    draft.edges += _signed({pair for found in ground.signed.values() for pair in found.values()}, set(near))
    draft.keep(MOST_NODES)
    draft.hidden_nodes += len(alone)
    draft.hidden_edges += len(alone) + _unseen(draft)
    return draft.drawing()


def draw_ring(view: View, ring_id: str) -> Drawing:
    """The members of a ring and what at least two of them used, with places to draw at; hubs are left out and counted.

    NotFoundError as for `ring.show_ring`.
    """
    found = ring.find_ring(view, ring_id)
    members = view.members([found.ring_id])
    kept = {each.account_id: each for each in members[:MOST_NODES]}
    links = view.links(list(kept), _LINKS + 1)
    draft = _Draft(cut={"links"} if _any_above(links, _LINKS) else set())
    people = {each.account_id: each for each in view.accounts(list(kept))}
    _add_members(draft, kept.values(), people)
    _add_shared(draft, view, links)
    pairs = view.pairs_among(list(kept), _SIGNED + 1)
    draft.cut |= {"pairs"} if len(pairs) > _SIGNED else set()
    draft.edges += _signed(pairs[:_SIGNED], set(kept))
    if len(draft.nodes) > _FOLD_ABOVE:
        _fold(draft, IDENTIFIER)
        _fold(draft, ACCOUNT)
    draft.hidden_nodes += len(members) - len(kept)
    draft.keep(MOST_NODES)
    return _placed(draft.drawing(), found.ring_id)


def _name(account_id: str) -> str:
    return f"account:{account_id}"


def _use(link: Link) -> Edge:
    key = f"{link.kind}:{link.identifier}"
    return Edge(_name(link.account_id), key, link.first_seen, link.last_seen, link.n, link.sessions, link.days)


def _signed(pairs: Iterable[Pair], among: set[str]) -> list[Edge]:
    words = ((pair, tuple(word for each in signs.by_family(pair).values() for word in each)) for pair in pairs)
    return [
        Edge(_name(pair.account_a), _name(pair.account_b), signs=found)
        for pair, found in words
        if found and pair.account_a in among and pair.account_b in among
    ]


def _unseen(draft: _Draft) -> int:
    """Uses of the identifiers drawn by accounts that are not."""
    drawn: defaultdict[str, int] = defaultdict(int)
    for edge in draft.edges:
        drawn[edge.target] += 1
    found = ((key, node.identifier) for key, node in draft.nodes.items())
    return sum(max(each.degree - drawn[key], 0) for key, each in found if each is not None)


def _any_above(links: Sequence[Link], limit: int) -> bool:
    counts: defaultdict[str, int] = defaultdict(int)
    for link in links:
        counts[link.account_id] += 1
    return any(count > limit for count in counts.values())


def _add_members(draft: _Draft, members: Iterable[Member], people: Mapping[str, Account]) -> None:
    for each in members:
        name = _name(each.account_id)
        draft.nodes[name] = Node(name, ACCOUNT, account=people[each.account_id], membership=each.membership)


def _add_shared(draft: _Draft, view: View, links: Sequence[Link]) -> None:
    """What at least two of the accounts used and that counts, most used first."""
    users: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        users[f"{link.kind}:{link.identifier}"].append(link)
    shared = {key: found for key, found in users.items() if len(found) > 1}
    known = {each.key: each for each in view.identifiers(sorted(shared))} if shared else {}
    for key in sorted(users, key=lambda key: (-len(users[key]), key)):
        if key in known and known[key].counted:
            draft.nodes[key] = Node(key, IDENTIFIER, identifier=known[key])
            draft.edges += [_use(link) for link in users[key]]
        else:
            draft.hidden_nodes += 1
            draft.hidden_edges += len(users[key])


def _fold(draft: _Draft, sort: str) -> None:
    """Make one node of many of a sort that have the same neighbours and look the same."""
    ends: defaultdict[str, set[str]] = defaultdict(set)
    for edge in draft.edges:
        ends[edge.source].add(edge.target)
        ends[edge.target].add(edge.source)
    alike: defaultdict[object, list[str]] = defaultdict(list)
    for name, node in draft.nodes.items():
        if node.type == sort and ends[name]:
            alike[frozenset(ends[name]), _look(node)].append(name)
    into: dict[str, str] = {}
    for names in alike.values():
        if len(names) >= _FOLD_LEAST:
            first = draft.nodes[names[0]]
            group = f"group:{min(names)}"
            into |= dict.fromkeys(names, group)
            draft.nodes[names[0]] = replace(
                first, node_id=group, type=GROUP, size=len(names), alike=tuple(sorted(names))
            )
    nodes = [node for name, node in draft.nodes.items() if name not in into or node.type == GROUP]
    draft.nodes = {node.node_id: node for node in nodes}
    draft.edges = _folded(draft.edges, into)


def _look(node: Node) -> object:
    if node.identifier is not None:
        return node.identifier.kind
    return node.membership, node.account.flagged if node.account else None, node.account.label if node.account else None


def _folded(edges: Sequence[Edge], into: Mapping[str, str]) -> list[Edge]:
    """The same edges between the nodes that are left, those between the same two as one."""
    found: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        moved = replace(edge, source=into.get(edge.source, edge.source), target=into.get(edge.target, edge.target))
        ends = moved.source, moved.target
        found[ends] = _joined(found[ends], moved) if ends in found else moved
    return list(found.values())


def _joined(one: Edge, other: Edge) -> Edge:
    if one.n is None or other.n is None:
        return one
    return replace(
        one,
        first_seen=min(one.first_seen or 0, other.first_seen or 0),
        last_seen=max(one.last_seen or 0, other.last_seen or 0),
        n=one.n + other.n,
        sessions=(one.sessions or 0) + (other.sessions or 0),
        days=max(one.days or 0, other.days or 0),
    )


def _placed(drawing: Drawing, ring_id: str) -> Drawing:
    number = {node.node_id: place for place, node in enumerate(drawing.nodes)}
    ends = {tuple(sorted((number[edge.source], number[edge.target]))) for edge in drawing.edges}
    src, dst = (np.array([each[end] for each in sorted(ends)], np.int32) for end in (0, 1))
    seed = int.from_bytes(hashlib.sha256(ring_id.encode()).digest()[:8], "big")
    places = np.round(graph.layout(len(drawing.nodes), src, dst, seed), 4).tolist()
    nodes = (replace(node, x=x, y=y) for node, (x, y) in zip(drawing.nodes, places, strict=True))
    return replace(drawing, nodes=tuple(nodes))
