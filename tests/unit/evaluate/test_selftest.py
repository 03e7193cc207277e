"""The alarm of the self-test: told against the median of the nights before, and only for a real fall."""

from typing import Any

import pytest

from linkgraph.evaluate.selftest import alarms
from linkgraph.parameters import Parameters

P = Parameters()


def night(recall: float | None, reported: int = 0) -> dict[str, Any]:
    innocent = {"family": reported} if reported else {}
    found = {"all": 90, "wash_trading": round(20 * (recall or 0))}
    return {"found": found, "recall": {"all": 0.9, "wash_trading": recall}, "innocent_reported": innocent}


def test_the_first_night_has_nothing_to_fall_from() -> None:
    assert alarms(night(0.0), [], P) == []


@pytest.mark.parametrize(("recall", "told"), [(0.9, 0), (0.81, 0), (0.79, 1), (0.0, 1)])
def test_a_fall_below_the_median_is_told(recall: float, told: int) -> None:
    found = alarms(night(recall), [night(0.5), night(0.9), night(0.95)], P)
    assert len(found) == told
    assert all("wash_trading" in line for line in found)


def test_one_ring_lost_is_chance() -> None:
    before, tonight = [night(1.0)], night(0.5)
    before[0]["found"]["wash_trading"], tonight["found"]["wash_trading"] = 2, 1
    assert alarms(tonight, before, P) == []


def test_a_typology_that_was_not_planted_is_no_fall() -> None:
    assert alarms(night(None), [night(0.9)], P) == []
    assert alarms(night(0.9), [night(None)], P) == []


def test_more_innocent_groups_are_told() -> None:
    before = [night(0.9, 1), night(0.9, 0), night(0.9, 0)]
    assert alarms(night(0.9, 2), before, P) == []
    assert alarms(night(0.9, 3), before, P) == ["innocent groups reported rose to 3 from 0"]
