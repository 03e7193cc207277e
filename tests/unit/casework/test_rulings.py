"""What may be ruled: which target goes with which word, and which text may stand in a reason."""

from dataclasses import replace

import pytest

from linkgraph.casework.rulings import LABELS, Ruling, checked, holds_card_number, wrong_field
from linkgraph.errors import UsageError

NOW = 1_700_000_000_000_000
TOKEN = "0123456789abcdef" * 2
ON_IT = Ruling("not_evidence", "device", TOKEN, (), None, "a shop's counter")


def on_accounts(word: str, *accounts: str) -> Ruling:
    return Ruling(word, None, None, accounts, None, "said so")


GOOD = [
    ON_IT,
    on_accounts("not_evidence", "a", "b"),
    replace(ON_IT, verdict="shared_by", accounts=("a", "b")),
    replace(ON_IT, verdict="stolen_from", accounts=("a",)),
    replace(ON_IT, verdict="hub", class_name="office"),
    replace(ON_IT, verdict="hub", class_name="ordinary"),
    *[on_accounts(word, "a") for word in LABELS],
    replace(ON_IT, expires_at=NOW + 1, case_id="C-1"),
]
BAD = [
    (replace(ON_IT, verdict="harmless"), "verdict"),
    (replace(ON_IT, kind="ssn"), "target"),
    (replace(ON_IT, identifier="192.0.2.1"), "target"),
    (replace(ON_IT, identifier=None), "target"),
    (replace(ON_IT, kind=None), "target"),
    (replace(ON_IT, accounts=("a",)), "target"),
    (on_accounts("not_evidence", "a"), "target"),
    (on_accounts("not_evidence", "a", "a"), "target"),
    (on_accounts("not_evidence", "a", ""), "target"),
    (on_accounts("shared_by", "a", "b"), "target"),
    (on_accounts("hub"), "target"),
    (on_accounts("fraud"), "target"),
    (on_accounts("fraud", "a", "b"), "target"),
    (on_accounts("fraud", "a" * 513), "target"),
    (replace(ON_IT, verdict="fraud", accounts=("a",)), "target"),
    (replace(ON_IT, verdict="shared_by", accounts=("a",)), "target"),
    (replace(ON_IT, verdict="shared_by", accounts=tuple(map(str, range(51)))), "target"),
    (replace(ON_IT, verdict="stolen_from"), "target"),
    (replace(ON_IT, verdict="hub"), "class"),
    (replace(ON_IT, verdict="hub", class_name="sanctioned"), "class"),
    (replace(ON_IT, class_name="office"), "class"),
    (replace(ON_IT, reason=" "), "reason"),
    (replace(ON_IT, reason="x" * 1_001), "reason"),
    (replace(ON_IT, reason="a\x00b"), "reason"),
    (replace(ON_IT, reason="a\u202eb"), "reason"),
    (replace(ON_IT, reason="card 4111 1111 1111 1111"), "reason"),
    (replace(ON_IT, expires_at=NOW), "expires_at"),
    (replace(ON_IT, case_id="C 1"), "case_id"),
]


@pytest.mark.parametrize("ruling", GOOD)
def test_what_fits_is_taken(ruling: Ruling) -> None:
    assert checked(ruling, NOW) == ruling


@pytest.mark.parametrize(("ruling", "field"), BAD)
def test_what_does_not_fit_is_refused_by_the_name_of_its_field_alone(ruling: Ruling, field: str) -> None:
    with pytest.raises(UsageError, match=f"verdict: {field} is missing") as caught:
        checked(ruling, NOW)
    assert not any(text and len(text) > 2 and text in str(caught.value) for text in (ruling.identifier, ruling.reason))


def test_accounts_are_sorted_and_the_reason_is_in_normal_form() -> None:
    found = checked(replace(on_accounts("not_evidence", "b", "a"), reason=" cafe\u0301 "), NOW)
    assert (found.accounts, found.reason) == (("a", "b"), "café")
    assert wrong_field(found, NOW) is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("4111111111111111", True),
        ("on 2026-01-02 4111-1111-1111-1111 was", True),
        ("4111.1111.1111.1111", True),
        ("4111111111111112", False),
        ("9111111111111111", False),
        ("411111111111", False),
        ("seen 12 times on 2026-01-02 at 10.30", False),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", True),
    ],
)
def test_card_numbers_are_recognised(text: str, holds: bool) -> None:
    assert holds_card_number(text) == holds
