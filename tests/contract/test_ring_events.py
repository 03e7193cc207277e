"""The life of a ring, as every graph store tells it."""

from linkgraph.model import RingEvent
from tests.builders import AS_OF, DAY, WORLD
from tests.conftest import Store


def test_events_of_a_ring_come_by_time_with_what_merged_into_it(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.ring_events(["r1", "none", "r1"])
        ended = view.ring_events(["r4", "r0"])
    assert found == [
        RingEvent("r0", "r-1", AS_OF, "merged", "r1", None, "device", "d1", 9.0),
        RingEvent("r1", "r-0", AS_OF - DAY, "born", None, "a1", "device", "d1", 9.0),
        RingEvent("r1", "r-0", AS_OF - DAY, "born", None, "a2", "device", "d1", 9.0),
        RingEvent("r1", "r-1", AS_OF, "grew", "r0", "a3", "device", "d1", 9.0),
    ]
    assert ended == [
        RingEvent("r0", "r-0", AS_OF - DAY, "born", None, "a3", None, None, None),
        RingEvent("r0", "r-1", AS_OF, "merged", "r1", None, "device", "d1", 9.0),
        RingEvent("r4", "r-0", AS_OF - DAY, "born", None, "a4", None, None, None),
        RingEvent("r4", "r-1", AS_OF, "dormant", None, None, "synchrony", None, -6.5),
    ]


def test_events_after_a_time_are_those_of_later_nights(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.ring_events_after(AS_OF - DAY)
        assert view.ring_events_after(AS_OF) == []
        assert len(view.ring_events_after(0)) == 8
    assert [(item.ring_id, item.event) for item in found] == [
        ("r-🦊", "split"),
        ("r0", "merged"),
        ("r1", "grew"),
        ("r4", "dormant"),
    ]
