"""What is told of an account is every row about it as known at the time, each record once, and nobody else's."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkgraph.errors import LedgerError
from linkgraph.ledger import FEEDS, Known, Ledger, tell
from linkgraph.model import Told

MILLION = 1_000_000
OWNERS = {
    "logins": ("account_id",),
    "payments": ("account_id",),
    "transfers": ("from_account_id", "to_account_id"),
    "disputes": ("account_id",),
}
TIMES = {"disputes": "opened_at"}


def put(ledger: Ledger, feed: str, rows: list[dict[str, Any]]) -> str:
    """Commit a file of these rows; times in seconds. Returns its digest."""
    digest = f"d{len(ledger.entries())}"
    made: list[dict[str, Any]] = [
        {"deleted": False, "batch": digest, "line": line} | row for line, row in enumerate(rows, 1)
    ]
    times = [
        {name: value * MILLION if name in ("at", "opened_at", "known_at") else value for name, value in row.items()}
        for row in made
    ]
    ledger.append(feed, digest, iter([pa.RecordBatch.from_pylist(times, FEEDS[feed].schema)]))
    return digest


def known_at(ledger: Ledger, as_of: int) -> Known:
    """All that the ledger holds now, as known at a time."""
    entries = ledger.entries()
    return Known(as_of, frozenset((each.feed, each.digest) for each in entries), sum(each.rows for each in entries))


def lines(told: Told) -> list[tuple[str, str, int]]:
    """Which rows they are."""
    return sorted((row.feed, row.batch, row.line) for row in told.rows)


def drawn_row(feed: str) -> st.SearchStrategy[dict[str, Any]]:
    """A row between few accounts, of few records, told in one of few seconds."""
    people = {name: st.sampled_from("abc") for name in OWNERS[feed]}
    times = {TIMES.get(feed, "at"): st.integers(0, 5), "known_at": st.integers(0, 5)}
    record = {"record": st.sampled_from([None, "r", "s"]), "deleted": st.booleans()}
    return st.fixed_dictionaries(people | times | record)


FILES = st.lists(
    st.sampled_from(sorted(OWNERS)).flatmap(
        lambda feed: st.tuples(st.just(feed), st.lists(drawn_row(feed), min_size=1, max_size=12))
    ),
    max_size=3,
)


def expected(files: list[tuple[str, list[dict[str, Any]]]], account_id: str, as_of: int) -> list[tuple[str, str, int]]:
    """The same, row by row."""
    versions: dict[Any, list[Any]] = {}
    for number, (feed, rows) in enumerate(files):
        for line, row in enumerate(rows, 1):
            if row["known_at"] <= as_of:
                key = (feed, row["record"]) if row["record"] else (feed, number, line)
                rank = (row["known_at"], row["deleted"], f"d{number}", line)
                versions.setdefault(key, []).append((rank, feed, row))
    found = []
    for told in versions.values():
        (_, deleted, batch, line), feed, row = max(told, key=lambda each: each[0])
        # A record is known by its own account's rows: one that never stood under it is nobody's correction.
        if account_id in [row[name] for name in OWNERS[feed]] and not deleted and row[TIMES.get(feed, "at")] <= as_of:
            found.append((feed, batch, line))
    return sorted(found)


@settings(max_examples=20)
@given(files=FILES, as_of=st.integers(0, 5))
def test_every_row_that_stands_is_told_once(files: list[tuple[str, list[dict[str, Any]]]], as_of: int) -> None:
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        for feed, rows in files:
            put(ledger, feed, rows)
        for account_id in "abc":
            told = tell(ledger, account_id, known_at(ledger, as_of), 100)
            assert lines(told) == expected(files, account_id, as_of)
            assert told.cut == ()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def test_a_file_that_the_run_did_not_read_tells_nothing_though_it_says_it_was_known(ledger: Ledger) -> None:
    row = {"account_id": "a", "at": 1, "known_at": 1}
    put(ledger, "logins", [row])
    known = known_at(ledger, 9)
    put(ledger, "logins", [row])
    assert [each.batch for each in tell(ledger, "a", known, 10).rows] == ["d0"]
    assert len(tell(ledger, "a", known_at(ledger, 9), 10).rows) == 2


def test_a_file_that_the_run_read_as_one_feed_tells_nothing_as_another(ledger: Ledger) -> None:
    digest = put(ledger, "logins", [{"account_id": "a", "at": 1, "known_at": 1}])
    known = known_at(ledger, 9)
    batch = pa.RecordBatch.from_pylist([{"account_id": "a", "at": 1, "known_at": 1}], FEEDS["labels"].schema)
    ledger.append("labels", digest, iter([batch]))
    assert [row.feed for row in tell(ledger, "a", known, 10).rows] == ["logins"]


def test_an_account_with_more_rows_than_are_read_has_its_newest(ledger: Ledger) -> None:
    put(ledger, "logins", [{"account_id": "a", "at": at, "known_at": 9} for at in (3, 1, 4, 1, 5)])
    put(ledger, "payments", [{"account_id": "a", "at": 1, "known_at": 1}])
    told = tell(ledger, "a", known_at(ledger, 9), 3)
    assert told.cut == ("logins",)
    assert sorted(row.at // MILLION for row in told.rows if row.feed == "logins") == [3, 4, 5]
    assert Counter(row.feed for row in told.rows) == {"logins": 3, "payments": 1}


def test_a_ledger_that_lacks_what_the_run_read_tells_nothing_rather_than_less(ledger: Ledger) -> None:
    put(ledger, "logins", [{"account_id": "a", "at": 1, "known_at": 1}])
    known = known_at(ledger, 9)
    ledger.entries("logins")[0].path.unlink()
    with pytest.raises(LedgerError, match="lacks files that the run read"):
        tell(ledger, "a", known, 10)


def test_who_of_the_staff_looked_is_not_told(ledger: Ledger) -> None:
    put(ledger, "staff_access", [{"staff_id": "s", "account_id": "a", "at": 1, "known_at": 1}])
    assert tell(ledger, "a", known_at(ledger, 9), 10).rows == ()


def test_the_record_is_named_where_the_source_names_none(ledger: Ledger) -> None:
    rows: list[dict[str, Any]] = [{"record": "p1"}, {"record": "p2", "source_id": "s2"}, {"record": None}]
    put(ledger, "payments", [{"account_id": "a", "at": 1, "known_at": 1} | row for row in rows])
    named = [row.source_id for row in tell(ledger, "a", known_at(ledger, 9), 10).rows]
    assert sorted(named, key=str) == [None, "p1", "s2"]


def test_a_feed_that_cannot_be_read_is_said_without_its_path(ledger: Ledger) -> None:
    put(ledger, "logins", [{"account_id": "a", "at": 1, "known_at": 1}])
    ledger.entries("logins")[0].path.write_bytes(b"PAR1")
    with pytest.raises(LedgerError, match=r"^the ledger table of logins cannot be read: \w+$"):
        tell(ledger, "a", known_at(ledger, 9), 10)
