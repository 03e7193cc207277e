"""The latency benchmark in small: that it runs, and how the questions compare. Times are printed, never asserted."""

from contextlib import closing
from pathlib import Path

from tests.api.serving import publish
from tests.benchmarks.api_latency import Asker, bearer, measure, one_by_one, paths_of, server
from tests.builders import WORLD


def test_the_questions_compared(tmp_path: Path) -> None:
    publish(tmp_path, WORLD)
    paths, headers = paths_of(tmp_path), bearer(tmp_path)
    with server(tmp_path) as first, server(tmp_path) as second, closing(Asker([first, second], headers)) as asker:
        alone = {name: one_by_one(asker, asked, 20) for name, asked in paths.items() if asked}
        at_rate = measure(asker, [first, second], paths["card"], 20, 0.5)
    for name, figures in alone.items():
        print(f"{name}: {figures['p50'] / alone['card']['p50']:.2f} times the card")  # noqa: T201
    assert {"card", "explanation", "ring", "ring to draw", "why, one ring", "why, anybody"} <= set(alone)
    assert {figures["errors"] for figures in (*alone.values(), at_rate)} == {0}
    assert at_rate["requests"] == 10
