"""Explains one account from a published run: exact shares of its score, strongest pairs, reasons for and against.

`explain` asks a view's batch primitives, so both stores, the command line and the API say the same of an account.
Invariant: base + the sum of contributions = score to 1e-9; what a run does not break down is a row of its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from linkgraph.errors import NotFoundError
from linkgraph.explain import doubts, persons, reach, ruled, signs
from linkgraph.explain import shares as on_demand
from linkgraph.explain.clearing import smallest_clearing
from linkgraph.explain.explanation import Doubt, Explanation, OwnLink, PairReasons, Shared
from linkgraph.explain.next_step import next_step
from linkgraph.explain.rivals import rivals
from linkgraph.explain.seeds import sources
from linkgraph.explain.text import render
from linkgraph.kinds import BY_NAME
from linkgraph.model import Account, Contribution, Identifier, Link, Member, Pair, Ring, RunStamp
from linkgraph.solved import Solved

__all__ = ["Doubt", "Explanation", "Limits", "OwnLink", "PairReasons", "Shared", "explain", "render", "top_links"]

# Shares smaller than this are rounding, not a remainder; four of them stay below the 1e-9 that is promised.
_ROUNDING = 1e-10


class View(Protocol):
    """What explaining an account needs of a run; every graph store's view has it."""

    def run(self) -> RunStamp: ...
    def accounts(self, account_ids: Sequence[str]) -> list[Account]: ...
    def identifiers(self, keys: Sequence[str]) -> list[Identifier]: ...
    def links(self, account_ids: Sequence[str], limit: int) -> list[Link]: ...
    def users(self, keys: Sequence[str], limit: int) -> list[Link]: ...
    def pairs(self, account_ids: Sequence[str], limit: int) -> list[Pair]: ...
    def pairs_among(self, account_ids: Sequence[str], limit: int) -> list[Pair]: ...
    def contributions(self, account_ids: Sequence[str]) -> list[Contribution]: ...
    def rings_by_id(self, ring_ids: Sequence[str]) -> list[Ring]: ...
    def members(self, ring_ids: Sequence[str]) -> list[Member]: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read and shown. `users` is above every kind's cap, so a counted identifier is read whole."""

    contributions: int = 200
    links: int = 100
    pairs: int = 10
    shared: int = 20
    users: int = 64
    members: int = 100


def explain(
    view: View, account_id: str, limits: Limits | None = None, net: Solved | None = None, *, whole: bool = True
) -> Explanation:
    """Explain `account_id`; NotFoundError if it is not in the view's run.

    net: the run's solved network, for what an account that the night did not explain consists of, where its risk comes
    from, and what would clear it. whole: false leaves out what takes longest, where it comes from, what would clear it
    and what else would explain it.
    """
    accounts = view.accounts([account_id])
    if not accounts:
        raise NotFoundError("no such account in this run")
    found = _gathered(view, accounts[0], limits or Limits(), net, whole)
    return replace(found, rivals=rivals(found) if whole else (), next_step=next_step(found))


