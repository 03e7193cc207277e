"""Signs between two accounts in words: what a pair shows that is no identifier it shares."""

from linkgraph.kinds import BY_NAME, SIGN_NAMES
from linkgraph.model import Pair

_WORDS = {
    "20min": "logged in from one address within 20 minutes on {} days",
    "3h": "logged in from one address within 3 hours on {} days",
    "day": "logged in from one address within a day on {} days",
    "in_turn": "logged in one right after the other on {} days",
    "transfer": "sent money directly; the one with more partners has {}",
    "hop": "money went from one to the other over an address of {} accounts",
    "matched": "traded with each other, {} % of all trades of the one with more",
    "mirrored": "undid a trade with each other at once; the one with more such partners has {}",
    "referred": "one brought the other, one of {} it brought",
    "swept": "brought by one, they sent their money one way, {} of them",
}


def identifiers(pair: Pair) -> list[str]:
    """Keys of the identifiers that a pair shares."""
    return [key for key in pair.shared if key.partition(":")[0] in BY_NAME and not _is_sign(key)]


def signs(pair: Pair) -> list[str]:
    """Signs of a pair, each as 'family:sign x value'."""
    return [key for key in pair.shared if _is_sign(key)]


def worth(pair: Pair) -> dict[str, float]:
    """What each thing that a pair shares is worth to it alone, in bits."""
    return dict(zip(pair.shared, pair.shared_bits, strict=True))


def bits_by_family(pair: Pair) -> dict[str, float]:
    """Evidence of each family of a pair, in bits."""
    return {name: float(bits or 0) for name, _, bits in (family.partition("=") for family in pair.families)}


def by_family(pair: Pair) -> dict[str, tuple[str, ...]]:
    """Signs of a pair in words, by family."""
    words: dict[str, tuple[str, ...]] = {}
    for key in signs(pair):
        name = key.partition(":")[0]
        words[name] = (*words.get(name, ()), _in_words(key))
    return words


def reasons(pair: Pair) -> tuple[str, ...]:
    """What speaks for a pair, by family: its bits, and its signs in words."""
    words = by_family(pair)
    return tuple(_reason(family, words) for family in pair.families)


def _reason(family: str, words: dict[str, tuple[str, ...]]) -> str:
    name, _, bits = family.partition("=")
    return f"{name}: {bits} bits" + (f" ({'; '.join(words[name])})" if name in words else "")


def _in_words(key: str) -> str:
    sign, _, value = key.partition(":")[2].rpartition(" x ")
    return _WORDS[sign].format(value)


def _is_sign(key: str) -> bool:
    return key.partition(":")[2].rpartition(" x ")[0] in SIGN_NAMES
