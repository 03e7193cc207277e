"""The tables of who exists: kinds of groups, and the designs by which a group shares things and acts together.

A new typology, or its innocent twin, is a row of `DESIGNS`; a new sort of group is a row of `GROUP_KINDS` and a share
in `World`. What members do is said by the row as well (`shares`, `ways`, `opens`); the activity modules ask for these
properties and never for names of designs.
"""

from dataclasses import dataclass
from typing import Any, Final

from linkgraph.simulate.patterns import RHYTHMS


@dataclass(frozen=True, slots=True)
class GroupKind:
    """One sort of group.

    low, mean, high: size in accounts. leader, others: roles of the first and of the other members; the innocent have
    none. is_ring: one hand controls the members. giants: part of the groups that are up to three times `high`. opens:
    row of `OPENINGS`.
    """

    name: str
    low: int
    mean: int
    high: int
    is_ring: bool = False
    leader: str = "none"
    others: str = "none"
    giants: float = 0.0
    opens: str = "own"


@dataclass(frozen=True, slots=True)
class Design:
    """How groups of a kind share. weight: frequency among the designs of its kind.

    shares: what is shared -> pattern. Identifier kinds: `one` (everybody uses the same), `biclique` (a few, each member
    uses two), `chain` (each neighbouring pair shares one), `pairs` (two or three members each), `leader` (only the
    first member owns one; others meet it otherwise). Places: `home` and `work` show as `ip`; a `carrier`, `cafe` or
    `terminal` (a public device) shows as nothing, since strangers share it as well. `payroll`: the wallet an employer
    pays from. `stem`: e-mail addresses alike but for a counter. `parent`: declared sub-accounts of the first.
    `referral`: `star` (the first brought all), `chain`. `hop`: coins paid out to a wallet and from there into the next
    account, `chain` or `star`. `vault`: a wallet that all fill and draw from. `timing`, `transfer`, `trade`: rows of
    `RHYTHMS`, `FLOWS` and `DEALINGS`.
    typology: key written into the labels of perpetrators; empty for the innocent.
    ways: what members do beside. `stolen`: cards of strangers, which are charged back; `quick`: money leaves within the
    hour; `cheat`: P2P orders paid falsely; `strange_payers`: P2P orders paid by strangers; `disputes`: payments are
    disputed by their maker; `recalls`: bank payments are; `bonus`: each claims one; `own_card`: they keep cards of
    their own; `many_card` and `many_payer`: they hold a handful; `just_under`: sums below a limit; `young`: they are;
    `tests_cards`: small sums, declined; `hands_on`: the shared device changes hands once.
    opens: row of `OPENINGS`; empty: as the kind does.
    """

    group_kind: str
    name: str
    weight: float
    shares: tuple[tuple[str, str], ...] = ()
    typology: str = ""
    ways: tuple[str, ...] = ()
    opens: str = ""


GROUP_KINDS: Final[tuple[GroupKind, ...]] = (
    GroupKind("ring", 3, 7, 20, is_ring=True, leader="perpetrator", others="perpetrator", giants=0.05, opens="ring"),
    GroupKind("fraudster", 1, 1, 1, leader="perpetrator"),
    GroupKind("takeover", 3, 5, 9, leader="perpetrator", others="victim"),
    GroupKind("scam", 4, 9, 25, leader="victim", others="victim"),
    GroupKind("family", 2, 3, 6, opens="household"),
    GroupKind("roommates", 2, 3, 6, opens="team"),
    GroupKind("resale", 2, 2, 4),
    GroupKind("office", 15, 50, 200),
    GroupKind("payroll", 10, 25, 60),
    GroupKind("colleagues", 3, 7, 20, opens="team"),
    GroupKind("followers", 5, 15, 40, opens="following"),
    GroupKind("influencer", 6, 20, 60, opens="following"),
    GroupKind("promotion", 15, 50, 150, opens="campaign"),
    GroupKind("charity", 6, 18, 60),
    GroupKind("desk", 6, 20, 80),
    GroupKind("custodian", 3, 8, 25),
    GroupKind("market_maker", 2, 4, 9, opens="team"),
)

