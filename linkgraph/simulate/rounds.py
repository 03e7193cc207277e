"""Sessions that members of a group have in common: an operator's rounds, bots, office hours, signals of a channel."""

from dataclasses import dataclass

import numpy as np

from linkgraph.simulate.draws import Ints, fractions, mix, ranks_of, starts_of, stream
from linkgraph.simulate.patterns import RHYTHMS, Rhythm
from linkgraph.simulate.places import CARRIER, HOME, WORK, Crowd
from linkgraph.simulate.population import Population
from linkgraph.simulate.world import World

_HOUR = 3_600
_DAY = 24 * _HOUR
_SHORTEST = 14 * _DAY  # of a spell of rounds
_ROUNDS = 1_000  # more than a group has
_LOANED = 1 << 30  # homes from here on are addresses that change hands, not homes of accounts


@dataclass(frozen=True, slots=True)
class Rounds:
    """Visits in common, in account order. start: offset per account, one more. at: epoch seconds.

    place, number: as in `Visits`; place is -1 where each is at a place of its own.
    """

    start: Ints
    at: Ints
    place: Ints
    number: Ints

    def counts(self) -> Ints:
        """Visits of each account."""
        return np.diff(self.start)


@dataclass(frozen=True, slots=True)
class _Block:
    """Visits of the groups with one rhythm, in no order."""

    account: Ints
    at: Ints
    place: Ints
    number: Ints


def meet(world: World, people: Population, carrier: Crowd) -> Rounds:
    """Draw the rounds of every group that has a rhythm."""
    pattern = people.groups.pattern("timing", tuple(RHYTHMS))
    blocks = [_block(world, people, carrier, name, np.flatnonzero(pattern == i)) for i, name in enumerate(RHYTHMS)]
    account, at, place, number = (
        np.concatenate([getattr(b, name) for b in blocks]) for name in ("account", "at", "place", "number")
    )
    order = np.argsort(account, kind="stable")
    start = starts_of(np.bincount(account, minlength=len(people)).astype(np.int64))
    return Rounds(start, at[order], place[order], number[order])


def _block(world: World, people: Population, carrier: Crowd, name: str, groups: Ints) -> _Block:
    rhythm, rng = RHYTHMS[name], stream(world, f"rounds {name}")
    count = rng.integers(rhythm.rounds[0], rhythm.rounds[1] + 1, len(groups))
    group = np.repeat(groups, count)
    begin = _round_times(world, people, rng, rhythm, group)
    size = people.groups.size[group]
    which = np.repeat(np.arange(len(group), dtype=np.int64), size)
    rank = ranks_of(size)
    account = people.groups.members[starts_of(people.groups.size)[group][which] + rank]
    queue = np.maximum(rank + rng.normal(0, 0.7, len(rank)), 0) * rhythm.gap
    at = begin[which] + (world.habits.jitter * (queue + rhythm.jitter * rng.exponential(0.5, len(rank)))).astype(
        np.int64
    )
    eager = world.habits.taking_part * rhythm.part * (0.7 + 0.6 * fractions(world, account, 25))
    comes = (rng.random(len(rank)) < eager) & (at > people.created[account] + _HOUR) & (at < world.end)
    account, at, which = account[comes], at[comes], which[comes]
    place, number = _whereabouts(
        world, people, carrier, rhythm.place, account, group[which] * _ROUNDS + ranks_of(count)[which]
    )
    return _Block(account, at, place, number)


def _round_times(world: World, people: Population, rng: np.random.Generator, rhythm: Rhythm, group: Ints) -> Ints:
    """When each round begins: on days of the group's spell, around its usual hour."""
    opened = _half_open(people)[group]
    rest = np.maximum(world.end - _DAY - opened, _DAY)
    draw = fractions(world, group, 27)
    part = np.where(fractions(world, group, 26) < 0.6 * rhythm.brief, draw**2, 0.6 + 0.4 * draw)
    spell = np.minimum(np.maximum(part * rest, _SHORTEST), rest)
    begin = opened + fractions(world, group, 28) * (rest - spell)
    day = (begin + spell * rng.random(len(group))) // _DAY
    hour = rhythm.hours[0] + (rhythm.hours[1] - rhythm.hours[0]) * fractions(world, group, 29)
    moment = (hour + rhythm.spread * rng.normal(0, 0.5, len(group))) * _HOUR
    begins: Ints = (day * _DAY + moment).astype(np.int64)
    return begins


def _half_open(people: Population) -> Ints:
    """When about half of each group's accounts are open: the mean of their opening dates, epoch seconds."""
    groups = people.groups
    total = np.bincount(groups.of, people.created[groups.members].astype(np.float64), len(groups.size))
    return (total / np.maximum(groups.size, 1)).astype(np.int64)


def _whereabouts(
    world: World, people: Population, carrier: Crowd, place: str, account: Ints, turn: Ints
) -> tuple[Ints, Ints]:
    """Place and number of each visit. turn: one number per group and round."""
    none, first = np.full(len(account), -1, dtype=np.int64), world.part.first
    if place == "work":
        return none * 0 + WORK, people.work[account] + first
    if place == "carrier":
        return none * 0 + CARRIER, carrier.address[account]
    if place == "operator":
        return none * 0 + HOME, people.home[people.groups.first()[people.group[account]]] + first
    if place == "moving":
        group = turn // _ROUNDS
        few = 3 + (5 * fractions(world, group, 31)).astype(np.int64)
        block = (mix(group + first, 30) % np.uint64(_LOANED // 16)).astype(np.int64)  # of one provider
        return none * 0 + HOME, _LOANED + 16 * block + turn % few
    return none, none
