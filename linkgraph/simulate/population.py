"""Who exists: groups, their members, and every account's person, place and date of opening."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from linkgraph.simulate.designs import DESIGNS, GROUP_KINDS
from linkgraph.simulate.draws import Bools, Floats, Ints, pick, starts_of, stream
from linkgraph.simulate.groups import Groups, draw_groups
from linkgraph.simulate.patterns import OPENINGS
from linkgraph.simulate.world import World

ROLES: Final = ("none", "perpetrator", "mule", "victim")
COUNTRIES: Final = ("DE", "FR", "GB", "ES", "PL", "TR", "BR", "NG", "VN", "US")
SURNAMES: Final = 60_000
GIVEN_NAMES: Final = 1_500
NICKNAME: Final = 2
WORDS: Final = 1 << 28  # nicknames; as many more are kept for groups whose addresses are alike

_DAY = 86_400
_MULES = 0.3  # part of a ring's members beside the first who only lend their accounts
_ALIKE = 0.85  # members of a farm beyond the first two whose addresses are made alike
_OPENS: Final = {kind.name: kind.opens for kind in GROUP_KINDS}
_COUNTRY_WEIGHTS = [20.0, 14, 12, 9, 8, 9, 10, 7, 6, 5]


@dataclass(frozen=True, slots=True)
class Mail:
    """E-mail addresses. style: 0, 1 of one's name, or `NICKNAME` for a word. number: after it, -1 for none."""

    style: Ints
    word: Ints
    number: Ints


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
    mail: Mail

    def __len__(self) -> int:
        """Number of accounts."""
        return len(self.group)

    def all_open(self) -> Ints:
        """When every account of each group is open, epoch seconds; one entry more, 0, for those outside groups."""
        latest = np.zeros(len(self.groups.size) + 1, dtype=np.int64)
        np.maximum.at(latest, self.groups.of, self.created[self.groups.members])
        return latest

    def places(self) -> Ints:
        """Place of each account in its group, 0 outside groups."""
        place = np.zeros(len(self), dtype=np.int64)
        place[self.groups.members] = self.groups.rank
        return place

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
    surname = (SURNAMES * rng.random(world.accounts) ** 3).astype(np.int64)  # some names are common
    surname, given = _family_wide(groups, surname), (GIVEN_NAMES * rng.random(world.accounts) ** 2).astype(np.int64)
    return Population(
        groups=groups,
        group=group,
        role=_roles(world, groups),
        created=_created(world, groups),
        home=home,
        work=_places(world, groups, "work", np.full(world.accounts, -1, dtype=np.int64)),
        intruder=_intruders(world, groups),
        surname=surname,
        given=given,
        birth_year=_birth_years(rng, groups, world.accounts),
        country=pick(rng, _COUNTRY_WEIGHTS, world.accounts)[home],
        mail=_mail(world, groups, surname * GIVEN_NAMES + given),
    )


def _roles(world: World, groups: Groups) -> Ints:
    leader = np.array([ROLES.index(k.leader) for k in GROUP_KINDS])[groups.kind][groups.of]
    others = np.array([ROLES.index(k.others) for k in GROUP_KINDS])[groups.kind][groups.of]
    mule = groups.is_kind("ring")[groups.of] & (stream(world, "roles").random(len(groups.of)) < _MULES)
    role = np.zeros(world.accounts, dtype=np.int64)
    role[groups.members] = np.where(groups.rank == 0, leader, np.where(mule, ROLES.index("mule"), others))
    return role


def _created(world: World, groups: Groups) -> Ints:
    """Opening dates over the window: of one's own, or one after the other as the group's way of opening says."""
    rng = stream(world, "created")
    span = world.end - _DAY - world.start
    created = world.start + (span * rng.random(world.accounts) ** 1.5).astype(np.int64)
    step = _steps(rng, groups)
    late = np.where(groups.rank > 0, step[groups.of] * rng.exponential(1.0, len(groups.of)), 0.0)
    start = starts_of(groups.size)
    late = np.cumsum(late)
    late -= late[start[:-1]][groups.of]  # the first brings the others
    last = late[start[1:] - 1]
    squeeze = np.minimum(1.0, 0.9 * span / np.maximum(last, 1.0))
    begin = world.start + (span - squeeze * last) * rng.random(len(last)) ** 1.3
    joined = (begin[groups.of] + (squeeze[groups.of] * late)).astype(np.int64)
    together = (step > 0)[groups.of]
    created[groups.members[together]] = joined[together]
    created[groups.members] = _in_order(groups, created[groups.members])
    return created


def _steps(rng: np.random.Generator, groups: Groups) -> Floats:
    """Mean seconds from one member's opening to the next, per group; 0 for dates of their own."""
    style, step = rng.random(len(groups.size)), np.zeros(len(groups.size))
    names = np.array([d.opens or _OPENS[d.group_kind] for d in DESIGNS])[groups.design]
    for name, choices in OPENINGS.items():
        mine = names == name
        bounds = np.cumsum([weight for weight, _ in choices])
        step[mine] = np.array([s for _, s in choices])[np.searchsorted(bounds[:-1], style[mine], side="right")]
    return step


def _in_order(groups: Groups, created: Ints) -> Ints:
    """Dates of the members, in which whoever brings others comes before them."""
    ordered = created[np.lexsort((created, groups.of))]
    return np.where(groups.sharing("referral")[groups.of], ordered, created)


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


def _birth_years(rng: np.random.Generator, groups: Groups, accounts: int) -> Ints:
    year = rng.integers(1955, 2008, accounts)
    young = groups.members[groups.having("young")[groups.of]]
    year[young] = rng.integers(1996, 2008, len(young))
    return year


def _mail(world: World, groups: Groups, name: Ints) -> Mail:
    """Addresses by taste, with a number where they are taken, or at whim; those made alike count upwards."""
    rng, rows = stream(world, "mail"), np.arange(world.accounts)
    style = pick(rng, [5.0, 2, 3], world.accounts)
    word = rng.integers(0, WORDS, world.accounts)
    code = np.where(style == NICKNAME, word, WORDS + name * NICKNAME + style)
    order = np.argsort(code, kind="stable")
    new = np.append(True, np.diff(code[order]) != 0)
    taken = np.empty(world.accounts, dtype=np.int64)
    taken[order] = rows - np.maximum.accumulate(np.where(new, rows, 0))
    bare = (taken == 0) & (rng.random(world.accounts) < 0.5)
    number = np.where(bare, -1, 100 * taken + rng.integers(0, 100, world.accounts))
    alike = groups.sharing("stem")[groups.of] & ((groups.rank < 2) | (rng.random(len(groups.of)) < _ALIKE))
    member, group = groups.members[alike], groups.of[alike]
    style[member] = NICKNAME
    word[member] = WORDS + rng.integers(0, WORDS, len(groups.size))[group]  # words that nobody else takes
    number[member] = rng.integers(1, 900, len(groups.size))[group]
    number[member] += groups.rank[alike] * rng.integers(1, 4, len(groups.size))[group]
    return Mail(style, word, number)
