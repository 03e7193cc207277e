"""What changed between two tables, against plain sets."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkgraph.errors import StoreError
from linkgraph.store.delta import Differ
from linkgraph.tables import TABLES

RINGS = pa.schema([pa.field("ring_id", pa.string()), pa.field("size", pa.int32()), ("kinds", pa.list_(pa.string()))])
ROW = st.fixed_dictionaries(
    {
        "ring_id": st.sampled_from(["a", "b", "b:", "ж", ""]),
        "size": st.none() | st.integers(0, 1),
        "kinds": st.none() | st.lists(st.sampled_from(["x", "y"]), max_size=2),
    }
)
ROWS = st.lists(ROW, max_size=8)
NAMED = ROWS.map(lambda rows: list({row["ring_id"]: row for row in rows}.values()))


def batches(rows: Sequence[dict[str, Any]]) -> Iterator[pa.RecordBatch]:
    for at in range(0, len(rows), 3):
        yield pa.RecordBatch.from_pylist(list(rows[at : at + 3]), schema=RINGS)


def listed(found: Iterator[pa.RecordBatch]) -> list[dict[str, Any]]:
    return [row for part in found for row in part.to_pylist()]


def counted(rows: Sequence[dict[str, Any]]) -> Counter[str]:
    return Counter(repr(sorted(row.items())) for row in rows)


@settings(max_examples=40)
@given(was=ROWS, now=ROWS)
def test_rows_that_came_and_went_are_the_differences_of_the_sets(
    was: list[dict[str, Any]], now: list[dict[str, Any]]
) -> None:
    with Differ() as differ:
        changes = differ.compare("used", RINGS, batches(was), batches(now))
        assert set(counted(listed(changes.come(2)))) == counted(now).keys() - counted(was).keys()
        assert set(counted(listed(changes.gone(2)))) == counted(was).keys() - counted(now).keys()


@settings(max_examples=40)
@given(was=NAMED, now=NAMED)
def test_nodes_are_new_changed_or_ended_by_their_names(was: list[dict[str, Any]], now: list[dict[str, Any]]) -> None:
    before, after = ({row["ring_id"]: row for row in rows} for rows in (was, now))
    with Differ() as differ:
        changes = differ.compare("rings", RINGS, batches(was), batches(now))
        parts = list(changes.changed(2))
        ended = listed(changes.ended(2))
    new = {row["ring_id"]: row for part in parts for row in part.new.to_pylist()}
    pairs = [pair for part in parts for pair in zip(part.was.to_pylist(), part.now.to_pylist(), strict=True)]
    assert new == {name: row for name, row in after.items() if name not in before}
    assert {row["ring_id"] for row in ended} == set(before) - set(after)
    assert {one["ring_id"]: (one, other) for one, other in pairs} == {
        name: (before[name], row) for name, row in after.items() if name in before and row != before[name]
    }


def test_an_error_of_a_source_is_told_as_it_is() -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield from batches([{"ring_id": "a", "size": 1, "kinds": None}])
        raise StoreError("the server does not answer")

    with Differ() as differ, pytest.raises(StoreError, match=r"^the server does not answer$") as caught:
        differ.compare("rings", RINGS, failing(), batches([]))
    assert caught.value.__cause__ is None


def test_comparing_shows_no_progress_of_its_own() -> None:
    with Differ() as differ:
        (shown,) = differ._connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() or (None,)
    assert shown is False


def test_two_kinds_do_not_meet_in_one_name() -> None:
    """'a' and 'b:c', 'a:b' and 'c': a kind has no colon."""
    schema = TABLES["identifiers"]
    row = {"degree": 1, "first_seen": 1, "last_seen": 1, "voltage": 0.0, "counted": True}
    was = [row | {"kind": "ip", "identifier": "c:d"}]
    with Differ() as differ:
        one = pa.RecordBatch.from_pylist(was, schema=schema)
        other = pa.RecordBatch.from_pylist([was[0] | {"degree": 2}], schema=schema)
        [part] = differ.compare("identifiers", schema, [one], [other]).changed(10)
    assert (part.new.num_rows, part.now.num_rows, part.was["degree"].to_pylist()) == (0, 1, [1])


def test_the_rows_before_may_stand_in_a_file_whatever_its_name_holds(tmp_path: Path) -> None:
    was: list[dict[str, Any]] = [
        {"ring_id": "a", "size": 1, "kinds": ["x"]},
        {"ring_id": "b", "size": None, "kinds": []},
    ]
    folder = tmp_path / "a[b]*?'ж"
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(was, schema=RINGS), folder / "was.parquet")
    with Differ() as differ:
        for given in (folder / "was.parquet", batches(was[1:]), folder / "was.parquet"):
            changes = differ.compare("rings", RINGS, given, batches(was[:1]))
            assert listed(changes.gone(2)) == was[1:]
        with pytest.raises(StoreError, match="comparing rings failed"):
            differ.compare("rings", RINGS, folder / "nowhere.parquet", batches(was))
