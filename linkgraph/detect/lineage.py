"""Keeps a ring's identity from night to night: matches tonight's groups to the rings known so far, by weighted overlap.

O = weight of common members, J = O / (W_before + W_now - O), ov = O / min(W_before, W_now); a match is J >= 0.3 or ov
>= 0.6. A ring's id goes to the group it overlaps most; if several ids claim one group, the one with most weight in
common survives and the others become aliases. Unmatched rings go dormant and may return while their front is kept.
Source: Greene 2010.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from linkgraph.parameters import Parameters

Members = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Known:
    """A ring as last seen: members with their weights; `idle`: nights since it was last active (0: last night)."""

    ring_id: str
    members: Members
    first_seen_run: str
    last_changed_run: str
    idle: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a ring tonight; `other`: the ring it split from or merged into, `account_id`: who joined or
    left.
    """

    ring_id: str
    event: str
    other: str | None = None
    account_id: str | None = None


@dataclass(slots=True)
class Tracked:
    """Ids of tonight's groups, in their order; the rings that are dormant now; what happened."""

    ring_ids: list[str]
    first_seen: list[str]
    last_changed: list[str]
    dormant: list[Known] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def track(
    known: Sequence[Known], groups: Sequence[Members], run_id: str, name: Callable[[str], str], parameters: Parameters
) -> Tracked:
    """Give every group of tonight its ring id. `name`: a new ring's id from its first account, other on another
    night.
    """
    overlaps = _overlaps(known, groups)
    claims = _claims(known, groups, overlaps, parameters)
    result = Tracked([], [], [])
    for place, group in enumerate(groups):
        claiming = sorted(claims.get(place, []), key=lambda ring: (-overlaps[ring, place], known[ring].ring_id))
        if claiming:
            _continue(result, known[claiming[0]], group, run_id)
            result.events += [Event(known[ring].ring_id, "merged", result.ring_ids[-1]) for ring in claiming[1:]]
        else:
            _born(result, name(min(group)), run_id, _parent(known, overlaps, place, parameters, group))
    taken = {ring for rings in claims.values() for ring in rings}
    for index, ring in enumerate(known):
        if index not in taken:
            _sleep(result, ring, parameters)
    return result


def _overlaps(known: Sequence[Known], groups: Sequence[Members]) -> dict[tuple[int, int], float]:
    """Weight in common of every (ring, group) that share a member; a member weighs the larger of its two weights."""
    home = {account: place for place, group in enumerate(groups) for account in group}
    found: dict[tuple[int, int], float] = defaultdict(float)
    for index, ring in enumerate(known):
        for account in sorted(ring.members):
            if (place := home.get(account)) is not None:
                found[index, place] += max(ring.members[account], groups[place][account])
    return dict(found)


def _matches(ring: Known, group: Members, overlap: float, parameters: Parameters) -> bool:
    before = sum(max(weight, group.get(account, 0.0)) for account, weight in sorted(ring.members.items()))
    now = sum(max(weight, ring.members.get(account, 0.0)) for account, weight in sorted(group.items()))
    jaccard = overlap / (before + now - overlap)
    return jaccard >= parameters.match_jaccard or overlap / min(before, now) >= parameters.match_overlap


def _claims(
    known: Sequence[Known], groups: Sequence[Members], overlaps: dict[tuple[int, int], float], parameters: Parameters
) -> dict[int, list[int]]:
    """For each group the rings whose id it should carry: every ring claims the matching group it overlaps most."""
    best: dict[int, tuple[float, int]] = {}
    for (ring, place), overlap in sorted(overlaps.items()):
        better = ring not in best or overlap > best[ring][0]
        if better and _matches(known[ring], groups[place], overlap, parameters):
            best[ring] = (overlap, place)
    claims: dict[int, list[int]] = defaultdict(list)
    for ring, (_, place) in sorted(best.items()):
        claims[place].append(ring)
    return claims


def _continue(result: Tracked, ring: Known, group: Members, run_id: str) -> None:
    joined, left = sorted(set(group) - set(ring.members)), sorted(set(ring.members) - set(group))
    result.ring_ids.append(ring.ring_id)
    result.first_seen.append(ring.first_seen_run)
    result.last_changed.append(run_id if joined or left or ring.idle else ring.last_changed_run)
    if ring.idle:
        result.events.append(Event(ring.ring_id, "returned"))
    result.events += [Event(ring.ring_id, "grew", account_id=account) for account in joined]
    result.events += [Event(ring.ring_id, "shrank", account_id=account) for account in left]


def _parent(
    known: Sequence[Known],
    overlaps: dict[tuple[int, int], float],
    place: int,
    parameters: Parameters,
    group: Members,
) -> str | None:
    """The ring a new group split from: one it matches, though that ring's id went to another group."""
    rings = [
        (-overlap, known[ring].ring_id)
        for (ring, at), overlap in overlaps.items()
        if at == place and _matches(known[ring], group, overlap, parameters)
    ]
    return min(rings)[1] if rings else None


def _born(result: Tracked, ring_id: str, run_id: str, parent: str | None) -> None:
    result.ring_ids.append(ring_id)
    result.first_seen.append(run_id)
    result.last_changed.append(run_id)
    result.events.append(Event(ring_id, "split" if parent else "born", parent))


def _sleep(result: Tracked, ring: Known, parameters: Parameters) -> None:
    idle = ring.idle + 1
    if idle == 1:
        result.events.append(Event(ring.ring_id, "dormant"))
    if idle <= parameters.dormant_nights:
        result.dormant.append(Known(ring.ring_id, ring.members, ring.first_seen_run, ring.last_changed_run, idle))
