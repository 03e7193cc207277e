"""Why two accounts are linked: what they share themselves, by family of evidence, and the best paths between them.

A hop leads from account to account: account, identifier, account is one. Multi-hop answers come from bounded expansion
(`reach`) from both ends, so that both stores, the command line and the API say the same. Nothing is read beyond the
length at which every longer path must cost more than the best one found; further paths are the best of what was read.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from linkgraph.errors import NotFoundError
from linkgraph.explain import bearing, doubts, reach, signs
from linkgraph.explain.bearing import Bearing, Rulings, Span
from linkgraph.explain.explanation import Doubt, Shared
from linkgraph.explain.reach import Bounds, Front, Ground, expand
from linkgraph.explain.walks import Path, best_paths
from linkgraph.kinds import BY_NAME
from linkgraph.model import Account, Link, Observation, Pair, RunStamp, Use

MOST_HOPS = 4

# What the answer is: a pair of the run or a thing they share, a path, a path that time does not allow, none.
DIRECT, PATH, OUT_OF_TIME, NOT_LINKED = "direct", "path", "out_of_time", "not_linked"

# Looks up what the ledger saw of some uses, as the run knew it: the first and the last observation of each.
# None where it cannot.
Cite = Callable[[Sequence[Use]], Mapping[Use, Sequence[Observation]] | None]


class View(reach.View, Protocol):
    """What the question needs of a run; every graph store's view has it."""

    def run(self) -> RunStamp: ...
    def accounts(self, account_ids: Sequence[str]) -> list[Account]: ...
    def pairs_among(self, account_ids: Sequence[str], limit: int) -> list[Pair]: ...


@dataclass(frozen=True, slots=True)
class WhyLimits:
    """How far is looked and how much is shown: hops, paths, shared identifiers of a family, verdicts; and what one hop
    reads.
    """

    hops: int = MOST_HOPS
    paths: int = 3
    shared: int = 20
    verdicts: int = 20
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True)
class Common:
    """An identifier both used. bits: what it is worth to the pair alone, 0 where it is no evidence. independent: the
    strongest of its family; the others show the same act again and add nothing.
    """

    shared: Shared
    bits: float
    independent: bool


