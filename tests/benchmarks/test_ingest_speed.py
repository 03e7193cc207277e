"""The benchmark runs, small: ratios are printed, times never asserted."""

import sys

from tests.benchmarks.ingest_speed import FORMATS, run


def test_ingest_speed_of_every_format() -> None:
    lines: list[str] = []
    figures = run(3000, FORMATS, lines.append)
    sys.stdout.write("\n".join(lines))
    assert [len(lines), *(figure["rows"] for figure in figures.values())] == [3, 3000, 3000, 3000]