def _gathered(view: View, account: Account, limits: Limits, net: Solved | None, whole: bool) -> Explanation:
    account_id, run = account.account_id, view.run()
    shares = view.contributions([account_id]) or (on_demand.contributions(view, net, account) if net else [])
    own, links_cut = _own_links(view, account_id, shares, limits)
    pairs, cut = _pairs(view, account_id, own, run.as_of, limits)
    pairs = tuple(_with_persons(net, account_id, pair) for pair in pairs) if net else pairs
    clearing = smallest_clearing(view, net, account) if net and whole else None
    ring, members = _ring(view, account.ring_id)
    membership = next((member for member in members if member.account_id == account_id), None)
    hubs = tuple(each for each in own if not each.identifier.counted)
    basis = _basis(account, shares, own, pairs, links_cut or any(cut.values()))
    against = doubts.of_account(account, pairs, basis, hubs, membership, run.as_of)
    against += persons.of_account(net, account_id, pairs, clearing, run.as_of) if net else []
    against += ruled.of_account(net, account_id, _met(account_id, pairs, members)) if net else []
    place = net.account_ids.place(account_id) if net else None
    return Explanation(
        account=account,
        run=run,
        base=0.0,
        score=_score(account),
        contributions=_complete(account, _folded(account, shares, limits.contributions)),
        links=tuple(each for each in own if each.identifier.counted),
        not_counted=hubs,
        pairs=pairs,
        doubts=tuple(doubts.ranked(against)),
        ring=ring,
        membership=membership,
        members=tuple(members[: limits.members]),
        limits_hit=_hit(
            contributions=len(shares) > limits.contributions,
            links=links_cut,
            **cut,
            members=len(members) > limits.members,
        ),
        signals=on_demand.signals(net, place) if net and place is not None else (),
        sources=sources(net, place) if net and whole and place is not None else None,
        clearing=clearing,
    )


def _with_persons(net: Solved, account_id: str, pair: PairReasons) -> PairReasons:
    against = [*pair.doubts, *persons.of_pair(net, account_id, pair.other_account_id)]
    against += ruled.of_pair(net, account_id, pair.other_account_id)
    return replace(pair, doubts=tuple(doubts.ranked(against)))


def _met(account_id: str, pairs: Sequence[PairReasons], members: Sequence[Member]) -> set[str]:
    return ({pair.other_account_id for pair in pairs} | {each.account_id for each in members}) - {account_id}


def top_links(explanation: Explanation, most: int = 3) -> list[OwnLink]:
    """The account's strongest shared identifiers, at most one per family, since only those are independent."""
    strongest: dict[str, OwnLink] = {}
    for own in explanation.links:
        if own.other_accounts:
            strongest.setdefault(_family(own), own)
    return list(strongest.values())[:most]


def _family(own: OwnLink) -> str:
    kind = BY_NAME.get(own.link.kind)
    return kind.family if kind else own.link.kind


def _score(account: Account) -> float:
    return math.fsum((account.behaviour, account.one_hop, account.propagated, account.ring))


def _complete(account: Account, contributions: Sequence[Contribution]) -> tuple[Contribution, ...]:
    rows = list(contributions)
    if not rows:
        blocks = {name: getattr(account, name) for name in ("behaviour", "one_hop", "propagated", "ring")}
        rows = [_rest(account, name, share, "the whole block") for name, share in blocks.items() if share]
    rest = _score(account) - math.fsum(each.log_odds for each in rows)
    if abs(rest) > _ROUNDING:
        rows.append(_rest(account, "remainder", rest, "not broken down further"))
    return tuple(rows)


def _rest(account: Account, block: str, log_odds: float, reason: str) -> Contribution:
    return Contribution(account.account_id, block, None, None, None, log_odds, reason)


def _folded(account: Account, shares: Sequence[Contribution], limit: int) -> list[Contribution]:
    """The largest shares, and one row for the sum of all that a limit cuts off."""
    if len(shares) <= limit:
        return list(shares)
    rest = math.fsum(each.log_odds for each in shares[limit:])
    return [*shares[:limit], _rest(account, "remainder", rest, f"{len(shares) - limit:,} smaller shares")]


def _own_links(
    view: View, account_id: str, shares: Sequence[Contribution], limits: Limits
) -> tuple[list[OwnLink], bool]:
    """What the account used: the largest share of the score first, then what others used too, then the last seen.

    Only the last seen are read, but a link that the score names is never among those cut.
    """
    share = _share_by_key(shares)
    read = view.links([account_id], limits.links + 1)
    links = read[: limits.links]
    if len(read) > limits.links:
        named = sorted(set(share) - {_key(link) for link in links}, key=lambda key: (-share[key], key))
        links += [link for link in view.users(named[: limits.links], limits.users) if link.account_id == account_id]
    known = {identifier.key: identifier for identifier in view.identifiers([_key(link) for link in links])}
    own = [OwnLink(link, known[_key(link)]) for link in links]
    own.sort(key=lambda each: (-share.get(each.identifier.key, 0.0), not each.other_accounts, -each.identifier.voltage))
    return own, len(read) > limits.links


