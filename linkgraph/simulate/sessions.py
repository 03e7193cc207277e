"""When accounts come: their own sessions, those in common with their group, and those of an intruder."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from linkgraph.simulate.draws import Bools, Floats, Ints, fractions, ranks_of, starts_of, stream
from linkgraph.simulate.feeds import parts
from linkgraph.simulate.population import Population, per_account
from linkgraph.simulate.rounds import Rounds
from linkgraph.simulate.sharing import Holdings
from linkgraph.simulate.world import World

ACCOUNTS_PER_PART: Final = 50_000
INTRUSIONS: Final = 2  # sessions of the intruder in a taken-over account: they are its last two

_HOUR = 3_600
_DAY = 24 * _HOUR
_MOST = 60
_BESIDE_ROUNDS = 0.6  # sessions of one's own, of accounts that come in rounds as well
_TRIES = 6


@dataclass(frozen=True, slots=True)
class Sessions:
    """Times of all sessions, account after account. start: offset per account, one more. at: epoch seconds.

    An account's first session is its sign-up; its own are in no order; then come its visits in `rounds`, then those of
    an intruder.
    """

    start: Ints
    at: Ints
    rounds: Rounds

    def owner(self) -> Ints:
        """Account of every session."""
        return np.repeat(np.arange(len(self.start) - 1, dtype=np.int64), np.diff(self.start))

    def visit(self, people: Population, owner: Ints, turn: Ints) -> Ints:
        """Row of `rounds` of each session, -1 for those of no round."""
        visits = self.rounds.start[owner + 1] - self.rounds.start[owner]
        own = self.start[owner + 1] - self.start[owner] - visits - INTRUSIONS * (people.intruder[owner] >= 0)
        inside = turn - own
        return np.where((inside >= 0) & (inside < visits), self.rounds.start[owner] + inside, -1)

    def draw(self, people: Population, accounts: Ints, fraction: Floats) -> Ints:
        """A session of each account, by a number in [0, 1); never an intruder's."""
        own = np.diff(self.start)[accounts] - INTRUSIONS * (people.intruder[accounts] >= 0)
        offset: Ints = (own * fraction).astype(np.int64)
        return self.start[accounts] + offset


def nearest(sessions: Sessions, people: Population, rng: np.random.Generator, accounts: Ints, at: Ints) -> Ints:
    """A session of each account near a moment: the nearest of a few drawn."""
    best = sessions.draw(people, accounts, rng.random(len(accounts)))
    for _ in range(_TRIES):
        other = sessions.draw(people, accounts, rng.random(len(accounts)))
        nearer = np.abs(sessions.at[other] - at) < np.abs(sessions.at[best] - at)
        best = np.where(nearer, other, best)
    return best


def attend(world: World, people: Population, devices: Holdings, rounds: Rounds) -> Sessions:
    """Draw the sessions of a world."""
    rng = stream(world, "sessions")
    spread = rng.gamma(1.2, max(world.logins_per_account - 3, 0) / 1.2, len(people))
    spread *= np.where(rounds.counts() > 0, _BESIDE_ROUNDS, 1.0)
    own = np.maximum(3 + np.minimum(rng.poisson(spread), _MOST), devices.counts())
    start = starts_of(own + rounds.counts() + INTRUSIONS * (people.intruder >= 0))
    sessions = Sessions(start, np.empty(start[-1], dtype=np.int64), rounds)
    for part in parts(len(people), ACCOUNTS_PER_PART):
        sessions.at[start[part.start] : start[part.stop]] = _times(world, people, sessions, part)
    return sessions


def takeover_times(world: World, people: Population) -> Ints:
    """When each account is taken over, epoch seconds; meaningless for those that are not."""
    accounts = np.arange(len(people), dtype=np.int64)
    wave = 0.45 + 0.45 * fractions(world, people.intruder, 21)  # one intruder works in one month
    at = world.start + ((world.end - world.start) * wave).astype(np.int64)
    at += (10 * _DAY * fractions(world, accounts, 22)).astype(np.int64)
    return np.minimum(np.maximum(at, people.created + 12 * _HOUR), world.end - 6 * _HOUR)


def _times(world: World, people: Population, sessions: Sessions, part: slice) -> Ints:
    """Times of the sessions of some accounts."""
    owner, turn = turns(sessions.start, part)
    rng = stream(world, "session times", part.start)
    created = people.created[owner]
    at = created + (rng.random(len(owner)) * (world.end - created)).astype(np.int64)
    at[turn == 1] = created[turn == 1] + rng.integers(300, 2 * _DAY, int((turn == 1).sum()))
    at[turn == 0] = created[turn == 0]
    at = _evening(world, people, owner, turn, at)
    visit = sessions.visit(people, owner, turn)
    at = np.where(visit >= 0, np.append(sessions.rounds.at, 0)[visit], at)
    return np.minimum(_intruded(world, people, sessions.start, owner, turn, at), world.end)


def turns(start: Ints, part: slice) -> tuple[Ints, Ints]:
    """Account of each session of some accounts, and which of the account's sessions it is."""
    counts = np.diff(start)[part]
    return np.repeat(np.arange(part.start, part.stop, dtype=np.int64), counts), ranks_of(counts)


def _evening(world: World, people: Population, owner: Ints, turn: Ints, at: Ints) -> Ints:
    """One evening on which all who share a home are there: the second session, however often its address changes."""
    groups = people.groups
    group = people.group[owner]
    begin = people.all_open()[group]
    shared = begin + (fractions(world, group + 1, 23) * (world.end - _DAY - begin)).astype(np.int64)
    shared += (2 * _HOUR * fractions(world, owner, 24)).astype(np.int64)
    return np.where(per_account(people, groups.sharing("home"))[owner] & (turn == 1), shared, at)


def _intruded(world: World, people: Population, start: Ints, owner: Ints, turn: Ints, at: Ints) -> Ints:
    taken = is_intrusion(people, start, owner, turn)
    first = turn - (np.diff(start)[owner] - INTRUSIONS)
    return np.where(taken, takeover_times(world, people)[owner] + first * 1_500, at)


def is_intrusion(people: Population, start: Ints, owner: Ints, turn: Ints) -> Bools:
    """Which sessions are an intruder's: the last ones of a taken-over account."""
    return (people.intruder[owner] >= 0) & (turn >= np.diff(start)[owner] - INTRUSIONS)
