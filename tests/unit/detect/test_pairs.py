"""Bits to probability: the prior, the threshold, and the pairs that pass it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.detect.pairs import linked, probability
from linkgraph.parameters import Parameters

PRIOR, TAU = Parameters().prior_bits, Parameters().tau
Units = st.integers(0, 60 * UNITS_PER_BIT)


def units(*bits: float) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array([round(each * UNITS_PER_BIT) for each in bits], np.int32)


def test_evidence_equal_to_the_prior_makes_it_even() -> None:
    assert probability(units(6), PRIOR) == pytest.approx([0.5])


def test_each_bit_doubles_the_odds() -> None:
    p = probability(units(3, 4, 5), PRIOR)
    assert (p / (1 - p)) == pytest.approx([1 / 8, 1 / 4, 1 / 2])


@pytest.mark.parametrize(("bits", "passes"), [(3, False), (3.4, False), (3.6, True), (6, True)])
def test_an_address_does_not_link_and_a_device_does(bits: float, passes: bool) -> None:
    assert linked(units(bits), PRIOR, TAU).tolist() == [passes]


@given(Units, Units)
def test_more_evidence_is_never_less_probable(one: int, other: int) -> None:
    low, high = sorted((one, other))
    p = probability(np.array([low, high], np.int32), PRIOR)
    assert 0 < p[0] <= p[1] <= 1
