"""A ring of 500 is shown whole: within its bounds, and held by what was put into it."""

from contextlib import closing
from pathlib import Path

from linkgraph.explain.drawing import draw_ring
from linkgraph.explain.ring import show_ring
from linkgraph.store.embedded import EmbeddedView
from tests.benchmarks.large_ring import RING, rows_of
from tests.builders import account, tables
from tests.unit.store.test_embedded import publish


def test_a_ring_of_500_is_shown_whole(tmp_path: Path) -> None:
    names = [f"m{number:03}" for number in range(500)]
    content = tables(accounts=[account(name) for name in names], **rows_of(names))
    with closing(EmbeddedView(publish(tmp_path, content))) as view:
        report, drawn = show_ring(view, RING), draw_ring(view, RING)
    assert report.holding.families[0].members == 500
    assert "bridges" not in report.limits_hit
    assert sum(node.size for node in drawn.nodes if node.account) == 500
