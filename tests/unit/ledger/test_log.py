"""The ledger keeps files whole or not at all, and nothing that was known is ever overwritten."""

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkgraph.errors import LedgerError
from linkgraph.ledger import FEEDS, Ledger, log

LABELS = FEEDS["labels"].schema


def labels(*known_at: int, **values: Any) -> pa.RecordBatch:
    """One label per known time."""
    rows = [{"account_id": f"a{time}", "label": "fraud", "at": 1, "known_at": time} | values for time in known_at]
    return pa.RecordBatch.from_pylist(rows, LABELS)


def known(ledger: Ledger, as_of: int = 10**18) -> list[int]:
    """Known times of all rows in the files that a reader as of then would open."""
    tables = [pq.read_table(path, partitioning=None) for path in ledger.files("labels", as_of)]
    return sorted(time for table in tables for time in table["known_at"].to_pylist())


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def test_an_empty_ledger_has_nothing(ledger: Ledger) -> None:
    assert (ledger.entries(), ledger.newest_known_at(), ledger.contains("labels", "d")) == ([], None, False)


def test_rows_are_there_once_committed(ledger: Ledger) -> None:
    assert ledger.append("labels", "d1", iter([labels(3, 1), labels(2)])) == 3
    [entry] = ledger.entries()
    assert (entry.feed, entry.digest, entry.rows) == ("labels", "d1", 3)
    assert (entry.oldest_known_at, entry.newest_known_at, ledger.newest_known_at()) == (1, 3, 3)
    assert pq.read_schema(entry.path) == LABELS
    assert known(ledger) == [1, 2, 3]


def test_the_same_digest_is_appended_once(ledger: Ledger) -> None:
    ledger.append("labels", "d1", iter([labels(1)]))
    assert ledger.append("labels", "d1", iter([labels(1)])) == 0
    assert known(ledger) == [1]


def test_one_digest_in_two_feeds(ledger: Ledger) -> None:
    bonus = pa.RecordBatch.from_pylist([{"account_id": "a", "known_at": 5}], FEEDS["bonuses"].schema)
    ledger.append("labels", "d1", iter([labels(1)]))
    assert ledger.append("bonuses", "d1", iter([bonus])) == 1
    assert [entry.feed for entry in ledger.entries()] == ["bonuses", "labels"]


def test_a_file_without_rows_is_committed_too(ledger: Ledger) -> None:
    assert ledger.append("labels", "d1", iter([labels()])) == 0
    assert (ledger.contains("labels", "d1"), ledger.entries()) == (True, [])
    ledger.append("labels", "d2", iter([labels(1)]))
    assert known(ledger) == [1]


def test_readers_open_only_what_was_known(ledger: Ledger) -> None:
    for digest, times in (("d1", (1, 9)), ("d2", (5,)), ("d3", (10,))):
        ledger.append("labels", digest, iter([labels(*times)]))
    assert [[path.name[:2] for path in ledger.files("labels", as_of)] for as_of in (0, 1, 5, 9, 10)] == [
        [],
        ["d1"],
        ["d1", "d2"],
        ["d1", "d2"],
        ["d1", "d2", "d3"],
    ]


def test_corrections_and_deletions_are_rows_of_their_own(ledger: Ledger) -> None:
    for digest, time, changes in (("d1", 1, {}), ("d2", 2, {"label": "cleared"}), ("d3", 3, {"deleted": True})):
        ledger.append("labels", digest, iter([labels(time, record="r", **changes)]))
    tables = pa.concat_tables(pq.read_table(path, partitioning=None) for path in ledger.files("labels", 3))
    assert tables["label"].to_pylist() == ["fraud", "cleared", "fraud"]
    assert tables["deleted"].to_pylist() == [None, None, True]


