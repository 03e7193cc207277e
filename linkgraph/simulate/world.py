"""Parameters of a generated world."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from linkgraph.simulate.designs import DESIGNS

_END = 1_769_817_600  # 2026-01-31T00:00Z
_SMALLEST = 100
_SHORTEST = 60
_VARIED = 0x7661


@dataclass(frozen=True, slots=True)
class Twins:
    """Part of all accounts in groups that look like rings and are none, by kind; families and offices are apart."""

    roommates: float = 0.03
    resale: float = 0.012
    colleagues: float = 0.03
    followers: float = 0.015
    influencer: float = 0.01
    promotion: float = 0.02
    charity: float = 0.008
    desk: float = 0.005
    custodian: float = 0.004
    scam: float = 0.003
    market_maker: float = 0.003


@dataclass(frozen=True, slots=True)
class Habits:
    """How cleanly everybody acts.

    ring_size: mean accounts of a ring, a few giants aside. jitter, taking_part: factors on lateness in rounds, and on
    coming to them at all. rings_in_part: chance that a ring's member shares a second and third kind of thing, and that
    it joins each flow of coins. keeps_own: members of rings with one of their own beside what is shared. haste: part of
    the withdrawals of the hasty that follow a deposit within the hour; hasty: innocents who are so. disputed,
    falsely_disputed: part of the payments with stolen, and with honest, cards. dispute_days: mean time until then.
    """

    ring_size: float = 7.0
    jitter: float = 1.0
    taking_part: float = 1.0
    rings_in_part: float = 0.85
    keeps_own: float = 0.4
    haste: float = 0.8
    hasty: float = 0.05
    disputed: float = 0.5
    falsely_disputed: float = 0.003
    dispute_days: float = 60.0


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a larger world this is. number: counted from 0. first: number of its first account."""

    number: int = 0
    first: int = 0

    def code(self, bits: int) -> int:
        """Where its codes begin, in a range of codes in which every part has so many bits of room."""
        return self.number << bits


