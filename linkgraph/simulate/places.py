"""Where accounts connect from: changing homes, offices, carriers, cafes and exits of private networks."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from linkgraph.simulate.draws import Bools, Ints, fractions, mix, pair_code, stream
from linkgraph.simulate.groups import Groups
from linkgraph.simulate.population import Population
from linkgraph.simulate.render import ipv4, ipv6, text
from linkgraph.simulate.world import World

PLACES: Final = ("home", "work", "carrier", "cafe", "vpn", "away")
HOME, WORK, CARRIER, CAFE, VPN, AWAY = range(len(PLACES))

_DAY = 86_400
_BASES: Final = tuple(first << 24 for first in (80, 193, 37, 185, 45))  # one block of addresses per sort of place
_SPREAD = 0x9E3779B1  # odd, so that neighbouring numbers land far apart and none collide
_STATIC = 0.3  # homes whose address never changes
_SPARE = 1.3  # addresses a provider has per home it serves: low, so that addresses come back to strangers
_ROOM = 14  # bits: addresses of a sort that a part of a world has
_AWAY = 0.06  # sessions on journeys and at friends': in some other home
_JOINS = 0.6  # members of a group that use its cafe or its public device
_SIX = 0.6  # part of the days on which a home that has IPv6 uses it


@dataclass(frozen=True, slots=True)
class Crowd:
    """Accounts that use one sort of public thing, shown as an identifier kind. address: its
    number, -1 for none. first: the lowest number."""

    name: str
    shows: str
    address: Ints
    first: int

    def size(self) -> Ints:
        """Accounts per address."""
        return np.bincount(self.address[self.address >= 0] - self.first).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Crowds:
    """Addresses of carriers, cafes and private networks, public devices, and cards that many try."""

    carrier: Crowd
    cafe: Crowd
    vpn: Crowd
    terminal: Crowd
    test_card: Crowd

    def all(self) -> tuple[Crowd, ...]:
        """Every sort."""
        return self.carrier, self.cafe, self.vpn, self.terminal, self.test_card


def crowds(world: World, groups: Groups) -> Crowds:
    """Draw who uses which public address, device and card."""
    return Crowds(
        _crowd(world, groups, "carrier", world.carrier_share, world.accounts_per_carrier_address),
        _crowd(world, groups, "cafe", world.cafe_share, world.accounts_per_cafe),
        _crowd(world, groups, "vpn", world.vpn_share, world.accounts_per_vpn_exit),
        _crowd(world, groups, "terminal", world.terminal_share, world.accounts_per_terminal),
        _crowd(world, groups, "test_card", world.test_card_share, world.accounts_per_test_card),
    )


def _crowd(world: World, groups: Groups, name: str, share: float, per_address: int) -> Crowd:
    """Users by chance, and groups that use one address together."""
    rng = stream(world, name)
    users = rng.random(world.accounts) < share
    addresses = max(1, int(users.sum()) // per_address)
    first = world.part.code(_ROOM)
    address = np.where(users, first + rng.integers(0, addresses, world.accounts), -1)
    together = groups.sharing(name)[groups.of] & ((rng.random(len(groups.of)) < _JOINS) | (name == "carrier"))
    address[groups.members[together]] = first + rng.integers(0, addresses, len(groups.size))[groups.of[together]]
    return Crowd(name, {"terminal": "device", "test_card": "card"}.get(name, "ip"), address, first)


def choose(rng: np.random.Generator, has: tuple[Bools, Bools, Bools, Bools], turn: Ints) -> Ints:
    """Place of each session. has: whether its account has work, carrier, cafe, vpn. turn: number of the session.

    The first two sessions are at home and the third at work, so that everything shared is seen at least once.
    """
    draw = rng.random(len(turn))
    place = np.zeros(len(turn), dtype=np.int64)
    bounds = ((WORK, 0.0, 0.35), (CARRIER, 0.35, 0.6), (CAFE, 0.6, 0.7), (VPN, 0.7, 0.85))
    for (which, low, high), mine in zip(bounds, has, strict=True):
        place[mine & (draw >= low) & (draw < high)] = which
    away = (turn > 2) & (draw > 1 - _AWAY)
    place[away] = AWAY
    place[turn < 2] = HOME
    return np.where((turn == 2) & has[0], WORK, place)


@dataclass(frozen=True, slots=True)
class Visits:
    """Sessions by where they happen. `number`: home, office or address number at the place; `at`: epoch seconds."""

    place: Ints
    number: Ints
    device: Ints
    at: Ints


def addresses(world: World, people: Population, visits: Visits) -> tuple[pa.Array, pa.Array]:
    """IP and network operator of each visit."""
    lease = _lease(world, visits)
    pool = max(1, int(_SPARE * len(people)))
    drawn = world.part.number * pool + (mix(pair_code(visits.number, lease), 11) % np.uint64(pool)).astype(np.int64)
    number = np.where(visits.place == HOME, drawn, visits.number)
    four = np.array(_BASES)[visits.place] + _scattered(number, visits.place)
    six = _has_six(world, visits)
    address = ipv4(four)
    if six.any():
        networks = mix(pair_code(visits.number, lease), 12)[six]
        hosts = mix(pair_code(visits.device, visits.at // _DAY), 13)[six]
        address = _merged(address, ipv6(networks, hosts), six)
    block = np.where(visits.place == HOME, visits.number >> 4, visits.number)
    operator = 64_512 + visits.place * 20 + (mix(block, 14) % np.uint64(12)).astype(np.int64)
    return address, text("AS", pa.array(operator).cast(pa.string()))


def _scattered(number: Ints, place: Ints) -> Ints:
    """Homes fill sixteen /8 blocks, other places one each."""
    bits = np.where(place == HOME, 28, 24)
    return (number * _SPREAD) & ((np.int64(1) << bits) - 1)


def _lease(world: World, visits: Visits) -> Ints:
    """Number of the lease an address belongs to; homes change theirs every 30 to 300 days, or never."""
    days = 30 + 270 * fractions(world, visits.number, 15)
    phase = fractions(world, visits.number, 16)
    lease = np.floor(visits.at / (_DAY * days) + phase).astype(np.int64)
    return np.where(fractions(world, visits.number, 17) < _STATIC, 0, lease)


def _has_six(world: World, visits: Visits) -> Bools:
    ready: Bools = (visits.place == HOME) & (fractions(world, visits.number, 18) < world.ipv6_share)
    return ready & np.less(fractions(world, pair_code(visits.number, visits.at // _DAY), 19), _SIX)


def _merged(four: pa.Array, six: pa.Array, mask: Bools) -> pa.Array:
    """IPv6 texts put where the mask holds."""
    both = pa.concat_arrays([four, six])
    index = np.arange(len(four), dtype=np.int64)
    index[mask] = len(four) + np.arange(len(six))
    return both.take(pa.array(index))
