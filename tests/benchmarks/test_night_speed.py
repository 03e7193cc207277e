"""The benchmark runs, small: ratios are printed, times never asserted."""

import sys
from pathlib import Path

from linkgraph.stages import STAGES
from tests.benchmarks.night_speed import lines, measure, prepare


def test_night_speed_stage_by_stage(tmp_path: Path) -> None:
    figure = measure(prepare(tmp_path, 500))
    sys.stdout.write("\n".join(lines(figure)))
    assert [mark.stage for mark in figure.marks] == [*STAGES, "publish", "done"]
    assert figure.rows["accounts"] == 500
