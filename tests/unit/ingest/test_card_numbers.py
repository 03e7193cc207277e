"""What counts as a full card number, and what only looks like one."""

import random

import pyarrow as pa
import pytest

from ingest.normalize import Normalizer
from tests.unit.ingest.feeding import hmac_keys

PAN = "4111111111111111"  # numbers that card schemes publish for tests
OTHERS = ("378282246310005", "6011111111111117", "5105105105105100", "30569309025904", "6304000000000000")
FREE_TEXT = ("text", "name", "address", "user_agent", "card", "chain")


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    return Normalizer(hmac_keys(), threads=1)


def refused(normalizer: Normalizer, form: str, *values: str) -> list[bool]:
    faults = normalizer.read(form, pa.array(values))["fault"].to_pylist()
    return [fault == "card_number" for fault in faults]


@pytest.mark.parametrize("form", FREE_TEXT)
def test_a_card_number_is_refused_wherever_it_stands(normalizer: Normalizer, form: str) -> None:
    values = (
        PAN,
        *OTHERS,
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        f"card {PAN} of Ann",
        f"due 2026 01 {PAN}",
        f"12.50 {PAN}",
        f"({PAN})",
        f"tok_{PAN}",
        f"pan{PAN}",
        "Visa4111 1111 1111 1111exp",
        f"{PAN}x",
        f"cc{PAN}",
        f"12345678901234567890 {PAN}",
    )
    assert refused(normalizer, form, *values) == [True] * len(values)


@pytest.mark.parametrize("form", FREE_TEXT)
def test_what_is_no_card_number_passes(normalizer: Normalizer, form: str) -> None:
    values = (
        "4111111111111112",  # wrong check digit
        "1111111111111117",  # no scheme issues this prefix
        "411111111111",  # twelve digits
        "41111111111111111111",  # twenty digits
        f"tok_a1b{PAN}2c3d",  # digits inside a machine's word, where they fall by chance
        f"tok_9{'d'}{PAN}",
        f"{PAN}f0e1",
        "tok_ae240409685375811913",  # letters at one end only, but the word is longer than a card number
        f"{PAN}abcd",
        "550e8400-e29b-41d4-a411-111111111111",  # a UUID whose last groups happen to pass
        "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0.6478.182 Safari/537.36",
        "2026-01-31 10:15:00",
    )
    assert refused(normalizer, form, *values) == [False] * len(values)


def test_random_tokens_are_not_taken_for_card_numbers(normalizer: Normalizer) -> None:
    """About 1 token of this shape in 9,000 holds digits that pass for a card number; most end in digits."""
    draw = random.Random(1)
    tokens = ["tok_" + "".join(draw.choices("0123456789abcdef", k=20)) for _ in range(60_000)]
    tokens += ["tok_ae" + "".join(draw.choices("0123456789", k=18)) for _ in range(1_000)]
    assert not any(refused(normalizer, "card", *tokens))


def test_an_email_with_a_card_number_is_refused(normalizer: Normalizer) -> None:
    assert refused(normalizer, "email", f"{PAN}@example.org", "ann@example.org") == [True, False]
