"""The tables of who exists: kinds of groups, and the designs by which a group shares identifiers.

A new typology, or its innocent twin, is a row of `DESIGNS`; a new sort of group is a row of `GROUP_KINDS` and a share
in `World`. What members then do beyond sharing (timing, money) is in the activity modules, which ask for `is_ring`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupKind:
    """One sort of group.

    low, mean, high: size in accounts. leader, others: roles of the first and of the other members; the innocent have
    none. is_ring: one hand controls the members.
    """

    name: str
    low: int
    mean: int
    high: int
    is_ring: bool = False
    leader: str = "none"
    others: str = "none"


@dataclass(frozen=True, slots=True)
class Design:
    """How groups of a kind share. weight: frequency among the designs of its kind.

    shares: what is shared -> pattern. Beside identifier kinds, `home` and `work` are places (they show as `ip`), and
    `payroll` is the wallet an employer pays from. Patterns: `one` (everybody uses the same), `biclique` (a few, each
    member uses two), `chain` (each neighbouring pair shares one), `pairs` (two or three members each), `leader` (only
    the first member owns one; others meet it otherwise).
    typology: key written into the labels of perpetrators; empty for the innocent.
    """

    group_kind: str
    name: str
    weight: float
    shares: tuple[tuple[str, str], ...] = ()
    typology: str = ""


GROUP_KINDS: tuple[GroupKind, ...] = (
    GroupKind("ring", 3, 7, 20, is_ring=True, leader="perpetrator", others="perpetrator"),
    GroupKind("fraudster", 1, 1, 1, leader="perpetrator"),
    GroupKind("takeover", 3, 5, 9, leader="perpetrator", others="victim"),
    GroupKind("family", 2, 3, 6),
    GroupKind("office", 15, 50, 200),
    GroupKind("payroll", 10, 25, 60),
)

DESIGNS: tuple[Design, ...] = (
    Design("ring", "device_biclique", 2, (("device", "biclique"),), "registration_farm"),
    Design("ring", "device_chain", 2, (("device", "chain"),), "registration_farm"),
    Design("ring", "card", 2, (("card", "biclique"),), "stolen_card_ring"),
    Design("ring", "wallet", 2, (("wallet", "one"),), "shared_wallet"),
    Design("ring", "farm", 1.5, (("device", "biclique"), ("home", "one"), ("wallet", "one")), "bonus_abuse"),
    Design("ring", "full", 1.5, (("device", "chain"), ("card", "biclique"), ("wallet", "one")), "stolen_card_ring"),
    Design("ring", "money", 1, (("bank", "pairs"), ("card", "one"), ("wallet", "biclique")), "mule_pass_through"),
    Design("ring", "papers", 0.5, (("document", "pairs"), ("phone", "biclique")), "rented_kyc"),
    Design("ring", "p2p", 1, (("payer", "one"), ("proof", "pairs")), "p2p_fake_payment"),
    Design("fraudster", "single", 1, (), "stolen_card_ring"),
    Design("takeover", "intruder", 1, (("device", "leader"), ("wallet", "leader")), "account_takeover"),
    Design("family", "home", 3, (("home", "one"),)),
    Design("family", "home_device", 3, (("home", "one"), ("device", "one"))),
    Design("family", "home_card", 2, (("home", "one"), ("card", "one"))),
    Design("family", "home_device_card", 2, (("home", "one"), ("device", "one"), ("card", "one"))),
    Design("office", "office", 3, (("work", "one"),)),
    Design("office", "university", 1, (("work", "one"),)),
    Design("payroll", "payroll", 1, (("payroll", "one"),)),
)

PLACES: dict[str, str] = {"home": "ip", "work": "ip", "payroll": "wallet"}


def shown_as(design: Design) -> list[str]:
    """Identifier kinds in which a design's sharing shows."""
    return sorted({PLACES.get(kind, kind) for kind, _ in design.shares})
