"""Who exists: groups, their members, and every account's person, place and date of opening."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from linkgraph.simulate.designs import GROUP_KINDS
from linkgraph.simulate.draws import Bools, Ints, pick, stream
from linkgraph.simulate.groups import Groups, draw_groups
from linkgraph.simulate.world import World

ROLES: Final = ("none", "perpetrator", "mule", "victim")
COUNTRIES: Final = ("DE", "FR", "GB", "ES", "PL", "TR", "BR", "NG", "VN", "US")
SURNAMES: Final = 60_000
GIVEN_NAMES: Final = 1_500

_HOUR = 3_600
_DAY = 24 * _HOUR
_MULES = 0.3  # part of a ring's members beside the first who only lend their accounts
_BURST_RINGS = 0.7  # the other rings open their accounts over two months
_COUNTRY_WEIGHTS = [20.0, 14, 12, 9, 8, 9, 10, 7, 6, 5]


@dataclass(frozen=True, slots=True)
class Population:
    """One entry per account; the index is its public number and says nothing about groups.

    group: index into `groups`, -1 for none. role: index into `ROLES`. created: epoch seconds. home: place it lives at,
    the number of the account that names it. work: group whose office it sits in, -1 for none. intruder: account that
    takes it over, -1 for none.
    """

    groups: Groups
    group: Ints
    role: Ints
    created: Ints
    home: Ints
    work: Ints
    intruder: Ints
    surname: Ints
    given: Ints
    birth_year: Ints
    country: Ints

    def __len__(self) -> int:
        """Number of accounts."""
        return len(self.group)

    def in_kind(self, name: str) -> Bools:
        """Which accounts are in groups of a kind."""
        return per_account(self, self.groups.is_kind(name))

    def having(self, way: str) -> Bools:
        """Which accounts act in some way (`Design.ways`)."""
        return per_account(self, self.groups.having(way))

    @property
    def bad(self) -> Bools:
        """Which accounts serve fraud."""
        return np.isin(self.role, [ROLES.index("perpetrator"), ROLES.index("mule")])


def per_account(people: Population, of_group: Bools) -> Bools:
    """A property of groups as one of accounts; false outside groups."""
    found = np.zeros(len(people), dtype=np.bool_)
    found[people.groups.members] = of_group[people.groups.of]
    return found


def populate(world: World) -> Population:
    """Draw the groups and the accounts of a world."""
    groups = draw_groups(world)
    group = np.full(world.accounts, -1, dtype=np.int64)
    group[groups.members] = groups.of
    home = _places(world, groups, "home", np.arange(world.accounts, dtype=np.int64))
    rng = stream(world, "persons")
    surname = (SURNAMES * rng.random(world.accounts) ** 2).astype(np.int64)  # squared: some names are common
    return Population(
        groups=groups,
        group=group,
        role=_roles(world, groups),
        created=_created(world, groups),
        home=home,
        work=_places(world, groups, "work", np.full(world.accounts, -1, dtype=np.int64)),
        intruder=_intruders(world, groups),
        surname=_family_wide(groups, surname),
        given=rng.integers(0, GIVEN_NAMES, world.accounts),
        birth_year=rng.integers(1955, 2008, world.accounts),
        country=pick(rng, _COUNTRY_WEIGHTS, world.accounts)[home],
    )


def _roles(world: World, groups: Groups) -> Ints:
    leader = np.array([ROLES.index(k.leader) for k in GROUP_KINDS])[groups.kind][groups.of]
    others = np.array([ROLES.index(k.others) for k in GROUP_KINDS])[groups.kind][groups.of]
    mule = groups.is_kind("ring")[groups.of] & (stream(world, "roles").random(len(groups.of)) < _MULES)
    role = np.zeros(world.accounts, dtype=np.int64)
    role[groups.members] = np.where(groups.rank == 0, leader, np.where(mule, ROLES.index("mule"), others))
    return role


def _created(world: World, groups: Groups) -> Ints:
    """Opening dates over the window; a ring opens its accounts within hours, or within two months."""
    rng = stream(world, "created")
    span = world.end - _DAY - world.start
    created = world.start + (span * rng.random(world.accounts) ** 1.5).astype(np.int64)
    begin = world.start + ((span - 20 * _DAY) * rng.random(len(groups.size))).astype(np.int64)
    width = np.where(rng.random(len(groups.size)) < _BURST_RINGS, 12 * _HOUR, 60 * _DAY)
    late = np.where(groups.rank > 0, rng.random(len(groups.of)), 0.0)  # the first brings the others
    joined = begin[groups.of] + (width[groups.of] * late).astype(np.int64)
    ring = groups.is_kind("ring")[groups.of]
    created[groups.members[ring]] = np.minimum(joined[ring], world.end - _DAY)
    return created


def _places(world: World, groups: Groups, what: str, default: Ints) -> Ints:
    """Place of each account: named by the group's first member where the group shares it."""
    shared = groups.sharing(what)[groups.of]
    place = default.copy()
    place[groups.members[shared]] = groups.first()[groups.of[shared]]
    return place


def _intruders(world: World, groups: Groups) -> Ints:
    victim = groups.is_kind("takeover")[groups.of] & (groups.rank > 0)
    intruder = np.full(world.accounts, -1, dtype=np.int64)
    intruder[groups.members[victim]] = groups.first()[groups.of[victim]]
    return intruder


def _family_wide(groups: Groups, surname: Ints) -> Ints:
    family = groups.is_kind("family")[groups.of]
    shared = surname.copy()
    shared[groups.members[family]] = surname[groups.first()[groups.of[family]]]
    return shared
