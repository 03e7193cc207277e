"""Column maps: what a map may say, how it is refused, and what rows become through it."""

from pathlib import Path
from typing import Any

import pytest

from ingest.mapping import FileMap, maps_for, read_maps
from ingest.records import RECORDS
from linkgraph.errors import UsageError
from tests.unit.ingest.feeding import ledger_rows, take, write


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "map.toml"
    path.write_text(text)
    return path


def test_one_table_is_one_map_for_every_file(tmp_path: Path) -> None:
    [found] = read_maps(written(tmp_path, 'feed = "logins"\nunit = "ms"\n[columns]\nuser = "account_id"\n'))
    assert found == FileMap(feed="logins", unit="ms", columns={"user": "account_id"})
    assert found.theirs == {"account_id": "user"}
    assert found.factor == 1000.0
    assert maps_for("anything.csv", [found]) == [found]


def test_maps_are_chosen_by_file_name(tmp_path: Path) -> None:
    maps = read_maps(
        written(tmp_path, '[[files]]\nfile = "a*.csv"\n[[files]]\nfile = "*.csv"\n[[files]]\nfile = "b.csv"\n')
    )
    assert [entry.file for entry in maps_for("b.csv", maps)] == ["*.csv", "b.csv"]
    assert [entry.file for entry in maps_for("ab.csv", maps)] == ["a*.csv", "*.csv"]
    assert maps_for("B.parquet", maps) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("feed = ", "cannot be read"),
        ('feed = "loggins"', "no feed loggins"),
        ('colums = { a = "b" }', "colums"),
        ('unit = "minutes"', "unit"),
        ('naive_times = "Europe/Berlin"', "naive_times"),
        ("columns = { a = 1 }", "columns.a"),
        ("files = 3", "cannot be read"),
    ],
)
def test_a_bad_map_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_maps(written(tmp_path, text))


def test_a_missing_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_maps(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns": {"user": "accountid"}}, "no column accountid"),
        ({"defaults": {"knd": "login"}}, "no column knd"),
        ({"values": {"typ": {"a": "b"}}}, "no column typ"),
        ({"without": ["when"]}, "no column when"),
        ({"columns": {"user": "account_id", "id": "account_id"}}, "become the same column"),
    ],
)
def test_a_map_that_does_not_fit_the_feed_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        FileMap(**changes).check(RECORDS["logins"])


MAP = """
feed = "payments"
unit = "ms"
without = ["currency"]
columns = { id = "payment_id", user = "account_id", when = "at", way = "direction", value = "amount" }
defaults = { rail = "bank", status = "none given" }
values.direction = { deposit = "in", withdrawal = "out" }
nulls = { value = ["-"], ref = ["?"] }
only = { type = "payment" }
"""


def test_rows_are_read_through_a_map(tmp_path: Path) -> None:
    rows = [
        {"id": "p1", "user": "a1", "when": "1767225600000", "way": "deposit", "value": "5", "type": "payment"},
        {"id": "p2", "user": "a2", "when": "1767225600000", "way": "withdrawal", "value": "6.5", "type": "payment"},
        {"id": "p3", "user": "a3", "when": "", "way": "?", "value": "-", "type": "fee"},
    ]
    [report] = take(tmp_path, write(tmp_path / "export.csv", rows), columns=written(tmp_path, MAP))
    assert (report.status, report.feed, report.accepted, report.ignored) == (
        "committed",
        "payments",
        2,
        {"row.only": 1},
    )
    assert report.unknown_columns == ()
    found = ledger_rows(tmp_path, "payments")
    assert [(row["payment_id"], row["direction"], float(row["amount"]), row["rail"]) for row in found] == [
        ("p1", "in", 5.0, "bank"),
        ("p2", "out", 6.5, "bank"),
    ]
    assert {row["at"] for row in found} == {1_767_225_600_000_000}
    assert {row["currency"] for row in found} == {None}
    assert {row["status"] for row in found} == {"none given"}


def test_a_value_that_means_none_is_missing(tmp_path: Path) -> None:
    rows = [{"id": "p1", "user": "a1", "when": "1767225600000", "way": "deposit", "value": "-", "type": "payment"}]
    [report] = take(
        tmp_path,
        write(tmp_path / "export.csv", rows),
        columns=written(tmp_path, MAP),
        settings={"reject_share": 1.0},
    )
    assert report.reasons == {"missing_value": 1}


def test_a_file_that_two_maps_name_is_read_twice(tmp_path: Path) -> None:
    text = """
[[files]]
file = "users.csv"
feed = "accounts"
columns = { id = "account_id", born = "created_at" }
[[files]]
file = "users.csv"
feed = "labels"
columns = { id = "account_id", born = "at" }
defaults = { label = "fraud" }
only = { bad = 1 }
"""
    rows = [{"id": f"a{n}", "born": "2026-01-01T00:00:00Z", "bad": n % 2} for n in range(4)]
    for folder, suffix in (("csv", "csv"), ("parquet", "parquet")):
        home = tmp_path / folder
        path = write(home / "in" / f"users.{suffix}", rows)
        reports = take(home, path, columns=written(home, text.replace("users.csv", path.name)))
        assert [(each.feed, each.accepted) for each in reports] == [("accounts", 4), ("labels", 2)]
        assert [row["account_id"] for row in ledger_rows(home, "labels")] == ["a1", "a3"]
