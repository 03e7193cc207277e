"""What an account would be without each thing that its score names: an identifier, its own link to it, a label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from linkgraph.errors import NotFoundError
from linkgraph.explain import shares, whatif
from linkgraph.explain.holding import read_ring
from linkgraph.explain.seeds import sources
from linkgraph.explain.whatif import SAME, Standing, Supposition, as_it_is, place_of, suppose
from linkgraph.model import Account, Contribution
from linkgraph.solved import Solved

# Identifiers and labels that are taken away in turn, those of the largest shares.
IDENTIFIERS, LABELS = 10, 5


class View(whatif.View, shares.View, Protocol):
    """What the question needs of a run; every graph store's view has it."""

    def contributions(self, account_ids: Sequence[str]) -> list[Contribution]: ...


@dataclass(frozen=True, slots=True)
class Alone:
    """The account without one thing. what: `identifier` (for everybody), `link` (the account's own use of it) or
    `label`. name: 'kind:token', or whose label. leaves_with: members of its ring that leave it too. differs: anything
    changes.
    """

    what: Literal["identifier", "link", "label"]
    name: str
    after: Standing
    leaves_with: tuple[str, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Each:
    """The account as it is, and without each thing, the largest fall first. limits_hit: there is more than was tried,
    or a bound cut an answer.
    """

    before: Standing
    rows: tuple[Alone, ...]
    bound: float
    limits_hit: tuple[str, ...]


def without_each(view: View, net: Solved, account_id: str) -> Each:
    """The account without each thing; NotFoundError if the run does not know it. All exact as in `what_if`."""
    accounts = view.accounts([account_id])
    if not accounts:
        raise NotFoundError("no such account in this run")
    [account] = accounts
    keys, labels = _named(view, net, account)
    tried = _tried(account_id, keys[:IDENTIFIERS], labels[:LABELS])
    # Read and solved once: a large ring takes longer to be read than to be held again.
    ring, known = read_ring(view, account.ring_id) if account.ring_id else None, as_it_is(net, account)
    whole = suppose(net, known, ring, Supposition())
    found = [(what, name, suppose(net, known, ring, supposed)) for what, name, supposed in tried]
    rows = [Alone(what, name, one.effect.after, one.leaves_with, one.effect.differs) for what, name, one in found]
    order = {"identifier": 0, "link": 1, "label": 2}
    rows.sort(key=lambda row: (round(row.after.score / SAME), order[row.what], row.name))
    hit = {name for _, _, one in found for name in one.limits_hit}
    hit |= {"each"} if len(keys) > IDENTIFIERS or len(labels) > LABELS else set()
    bound = max((one.bound for _, _, one in found), default=whole.bound)
    return Each(whole.effect.before, tuple(rows), bound, tuple(sorted(hit)))


def _named(view: View, net: Solved, account: Account) -> tuple[list[str], list[str]]:
    """Identifiers that the score names and accounts whose labels it comes from, the largest shares first."""
    named = view.contributions([account.account_id]) or shares.contributions(view, net, account)
    worth: dict[str, float] = {}
    for each in named:
        if each.kind and each.identifier and each.log_odds > 0:
            key = f"{each.kind}:{each.identifier}"
            worth[key] = worth.get(key, 0.0) + each.log_odds
    found = sources(net, place_of(net, account.account_id))
    # An intruder has no label of his own: his is the takeover's.
    labels = [seed.account_id for seed in found.seeds if not seed.intruder] if found else []
    return sorted(worth, key=lambda key: (-worth[key], key)), labels


def _tried(
    account_id: str, keys: list[str], labels: list[str]
) -> Iterator[tuple[Literal["identifier", "link", "label"], str, Supposition]]:
    for key in keys:
        yield "identifier", key, Supposition(identifiers=frozenset({key}))
        yield "link", key, Supposition(links=frozenset({(account_id, key)}))
    for name in labels:
        yield "label", name, Supposition(labels={name: None})