def test_a_large_file_is_split(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_ROWS_PER_FILE", 2)
    monkeypatch.setattr(log, "_ROWS_TOGETHER", 1)
    ledger.append("labels", "d1", iter([labels(1), labels(5), labels(2), labels(9, 4), labels(3)]))
    entries = ledger.entries()
    assert [(entry.digest, entry.rows, entry.oldest_known_at, entry.newest_known_at) for entry in entries] == [
        ("d1", 2, 1, 5),
        ("d1", 3, 2, 9),
        ("d1", 1, 3, 3),
    ]
    assert known(ledger) == [1, 2, 3, 4, 5, 9]
    assert [pq.read_metadata(entry.path).num_row_groups for entry in entries] == [2, 3, 1]
    ledger.append("labels", "d2", iter([labels(6)]))
    assert ledger.parts("labels", {"d1", "d3"}) == [entry.path for entry in entries]


def failing(error: Exception) -> Iterator[pa.RecordBatch]:
    yield labels(1)
    yield labels(2)
    raise error


def test_a_failure_half_way_leaves_nothing(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_ROWS_PER_FILE", 1)
    with pytest.raises(ValueError, match="half"):
        ledger.append("labels", "d1", failing(ValueError("half way")))
    assert (ledger.entries(), ledger.contains("labels", "d1")) == ([], False)
    assert not list(tmp_path.rglob("*.parquet"))
    assert ledger.append("labels", "d1", iter([labels(7)])) == 1


def test_a_full_disk_is_said_without_the_values(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="labels cannot be written: No space left on device"):
        ledger.append("labels", "d1", failing(OSError(28, "No space left on device")))
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize("first", [True, False])
def test_killed_before_the_commit_nothing_is_visible(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """The data file is complete but not in the log: readers do not see it, and the next try takes its place."""
    before = [] if first else [1]
    for time in before:
        ledger.append("labels", "d0", iter([labels(time)]))
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(Ledger, "_commit", interrupted)
        ledger.append("labels", "d1", iter([labels(2, 3)]))
    assert (known(ledger), ledger.contains("labels", "d1")) == (before, False)
    assert ledger.append("labels", "d1", iter([labels(2, 3)])) == 2
    assert known(ledger) == [*before, 2, 3]


def interrupted(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_second_writer_is_refused_and_readers_are_not(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append("labels", "d1", iter([labels(1)]))
    with (tmp_path / "ledger" / "writer.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert known(ledger) == [1]
        with pytest.raises(LedgerError, match="another ingest is writing"):
            ledger.append("labels", "d2", iter([labels(2)]))
    assert ledger.append("labels", "d2", iter([labels(2)])) == 1


def test_a_damaged_log_is_said(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append("labels", "d1", iter([labels(1)]))
    [entry] = (tmp_path / "ledger" / "labels" / "_delta_log").glob("*.json")
    entry.write_text("{")
    with pytest.raises(LedgerError, match="ledger table of labels cannot be read"):
        ledger.entries()


def test_a_file_says_whose_rows_and_which_records_it_has(ledger: Ledger) -> None:
    """Readers pass over files that cannot have what they look for."""
    rows = [{"trade_id": f"t{n}", "record": f"t{n}", "buyer_id": f"a{n}", "seller_id": "b"} for n in range(4)]
    made = pa.RecordBatch.from_pylist([row | {"known_at": 1} for row in rows], FEEDS["trades"].schema)
    ledger.append("trades", "d1", iter([made]))
    [entry] = ledger.entries()
    probe = "SELECT bloom_filter_excludes AS out FROM parquet_bloom_probe(?, ?, ?)"
    for column, value, absent in (("buyer_id", "a3", False), ("buyer_id", "c", True), ("seller_id", "a3", True)):
        assert duckdb.execute(probe, [str(entry.path), column, value]).fetchall() == [(absent,)]
    columns = pq.read_metadata(entry.path).row_group(0)
    bounds = {columns.column(n).path_in_schema: columns.column(n).statistics for n in range(columns.num_columns)}
    assert (bounds["record"].min, bounds["record"].max) == ("t0", "t3")
    assert bounds["market"] is None or not bounds["market"].has_min_max
