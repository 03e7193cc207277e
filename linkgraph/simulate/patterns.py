"""The tables of what groups do: when they open, when they come together, how money and trades go between them.

Rows are named in `Design`. Every one is used by fraud and by innocents, or has a row beside it that looks alike.
"""

from dataclasses import dataclass
from typing import Final

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How members of a group come at the same time, in rounds.

    rounds: fewest and most, over the group's life. part: chance that a member comes to a round. gap: seconds from one
    member to the next, in a queue; 0 for all at once. jitter: seconds by which each arrival is late. hours: from and
    to, of the day (UTC), in which a group has its usual hour; spread: hours around it. brief: some groups do it for
    weeks only, and then stop. place: where they are: `own` (each where it usually is), `work`, `carrier` (the group's
    one), `operator` (the first member's home), `moving` (a few addresses in
    turn).
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
class Flow:
    """Transfers between members of a group.

    way: `into` the first, `out` of the first, `both`, `mesh` (any to any). part: chance that a member takes part.
    repeats: mean times beyond the first. days: mean days after both accounts are open; 0 for any time. cents: median
    amount; even: it is a round sum.
    """

    way: str
    part: float
    repeats: float
    days: float
    cents: int
    even: bool = False


@dataclass(frozen=True, slots=True)
class Dealing:
    """Trades between members of a group, in one thin market.

    way: `wash` (bought and sold back within seconds), `lose` (bought dear from the first, and sold back cheap), `make`
    (both ways with the public, rarely inside), `herd` (all buy from the public at once). spells: fewest and most.
    trips: mean trades of a spell beyond the first. lasts: seconds of a spell.
    """

    way: str
    spells: tuple[int, int]
    trips: float
    lasts: int = 3_600


RHYTHMS: Final[dict[str, Rhythm]] = {
    "shared_device": Rhythm((2, 9), 0.7, 150, 90, (0, 24), 3, "own", brief=True),
    "turns_home": Rhythm((6, 18), 0.8, 120, 100, (0, 24), 3, "operator", brief=True),
    "turns_moving": Rhythm((6, 18), 0.8, 150, 120, (0, 24), 4, "moving", brief=True),
    "bots": Rhythm((6, 18), 0.8, 15, 240, (0, 24), 5, "carrier", brief=True),
    "office_hours": Rhythm((8, 40), 0.5, 0, 1_500, (6, 11), 0.3, "work"),
    "signals": Rhythm((8, 30), 0.3, 0, 1_200, (0, 24), 6, "own"),
}

# How groups open their accounts: weight, and mean seconds from one member to the next; 0 for dates of their own.
OPENINGS: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "own": ((1.0, 0.0),),
    "ring": ((0.35, 1.5 * _HOUR), (0.4, 4 * _DAY), (0.25, 0.0)),
    "minutes": ((0.65, 4 * _MINUTE), (0.2, 3 * _HOUR), (0.15, 2 * _DAY)),
    "slow": ((1.0, 25 * _DAY),),
    "household": ((0.2, 20 * _MINUTE), (0.3, 6 * _DAY), (0.5, 0.0)),
    "team": ((0.2, 10 * _MINUTE), (0.2, 3 * _DAY), (0.6, 0.0)),
    "campaign": ((0.6, 8 * _MINUTE), (0.4, 40 * _MINUTE)),
    "following": ((0.5, 1.5 * _DAY), (0.5, 5 * _DAY)),
}

FLOWS: Final[dict[str, Flow]] = {
    "sweep": Flow("into", 0.85, 1.0, 6, 9_000),
    "funding": Flow("out", 0.9, 0.6, 4, 30_000),
    "collecting": Flow("into", 0.85, 1.5, 0, 40_000),
    "handed_on": Flow("into", 0.5, 0.5, 0, 15_000),
    "kin": Flow("mesh", 0.7, 1.5, 0, 12_000, even=True),
    "gifts": Flow("into", 0.95, 0.8, 0, 4_000, even=True),
    "prizes": Flow("out", 0.95, 0.2, 9, 2_500, even=True),
    "desk": Flow("both", 0.95, 2.0, 0, 90_000),
    "shared_bills": Flow("mesh", 0.6, 2.0, 0, 3_000),
}

DEALINGS: Final[dict[str, Dealing]] = {
    "wash": Dealing("wash", (2, 8), 9),
    "losses": Dealing("lose", (1, 4), 5),
    "making": Dealing("make", (15, 40), 9, 8 * _HOUR),
    "copying": Dealing("herd", (1, 6), 8, 1_200),
}
