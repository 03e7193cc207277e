"""Rejected rows are listed by file, line, column and reason, never by value."""

import json
import re
from pathlib import Path

import pytest

from ingest import rejects
from ingest.rejects import IGNORED, REASONS, Reject, RejectFile
from linkgraph.queries import load, names
from tests.unit.ingest.feeding import logins, take, write

TWO = [Reject(7, "bad_time", "at"), Reject(3, "malformed_row")]


def listed(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_reject_is_one_line_of_json(tmp_path: Path) -> None:
    with RejectFile(tmp_path / "r" / "d.jsonl", "logins.csv") as out:
        out.add(TWO)
        out.add([Reject(9, "bad_time", "at")])
    assert listed(out.path) == [
        {"file": "logins.csv", "line": 7, "reason": "bad_time", "column": "at"},
        {"file": "logins.csv", "line": 3, "reason": "malformed_row", "column": None},
        {"file": "logins.csv", "line": 9, "reason": "bad_time", "column": "at"},
    ]
    assert (out.total, out.reasons) == (3, {"bad_time": 2, "malformed_row": 1})
    assert out.summary() == "bad_time in at 2 (first at line 7), malformed_row 1 (first at line 3)"


def test_without_rejects_there_is_no_list_and_an_old_one_goes(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("old")
    with RejectFile(tmp_path / "d.jsonl", "logins.csv") as out:
        out.add([])
    assert not list(tmp_path.iterdir())


def test_a_failed_file_leaves_its_list(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), RejectFile(tmp_path / "d.jsonl", "logins.csv") as out:
        out.add(TWO)
        raise ValueError("stop")
    assert len(listed(tmp_path / "d.jsonl")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["d.jsonl"]


def test_a_hopeless_file_does_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejects, "LISTED_AT_MOST", 3)
    with RejectFile(tmp_path / "d.jsonl", "logins.csv") as out:
        for _ in range(3):
            out.add(TWO)
    assert out.total == 6
    assert [row.get("line") for row in listed(out.path)] == [7, 3, 7, None]
    assert listed(out.path)[-1] == {"file": "logins.csv", "not_listed": 3}


def test_every_fault_of_a_form_is_a_known_code() -> None:
    """And none is both rejected and ignored."""
    macros = [load("ingest", name).text for name in names("ingest") if name.startswith("read_")]
    codes = {code for text in macros for code in re.findall(r"(?:THEN|ELSE) '([a-z_]+)'", text)}
    assert codes <= REASONS.keys() | IGNORED.keys()
    assert not REASONS.keys() & IGNORED.keys()


def test_values_are_ignored_without_their_row_and_counted(tmp_path: Path) -> None:
    rows = [*logins(2, device_id="unknown"), *logins(1, ip="10.0.0.1"), *logins(1)]
    [report] = take(tmp_path, write(tmp_path / "logins.csv", rows))
    assert (report.accepted, report.rejected) == (4, 0)
    assert report.ignored == {"device_id.placeholder": 2, "ip.private_address": 1}


def test_a_row_that_tells_of_nothing_is_ignored_not_rejected(tmp_path: Path) -> None:
    rows = [{"account_id": "a", "kind": "device", "at": "2026-01-01T00:00:00Z", "identifier": "unknown"}]
    [report] = take(tmp_path, write(tmp_path / "observations.csv", rows))
    assert (report.status, report.rows, report.accepted, report.rejected) == ("committed", 1, 0, 0)
    assert report.ignored == {"identifier.placeholder": 1, "row.nothing": 1}


def test_rows_are_taken_rejected_or_ignored(tmp_path: Path) -> None:
    text = 'account_id,at,device_id\n\na,x,d\nb\nc,2026-01-01T00:00:00Z,d\n"",2026-01-01T00:00:00Z,d\n'
    settings = {"reject_share": 0.7}
    [report] = take(tmp_path, write(tmp_path / "logins.csv", text), settings=settings)
    assert report.rows == report.accepted + report.rejected + report.ignored["row.blank"] == 5
    assert report.reasons == {"malformed_row": 1, "bad_time": 1, "missing_value": 1}
    assert report.rejects_file is not None
    assert sorted((row["line"], row["reason"], row["column"]) for row in listed(report.rejects_file)) == [
        (3, "bad_time", "at"),
        (4, "malformed_row", None),
        (6, "missing_value", "account_id"),
    ]
