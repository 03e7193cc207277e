"""Columns of every type a file can have, as the values they stand for, and the ids that look like card numbers."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from ingest.mapping import FileMap
from ingest.normalize import Normalizer
from ingest.records import RECORDS, Field
from ingest.values import Column, ColumnReader
from linkgraph.errors import InputError
from tests.unit.ingest.feeding import NOW, hmac_keys

DAY = 86_400_000_000
MIDNIGHT = 1_767_225_600_000_000  # 2026-01-01
PAN = "4111111111111111"


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    return Normalizer(hmac_keys(), threads=1)


def column(feed: str, name: str) -> Field:
    [found] = [described for described in RECORDS[feed].fields if described.name == name]
    return found


def read(normalizer: Normalizer, feed: str, name: str, raw: pa.Array, mapping: FileMap | None = None) -> Column:
    described = column(feed, name)
    return ColumnReader(normalizer, mapping or FileMap(), NOW).read(described, raw, described.form)


def value(normalizer: Normalizer, feed: str, name: str, raw: pa.Array, mapping: FileMap | None = None) -> Any:
    return read(normalizer, feed, name, raw, mapping).parts["value"].to_pylist()


def faults(normalizer: Normalizer, feed: str, name: str, raw: pa.Array, mapping: FileMap | None = None) -> Any:
    found = read(normalizer, feed, name, raw, mapping).faults
    return [None] * len(raw) if found is None else found.to_pylist()


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "+02:00"])
def test_native_times_with_a_zone(normalizer: Normalizer, unit: str, zone: str) -> None:
    raw = pa.array([NEW_YEAR, None], pa.timestamp(unit, zone))
    assert value(normalizer, "logins", "at", raw) == [MIDNIGHT, None]
    assert faults(normalizer, "logins", "at", raw) == [None, "missing_value"]
    assert faults(normalizer, "logins", "known_at", raw) == [None, None]


NAIVE = (
    pa.array([date(2026, 1, 1)], pa.date32()),
    pa.array([date(2026, 1, 1)], pa.date64()),
    pa.array([datetime(2026, 1, 1)], pa.timestamp("ms")),  # noqa: DTZ001
    pa.array(["2026-01-01"]),
)


@pytest.mark.parametrize("raw", NAIVE, ids=lambda raw: str(raw.type))
def test_days_and_times_without_a_zone_need_one_declared(normalizer: Normalizer, raw: pa.Array) -> None:
    assert faults(normalizer, "logins", "at", raw) == ["naive_time"]
    declared = FileMap(naive_times="UTC")
    assert value(normalizer, "logins", "at", raw, declared) == [MIDNIGHT]
    assert faults(normalizer, "logins", "at", raw, declared) == [None]


def test_native_times_pass_through_the_map(normalizer: Normalizer) -> None:
    raw = pa.array([date(1970, 1, 1), date(2026, 1, 1), None], pa.date32())
    mapping = FileMap(nulls={"at": ["1970-01-01"]}, defaults={"at": "2026-01-02"}, naive_times="UTC")
    assert value(normalizer, "logins", "at", raw, mapping) == [MIDNIGHT + DAY, MIDNIGHT, MIDNIGHT + DAY]
    moments = pa.array([NEW_YEAR, None], pa.timestamp("ns", "Asia/Tokyo"))
    mapping = FileMap(nulls={"at": ["2026-01-01 00:00:00.000000Z"]})
    assert faults(normalizer, "logins", "at", moments, mapping) == ["missing_value", "missing_value"]


@pytest.mark.parametrize("as_text", [False, True])
def test_times_out_of_bounds(normalizer: Normalizer, as_text: bool) -> None:
    micro = pa.array([0, NOW + DAY, NOW + DAY + 1], pa.timestamp("us", "UTC"))
    raw = micro.cast(pa.string()) if as_text else micro
    assert faults(normalizer, "logins", "at", raw) == ["bad_time", None, "future_event"]
    assert faults(normalizer, "payments", "unlock_at", raw) == ["bad_time", None, None]


def test_numbers_as_times_have_the_unit_of_the_map(normalizer: Normalizer) -> None:
    seconds = MIDNIGHT // 10**6
    for raw in (
        pa.array([seconds]),
        pa.array([float(seconds)]),
        pa.array([str(seconds)]),
        pa.array([Decimal(seconds)]),
    ):
        assert value(normalizer, "logins", "at", raw) == [MIDNIGHT]
    assert value(normalizer, "logins", "at", pa.array([seconds * 1000]), FileMap(unit="ms")) == [MIDNIGHT]


def test_amounts_of_any_type(normalizer: Normalizer) -> None:
    for raw in (
        pa.array([12.5]),
        pa.array(["12.5"]),
        pa.array([Decimal("12.50")]),
        pa.array([b"12.5"]),
        pa.array(["12.5"], pa.large_string()),
        pa.array(["12.5"], pa.string_view()),
        pa.array(["12.5"]).dictionary_encode(),
        pa.chunked_array([["12.5"]]),
    ):
        assert value(normalizer, "transfers", "amount", raw) == [Decimal("12.5")]
    assert value(normalizer, "transfers", "amount", pa.array([0.1, None, float("nan")])) == [Decimal("0.1"), None, None]


def test_ids_of_any_whole_type(normalizer: Normalizer) -> None:
    for raw in (pa.array([17]), pa.array([17.0]), pa.array([17], pa.int8()), pa.array(["17"]), pa.array([" 17 "])):
        assert value(normalizer, "logins", "account_id", raw) == ["17"]
    assert value(normalizer, "logins", "account_id", pa.array([2**53 - 1.0])) == ["9007199254740991"]
    with pytest.raises(InputError, match="fractional numbers where ids belong"):
        value(normalizer, "logins", "account_id", pa.array([17.5]))


@pytest.mark.parametrize("raw", [pa.array([[1]]), pa.array([{"a": 1}]), pa.array([1], pa.duration("s"))])
def test_types_that_hold_no_single_value_refuse_the_file(normalizer: Normalizer, raw: pa.Array) -> None:
    with pytest.raises(InputError, match="no single value"):
        value(normalizer, "logins", "account_id", raw)


def test_times_where_no_time_belongs_refuse_the_file(normalizer: Normalizer) -> None:
    with pytest.raises(InputError, match="holds times"):
        value(normalizer, "logins", "account_id", pa.array([date(2026, 1, 1)]))


def test_text_is_checked_value_by_value(normalizer: Normalizer) -> None:
    raw = pa.array([b"ok", b"n\0ul", b"\xff\xfe", b"  ", None], pa.binary())
    assert value(normalizer, "logins", "session_id", raw) == ["ok", None, None, None, None]
    assert faults(normalizer, "logins", "session_id", raw) == [None, "nul_byte", "invalid_encoding", None, None]
    assert faults(normalizer, "logins", "account_id", raw)[3:] == ["missing_value"] * 2


def test_a_column_of_nothing_is_null(normalizer: Normalizer) -> None:
    assert value(normalizer, "logins", "ip", pa.nulls(2)) == [None, None]
    assert faults(normalizer, "logins", "account_id", pa.nulls(1)) == ["missing_value"]
    assert faults(normalizer, "logins", "account_id", pa.nulls(1), FileMap(without=["account_id"])) == [None]


def pans(count: int) -> list[str]:
    """As many different numbers that pass for card numbers."""
    found = []
    for serial in range(count):
        digits = [int(digit) for digit in f"4{serial:014d}"]
        total = sum(sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits))
        found.append("".join(map(str, digits)) + str(-total % 10))
    return found


def test_a_column_of_card_numbers_is_refused_without_showing_one(normalizer: Normalizer) -> None:
    for ids in (pans(4), [*pans(8), "a1", "a2"]):
        with pytest.raises(InputError, match="looks like full card numbers") as refused:
            value(normalizer, "logins", "account_id", pa.array(ids))
        assert not any(number in str(refused.value) for number in ids)


def test_single_ids_that_pass_for_card_numbers_are_taken(normalizer: Normalizer) -> None:
    for ids in (pans(3), [*pans(7), "a1", "a2", "a3"], pans(1) * 100):
        assert value(normalizer, "logins", "account_id", pa.array(ids)) == ids


@pytest.mark.parametrize("size", [1, 2, 5])
def test_card_numbers_are_counted_the_same_in_any_chunks(normalizer: Normalizer, size: int) -> None:
    described = column("logins", "account_id")
    one_account = ColumnReader(normalizer, FileMap(), NOW)
    for _ in range(10):
        one_account.read(described, pa.array(pans(1) * size), "id")
    many = ColumnReader(normalizer, FileMap(), NOW)
    with pytest.raises(InputError):
        for start in range(0, 10, size):
            many.read(described, pa.array(pans(10)[start : start + size]), "id")


def test_dictionaries_are_read_by_the_values_that_are_used(normalizer: Normalizer) -> None:
    unused = pa.array(["a1", *pans(20), "a2"])
    raw = pa.DictionaryArray.from_arrays(pa.array([21, 0, None, 0]), unused)
    assert value(normalizer, "logins", "account_id", raw) == ["a2", "a1", None, "a1"]
    assert faults(normalizer, "logins", "account_id", raw) == [None, None, "missing_value", None]


def test_a_leap_day_is_a_day_in_leap_years_only(normalizer: Normalizer) -> None:
    raw = pa.array(["2024-02-29T23:59:59Z", "2000-02-29T00:00:00+00:00", "2025-02-29T00:00:00Z", "2026-02-29"])
    first, second, *_ = value(normalizer, "logins", "at", raw)
    assert second == int(datetime(2000, 2, 29, tzinfo=UTC).timestamp()) * 1_000_000
    assert first == int(datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC).timestamp()) * 1_000_000
    assert faults(normalizer, "logins", "at", raw) == [None, None, "bad_time", "bad_time"]
