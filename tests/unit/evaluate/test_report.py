"""The page stands alone, says the same as the JSON, and has the same bytes each time."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from linkgraph.evaluate.report import page, write_report
from linkgraph.evaluate.text import render

HEAD = {
    "schema": 1,
    "kind": "ledger",
    "code_version": "0.1.0",
    "config_hash": "c0ffee",
    "horizon_days": 180,
    "maturity_days": 120,
    "seed": 0,
    "runs": [{"run_id": "r-1", "as_of": 1_500_000_000, "cold_start": True, "models": {}}],
}


def figures(value: float | None) -> dict[str, float | None]:
    """A method at one cut."""
    names = ("precision", "recall", "average_precision", "auc", "money_recall", "days_gained")
    return dict.fromkeys(names, value)


def row(value: float) -> dict[str, Any]:
    """A method over all cuts."""
    ends = [value / 2, value * 2]
    names = ("mean_recall", "median_average_precision", "mean_average_precision", "mean_precision", "mean_auc")
    found: dict[str, Any] = dict.fromkeys(names, value)
    for name in names[:2]:
        found |= {f"{name}_interval": ends, f"{name}_gain": 0.1, f"{name}_gain_interval": ends}
    return found | {"cuts": 1}


def report(**changes: Any) -> dict[str, Any]:
    """A report of one cut and two methods."""
    cut = {
        "day": "2018-09-30",
        "as_of": 1,
        "run_id": "r-1",
        "candidates": 33_410,
        "positives": 35,
        "unripe": 0,
        "confirmed_by_then": 200,
        "base_rate": 0.001,
        "reach": {"one_hop": 0.05, "two_hops": 0.08, "in_a_ring": None},
        "methods": {"linkgraph": figures(0.5), "<b>amount sent</b>": figures(None)},
        "calibration": {"accounts": 10, "brier": 0.1, "error": 0.02, "bins": [(0.1, 0.2, 10)]},
        "by_country": {"NL": {"innocent": 100, "picked": 3.0}, "unknown": {"innocent": 0, "picked": 0.0}},
        "by_address": {},
    }
    accounts = {
        "capacity": 200,
        "cuts": [cut],
        "summary": {"linkgraph": row(0.5), "<b>amount sent</b>": row(0.1)},
        "verdicts": {
            "graph_adds": False,
            "not_surely_better_than": {"mean_recall": [], "median_average_precision": []},
        },
    }
    return HEAD | {"accounts": accounts, "leaky": None, "stability": None, "not_evaluated": []} | changes


def test_the_page_needs_nothing_else_and_its_charts_are_whole() -> None:
    text = page(report())
    assert not re.search(r"<script|<link|src=|url\(|@import|(?<!xmlns=\")(?<!xmlns:xlink=\")https?://", text)
    charts = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(charts) == 3
    for chart in charts:
        ElementTree.fromstring(chart)
    assert "&lt;b&gt;amount sent" in text and "<b>amount" not in text
    assert text == page(report())


@pytest.mark.parametrize("words", ["The graph adds nothing here", "50.0 %", "r-1", "config", "33,410", "2018-09-30"])
def test_page_and_terminal_say_the_same(words: str) -> None:
    assert words in page(report())
    assert words in render(report())


def test_what_could_not_be_measured_is_said() -> None:
    missing = [{"what": "everything", "cuts": "all", "why": "the ledger confirms nobody"}]
    empty = report(accounts=None, runs=[], not_evaluated=missing)
    for text in (page(empty), render(empty)):
        assert "the ledger confirms nobody" in text
        assert "Nothing could be measured" in text


def test_a_cut_without_targets_has_a_report() -> None:
    bare = report()
    bare["accounts"] |= {"summary": {}, "verdicts": {"graph_adds": None, "not_surely_better_than": {}}}
    assert "No cut has an account" in page(bare)


def test_both_files_are_written_and_hold_no_nan(tmp_path: Path) -> None:
    write_report(report(), tmp_path)
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["schema"] == 1
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(ValueError, match="Out of range"):
        write_report(report(seed=float("nan")), tmp_path)
