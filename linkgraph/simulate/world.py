"""Parameters of a generated world."""

from dataclasses import dataclass

_END = 1_769_817_600  # 2026-01-31T00:00Z
_SMALLEST = 100
_SHORTEST = 60


@dataclass(frozen=True, slots=True)
class World:
    """Every knob of the generator; the same values always give the same bytes.

    accounts: how many; at least 100. end: last instant of the world, epoch seconds (UTC). days: length of the window.
    *_share: part of all accounts that belong to groups of that kind; zero leaves the kind out, anything above gives at
    least one group. carrier, cafe, vpn, hot_wallet shares: part of the accounts that use such an address; they overlap
    with groups and with each other.
    *_per_*: mean rows, or accounts, of that sort. labelled_rings: part of the rings of which anything is known;
    labelled_members: part of the members of such a ring, and of single fraudsters, that carry `fraud`.
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
    colleagues_share: float = 0.03
    followers_share: float = 0.02
    carrier_share: float = 0.35
    cafe_share: float = 0.04
    vpn_share: float = 0.02
    hot_wallet_share: float = 0.10
    ipv6_share: float = 0.25
    popular_model_share: float = 0.35
    accounts_per_carrier_address: int = 3_000
    accounts_per_cafe: int = 30
    accounts_per_vpn_exit: int = 150
    devices_per_model: int = 300
    logins_per_account: float = 11.5
    trades_per_account: float = 1.2
    transfers_per_account: float = 0.05
    labelled_rings: float = 0.6
    labelled_members: float = 0.5

    def __post_init__(self) -> None:
        """Refuse worlds that cannot be built."""
        if self.accounts < _SMALLEST or self.days < _SHORTEST:
            raise ValueError(f"a world needs at least {_SMALLEST} accounts and {_SHORTEST} days")
        shares = self.group_shares().values()
        if min(shares) < 0 or sum(shares) > 1:
            raise ValueError("the shares of the group kinds must not be negative or add up to more than 1")

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
            "colleagues": self.colleagues_share,
            "followers": self.followers_share,
        }
