from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.explain import ring_list
from linkgraph.explain.ring_list import Wanted, read_rings
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import AS_OF, DAY, event, ring, tables
from tests.unit.store.test_embedded import publish

NAMES = [f"r{number}" for number in range(9)]


@pytest.fixture
def view(tmp_path: Path) -> Iterator[GraphView]:
    """Nine rings, best first by number; every third is oversized; the even ones have changed today."""
    content = tables(
        rings=[
            ring(name, score=0.9 - number / 10, status="active" if number % 3 else "oversized")
            for number, name in enumerate(NAMES)
        ],
        ring_events=[
            *[event(name, "born", as_of=AS_OF - DAY) for name in NAMES],
            *[event(name, "grew") for name in NAMES[::2]],
            event("r-old", "dormant"),
        ],
    )
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        yield opened


def pages(view: GraphView, limit: int, **wanted: object) -> list[list[str]]:
    """Ids on each page, until the last."""
    found, after = [], None
    while True:
        page = read_rings(view, Wanted(limit, after, **wanted))  # type: ignore[arg-type]
        found.append([each.ring_id for each, _ in page.rings])
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 4, 9, 10])
def test_pages_hold_every_ring_once(view: GraphView, limit: int) -> None:
    for wanted, expected in (
        ({}, NAMES),
        ({"status": "oversized"}, NAMES[::3]),
        ({"since": AS_OF - DAY}, NAMES[::2]),
        ({"since": AS_OF - DAY, "status": "oversized"}, NAMES[::6]),
        ({"since": AS_OF}, []),
    ):
        found = pages(view, limit, **wanted)
        assert [each for page in found for each in page] == expected
        assert all(len(page) == limit for page in found[:-1])


def test_each_ring_has_its_last_event_and_ended_ones_come_with_the_first_page(view: GraphView) -> None:
    found = read_rings(view, Wanted(2))
    assert [(each.ring_id, last and last.event) for each, last in found.rings] == [("r0", "grew"), ("r1", "born")]
    changed = read_rings(view, Wanted(2, since=AS_OF - DAY))
    assert [each.ring_id for each in changed.ended] == ["r-old"]
    assert read_rings(view, Wanted(2, changed.next, since=AS_OF - DAY)).ended == ()


def test_a_rare_status_is_looked_for_so_far_and_no_further(view: GraphView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_list, "_READ", 2)
    monkeypatch.setattr(ring_list, "_READS", 1)
    found = pages(view, 5, status="oversized")
    assert [each for page in found for each in page] == NAMES[::3]
    assert found[0] == ["r0"]
