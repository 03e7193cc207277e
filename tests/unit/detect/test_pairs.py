"""Bits to probability: the prior, the threshold, and the pairs that pass it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.detect.pairs import Pairs, firmly_linked, linked, probability
from linkgraph.parameters import Parameters

PARAMETERS = Parameters()
Units = st.integers(0, 60 * UNITS_PER_BIT)


def units(*bits: float) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array([round(each * UNITS_PER_BIT) for each in bits], np.int32)


def pairs(evidence: tuple[float, ...], firm: tuple[float, ...]) -> Pairs:
    n = len(evidence)
    places = np.arange(n, dtype=np.int32)
    return Pairs(places, places + 1, units(*evidence), units(*firm), np.ones(n, np.int16))


def test_evidence_equal_to_the_prior_makes_it_even() -> None:
    assert probability(units(6), PARAMETERS) == pytest.approx([0.5])


def test_each_bit_doubles_the_odds() -> None:
    p = probability(units(3, 4, 5), PARAMETERS)
    assert (p / (1 - p)) == pytest.approx([1 / 8, 1 / 4, 1 / 2])


@pytest.mark.parametrize(("bits", "passes"), [(3, False), (4.7, False), (4.8, True), (6, True)])
def test_an_address_does_not_link_and_a_device_does(bits: float, passes: bool) -> None:
    assert linked(pairs((bits,), (bits,)), PARAMETERS).tolist() == [passes]


def test_firm_links_leave_addresses_out() -> None:
    assert firmly_linked(pairs((9, 9), (6, 3)), PARAMETERS).tolist() == [True, False]


def test_where_keeps_the_order_and_all_columns() -> None:
    kept = pairs((1, 2, 3), (0, 1, 2)).where(np.array([True, False, True]))
    assert (len(kept), kept.a.tolist(), kept.b.tolist()) == (2, [0, 2], [1, 3])
    assert (kept.units // UNITS_PER_BIT).tolist() == [1, 3]
    assert (kept.firm // UNITS_PER_BIT).tolist() == [0, 2]


@settings(deadline=None)
@given(Units, Units)
def test_more_evidence_is_never_less_probable(one: int, other: int) -> None:
    low, high = sorted((one, other))
    p = probability(np.array([low, high], np.int32), PARAMETERS)
    assert 0 < p[0] <= p[1] <= 1