_DEVICES_IN_TURN = (("device", "biclique"), ("timing", "shared_device"))
_CHAIN_IN_TURN = (("device", "chain"), ("timing", "shared_device"))
_STOLEN: Final = ("stolen", "quick")


def _ring(name: str, weight: float, shares: tuple[tuple[str, str], ...], *rest: Any) -> Design:
    return Design("ring", name, weight, shares, *rest)


_RINGS: Final = (
    _ring("device_biclique", 1, _DEVICES_IN_TURN, "registration_farm", ("quick",)),
    _ring("device_chain", 0.8, _CHAIN_IN_TURN, "registration_farm"),
    _ring("chain_farm", 1.2, (("device", "chain"), ("stem", "near")), "registration_farm", (), "minutes"),
    _ring("slow_device", 0.6, (("device", "chain"),), "registration_farm", (), "slow"),
    _ring("slow_wallet", 0.6, (("wallet", "one"),), "shared_wallet", (), "slow"),
    _ring("card", 1.4, (("card", "biclique"),), "stolen_card_ring", _STOLEN),
    _ring("card_wallet", 1, (("card", "biclique"), ("wallet", "one")), "stolen_card_ring", _STOLEN),
    _ring("full", 0.8, (*_CHAIN_IN_TURN, ("card", "biclique"), ("wallet", "one")), "stolen_card_ring", _STOLEN),
    _ring(
        "camouflaged",
        1,
        (("device", "biclique"), ("cafe", "one"), ("terminal", "one")),
        "stolen_card_ring",
        ("stolen", "own_card"),
    ),
    _ring("wallet", 1, (("wallet", "one"),), "shared_wallet", ("quick",)),
    _ring("money", 0.8, (("bank", "pairs"), ("card", "one"), ("wallet", "biclique")), "mule_pass_through", ("quick",)),
    _ring("papers", 0.6, (("document", "pairs"), ("phone", "biclique")), "rented_kyc", ("young",), "minutes"),
    _ring("rented", 0.6, _DEVICES_IN_TURN, "rented_kyc", ("young",)),
    _ring("bots_one_carrier", 1.4, (("carrier", "one"), ("timing", "bots")), "registration_farm"),
    _ring("operator_home", 1.2, (("timing", "turns_home"),), "mule_pass_through", ("quick",)),
    _ring("operator_moving", 1.2, (("timing", "turns_moving"),), "mule_pass_through", ("quick",)),
    _ring("funding_star", 1, (("transfer", "funding"),), "mule_pass_through", ("quick",)),
    _ring("collecting_star", 1, (("transfer", "collecting"),), "mule_pass_through"),
    _ring("hops", 1.2, (("hop", "chain"),), "mule_pass_through", ("quick",)),
    _ring("hops_to_one", 0.8, (("hop", "star"),), "mule_pass_through"),
    _ring("bonus_star", 1, (("referral", "star"), ("transfer", "sweep")), "bonus_abuse", ("bonus",)),
    _ring("bonus_chain", 0.6, (("referral", "chain"), ("wallet", "one")), "bonus_abuse", ("bonus",)),
    _ring(
        "bonus_home",
        0.8,
        (*_DEVICES_IN_TURN, ("home", "one"), ("wallet", "one"), ("referral", "star")),
        "bonus_abuse",
        ("bonus",),
        "minutes",
    ),
    _ring("wash", 1, (("trade", "wash"),), "wash_trading"),
    _ring("losing_trades", 0.6, (("trade", "losses"),), "losing_trade_transfer"),
    _ring("fake_payments", 0.8, (("payer", "one"), ("proof", "pairs")), "p2p_fake_payment", ("cheat",)),
    _ring(
        "triangulation",
        0.8,
        (("payer", "pairs"), ("wallet", "biclique")),
        "p2p_triangulation",
        ("strange_payers", "many_payer", "quick"),
    ),
    _ring("reversers", 0.6, (("bank", "pairs"),), "reversal_after_release", ("recalls",)),
    _ring("structurers", 0.6, (("wallet", "biclique"), ("transfer", "handed_on")), "structuring", ("just_under",)),
    _ring("disputers", 0.8, (("card", "pairs"), ("device", "pairs")), "serial_disputer", ("disputes",)),
)

