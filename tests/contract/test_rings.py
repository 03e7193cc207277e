"""Rings in every order and by every filter: both stores page through the same ones, and no page is short."""

from typing import get_args

import pytest

from linkgraph.model import Ring, RingSort, RingsWanted
from tests.builders import ring, tables
from tests.conftest import Store

MIXED = tables(
    rings=[
        ring(
            f"r{number:02}",
            score=0.5 + number % 3 / 10,
            size=3 + number % 4,
            last_changed_run=f"r-2026010{number % 5}-{number % 2}",
            status=("active", "oversized")[number % 2],
            typology=(None, "bonus_abuse", "wash_trading")[number % 3],
        )
        for number in range(24)
    ]
)


@pytest.mark.parametrize("sort", get_args(RingSort))
def test_pages_of_rings_hold_what_is_wanted_once_in_every_order(store: Store, sort: RingSort) -> None:
    store.publish(MIXED)
    everything = [Ring(**row | {"exposures": ()}) for row in MIXED["rings"].to_pylist()]
    with store.view() as view:
        for status, typology, limit in (
            (None, None, 5),
            ("active", None, 3),
            (None, "bonus_abuse", 3),
            ("oversized", "wash_trading", 1),
            ("none", None, 2),
        ):
            wanted = RingsWanted(status, typology, sort)
            expected = sorted(filter(wanted.fits, everything), key=lambda each: each.ring_id)
            expected = sorted(expected, key=lambda each: wanted.place(each)[0], reverse=True)
            found, page = list[Ring](), view.rings(limit, None, wanted)
            while page:
                found += page
                assert len(page) == limit or len(found) == len(expected)
                page = view.rings(limit, wanted.place(page[-1]), wanted)
            assert found == expected, (status, typology)
