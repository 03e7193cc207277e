"""Which accounts count at a cut, and as what."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from linkgraph.evaluate.cuts import is_mature, make_cut, month_ends
from linkgraph.evaluate.facts import NEVER, Outcome, Snapshot

DAY = 86_400
T = 1_000 * DAY


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def outcome(confirmed: list[int | None], out: list[tuple[int, int, float]] | None = None) -> Outcome:
    """Accounts by the day of their confirmation, counted from the cut."""
    size = len(confirmed)
    when = np.array([NEVER if day is None else T + day * DAY for day in confirmed])
    moved = np.array(out or np.zeros((0, 3)))
    columns = moved[:, 0].astype(np.int64), (T + moved[:, 1] * DAY).astype(np.int64), moved[:, 2]
    never = np.full(size, NEVER)
    return Outcome(pa.array([str(n) for n in range(size)]), when, never, columns, "EUR", 0, never.astype(str), T)


def snapshot(size: int, labelled: list[int], dead: list[int]) -> Snapshot:
    """Everybody alive and unlabelled but those named."""
    numbers = np.arange(size)
    marked = np.isin(numbers, labelled)
    none = np.zeros(0, dtype=np.int64)
    return Snapshot(T, ~np.isin(numbers, dead), marked, marked, {}, (none, none, none.astype(bool)), (none, none))


def test_targets_negatives_and_those_in_between() -> None:
    confirmed = [10, 30, 31, 119, 121, None, -5, 5, 20]
    cut = make_cut(snapshot(9, labelled=[6, 8], dead=[7]), outcome(confirmed), horizon=30, maturity=120)
    assert cut.account.tolist() == [0, 1, 4, 5]
    assert cut.positive.tolist() == [True, True, False, False]
    assert cut.unripe == 2
    assert cut.wait[:2].tolist() == [10.0, 30.0]


def test_money_counts_from_the_cut_to_the_confirmation() -> None:
    moved = [(0, -1, 100.0), (0, 1, 10.0), (0, 10, 1.0), (0, 11, 1000.0), (1, 3, 7.0)]
    cut = make_cut(snapshot(2, [], []), outcome([10, None], moved), 30, 30)
    assert cut.money.tolist() == [11.0, 0.0]


def test_every_second_month_end() -> None:
    oldest, newest = _seconds("2017-01-15T00:00:00"), _seconds("2018-10-28T16:36:00")
    found = [datetime.fromtimestamp(each, UTC).isoformat() for each in month_ends(oldest, newest, 8)]
    assert found[0] == "2017-07-31T23:59:59+00:00"
    assert found[-1] == "2018-09-30T23:59:59+00:00"
    assert len(found) == 8
    assert len(month_ends(oldest, newest, 60)) == 11
    assert month_ends(oldest, _seconds("2018-09-30T23:59:59"), 1) == [_seconds("2018-09-30T23:59:59")]
    assert month_ends(oldest, oldest, 8) == []


def test_a_cut_is_mature_when_horizon_and_maturity_are_over() -> None:
    assert is_mature(0, 180 * DAY, 180, 120)
    assert not is_mature(0, 179 * DAY, 180, 120)
    assert not is_mature(0, 100 * DAY, 30, 120)