_OTHER_FRAUD: Final = (
    Design("fraudster", "single", 3, (), "stolen_card_ring", _STOLEN),
    Design("fraudster", "friendly", 1, (), "friendly_fraud", ("disputes",)),
    Design("fraudster", "card_tester", 1, (), "card_testing", ("stolen", "tests_cards", "many_card")),
    Design("scam", "scam_address", 1, (("wallet", "one"),), "scam_victim"),
    Design("takeover", "intruder", 1, (("device", "leader"), ("wallet", "leader")), "account_takeover", ("quick",)),
)

_HOME: Final = ("home", "one")
_INNOCENT: Final = (
    Design("family", "home", 4, (_HOME,)),
    Design("family", "home_device", 4, (_HOME, ("device", "one"))),
    Design("family", "home_card", 2, (_HOME, ("card", "one"))),
    Design("family", "home_device_card", 3, (_HOME, ("device", "one"), ("card", "one"))),
    Design("family", "money_shared", 2, (_HOME, ("transfer", "kin"))),
    Design("family", "one_purse", 1, (_HOME, ("wallet", "one"), ("transfer", "kin"))),
    Design("family", "joint_bank", 1.5, (_HOME, ("bank", "one"))),
    Design("family", "one_phone", 1, (_HOME, ("phone", "one"), ("device", "one"))),
    Design("family", "spouse_pays", 1, (_HOME, ("payer", "one"))),
    Design("family", "cold_wallet", 1, (_HOME, ("vault", "one"))),
    Design("family", "invited", 1, (_HOME, ("referral", "star")), "", ("bonus",)),
    Design("roommates", "address_only", 3, (_HOME,)),
    Design("roommates", "old_tablet", 1, (_HOME, ("device", "pairs"))),
    Design("roommates", "bills", 2, (_HOME, ("transfer", "shared_bills"))),
    Design("resale", "second_hand", 1, (("device", "chain"),), "", ("hands_on",)),
    Design("office", "office", 3, (("work", "one"),)),
    Design("office", "university", 1, (("work", "one"),), "", (), "team"),
    Design("payroll", "payroll", 1, (("payroll", "one"),)),
    Design("colleagues", "colleagues", 1, (("work", "one"), ("timing", "office_hours"))),
    Design("followers", "channel", 1, (("timing", "signals"),)),
    Design("followers", "copy_traders", 1, (("timing", "signals"), ("trade", "copying"))),
    Design("influencer", "influencer", 1, (("referral", "star"),), "", ("bonus",)),
    Design("promotion", "promotion", 1, (), "", ("bonus",)),
    Design("charity", "charity", 1, (("transfer", "gifts"),)),
    Design("charity", "prizes", 1, (("transfer", "prizes"),)),
    Design("desk", "otc_desk", 1, (("transfer", "desk"),), "", ("quick",)),
    Design("custodian", "custodian", 1, (("wallet", "one"),)),
    Design("market_maker", "market_maker", 1, (("parent", "one"), ("stem", "near"), ("trade", "making"))),
)

DESIGNS: Final[tuple[Design, ...]] = (*_RINGS, *_OTHER_FRAUD, *_INNOCENT)

# What sharing shows as, where it has another name: `cafe`, `carrier` and `terminal` are shared with many strangers.
_SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "home": ("ip",),
    "work": ("ip",),
    "payroll": ("wallet",),
    "vault": ("wallet",),
    **dict.fromkeys(("carrier", "cafe", "terminal"), ()),
}
_SHOWN_PLACES: Final = {"operator", "moving"}  # rounds at an address that only the group has


def shown_as(design: Design) -> list[str]:
    """Identifier kinds, and other ties such as `timing`, in which a design's sharing shows."""
    shown = {kind for shared, _ in design.shares for kind in _SHOWN.get(shared, (shared,))}
    rhythm = RHYTHMS.get(dict(design.shares).get("timing", ""))
    return sorted(shown | ({"ip"} if rhythm and rhythm.place in _SHOWN_PLACES else set()))
