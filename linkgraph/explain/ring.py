"""Shows one ring from a published run: its members as the night judged them, the evidence between them, what holds it
together and what it falls apart without, and what happened to it since a time.

Both stores, the command line and the API say the same of a ring. What a limit cuts off is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from linkgraph.errors import NotFoundError
from linkgraph.explain import history, signs
from linkgraph.explain.bridges import BITS_NEEDED, Holding, HoldingLimits, holding, holds_ring
from linkgraph.model import Account, Identifier, Member, Pair, Ring, RingEvent


class View(history.View, Protocol):
    """What showing a ring needs of a run; every graph store's view has it."""

    def accounts(self, account_ids: Sequence[str]) -> list[Account]: ...
    def identifiers(self, keys: Sequence[str]) -> list[Identifier]: ...
    def pairs_among(self, account_ids: Sequence[str], limit: int) -> list[Pair]: ...
    def members(self, ring_ids: Sequence[str]) -> list[Member]: ...


@dataclass(frozen=True, slots=True)
class RingLimits:
    """How much is shown, and how many pairs are read to say what holds the ring.

    needed: bits from which a pair of the run is linked. since: tell what happened after this time (epoch seconds).
    """

    members: int = 1_000
    links: int = 1_000
    pairs: int = 10_000
    needed: float = BITS_NEEDED
    since: int | None = None


@dataclass(frozen=True, slots=True)
class RingReport:
    """A ring, its members surest first, the pairs among them strongest first, and the names of the lists cut.

    `alias`: the id that was asked for, where it is an alias of this ring; `aliases`: all of them. `changes`: what
    happened to it and to its aliases since the time asked for, oldest first; None where none was.
    """

    ring: Ring
    alias: str | None
    aliases: tuple[str, ...]
    members: tuple[tuple[Member, Account], ...]
    links: tuple[Pair, ...]
    holding: Holding
    changes: tuple[RingEvent, ...] | None
    limits_hit: tuple[str, ...]


def show_ring(view: View, ring_id: str, limits: RingLimits | None = None) -> RingReport:
    """The ring `ring_id`, or the one it is an alias of; NotFoundError if that is not in the view's run."""
    limits = limits or RingLimits()
    ring = find_ring(view, ring_id)
    members = view.members([ring.ring_id])
    kept = members[: limits.members]
    accounts = {account.account_id: account for account in view.accounts([each.account_id for each in kept])}
    links = view.pairs_among(list(accounts), limits.pairs + 1)
    held = _holding(view, links[: limits.pairs], accounts, whole=len(links) <= limits.pairs, needed=limits.needed)
    events, aliases = history.events_of(view, ring.ring_id)
    cut = {"members": len(members) > limits.members, "links": len(links) > limits.links}
    return RingReport(
        ring=ring,
        alias=ring_id if ring_id != ring.ring_id else None,
        aliases=aliases,
        members=tuple((each, accounts[each.account_id]) for each in kept),
        links=tuple(links[: limits.links]),
        holding=held,
        changes=None if limits.since is None else tuple(each for each in events if each.as_of > limits.since),
        limits_hit=(*(name for name, was_cut in cut.items() if was_cut), *held.limits_hit),
    )


def find_ring(view: View, ring_id: str) -> Ring:
    """The ring that answers for an id; NotFoundError if that is not in the view's run."""
    found = view.rings_by_id([ring_id])
    if found:
        return found[0]
    survivor = history.ring_for(view, ring_id)
    if survivor is None:
        raise NotFoundError("no such ring in this run")
    found = view.rings_by_id([survivor])
    if not found:
        raise NotFoundError("this ring is not active in this run: its history tells what became of it")
    return found[0]


def _holding(view: View, links: Sequence[Pair], accounts: dict[str, Account], whole: bool, needed: float) -> Holding:
    pairs = [pair for pair in links if holds_ring(pair, accounts)]
    keys = sorted({key for pair in pairs for key in signs.identifiers(pair)})
    known = {each.key: each for each in view.identifiers(keys)} if keys else {}
    return holding(pairs, known, whole, HoldingLimits(needed=needed))
