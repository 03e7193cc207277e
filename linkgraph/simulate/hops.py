"""Coins that go round by a chain: out of one account to a wallet, and from the wallet into the same or another one."""

from typing import Final

import numpy as np

from linkgraph.simulate.draws import Bools, Ints, fractions, ranks_of, stream
from linkgraph.simulate.payments import Payments, crypto, joined
from linkgraph.simulate.scene import Scene
from linkgraph.simulate.sessions import nearest
from linkgraph.simulate.sharing import HOT_WALLETS

HOP_WALLETS: Final = 1 << 41  # codes from here on are the wallets between two accounts
VAULTS: Final = 1 << 42  # codes from here on are wallets that a household fills and draws from

_HOUR = 3_600
_DAY = 24 * _HOUR
_PASSES = 3  # at most: how often money goes the same way
_NEW_WALLET = 0.4  # chance that a pass takes a wallet never seen before
_COMES_BACK, _COMES_BACK_TO_RINGS = 0.35, 0.15  # wallets from which coins come in as well
_FEE = 0.01  # at most
_MOVED = 20 * _DAY


def hops(scene: Scene) -> Payments:
    """Out to a wallet, and from there into the next account (`chain`) or the first one (`star`) some days later."""
    groups, rng = scene.people.groups, stream(scene.world, "hops")
    pattern = groups.pattern("hop", ("chain", "star"))
    row, turn = _passes(scene, rng, (pattern >= 0)[groups.of] & (groups.rank > 0))
    group, rank = groups.of[row], groups.rank[row]
    chain = pattern[group] == 0
    # In a chain the one before pays and the member receives; in a star the member pays and the first receives.
    before = np.where(chain, groups.members[row - 1], groups.members[row])
    after = np.where(chain, groups.members[row], groups.first()[group])
    begin = _pass_times(scene, group, turn) + np.where(chain, rank * _DAY, 0)
    out = begin + rng.integers(0, 2 * _DAY, len(row))
    back = out + _HOUR + (1.2 * _DAY * rng.exponential(1.0, len(row))).astype(np.int64)
    fresh = fractions(scene.world, row * _PASSES + turn, 131) < _NEW_WALLET
    wallet = HOP_WALLETS + scene.world.part.code(24) + row * _PASSES + np.where(fresh, turn, 0)
    return _there_and_back(scene, rng, (before, after), (out, back), wallet)


def vaults(scene: Scene) -> Payments:
    """Members pay into one wallet of their own, and draw from it weeks later."""
    groups, rng = scene.people.groups, stream(scene.world, "vaults")
    row, turn = _passes(scene, rng, groups.sharing("vault")[groups.of])
    group = groups.of[row]
    out = _pass_times(scene, group * 97 + groups.rank[row], turn, group)
    back = out + _DAY + (40 * _DAY * rng.exponential(1.0, len(row))).astype(np.int64)
    taker = groups.members[row - groups.rank[row] + (groups.size[group] * rng.random(len(row))).astype(np.int64)]
    wallet = VAULTS + scene.world.part.code(24) + group
    return _there_and_back(scene, rng, (groups.members[row], taker), (out, back), wallet)


def returns(scene: Scene) -> Payments:
    """Coins that come in from where they go out to: a wallet of one's own, or another venue."""
    held, people, rng = scene.holdings["wallet"], scene.people, stream(scene.world, "returns")
    ring = people.in_kind("ring")[held.account] & (held.code >= HOT_WALLETS)
    row = np.flatnonzero(rng.random(len(held)) < np.where(ring, _COMES_BACK_TO_RINGS, _COMES_BACK))
    row = np.repeat(row, 1 + rng.poisson(0.4, len(row)))
    account = held.account[row]
    created = people.created[account]
    at = created + ((scene.world.end - created) * rng.random(len(row))).astype(np.int64)
    return crypto(account, at, _sums(rng, len(row)), held.code[row])


def _passes(scene: Scene, rng: np.random.Generator, member: Bools) -> tuple[Ints, Ints]:
    """Rows of members and numbers of passes: each goes the way once or more, not everybody every time."""
    groups = scene.people.groups
    times = rng.integers(1, _PASSES + 1, len(groups.size))[groups.of] * member
    row, turn = np.repeat(np.arange(len(times), dtype=np.int64), times), ranks_of(times)
    takes_part = (rng.random(len(row)) < scene.world.habits.rings_in_part) | (turn == 0)
    return row[takes_part], turn[takes_part]


def _pass_times(scene: Scene, code: Ints, turn: Ints, group: Ints | None = None) -> Ints:
    """When each pass begins: after all accounts of the group are open. code: what passes at the same time."""
    opened = scene.people.all_open()[code if group is None else group]
    part = fractions(scene.world, code * _PASSES + turn, 132)
    return opened + (part * np.maximum(scene.world.end - 12 * _DAY - opened, 1)).astype(np.int64)


def _there_and_back(
    scene: Scene, rng: np.random.Generator, who: tuple[Ints, Ints], when: tuple[Ints, Ints], wallet: Ints
) -> Payments:
    """What is paid out, and what comes in of it before the world ends."""
    cents = _sums(rng, len(wallet))
    less = (cents * (1 - _FEE * rng.random(len(wallet)))).astype(np.int64)
    session = nearest(scene.sessions, scene.people, rng, who[0], when[0])
    moved = scene.sessions.at[session] + rng.integers(60, 1_800, len(wallet)) - when[0]
    moved = np.where(np.abs(moved) < _MOVED, moved, 0)  # in that session, if it is not far from the time
    out = crypto(who[0], when[0] + moved, cents, wallet, np.where(moved == 0, -1, session))
    everything = joined([out, crypto(who[1], when[1] + moved, less, wallet)])
    return everything.taken(np.flatnonzero(everything.at < scene.world.end))


def _sums(rng: np.random.Generator, rows: int) -> Ints:
    return rng.lognormal(10.0, 1.0, rows).astype(np.int64) + 2_000
