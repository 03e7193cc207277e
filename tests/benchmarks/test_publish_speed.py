import sys
from pathlib import Path

import pytest

from tests.benchmarks.publish_speed import here, lines, measure
from tests.neo4j_server.server import Address


@pytest.mark.neo4j
def test_publish_speed_of_both_stores(empty_neo4j: Address, tmp_path: Path) -> None:
    figures = measure(tmp_path, empty_neo4j, 300, 5000, here)
    sys.stdout.write("\n".join(lines(figures)))
    assert [figure.rows for figure in figures[:2]] == [figures[0].rows] * 2