def _share_by_key(shares: Sequence[Contribution]) -> dict[str, float]:
    share: dict[str, float] = {}
    for each in shares:
        if each.kind is not None and each.identifier is not None:
            key = f"{each.kind}:{each.identifier}"
            share[key] = share.get(key, 0.0) + each.log_odds
    return share


def _basis(
    account: Account,
    shares: Sequence[Contribution],
    own: Sequence[OwnLink],
    pairs: Sequence[PairReasons],
    cut: bool,
) -> doubts.Basis:
    """What all evidence rests on: what the score names and the pairs share; without shares, all it has in common."""
    named = set(_share_by_key(shares)) or {
        each.identifier.key for each in own if each.identifier.counted and each.other_accounts
    }
    paired = {each.identifier.key for pair in pairs for each in pair.shared}
    dealt = any(each.other_account_id and not each.identifier for each in shares)
    beyond = account.behaviour > 0 or dealt or any(signs.signs(each.pair) for each in pairs)
    return doubts.Basis(frozenset(named | paired), whole=not cut, beyond=beyond)


def _pairs(
    view: View, account_id: str, own: Sequence[OwnLink], as_of: int, limits: Limits
) -> tuple[tuple[PairReasons, ...], dict[str, bool]]:
    found = view.pairs([account_id], limits.pairs + 1)
    kept = found[: limits.pairs]
    if not kept:
        return (), {"pairs": bool(found), "shared": False}
    others = {each.account_id: each for each in view.accounts([_other(pair, account_id) for pair in kept])}
    held = [signs.identifiers(pair) for pair in kept]
    shown = [sorted(each, key=_firmest)[: limits.shared] for each in held]
    keys = sorted({key for each in shown for key in each})
    known = {each.identifier.key: each.identifier for each in own}
    unread = [key for key in keys if key not in known]
    known |= {identifier.key: identifier for identifier in (view.identifiers(unread) if unread else [])}
    uses = {(_key(link), link.account_id): link for link in view.users(keys, limits.users)}
    reasons = []
    for pair, shared_keys in zip(kept, shown, strict=True):
        other = _other(pair, account_id)
        shared = [
            Shared(known[key], uses.get((key, account_id)), uses.get((key, other)))
            for key in shared_keys
            if key in known
        ]
        against = doubts.of_pair(shared, others.get(other), as_of, beyond=bool(signs.signs(pair)))
        independent = reach.independent((each.identifier for each in shared), signs.worth(pair))
        reasons.append(PairReasons(pair, other, tuple(shared), signs.reasons(pair), tuple(against), independent))
    cut = {"pairs": len(found) > limits.pairs, "shared": any(len(each) > limits.shared for each in held)}
    return tuple(reasons), cut


def _firmest(key: str) -> tuple[float, str]:
    """Kinds that say most first, so that a crowd of IP addresses cuts nothing else off."""
    kind = BY_NAME.get(key.partition(":")[0])
    return -kind.strength if kind else 0.0, key


def _ring(view: View, ring_id: str | None) -> tuple[Ring | None, list[Member]]:
    if ring_id is None:
        return None, []
    rings = view.rings_by_id([ring_id])
    return (rings[0], view.members([ring_id])) if rings else (None, [])


def _other(pair: Pair, account_id: str) -> str:
    return pair.account_b if pair.account_a == account_id else pair.account_a


def _key(link: Link) -> str:
    return f"{link.kind}:{link.identifier}"


def _hit(**cut: bool) -> tuple[str, ...]:
    return tuple(name for name, was_cut in cut.items() if was_cut)
