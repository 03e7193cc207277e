"""A report as lines for a terminal."""

import textwrap
from typing import Any

from linkgraph.evaluate.cells import Table
from linkgraph.evaluate.sections import sections

_WIDTH = 118
_ON_THE_PAGE_ONLY = ("Every cut", "Wrongly picked")


def render(report: dict[str, Any]) -> str:
    """The main tables; the rest is in the report."""
    runs = ", ".join(run["run_id"] for run in report["runs"]) or "none"
    lines = [f"code {report['code_version']}, config {report['config_hash']}, runs {runs}", ""]
    for section in sections(report):
        if section.title in _ON_THE_PAGE_ONLY:
            continue
        lines += [section.title, *textwrap.wrap(section.text, _WIDTH), ""]
        for table in section.tables:
            lines += [*_aligned(table), ""]
    return "\n".join(lines).rstrip() + "\n"


def _aligned(table: Table) -> list[str]:
    """The first column to the left, the others to the right."""
    rows = [table.heads, *table.rows]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.heads))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in rows
    ]