@dataclass(frozen=True, slots=True)
class World:
    """Every knob of the generator; the same values always give the same bytes.

    accounts: how many; at least 100. end: last instant of the world, epoch seconds (UTC). days: length of the window.
    *_share, `twins`: part of all accounts that belong to groups of that kind; a kind is left out where its part is less
    than half of its smallest group. carrier, cafe, vpn, hot_wallet, terminal (public device), test_card shares: part of
    the accounts that use such a thing; they overlap with groups and with each other.
    *_per_*: mean rows, or accounts, of that sort. labelled_rings: part of the rings of which anything is known, of
    these wholly_labelled those of which everybody is; labelled_members: part of the members of other known rings, and
    of single fraudsters, that carry `fraud`. weights: by name of a design, instead of its weight among its kind.
    part: set by `parts`.
    """

    accounts: int = 10_000
    seed: int = 0
    days: int = 365
    end: int = _END
    ring_share: float = 0.015
    fraudster_share: float = 0.003
    takeover_share: float = 0.003
    family_share: float = 0.20
    office_share: float = 0.10
    payroll_share: float = 0.01
    carrier_share: float = 0.35
    cafe_share: float = 0.04
    vpn_share: float = 0.02
    hot_wallet_share: float = 0.10
    terminal_share: float = 0.02
    test_card_share: float = 0.01
    ipv6_share: float = 0.25
    popular_model_share: float = 0.35
    accounts_per_carrier_address: int = 3_000
    accounts_per_cafe: int = 30
    accounts_per_vpn_exit: int = 150
    accounts_per_terminal: int = 25
    accounts_per_test_card: int = 15
    devices_per_model: int = 300
    logins_per_account: float = 11.5
    trades_per_account: float = 1.2
    transfers_per_account: float = 0.15
    labelled_rings: float = 0.6
    labelled_members: float = 0.5
    wholly_labelled: float = 0.15
    twins: Twins = field(default_factory=Twins)
    habits: Habits = field(default_factory=Habits)
    weights: tuple[tuple[str, float], ...] = ()
    part: Part = field(default_factory=Part)

    def __post_init__(self) -> None:
        """Refuse worlds that cannot be built."""
        if self.accounts < _SMALLEST or self.days < _SHORTEST:
            raise ValueError(f"a world needs at least {_SMALLEST} accounts and {_SHORTEST} days")
        shares = self.group_shares().values()
        if min(shares) < 0 or sum(shares) > 1:
            raise ValueError("the shares of the group kinds must not be negative or add up to more than 1")

    @classmethod
    def varied(cls, accounts: int = 10_000, seed: int = 0) -> "World":
        """A world whose every parameter is drawn: what is learned in some must hold in others of another seed."""
        rng = np.random.default_rng([seed, _VARIED])
        plain = cls()
        drawn: dict[str, Any] = {name: _near(rng, getattr(plain, name), spread) for name, spread in _SPREAD.items()}
        weights = tuple((d.name, _near(rng, d.weight, 0.5)) for d in DESIGNS)
        twins = Twins(**{name: _near(rng, share, 0.4) for name, share in asdict(plain.twins).items()})
        habits = Habits(**{name: _near(rng, value, _HABITS[name]) for name, value in asdict(plain.habits).items()})
        days, end = int(rng.integers(240, 500)), _END - 86_400 * int(rng.integers(0, 200))
        return cls(accounts, seed, days, end, **drawn, twins=twins, habits=habits, weights=weights)

    def parts(self, size: int) -> Iterator["World"]:
        """The world cut into parts of about that many accounts, which are drawn one after the other.

        Whatever the number of accounts, no more than one part is in memory. People of different parts meet at other
        venues' wallets only.
        """
        count = max(1, round(self.accounts / size))
        for number in range(count):
            rest = self.accounts - number * size
            yield replace(self, accounts=rest if number == count - 1 else size, part=Part(number, number * size))

    @property
    def start(self) -> int:
        """First instant of the world, epoch seconds."""
        return self.end - self.days * 86_400

    def group_shares(self) -> dict[str, float]:
        """Part of all accounts in groups, by group kind."""
        return {
            "ring": self.ring_share,
            "fraudster": self.fraudster_share,
            "takeover": self.takeover_share,
            "family": self.family_share,
            "office": self.office_share,
            "payroll": self.payroll_share,
            **asdict(self.twins),
        }


# How far `World.varied` draws from the plain values: the deviation of the logarithm of each.
_SPREAD = {
    **dict.fromkeys(
        ("ring_share", "fraudster_share", "takeover_share", "payroll_share", "cafe_share", "vpn_share"), 0.3
    ),
    **dict.fromkeys(("terminal_share", "test_card_share", "hot_wallet_share", "transfers_per_account"), 0.4),
    **dict.fromkeys(("family_share", "office_share", "carrier_share", "ipv6_share", "popular_model_share"), 0.15),
    **dict.fromkeys(("accounts_per_carrier_address", "accounts_per_cafe", "accounts_per_vpn_exit"), 0.4),
    **dict.fromkeys(("accounts_per_terminal", "accounts_per_test_card", "devices_per_model"), 0.3),
    **dict.fromkeys(("logins_per_account", "trades_per_account", "labelled_rings", "labelled_members"), 0.2),
    "wholly_labelled": 0.3,
}
_HABITS = {
    **dict.fromkeys(("ring_size", "jitter", "keeps_own", "hasty", "falsely_disputed"), 0.3),
    **dict.fromkeys(("taking_part", "rings_in_part", "haste", "disputed", "dispute_days"), 0.12),
}


def _near(rng: np.random.Generator, value: float, spread: float) -> float:
    """A value of the same order; parts of a whole stay below 1, whole numbers stay whole."""
    drawn = value * float(np.exp(spread * np.clip(rng.standard_normal(), -2, 2)))
    if isinstance(value, int):
        return max(2, round(drawn))
    return min(drawn, 0.97) if value < 1 else drawn
