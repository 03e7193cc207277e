"""Signs of a pair in words, beside the identifiers it shares."""

from linkgraph.explain import signs
from linkgraph.kinds import SIGN_NAMES, SIGNS
from linkgraph.model import Pair

PAIR = Pair(
    "a", "b", 12.0, 0.98, ("access=3.0", "money=4.0", "synchrony=5.0"),
    ("ip:f00", "money:transfer x 2", "synchrony:20min x 4", "synchrony:in_turn x 3", "wallet:0 x 1"),
    (3.0, 4.0, 5.0, 4.0, 0.5),
)  # fmt: skip


def test_signs_are_told_from_identifiers() -> None:
    assert signs.identifiers(PAIR) == ["ip:f00", "wallet:0 x 1"]
    assert signs.signs(PAIR) == list(PAIR.shared[1:4])


def test_a_family_says_its_signs_in_words() -> None:
    assert signs.reasons(PAIR) == (
        "access: 3.0 bits",
        "money: 4.0 bits (sent money directly; the one with more partners has 2)",
        "synchrony: 5.0 bits (logged in from one address within 20 minutes on 4 days;"
        " logged in one right after the other on 3 days)",
    )


def test_every_sign_has_words() -> None:
    for sign in SIGNS:
        told = Pair("a", "b", 5.0, 0.5, (f"{sign.family}=5.0",), (f"{sign.family}:{sign.name} x 7",), (5.0,))
        assert "7" in signs.reasons(told)[0] and "(" in signs.reasons(told)[0]
    assert len(SIGN_NAMES) == len(set(SIGN_NAMES))
