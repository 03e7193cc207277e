"""Exported texts: whatever an id or a headline holds, a spreadsheet runs none of it and reads back the rest."""

import csv
from pathlib import Path

import pyarrow.parquet as pq

from linkgraph.export import export
from tests.api.test_injection import CORPUS
from tests.builders import account, tables, write_run

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://elsewhere")']


def test_no_cell_begins_like_a_formula_and_none_breaks_out(tmp_path: Path) -> None:
    texts = sorted({*FORMULAS, *(text.replace("\0", "") for text in CORPUS), 'a,"b"\nc', "\u202eabc", "plain"})
    run = write_run(tmp_path, tables(accounts=[account(text, headline=text) for text in texts]))
    export(run, tmp_path / "out", "csv")
    with (tmp_path / "out" / "accounts.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for name in ("account_id", "headline"):
        assert [row[name] for row in rows] == [f"'{text}" if text[:1] in "=+-@\t\r" else text for text in texts]
    export(run, tmp_path / "out", "parquet")
    assert pq.read_table(tmp_path / "out" / "accounts.parquet")["account_id"].to_pylist() == texts


def test_numbers_and_what_is_not_there_stay_as_they_are(tmp_path: Path) -> None:
    run = write_run(tmp_path, tables(accounts=[account("a1", behaviour=-0.5)]))
    export(run, tmp_path, "csv")
    (row,) = csv.DictReader((tmp_path / "accounts.csv").read_text().splitlines())
    assert (row["behaviour"], row["ring_id"]) == ("-0.5", "")
