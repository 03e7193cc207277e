"""Rules for what strangers share: each hub beside the ring that looks most like it."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.crowds import Crowds, burst, learned
from linkgraph.parameters import Parameters

PARAMETERS = Parameters()
COUNTS = [name for name in Crowds.__dataclass_fields__ if name not in ("kind", "hours")]


def crowd(kind: str, accounts: int = 8, hours: dict[int, int] | None = None, **facts: int) -> Crowds:
    """One crowd of strangers who come back, with nothing looked at but what is said."""
    of_strangers = {"accounts": accounts, "once": 0, "with_device": accounts, "own_device": accounts}
    row = dict.fromkeys(COUNTS, -1) | of_strangers | facts
    logins = np.zeros((1, 24), np.int64)
    for hour, count in (hours or {}).items():
        logins[0, hour] = count
    columns: dict[str, Any] = {name: np.array([value], np.int64) for name, value in row.items()}
    return Crowds(kind=np.array([kind]), hours=logins, **columns)


def names(crowds: Crowds) -> list[str]:
    return [name for _, name, _ in learned(crowds, PARAMETERS)]


WORK = dict.fromkeys([22, 23, 0, 1, 2, 3, 4], 20)  # nine to five, ten hours from Greenwich
ALL_DAY = dict.fromkeys(range(24), 10)
OFFICE = {"hours": WORK, "working": 140, "days": 40, "elsewhere": 7}
HUBS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "office": ("ip", OFFICE, {"own_device": 2}),
    "office of people seen nowhere else": ("ip", OFFICE, {"elsewhere": 1}),
    "office that also works on Sundays": ("ip", OFFICE, {"working": 100}),
    "office of one week": ("ip", OFFICE, {"days": 5}),
    "vpn": ("ip", {"countries": 5}, {"countries": 3}),
    "vpn of one hand": ("ip", {"countries": 5}, {"own_device": 1}),
    "public_place": ("ip", {"once": 7, "days": 20}, {"once": 4}),
    "public_place or a farm's one day": ("ip", {"once": 7, "days": 20}, {"days": 2}),
    "carrier_nat": ("ip", {"accounts": 40, "hours": ALL_DAY, "days": 60}, {"accounts": 20}),
    "carrier_nat or a call centre": ("ip", {"accounts": 40, "hours": ALL_DAY, "days": 60}, {"hours": WORK}),
    "hot_wallet": ("wallet", {"receivers": 9, "payers": 8, "both": 1}, {"both": 8}),
    "hot_wallet or a sweep": ("wallet", {"receivers": 9, "payers": 8, "both": 1}, {"receivers": 0}),
    "payroll": ("bank", {"regular": 8, "payers": 0}, {"regular": 3}),
    "payroll or what is paid back": ("bank", {"regular": 8, "payers": 0}, {"payers": 2}),
    "test_card": ("card", {"payments": 20, "declined": 19}, {"declined": 4}),
    "test_card or a stolen one on one phone": ("card", {"payments": 20, "declined": 19}, {"own_device": 0}),
    "fingerprint_collision": ("fingerprint", {"devices": 8, "addresses": 8}, {"devices": 2}),
    "fingerprint_collision or phones reset in one room": (
        "fingerprint",
        {"devices": 8, "addresses": 8},
        {"addresses": 1},
    ),
}


@pytest.mark.parametrize("case", HUBS)
def test_a_hub_has_its_class_and_its_twin_has_none(case: str) -> None:
    kind, facts, changed = HUBS[case]
    assert names(crowd(kind, **facts)) == [case.split()[0]]
    assert names(crowd(kind, **facts | changed)) == []


@pytest.mark.parametrize("case", HUBS)
def test_where_devices_are_unknown_no_rule_speaks(case: str) -> None:
    kind, facts, _ = HUBS[case]
    assert names(crowd(kind, **facts | {"with_device": 0, "own_device": 0})) == []
    assert names(crowd("device", **facts)) == []


@given(st.integers(0, 20), st.integers(0, 500), st.integers(1, 400))
def test_the_burst_is_the_formula(today: int, before: int, span: int) -> None:
    total = today + before
    [found] = burst(np.array([today]), np.array([total]), np.array([span]))
    if span == 1 or total == 0:
        assert found == 0 or span > 1
        return
    exact = (today - Fraction(total, span)) ** 2 * span**2 / (total * (span - 1))
    assert found == pytest.approx(float(exact))


def test_a_steady_flow_is_no_burst_and_a_rush_is() -> None:
    steady, rush = burst(np.array([2, 40]), np.array([200, 60]), np.array([100, 100]))
    assert steady == 0
    assert rush > PARAMETERS.burst_alarm
