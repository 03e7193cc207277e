"""What lies around some accounts: bounded expansion over a view's batch questions, so that both stores answer alike.

One hop leads from an account to another that used the same identifier, or with which it has a pair that shows a sign
(money, meetings, trades). Identifiers that do not count, hubs above all, are kept and never followed. What a bound left
out is named in `Ground.cut`.

A hop costs one, and the bits by which its identifier is less than one of two accounts of the strongest kind:
log2((degree - 1) / strength); for a sign, what it lacks of the 6 bits that such an identifier is worth. Rare
and strong beats long: four hops through cards of two accounts each (4.0) come before one through an address of three
(4.7).
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from linkgraph.explain import signs
from linkgraph.kinds import BY_NAME
from linkgraph.model import Identifier, Link, Pair

# What an identifier of the strongest kinds that two accounts share is worth (kinds.py), in bits.
_STRONG_BITS = 6.0
# Of a kind that this version does not know.
_WEAKEST = 0.1


class View(Protocol):
    """What an expansion needs of a run; every graph store's view has it."""

    def identifiers(self, keys: Sequence[str]) -> list[Identifier]: ...
    def links(self, account_ids: Sequence[str], limit: int) -> list[Link]: ...
    def users(self, keys: Sequence[str], limit: int) -> list[Link]: ...
    def pairs(self, account_ids: Sequence[str], limit: int) -> list[Pair]: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far one hop goes: identifiers and pairs of an account, accounts of an identifier (above every kind's cap, so
    that one that counts is read whole), and, per hop, identifiers followed and accounts to go on from.
    """

    links: int = 200
    pairs: int = 50
    users: int = 64
    identifiers: int = 500
    accounts: int = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One hop: from an account to another through an identifier, with the use of either; or by a pair with signs."""

    source: str
    target: str
    cost: float
    identifier: Identifier | None = None
    left: Link | None = None
    came: Link | None = None
    pair: Pair | None = None

    @property
    def name(self) -> str:
        """Key of the identifier; for signs, the names of their families."""
        if self.identifier is not None:
            return self.identifier.key
        return " ".join(sorted(signs.by_family(self.pair))) if self.pair else ""

    def turned(self) -> "Step":
        """The same hop from the other end."""
        return Step(self.target, self.source, self.cost, self.identifier, self.came, self.left, self.pair)


@dataclass(slots=True)
class Ground:
    """All that has been read so far.

    uses, users: links by account and by identifier. asked: accounts whose own links are read. followed: identifiers
    whose users are. pairs: by their two ends; signed: those with signs, under both ends. cut: names of the bounds that
    left something out.
    """

    identifiers: dict[str, Identifier] = field(default_factory=dict)
    uses: dict[str, dict[str, Link]] = field(default_factory=dict)
    users: dict[str, dict[str, Link]] = field(default_factory=dict)
    pairs: dict[frozenset[str], Pair] = field(default_factory=dict)
    signed: dict[str, dict[str, Pair]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    followed: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)

    def steps(self, account_id: str) -> Iterator[Step]:
        """Every hop from an account that has been read."""
        for key, own in self.uses.get(account_id, {}).items():
            if key in self.followed:
                found, price = self.identifiers[key], cost(self.identifiers[key])
                for other, link in self.users[key].items():
                    if other != account_id:
                        yield Step(account_id, other, price, found, own, link)
        yield from self.signed_steps(account_id)

    def signed_steps(self, account_id: str) -> Iterator[Step]:
        """Every hop from an account by signs."""
        for other, pair in self.signed.get(account_id, {}).items():
            yield Step(account_id, other, _sign_cost(pair), pair=pair)

    def read(self, view: View, account_ids: Sequence[str], bounds: Bounds) -> None:
        """Read what some accounts used, who else did, and their pairs that show signs."""
        asked = [each for each in account_ids if each not in self.asked]
        if not asked:
            return
        self.asked.update(asked)
        self._keep(self._at_most(view.links(asked, bounds.links + 1), bounds.links))
        new = [key for account_id in asked for key in self.uses.get(account_id, {}) if key not in self.identifiers]
        self.identifiers |= {each.key: each for each in view.identifiers(new)} if new else {}
        self._follow(view, asked, bounds)
        self._sign(view.pairs(asked, bounds.pairs + 1), asked, bounds.pairs)

    def _at_most(self, links: Sequence[Link], limit: int) -> list[Link]:
        counts: dict[str, int] = {}
        kept = []
        for link in links:
            counts[link.account_id] = counts.get(link.account_id, 0) + 1
            if counts[link.account_id] <= limit:
                kept.append(link)
        if len(kept) < len(links):
            self.cut.add("links")
        return kept

    def _keep(self, links: Sequence[Link]) -> None:
        for link in links:
            key = f"{link.kind}:{link.identifier}"
            self.uses.setdefault(link.account_id, {})[key] = link
            self.users.setdefault(key, {})[link.account_id] = link

    def _follow(self, view: View, asked: Sequence[str], bounds: Bounds) -> None:
        keys = {key for account_id in asked for key in self.uses.get(account_id, {})} - self.followed
        open_to = [self.identifiers[key] for key in keys if leads_on(self.identifiers[key])]
        chosen = sorted(open_to, key=lambda each: (cost(each), each.key))
        if len(chosen) > bounds.identifiers:
            self.cut.add("identifiers")
        chosen = chosen[: bounds.identifiers]
        self.followed.update(each.key for each in chosen)
        if any(each.degree > bounds.users for each in chosen):
            self.cut.add("users")
        self._keep(view.users([each.key for each in chosen], bounds.users) if chosen else [])

    def _sign(self, pairs: Sequence[Pair], asked: Sequence[str], limit: int) -> None:
        counts = dict.fromkeys(asked, 0)
        for pair in pairs:
            self.pairs[frozenset((pair.account_a, pair.account_b))] = pair
            for end in (pair.account_a, pair.account_b):
                if end in counts:
                    counts[end] += 1
            if signs.signs(pair):
                self.signed.setdefault(pair.account_a, {})[pair.account_b] = pair
                self.signed.setdefault(pair.account_b, {})[pair.account_a] = pair
        if any(count > limit for count in counts.values()):
            self.cut.add("pairs")


