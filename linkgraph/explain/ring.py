"""Shows one ring from a published run: its members as the night judged them, and the evidence between them.

Both stores, the command line and the API say the same of a ring. What a limit cuts off is named.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from linkgraph.errors import NotFoundError
from linkgraph.explain import history
from linkgraph.model import Account, Member, Pair, Ring

# A ring of the largest size has half a million pairs; about so many are read, the strongest of each member.
_PAIRS_READ = 4_000
_FEWEST_EACH, _MOST_EACH = 8, 100


class View(history.View, Protocol):
    """What showing a ring needs of a run; every graph store's view has it."""

    def accounts(self, account_ids: Sequence[str]) -> list[Account]: ...
    def pairs(self, account_ids: Sequence[str], limit: int) -> list[Pair]: ...
    def members(self, ring_ids: Sequence[str]) -> list[Member]: ...


@dataclass(frozen=True, slots=True)
class RingLimits:
    """How much is shown."""

    members: int = 1_000
    links: int = 1_000


@dataclass(frozen=True, slots=True)
class RingReport:
    """A ring, its members surest first, the pairs among them strongest first, and the names of the lists cut.

    `alias`: the id that was asked for, where it is an alias of this ring.
    """

    ring: Ring
    alias: str | None
    members: tuple[tuple[Member, Account], ...]
    links: tuple[Pair, ...]
    limits_hit: tuple[str, ...]


def show_ring(view: View, ring_id: str, limits: RingLimits | None = None) -> RingReport:
    """The ring `ring_id`, or the one it is an alias of; NotFoundError if that is not in the view's run."""
    limits = limits or RingLimits()
    ring = _find(view, ring_id)
    members = view.members([ring.ring_id])
    kept = members[: limits.members]
    accounts = {account.account_id: account for account in view.accounts([each.account_id for each in kept])}
    links, links_cut = _links(view, [each.account_id for each in kept], limits.links)
    cut = {"members": len(members) > limits.members, "links": links_cut}
    return RingReport(
        ring=ring,
        alias=ring_id if ring_id != ring.ring_id else None,
        members=tuple((each, accounts[each.account_id]) for each in kept),
        links=tuple(links),
        limits_hit=tuple(name for name, was_cut in cut.items() if was_cut),
    )


def _find(view: View, ring_id: str) -> Ring:
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


def _links(view: View, account_ids: Sequence[str], limit: int) -> tuple[list[Pair], bool]:
    """Pairs with both ends in the ring, and whether some may be missing."""
    each = min(_MOST_EACH, max(_FEWEST_EACH, _PAIRS_READ // max(len(account_ids), 1)))
    read = view.pairs(account_ids, each + 1)
    ends = Counter(end for pair in read for end in (pair.account_a, pair.account_b))
    members = set(account_ids)
    inside = [pair for pair in read if pair.account_a in members and pair.account_b in members]
    some_unread = any(ends[account_id] > each for account_id in account_ids)
    return inside[:limit], some_unread or len(inside) > limit
