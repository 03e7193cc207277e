"""Foreign exports are read through a map, and a wrong map is refused before anything is read."""

from pathlib import Path
from typing import Any

import pytest

from ingest.mapping import FileMap, maps_for, read_maps
from linkgraph.errors import UsageError
from tests.unit.ingest.feeding import ledger_rows, take, write

AT = "2026-01-01T10:00:00Z"
NOON = 1_767_268_800_000_000  # 2026-01-01T12:00Z


def mapped(folder: Path, toml: str, content: str, name: str = "logins.csv") -> list[dict[str, Any]]:
    """Ledger rows of a file that is read through a map, the filled columns only."""
    [report] = take(folder, write(folder / name, content), columns=write(folder / "map.toml", toml))
    assert (report.status, report.rejected) == ("committed", 0), report
    hidden = ("record", "deleted", "known_at", "source_id")
    return [{k: v for k, v in row.items() if v is not None and k not in hidden} for row in ledger_rows(folder)]


def test_columns_are_renamed(tmp_path: Path) -> None:
    [row] = mapped(tmp_path, '[columns]\nuser = "account_id"\nts = "at"\n', "user,ts\na,1767268800\n")
    assert row == {"account_id": "a", "at": NOON}


def test_defaults_fill_what_is_empty_or_not_there(tmp_path: Path) -> None:
    text = f"account_id,at,result\na,{AT},\nb,{AT},bad\n"
    rows = mapped(tmp_path, '[defaults]\nresult = "ok"\nkind = "login"\n', text)
    assert [(row["result"], row["kind"]) for row in rows] == [("ok", "login"), ("bad", "login")]


def test_values_are_translated(tmp_path: Path) -> None:
    rows = mapped(tmp_path, '[values.kind]\nSIGN_UP = "signup"\n', f"account_id,at,kind\na,{AT},SIGN_UP\nb,{AT},kyc\n")
    assert [row["kind"] for row in rows] == ["signup", "kyc"]


def test_nulls_are_none(tmp_path: Path) -> None:
    rows = mapped(tmp_path, '[nulls]\nresult = ["-"]\n', f"account_id,at,result\na,{AT},-\nb,{AT},ok\n")
    assert [row.get("result") for row in rows] == [None, "ok"]


def test_only_some_rows_are_taken(tmp_path: Path) -> None:
    rows = mapped(tmp_path, '[only]\ntype = "login"\n', f"account_id,at,type\na,{AT},login\nb,{AT},logout\n")
    assert [row["account_id"] for row in rows] == ["a"]


def test_a_column_to_choose_rows_by_must_be_there(tmp_path: Path) -> None:
    path = write(tmp_path / "logins.csv", f"account_id,at,type\na,{AT},login\n")
    [report] = take(tmp_path, path, columns=write(tmp_path / "map.toml", '[only]\ntyp = "login"\n'))
    assert (report.status, report.error) == ("refused", f"{path}: line 1: missing column typ")


def test_a_zone_may_be_declared_for_naive_times(tmp_path: Path) -> None:
    [row] = mapped(tmp_path, 'naive_times = "UTC"\n', "account_id,at\na,2026-01-01 12:00:00\n")
    assert row["at"] == NOON


@pytest.mark.parametrize(
    ("unit", "given"), [("s", "1767268800"), ("ms", "1767268800000"), ("ns", "1767268800" + "0" * 9)]
)
def test_numeric_times_may_have_another_unit(tmp_path: Path, unit: str, given: str) -> None:
    [row] = mapped(tmp_path, f'unit = "{unit}"\n', f"account_id,at\na,{given}\n")
    assert row["at"] == NOON


def test_rows_without_a_time_are_dated_by_the_clock_and_it_is_said(tmp_path: Path) -> None:
    toml = write(tmp_path / "map.toml", 'without = ["at"]\n')
    [report] = take(tmp_path, write(tmp_path / "logins.csv", "account_id\na\n"), columns=toml, now=NOON)
    assert report.note == "1 rows without a time are dated by the clock"
    assert [(row["at"], row["known_at"]) for row in ledger_rows(tmp_path)] == [(None, NOON)]


def test_maps_of_a_folder_are_for_files_by_pattern(tmp_path: Path) -> None:
    toml = '[[files]]\nfile = "log*"\nfeed = "logins"\n[[files]]\nfile = "*.csv"\nfeed = "labels"\n'
    maps = read_maps(write(tmp_path / "map.toml", toml))
    assert [[found.feed for found in maps_for(name, maps)] for name in ("log1.csv", "x.csv", "x.jsonl")] == [
        ["logins", "labels"],
        ["labels"],
        [],
    ]


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ("columns = 3", "columns: Input should be a valid dictionary"),
        ("[column]\nx = 'at'", "column: Extra inputs are not permitted"),
        ("unit = 'minutes'", "unit: Input should be"),
        ("naive_times = 'Europe/Vienna'", "naive_times: Input should be 'UTC'"),
        ("feed = 'users'", "there is no feed users"),
        ("feed = ", "cannot be read: TOMLDecodeError"),
    ],
)
def test_a_wrong_map_is_refused(tmp_path: Path, toml: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_maps(write(tmp_path / "map.toml", toml))


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ("[columns]\nx = 'date'", "feed logins has no column date"),
        ("without = ['date']", "feed logins has no column date"),
        ("[columns]\nx = 'at'\ny = 'at'", "two columns become the same column of feed logins"),
    ],
)
def test_a_map_that_does_not_fit_its_feed_is_refused(tmp_path: Path, toml: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        take(tmp_path, write(tmp_path / "logins.csv", "account_id,at\n"), columns=write(tmp_path / "map.toml", toml))


def test_a_wrong_map_does_not_show_its_values(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_maps(write(tmp_path / "map.toml", "[defaults]\nresult = 4111111111111111\n"))
    assert "4111" not in str(caught.value)


def test_a_factor_belongs_to_each_unit() -> None:
    assert [FileMap(unit=unit).factor for unit in ("s", "ms", "us", "ns")] == [1e6, 1e3, 1.0, 1e-3]


def test_a_missing_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_maps(tmp_path / "none.toml")


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
    [report] = take(tmp_path, write(tmp_path / "export.csv", rows), columns=write(tmp_path / "map.toml", MAP))
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
        reports = take(home, path, columns=write(home / "map.toml", text.replace("users.csv", path.name)))
        assert [(each.feed, each.accepted) for each in reports] == [("accounts", 4), ("labels", 2)]
        assert [row["account_id"] for row in ledger_rows(home, "labels")] == ["a1", "a3"]


def test_a_file_may_have_no_row_of_the_sort_to_take(tmp_path: Path) -> None:
    rows = [{"id": "p3", "user": "a3", "when": "", "way": "?", "value": "-", "type": "fee"}]
    path = write(tmp_path / "export.csv", rows)
    [report] = take(tmp_path, path, columns=write(tmp_path / "map.toml", MAP))
    assert (report.status, report.rows, report.accepted, report.ignored) == ("committed", 1, 0, {"row.only": 1})
