"""The tables of who exists: kinds of groups, and the designs by which a group shares things and acts together.

A new typology, or its innocent twin, is a row of `DESIGNS`; a new sort of group is a row of `GROUP_KINDS` and a share
in `World`. What members then do is said by the row as well (`shares`, `ways`); the activity modules ask for these
properties and never for names of designs.
"""

from dataclasses import dataclass
from typing import Final

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class GroupKind:
    """One sort of group.

    low, mean, high: size in accounts. leader, others: roles of the first and of the other members; the innocent have
    none. is_ring: one hand controls the members. giants: part of the groups that are up to three times `high`.
    """

    name: str
    low: int
    mean: int
    high: int
    is_ring: bool = False
    leader: str = "none"
    others: str = "none"
    giants: float = 0.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How members of a group come at the same time, in rounds.

    rounds: fewest and most, over the group's life. part: chance that a member comes to a round. gap: seconds from one
    member to the next, in a queue; 0 for all at once. jitter: seconds by which each arrival is late. hours: from and
    to, of the day (UTC), in which a group has its usual hour; spread: hours around it. brief: some groups do it for
    weeks only, and then stop. place: where they are: `own` (each where it usually is), `work`, `carrier` (the group's
    one), `operator` (the first member's home), `moving` (another address every round).
    """

    rounds: tuple[int, int]
    part: float
    gap: int
    jitter: int
    hours: tuple[int, int]
    spread: float
    place: str
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Design:
    """How groups of a kind share. weight: frequency among the designs of its kind.

    shares: what is shared -> pattern. Beside identifier kinds there are places, which show as `ip` (`home`, `work`; a
    `carrier` shows as nothing, since thousands share it), `payroll`, the wallet an employer pays from, and `timing`,
    whose pattern is a row of `RHYTHMS`. Patterns of identifiers: `one` (everybody uses the same), `biclique` (a few,
    each member uses two), `chain` (each neighbouring pair shares one), `pairs` (two or three members each), `leader`
    (only the first member owns one; others meet it otherwise).
    ways: what members do beside. `stolen`: cards of strangers, which are charged back; `quick`: money leaves within the
    hour; `cheat`: P2P orders paid falsely; `bonus`: each claims one.
    typology: key written into the labels of perpetrators; empty for the innocent.
    """

    group_kind: str
    name: str
    weight: float
    shares: tuple[tuple[str, str], ...] = ()
    typology: str = ""
    ways: tuple[str, ...] = ()


GROUP_KINDS: Final[tuple[GroupKind, ...]] = (
    GroupKind("ring", 3, 7, 20, is_ring=True, leader="perpetrator", others="perpetrator", giants=0.05),
    GroupKind("fraudster", 1, 1, 1, leader="perpetrator"),
    GroupKind("takeover", 3, 5, 9, leader="perpetrator", others="victim"),
    GroupKind("family", 2, 3, 6),
    GroupKind("office", 15, 50, 200),
    GroupKind("payroll", 10, 25, 60),
    GroupKind("colleagues", 3, 7, 20),
    GroupKind("followers", 5, 15, 40),
)

RHYTHMS: Final[dict[str, Rhythm]] = {
    "shared_device": Rhythm((2, 9), 0.7, 150, 90, (0, 24), 3, "own", brief=True),
    "turns_home": Rhythm((4, 14), 0.75, 120, 100, (0, 24), 3, "operator", brief=True),
    "turns_moving": Rhythm((4, 14), 0.75, 150, 120, (0, 24), 4, "moving", brief=True),
    "bots": Rhythm((5, 16), 0.75, 15, 240, (0, 24), 5, "carrier", brief=True),
    "office_hours": Rhythm((8, 40), 0.5, 0, 1_500, (6, 11), 0.3, "work"),
    "signals": Rhythm((8, 30), 0.3, 0, 1_200, (0, 24), 6, "own"),
}

DESIGNS: Final[tuple[Design, ...]] = (
    Design(
        "ring",
        "device_biclique",
        2,
        (("device", "biclique"), ("timing", "shared_device")),
        "registration_farm",
        ("quick",),
    ),
    Design("ring", "device_chain", 2, (("device", "chain"), ("timing", "shared_device")), "registration_farm"),
    Design("ring", "card", 2, (("card", "biclique"),), "stolen_card_ring", ("stolen", "quick")),
    Design("ring", "wallet", 2, (("wallet", "one"),), "shared_wallet", ("quick",)),
    Design(
        "ring",
        "farm",
        1.5,
        (("device", "biclique"), ("home", "one"), ("wallet", "one"), ("timing", "shared_device")),
        "bonus_abuse",
        ("bonus",),
    ),
    Design(
        "ring",
        "full",
        1.5,
        (("device", "chain"), ("card", "biclique"), ("wallet", "one"), ("timing", "shared_device")),
        "stolen_card_ring",
        ("stolen", "quick"),
    ),
    Design("ring", "money", 1, (("bank", "pairs"), ("card", "one"), ("wallet", "biclique")), "mule_pass_through"),
    Design("ring", "papers", 0.5, (("document", "pairs"), ("phone", "biclique")), "rented_kyc"),
    Design("ring", "p2p", 1, (("payer", "one"), ("proof", "pairs")), "p2p_fake_payment", ("cheat",)),
    Design("ring", "bots_one_carrier", 1.5, (("carrier", "one"), ("timing", "bots")), "registration_farm"),
    Design("ring", "operator_home", 1.5, (("timing", "turns_home"),), "mule_pass_through", ("quick",)),
    Design("ring", "operator_moving", 1.5, (("timing", "turns_moving"),), "mule_pass_through", ("quick",)),
    Design("fraudster", "single", 1, (), "stolen_card_ring", ("stolen", "quick")),
    Design("takeover", "intruder", 1, (("device", "leader"), ("wallet", "leader")), "account_takeover", ("quick",)),
    Design("family", "home", 3, (("home", "one"),)),
    Design("family", "home_device", 3, (("home", "one"), ("device", "one"))),
    Design("family", "home_card", 2, (("home", "one"), ("card", "one"))),
    Design("family", "home_device_card", 2, (("home", "one"), ("device", "one"), ("card", "one"))),
    Design("office", "office", 3, (("work", "one"),)),
    Design("office", "university", 1, (("work", "one"),)),
    Design("payroll", "payroll", 1, (("payroll", "one"),)),
    Design("colleagues", "colleagues", 1, (("work", "one"), ("timing", "office_hours"))),
    Design("followers", "followers", 1, (("timing", "signals"),)),
)

_SHOWN: Final[dict[str, tuple[str, ...]]] = {"home": ("ip",), "work": ("ip",), "payroll": ("wallet",), "carrier": ()}
_SHOWN_PLACES: Final = {"operator", "moving"}  # rounds at an address that only the group has


def shown_as(design: Design) -> list[str]:
    """Identifier kinds, and other ties such as `timing`, in which a design's sharing shows."""
    shown = {kind for shared, _ in design.shares for kind in _SHOWN.get(shared, (shared,))}
    rhythm = RHYTHMS.get(dict(design.shares).get("timing", ""))
    return sorted(shown | ({"ip"} if rhythm and rhythm.place in _SHOWN_PLACES else set()))
