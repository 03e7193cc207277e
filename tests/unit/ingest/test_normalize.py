"""What each form makes of a text: the value in its one spelling, its other parts, and the fault."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from ingest.normalize import FORMS, Normalizer
from ingest.pseudonyms import KEY_NAMES
from linkgraph.kinds import KIND_NAMES
from tests.unit.ingest.feeding import hmac_keys

YEAR_2000, LATE = 946_684_800_000_000, 1_800_000_000_000_000
TIME = (1e6, False, YEAR_2000, LATE)


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    return Normalizer(hmac_keys(), threads=1)


def read(normalizer: Normalizer, form: str, *texts: str, options: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
    """Parts and fault of each text, identifiers in clear."""
    rows: list[dict[str, Any]] = normalizer.read(form, pa.array(texts, pa.string()), options, tokens=False).to_pylist()
    return rows


def values(normalizer: Normalizer, form: str, *texts: str, options: tuple[Any, ...] = ()) -> list[Any]:
    return [row["value"] for row in read(normalizer, form, *texts, options=options)]


def faults(normalizer: Normalizer, form: str, *texts: str, options: tuple[Any, ...] = ()) -> list[str | None]:
    return [row["fault"] for row in read(normalizer, form, *texts, options=options)]


def test_ipv4_has_one_spelling(normalizer: Normalizer) -> None:
    wrapped = ("::ffff:203.0.113.9", "::FFFF:203.0.113.9", "0:0:0:0:0:ffff:203.0.113.9", "::ffff:cb00:7109")
    for row in read(normalizer, "ip", "203.0.113.9", *wrapped):
        assert row == {"value": "203.0.113.9", "exact": "203.0.113.9", "version": 4, "fault": None}


def test_ipv6_links_by_its_network_and_keeps_the_address(normalizer: Normalizer) -> None:
    exact = "2001:0db8:0001:0002:0000:0000:0000:0001"
    for text in ("2001:db8:1:2::1", "2001:DB8:1:2:0:0:0:1", exact):
        [row] = read(normalizer, "ip", text)
        assert row == {"value": "2001:0db8:0001:0002::/64", "exact": exact, "version": 6, "fault": None}


def test_private_addresses_say_nothing(normalizer: Normalizer) -> None:
    private = ("10.0.0.1", "127.0.0.1", "192.168.1.1", "172.16.0.1", "172.31.255.255", "169.254.1.1", "100.64.0.1")
    rows = read(normalizer, "ip", *private, "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1")
    assert {row["fault"] for row in rows} == {"private_address"}
    assert {row["value"] for row in rows} == {row["exact"] for row in rows} == {None}
    assert faults(normalizer, "ip", "172.32.0.1", "100.128.0.1", "11.0.0.1") == [None] * 3


def test_what_is_no_address_is_said(normalizer: Normalizer) -> None:
    bad = ("256.1.1.1", "1.2.3", "01.2.3.4", "1.2.3.4:80", "2001:db8:::1", "1:2:3:4:5:6:7:8:9", "2001:db8::12345", "x")
    assert faults(normalizer, "ip", *bad) == ["bad_ip"] * len(bad)
    assert faults(normalizer, "ip", "0.0.0.0", "unknown") == ["private_address", "placeholder"]


def test_an_email_is_the_mailbox_behind_it(normalizer: Normalizer) -> None:
    texts = ("Ann.Lee+shop@Gmail.com", "annlee@googlemail.com", "a.n.n.lee@gmail.com")
    assert values(normalizer, "email", *texts) == ["annlee@gmail.com"] * 3
    assert values(normalizer, "email", "Ann.Lee+x@Example.org.") == ["ann.lee@example.org"]
    assert faults(normalizer, "email", "ann", "ann@", "@x.org", "a b@x.org", "ann@localhost") == ["malformed"] * 5


def test_a_stem_is_the_letters_of_the_mailbox_whatever_its_host(normalizer: Normalizer) -> None:
    texts = ("Ann.Lee-Wu+shop@Gmail.com", "annleewu07@x.org", "a.n.n_lee.wu.1999@y.org", "9ann9lee9wu@z.org")
    assert [row["stem"] for row in read(normalizer, "email", *texts)] == ["annleewu"] * 4
    assert values(normalizer, "stem", "annleewu", "AnnLeeWu-3", texts[0]) == ["annleewu"] * 3
    assert [row["stem"] for row in read(normalizer, "email", "\u0438\u0432\u0430\u043d\u043e\u0432\u0430.7@x.org")] == [
        "\u0438\u0432\u0430\u043d\u043e\u0432\u0430"
    ]


def test_a_stem_that_is_short_or_everybodys_is_none(normalizer: Normalizer) -> None:
    none = (
        "info@x.org",
        "admin1@x.org",
        "ann22@y.org",
        "1234567@x.org",
        "no-reply@x.org",
        "Support.2@x.org",
        "a.b.c.d.e@x.org",
    )
    assert [row["stem"] for row in read(normalizer, "email", *none)] == [None] * len(none)
    assert faults(normalizer, "email", *none) == [None] * len(none)
    assert faults(normalizer, "stem", "info", "77") == ["placeholder"] * 2


def test_a_phone_is_its_digits(normalizer: Normalizer) -> None:
    texts = ("+44 (0)20 7946-0958", "0044 20 7946 0958", "+442079460958", "+44.20/7946 0958")
    assert values(normalizer, "phone", *texts) == ["+442079460958"] * 4
    assert values(normalizer, "phone", "\uff0b\uff14\uff14 20 7946 0958") == ["+442079460958"]
    assert faults(normalizer, "phone", "1234", "+1234567890123456", "call me") == ["malformed"] * 3


def test_a_wallet_is_chain_address_and_memo(normalizer: Normalizer) -> None:
    eth = "0x" + "aB" * 20
    assert values(normalizer, "wallet", f"Ethereum:{eth}", f"ethereum:{eth.lower()}") == [f"ethereum:{eth.lower()}"] * 2
    assert values(normalizer, "wallet", "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "bitcoin:BC1QXY2KG") == [
        "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT",  # base58 is not blind to case
        "bitcoin:bc1qxy2kg",
    ]
    memos = read(normalizer, "wallet", "xrp:rAddress:17", "xrp:rAddress:18", "xrp:rAddress", "xrp:rAddress:")
    assert [row["value"] for row in memos] == ["xrp:rAddress:17", "xrp:rAddress:18", "xrp:rAddress", "xrp:rAddress"]
    assert [row["has_memo"] for row in memos] == [True, True, False, False]
    assert faults(normalizer, "wallet", "xrp:", "xrp:0x000000") == ["placeholder"] * 2


def test_amounts_never_pass_through_a_binary_fraction(normalizer: Normalizer) -> None:
    texts = ("0.1", "12", "1e3", "2.5E-3", "0.000000000000000001", "12345678901234567890.123456789012345678", "+7.")
    assert values(normalizer, "amount", *texts, options=(False,)) == [
        Decimal(text) for text in ("0.1", "12", "1000", "0.0025", *texts[4:6], "7")
    ]
    assert (
        faults(normalizer, "amount", "1,5", "1 000", "abc", "1e99", "--1", "123456789012345678901", options=(False,))
        == ["bad_amount"] * 6
    )
    assert faults(normalizer, "amount", "-1", options=(False,)) == ["negative_amount"]
    assert values(normalizer, "amount", "-1", options=(True,)) == [Decimal(-1)]


def test_times_are_epoch_microseconds(normalizer: Normalizer) -> None:
    moment = 1_767_225_600_000_000  # 2026-01-01
    same = ("2026-01-01T00:00:00Z", "2026-01-01t01:00:00+01:00", "2025-12-31 19:00:00-0500", "2026-01-01T00:00Z")
    assert values(normalizer, "time", *same, "1767225600", "1767225600.0", options=TIME) == [moment] * 6
    fine = ("2026-01-01T00:00:00.123456Z", "1767225600.123456")
    assert values(normalizer, "time", *fine, options=TIME) == [moment + 123_456] * 2
    assert values(normalizer, "time", "1767225600123", options=(1e3, *TIME[1:])) == [moment + 123_000]


def test_bad_times_say_how(normalizer: Normalizer) -> None:
    expected = {
        "2026-02-30T00:00:00Z": "bad_time",
        "01/02/2026": "bad_time",
        "yesterday": "bad_time",
        "1999-12-31T23:59:59Z": "bad_time",
        "0": "bad_time",
        "2026-01-01": "naive_time",
        "2026-01-01T00:00:00": "naive_time",
        "2100-01-01T00:00:00Z": "future_event",
        "99999999999999999999": "bad_time",
    }
    assert faults(normalizer, "time", *expected, options=TIME) == list(expected.values())
    allowed = (1e6, True, YEAR_2000, LATE)
    assert faults(normalizer, "time", "2026-01-01", "2026-01-01 10:00", options=allowed) == [None, None]


def test_words_numbers_and_truths(normalizer: Normalizer) -> None:
    assert values(normalizer, "choice", "IN", "out", options=(["in", "out"], "bad_enum")) == ["in", "out"]
    assert faults(normalizer, "choice", "up", options=(["in", "out"], "bad_enum")) == ["bad_enum"]
    assert values(normalizer, "boolean", "True", "0", "YES", "f") == [True, False, True, False]
    assert faults(normalizer, "boolean", "maybe") == ["bad_boolean"]
    assert values(normalizer, "integer", "7", "7.0", options=(0, 10)) == [7, 7]
    assert faults(normalizer, "integer", "11", "7.5", "x", options=(0, 10)) == ["bad_integer"] * 3
    assert values(normalizer, "code", "de") == ["DE"]


def test_names_and_addresses_are_folded(normalizer: Normalizer) -> None:
    rows = read(normalizer, "name", "  Ann   LEE ", "Anna Stra\u00dfe", "\uff21\uff4e\uff4e Lee")
    assert [(row["value"], row["surname"]) for row in rows] == [
        ("ann lee", "lee"),
        ("anna strasse", "strasse"),
        ("ann lee", "lee"),
    ]
    assert values(normalizer, "address", "1, Main-St. #4", "1 main st 4") == ["1 main st 4"] * 2


def test_account_numbers_ignore_spacing_and_case(normalizer: Normalizer) -> None:
    texts = ("gb33 bukb 2020 1555 5555 55", "GB33BUKB20201555555555")
    assert values(normalizer, "payer", *texts) == ["GB33BUKB20201555555555"] * 2


@pytest.mark.parametrize(
    "text", ["unknown", "NULL", "n/a", "00000000", "0x0000", "ff:ff:ff:ff:ff:ff", "---", "9774d56d682e549c"]
)
def test_placeholders_are_nobody(normalizer: Normalizer, text: str) -> None:
    for form in ("device", "fingerprint", "card", "bank", "document", "name", "email", "phone"):
        [row] = read(normalizer, form, text)
        assert row["value"] is None, form
        assert row["fault"] == "placeholder", form


def test_the_length_of_device_ids_is_kept(normalizer: Normalizer) -> None:
    assert [row["length"] for row in read(normalizer, "device", "abc", "abcdef")] == [3, 6]


def test_too_long_is_said(normalizer: Normalizer) -> None:
    for form, length in (("device", 8001), ("id", 513), ("text", 2001), ("email", 513), ("card", 8001)):
        assert faults(normalizer, form, "x" * length) == ["too_long"], form


def test_null_is_no_fault(normalizer: Normalizer) -> None:
    options = {"choice": (["in"], "bad_enum"), "integer": (0, 9), "amount": (False,), "time": TIME, "event": TIME}
    for form in FORMS:
        row = normalizer.read(form, pa.array([None], pa.string()), options.get(form, ())).to_pylist()[0]
        assert row["value"] is None, form
        assert row["fault"] is None, form


def test_words_are_remembered_only_for_the_same_question(normalizer: Normalizer) -> None:
    seven = pa.array(["7"])
    for _ in range(2):
        assert faults(normalizer, "integer", "7", options=(0, 9)) == [None]
        assert faults(normalizer, "integer", "7", options=(0, 5)) == ["bad_integer"]
        assert normalizer.read("device", seven, tokens=False)["value"].to_pylist() == ["7"]
        assert normalizer.read("device", seven)["value"].to_pylist() != ["7"]
    assert values(normalizer, "device", "7", "8", "7") == ["7", "8", "7"]


def test_every_kind_has_a_form_whose_value_is_secret() -> None:
    for kind in KIND_NAMES:
        assert dict(FORMS[kind].secret)["value"] == kind
    assert {key for form in FORMS.values() for _, key in form.secret} <= set(KEY_NAMES)
