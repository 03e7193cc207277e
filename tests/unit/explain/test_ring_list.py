from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from linkgraph.explain.ring_list import Wanted, read_rings
from linkgraph.model import RingPlace, RingSort, RingsWanted
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
            ring(
                name,
                score=0.9 - number / 10,
                status="active" if number % 3 else "oversized",
                typology=None if number % 2 else "bonus_abuse",
                size=3 + number % 2,
            )
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


def pages(
    view: GraphView,
    limit: int,
    status: str | None = None,
    typology: str | None = None,
    sort: RingSort = "score",
    since: int | None = None,
) -> list[list[str]]:
    """Ids on each page, until the last."""
    found: list[list[str]] = []
    after: RingPlace | None = None
    while True:
        which = RingsWanted(status, typology, sort)
        page = read_rings(view, Wanted(limit, after, which, since))
        found.append([each.ring_id for each, _ in page.rings])
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 4, 9, 10])
def test_pages_hold_every_ring_once(view: GraphView, limit: int) -> None:
    asked: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({}, NAMES),
        ({"status": "oversized"}, NAMES[::3]),
        ({"since": AS_OF - DAY}, NAMES[::2]),
        ({"since": AS_OF - DAY, "status": "oversized"}, NAMES[::6]),
        ({"since": AS_OF}, []),
        ({"typology": "bonus_abuse"}, NAMES[::2]),
        ({"typology": "bonus_abuse", "status": "oversized"}, NAMES[::6]),
        ({"typology": "bonus_abuse", "since": AS_OF - DAY}, NAMES[::2]),
        ({"sort": "size"}, NAMES[1::2] + NAMES[::2]),
        ({"sort": "size", "since": AS_OF - DAY, "status": "active"}, ["r2", "r4", "r8"]),
        ({"sort": "changed"}, NAMES),
    )
    for wanted, expected in asked:
        found = pages(view, limit, **wanted)
        assert [each for page in found for each in page] == expected
        assert all(len(page) == limit for page in found[:-1])


def test_each_ring_has_its_last_event_and_ended_ones_come_with_the_first_page(view: GraphView) -> None:
    found = read_rings(view, Wanted(2))
    assert [(each.ring_id, last and last.event) for each, last in found.rings] == [("r0", "grew"), ("r1", "born")]
    changed = read_rings(view, Wanted(2, since=AS_OF - DAY))
    assert [each.ring_id for each in changed.ended] == ["r-old"]
    assert read_rings(view, Wanted(2, changed.next, since=AS_OF - DAY)).ended == ()
