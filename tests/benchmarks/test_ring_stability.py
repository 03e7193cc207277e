"""The benchmark runs, small: ratios are printed; that unchanged rings keep id and members is always so."""

import sys
from pathlib import Path

from tests.benchmarks.night_speed import prepare
from tests.benchmarks.ring_stability import lines, nights


def test_ring_stability_under_changed_links(tmp_path: Path) -> None:
    same, changed = nights(prepare(tmp_path, 2_000), draws=1, share=0.01)
    sys.stdout.write("\n".join(lines(iter([same, changed]))))
    assert same.rings == same.same_id == same.same_members > 0
    assert same.events["events"] == 0
    assert changed.events["events"] > 0
