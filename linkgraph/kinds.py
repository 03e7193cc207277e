"""The table of identifier kinds: what each is worth as evidence, how long it lasts, when it stops counting.

A new kind is one row here (and a feed column that yields it). The numbers are the cold-start values: they rank links
before any label has been learned from, and every run that uses them says so. Degree bins are `Parameters.degree_bins`:
2, 3-4, 5-9, 10-24, 25-50 accounts.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of identifier.

    family: what one act shows; evidence is the maximum inside a family and the sum over families.
    strength: conductance of a fresh link to an identifier of two accounts; `strength_v6` for IPv6 networks.
    half_life, window: days after which a link counts half, and not at all.
    bits: evidence in bits by degree bin, before the prior.
    max_age_penalty: cap on the bits lost to age, so that slow rings on durable identifiers stay visible.
    lease: seconds within which two uses count as the same holder; None where an identifier has no lease.
    passes_on: whether it changes hands between strangers (old phones, leases): use at other times then speaks against.
    cap: largest number of accounts that still counts as evidence; above it the identifier is a hub, shown, not counted.
    """

    name: str
    family: str
    strength: float
    half_life: int
    window: int
    bits: tuple[float, float, float, float, float]
    max_age_penalty: float = 2.0
    lease: int | None = None
    passes_on: bool = False
    cap: int = 50
    strength_v6: float | None = None


_YEAR = 365
_WEAKENING = (6, 8, 8, 4, 0)  # instruments and contacts: a small group is worth more than a crowd
_PERSONAL = (8, 10, 10, 6, 0)  # wallets and papers: nobody shares them by chance
_ALIKE = (2, 3, 3, 1, 0)  # made alike, as a farm's addresses are; namesakes are alike too, so never enough alone

KINDS: tuple[Kind, ...] = (
    Kind("device", "access", 1.0, 90, _YEAR, (6, 7, 9, 10, 0), passes_on=True),
    Kind("fingerprint", "access", 0.3, 60, _YEAR, (3, 2, 1, 0, 0), passes_on=True),
    Kind("ip", "access", 0.15, 14, 90, (3, 2, 1, 0, 0), lease=24 * 3600, passes_on=True, cap=10, strength_v6=0.4),
    Kind("card", "instrument", 1.0, _YEAR, 3 * _YEAR, _WEAKENING, max_age_penalty=1.0),
    Kind("bank", "instrument", 1.0, _YEAR, 3 * _YEAR, _WEAKENING, max_age_penalty=1.0),
    Kind("payer", "instrument", 1.0, _YEAR, 3 * _YEAR, _WEAKENING, max_age_penalty=1.0),
    Kind("wallet", "wallet", 1.0, _YEAR, 3 * _YEAR, _PERSONAL, max_age_penalty=1.0),
    Kind("document", "document", 1.0, _YEAR, 3 * _YEAR, _PERSONAL, max_age_penalty=1.0),
    Kind("proof", "proof", 1.0, _YEAR, 3 * _YEAR, _PERSONAL, max_age_penalty=1.0),
    Kind("email", "contact", 1.0, _YEAR, 3 * _YEAR, _WEAKENING, max_age_penalty=1.0),
    Kind("phone", "contact", 1.0, _YEAR, 3 * _YEAR, _WEAKENING, max_age_penalty=1.0, passes_on=True),
    Kind("stem", "stem", 0.1, _YEAR, 3 * _YEAR, _ALIKE, max_age_penalty=1.0, cap=24),
)

KIND_NAMES: tuple[str, ...] = tuple(kind.name for kind in KINDS)

BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}

# Families of evidence, in the order of their columns in `pair_evidence`. Those after `stem` come from what accounts do,
# not from an identifier they share.
FAMILIES: tuple[str, ...] = (
    "access",
    "instrument",
    "wallet",
    "document",
    "proof",
    "contact",
    "stem",
    "synchrony",
    "money",
    "trade",
    "referral",
)


@dataclass(frozen=True, slots=True)
class Sign:
    """Evidence between two accounts that is no identifier they share.

    family: as of a kind. edges: upper edges of the bins of its value; the last bin is open. bits: by bin, before the
    prior. window: for meetings, the length of the time bucket in seconds.
    """

    name: str
    family: str
    edges: tuple[int, ...]
    bits: tuple[float, ...]
    window: int | None = None
    rises: bool = False


# Values of the meetings and of `in_turn`: distinct UTC days. `transfer`: partners of the party with more. `hop`:
# accounts at the address in between. `matched`: per cent of all trades of the party with more. `mirrored`: partners of
# such trades of the party with more. `referred`: accounts that the referrer brought; `swept`: those of them whose money
# went one way. A crowd is worth nothing in each.
SIGNS: tuple[Sign, ...] = (
    Sign("20min", "synchrony", (2, 4), (6, 8, 10), window=1_200, rises=True),
    Sign("3h", "synchrony", (2, 4), (2, 4, 5), window=10_800, rises=True),
    Sign("day", "synchrony", (2, 4), (0, 1, 2), window=86_400, rises=True),
    Sign("in_turn", "synchrony", (4, 9), (4, 6, 8), rises=True),
    Sign("transfer", "money", (2, 4, 9, 24), (4, 4, 4, 4, 0)),
    Sign("hop", "money", (2, 4, 9), (6, 5, 3, 0)),
    Sign("matched", "trade", (4, 9, 24), (0, 3, 6, 8), rises=True),
    Sign("mirrored", "trade", (2, 4, 9, 24), (6, 6, 6, 4, 0)),
    Sign("referred", "referral", (2, 4, 9, 24), (2, 2, 1, 0, 0)),
    Sign("swept", "referral", (2, 4, 9, 24, 50), (6, 8, 8, 6, 4, 0)),
)

SIGN_NAMES: tuple[str, ...] = tuple(sign.name for sign in SIGNS)