@dataclass(slots=True)
class Front:
    """How far an expansion from one account has come. `near`: the least cost at which each account was reached, `hops`
    after how many; `edge`: where the next hop starts from.
    """

    near: dict[str, float]
    hops: dict[str, int]
    edge: list[str]

    @classmethod
    def at(cls, account_id: str) -> "Front":
        """An expansion that has not begun."""
        return cls({account_id: 0.0}, {account_id: 0}, [account_id])

    def advance(self, ground: Ground, limit: int) -> None:
        """Go one hop on over ground that has been read; of more than `limit` new accounts, the cheapest go on."""
        hop = 1 + max(self.hops.values())
        found: dict[str, float] = {}
        for account_id in self.edge:
            for step in ground.steps(account_id):
                price = self.near[account_id] + step.cost
                if step.target not in self.near and price < found.get(step.target, math.inf):
                    found[step.target] = price
        edge = sorted(found, key=lambda each: (found[each], each))
        if len(edge) > limit:
            ground.cut.add("accounts")
        self.near |= found
        self.hops |= dict.fromkeys(found, hop)
        self.edge = edge[:limit]


def expand(view: View, ground: Ground, fronts: Sequence[Front], bounds: Bounds) -> None:
    """One hop on from every front, read together."""
    ground.read(view, sorted({account_id for front in fronts for account_id in front.edge}), bounds)
    for front in fronts:
        front.advance(ground, bounds.accounts)


def leads_on(identifier: Identifier) -> bool:
    """Whether a path may go through it: it counts, and somebody else used it."""
    return identifier.counted and identifier.degree > 1


def independent(both: Iterable[Identifier], worth: Mapping[str, float]) -> tuple[str, ...]:
    """Keys, in order, of those that are the strongest of their families of evidence: what else a family shows is the
    same act again. worth: bits by key; what is worth nothing is no evidence. Between equals the rarer one.
    """
    best: dict[str, str] = {}
    for each in sorted(both, key=lambda each: (-worth.get(each.key, 0.0), cost(each), each.key)):
        if worth.get(each.key, 0.0) > 0:
            kind = BY_NAME.get(each.kind)
            best.setdefault(kind.family if kind else each.kind, each.key)
    return tuple(sorted(best.values()))


def cost(identifier: Identifier) -> float:
    """Cost of a hop through an identifier, at least 1."""
    kind = BY_NAME.get(identifier.kind)
    strength = kind.strength if kind else _WEAKEST
    return 1.0 + math.log2(max(identifier.degree - 1, 1) / strength)


def _sign_cost(pair: Pair) -> float:
    told = set(signs.signs(pair))
    worth = [bits for name, bits in zip(pair.shared, pair.shared_bits, strict=True) if name in told]
    return 1.0 + max(0.0, _STRONG_BITS - max(worth, default=0.0))