@dataclass(frozen=True, slots=True)
class Family:
    """One family of evidence: its bits for the pair (0: no evidence), what is shared, and its signs in words."""

    name: str
    bits: float
    shared: tuple[Common, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """The first and the last observation of a use."""

    account_id: str
    kind: str
    identifier: str
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class WhyLinked:
    """The answer for two accounts. `pair`: their row in the run's table of pairs, if it passed the threshold.

    state: direct, path, out_of_time or not_linked, within `hops` hops. not_counted: hubs both used. people: the
    accounts along the paths. verdicts: those that bear on the two, on what they share, and on the paths. cited:
    observations behind the uses that are shown; None where no ledger was at hand.
    """

    run: RunStamp
    account_a: Account
    account_b: Account
    state: str
    hops: int
    pair: Pair | None
    families: tuple[Family, ...]
    not_counted: tuple[Shared, ...]
    paths: tuple[Path, ...]
    people: dict[str, Account]
    verdicts: tuple[Bearing, ...]
    doubts: tuple[Doubt, ...]
    limits_hit: tuple[str, ...]
    cited: tuple[Cited, ...] | None = None

    def observations(self, link: Link) -> tuple[Observation, ...]:
        """What the ledger saw of a use, as far as it is cited."""
        wanted = (link.account_id, link.kind, link.identifier)
        found = (each for each in self.cited or () if (each.account_id, each.kind, each.identifier) == wanted)
        return next((each.observations for each in found), ())


def why_linked(
    view: View,
    a: str,
    b: str,
    limits: WhyLimits | None = None,
    rulings: Rulings | None = None,
    cite: Cite | None = None,
) -> WhyLinked:
    """Why `a` and `b` are linked, or that they are not; NotFoundError if the view's run has no such two accounts."""
    limits = limits or WhyLimits()
    found = {each.account_id: each for each in view.accounts([a, b])}
    if len(found) < 2:
        raise NotFoundError("no such two accounts in this run")
    ground = Ground()
    paths = _paths(view, ground, (a, b), limits)
    pair = _pair(view, ground, (a, b))
    both = _shared(view, ground, (a, b), pair, limits.bounds.users)
    between = _between(paths, found)
    people = found | {each.account_id: each for each in (view.accounts(between) if between else [])}
    families, families_cut = _families(pair, [each for each in both if each.identifier.counted], limits.shared)
    ruled = bearing.bearing(rulings, _spans((a, b), both, paths)) if rulings else []
    ruled_cut = len(ruled) > limits.verdicts
    against = _doubts(view.run().as_of, (found[a], found[b]), pair, families, paths, people)
    against += doubts.of_workplaces([each.identifier for each in both if not each.identifier.counted], "both are used")
    answer = WhyLinked(
        run=view.run(),
        account_a=found[a],
        account_b=found[b],
        state=_state(pair, paths),
        hops=limits.hops,
        pair=pair,
        families=families,
        not_counted=tuple(each for each in both if not each.identifier.counted)[: limits.shared],
        paths=tuple(paths),
        people=people,
        verdicts=tuple(ruled[: limits.verdicts]),
        doubts=(*bearing.doubts(_of_best(ruled, (a, b), paths), (a, b), linked=pair is not None), *against),
        limits_hit=_limits_hit(ground, shared=families_cut, verdicts=ruled_cut),
    )
    return answer if cite is None else replace(answer, cited=_cited(answer, cite))


def _limits_hit(ground: Ground, **cut: bool) -> tuple[str, ...]:
    return tuple(sorted(ground.cut | {name for name, is_cut in cut.items() if is_cut}))


def _spans(ends: tuple[str, str], both: Sequence[Shared], paths: Sequence[Path]) -> list[Span]:
    """The two with all they share, then each step of the paths."""
    steps = [step for path in paths for step in path.steps]
    return [Span(ends, frozenset(each.identifier.key for each in both))] + [
        Span((step.source, step.target), frozenset([step.identifier.key] if step.identifier else [])) for step in steps
    ]


def _of_best(ruled: Sequence[Bearing], ends: tuple[str, str], paths: Sequence[Path]) -> list[Bearing]:
    """Of the verdicts those on the two themselves and on the best path."""
    ways = {ends} | {(step.source, step.target) for path in paths[:1] for step in path.steps}
    return [each for each in ruled if each.between in ways]


def _paths(view: View, ground: Ground, ends: tuple[str, str], limits: WhyLimits) -> list[Path]:
    fronts, found, reached = [Front.at(end) for end in ends], list[Path](), 0
    while reached < limits.hops and all(front.edge for front in fronts):
        expand(view, ground, fronts, limits.bounds)
        reached = min(reached + 2, limits.hops)
        found = best_paths(ground, ends, reached, limits.paths)
        if found and found[0].in_time and found[0].cost <= _least(ground, ends, reached + 1):
            break
    return found


def _least(ground: Ground, ends: tuple[str, str], hops: int) -> float:
    """What a path of so many hops costs at least: the cheapest hop from either end, and 1 for each between them."""
    first = (min((step.cost for step in ground.steps(end)), default=math.inf) for end in ends)
    return sum(first) + hops - 2


def _pair(view: View, ground: Ground, ends: tuple[str, str]) -> Pair | None:
    """The pair of the two, if there is one; asked for only where a bound may have kept it out of what was read."""
    found = ground.pairs.get(frozenset(ends))
    if found is None and "pairs" in ground.cut:
        return next(iter(view.pairs_among(ends, 1)), None)
    return found


def _shared(view: View, ground: Ground, ends: tuple[str, str], pair: Pair | None, users: int) -> list[Shared]:
    """Identifiers both used, the firmest kinds first: those of the newest links, and all that the pair names."""
    named = set(signs.identifiers(pair)) if pair else set()
    unread = sorted(named - set(ground.identifiers))
    if unread:
        ground.identifiers |= {each.key: each for each in view.identifiers(unread)}
    one, other = (dict(ground.uses.get(end, {})) for end in ends)
    missing = sorted(key for key in named if key not in one or key not in other)
    for link in view.users(missing, users) if missing else []:
        if link.account_id in ends:
            (one if link.account_id == ends[0] else other)[_key(link)] = link
    keys = ((set(one) & set(other)) | named) & set(ground.identifiers)
    shared = [Shared(ground.identifiers[key], one.get(key), other.get(key)) for key in keys]
    return sorted(shared, key=lambda each: (reach.cost(each.identifier), each.identifier.key))


def _key(link: Link) -> str:
    return f"{link.kind}:{link.identifier}"


def _families(pair: Pair | None, both: Sequence[Shared], limit: int) -> tuple[tuple[Family, ...], bool]:
    """Evidence by family, most bits first, and whether `limit` cut a list."""
    worth = signs.worth(pair) if pair else {}
    independent = reach.independent((each.identifier for each in both), worth)
    bits = signs.bits_by_family(pair) if pair else {}
    words = signs.by_family(pair) if pair else {}
    held: dict[str, list[Common]] = {}
    for each in sorted(both, key=lambda each: -worth.get(each.identifier.key, 0.0)):
        kind = BY_NAME.get(each.identifier.kind)
        family = held.setdefault(kind.family if kind else each.identifier.kind, [])
        own = worth.get(each.identifier.key, 0.0)
        family.append(Common(each, own, independent=each.identifier.key in independent))
    names = sorted({*held, *bits}, key=lambda name: (-bits.get(name, 0.0), name))
    families = [Family(n, bits.get(n, 0.0), tuple(held.get(n, ())[:limit]), words.get(n, ())) for n in names]
    return tuple(families), any(len(common) > limit for common in held.values())


def _state(pair: Pair | None, paths: Sequence[Path]) -> str:
    if pair is not None or any(len(path.steps) == 1 and path.in_time for path in paths):
        return DIRECT
    if not paths:
        return NOT_LINKED
    return PATH if paths[0].in_time else OUT_OF_TIME


def _between(paths: Sequence[Path], known: Mapping[str, Account]) -> list[str]:
    return sorted({account_id for path in paths for account_id in path.accounts} - set(known))


def _doubts(
    as_of: int,
    ends: tuple[Account, Account],
    pair: Pair | None,
    families: Sequence[Family],
    paths: Sequence[Path],
    people: Mapping[str, Account],
) -> list[Doubt]:
    """What speaks against the link: against what they share, if it is evidence, else against the best path."""
    found = [doubt for each in ends for doubt in doubts.of_end(each)]
    if pair is not None:
        counted = [each.shared for family in families for each in family.shared if each.bits]
        found += doubts.of_pair(counted, None, as_of, beyond=bool(signs.signs(pair)))
    elif paths:
        found += _path_doubts(paths[0], people)
    return found


def _path_doubts(path: Path, people: Mapping[str, Account]) -> list[Doubt]:
    found = []
    if not path.in_time:
        found.append(Doubt("out_of_time", "nobody can be followed along this path: its uses lie at other times"))
    if len(path.steps) > 1:
        found.append(Doubt("not_direct", f"they share nothing that counts: {len(path.steps)} hops lie between them"))
    middle = [people[account_id] for account_id in path.accounts[1:-1] if account_id in people]
    return found + [doubt for each in middle for doubt in doubts.of_end(each)]


def _cited(answer: WhyLinked, cite: Cite) -> tuple[Cited, ...] | None:
    links = [link for path in answer.paths for step in path.steps for link in (step.left, step.came)]
    links += [link for each in answer.families for one in each.shared for link in (one.shared.mine, one.shared.theirs)]
    uses = sorted({(link.account_id, link.kind, link.identifier) for link in links if link is not None})
    found = cite(uses)
    return None if found is None else tuple(Cited(*use, tuple(found[use])) for use in uses if use in found)
