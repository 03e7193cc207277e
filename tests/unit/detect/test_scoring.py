"""Blocks, risk and flags; and that what reaches an account is the sum of what comes through its links."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.propagation import Floats, Links, Ties, build_network, link_voltages, solve
from linkgraph.detect.scoring import Blocks, Causes, blocks, flags, gather, summed, transfer_weight
from linkgraph.parameters import Parameters
from linkgraph.stages.learning import starting

PARAMETERS = Parameters()
WEIGHTS = starting(PARAMETERS, 0.0)
LEVEL = -np.log1p(-PARAMETERS.cold_flag_risk)
Voltage = st.floats(0, 1 - 1e-9)
Amount = st.floats(0, 1e6)


def one(voltage: float = 0, one_hop: float = 0, transfers: float = 0, ring: float = 0, behaviour: float = 0) -> Blocks:
    """The blocks of one account."""
    causes = Causes(*(np.array([float(each)]) for each in (voltage, one_hop, transfers, ring)))
    return blocks(causes, np.array([float(behaviour)]), WEIGHTS, PARAMETERS)


def nobody(size: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.zeros(size, dtype=bool)


def risky(*risks: float) -> Blocks:
    """Accounts of the given risks."""
    nothing = np.zeros(len(risks))
    return Blocks(nothing, nothing, -np.log1p(-np.array(risks)), nothing, nothing)


def test_nothing_is_exactly_nothing() -> None:
    assert one().total.tolist() == one().risk.tolist() == [0.0]


@pytest.mark.parametrize("cause", ["voltage", "one_hop", "transfers", "ring", "behaviour"])
def test_each_cause_alone_raises_its_own_block(cause: str) -> None:
    found = one(**{cause: 0.5})
    raised = [name for name in ("propagated", "shared", "transfer", "ring", "behaviour") if getattr(found, name)[0] > 0]
    assert raised == [{"voltage": "propagated", "one_hop": "shared", "transfers": "transfer"}.get(cause, cause)]
    assert found.risk[0] > 0


def test_the_blocks_are_the_formulas_of_the_score() -> None:
    found = one(0.5, 3.0, 1.0, 0.8)
    assert found.propagated[0] == pytest.approx(np.log(1 + 1 / PARAMETERS.odds_ref))
    assert found.shared[0] == pytest.approx(PARAMETERS.weight_one_hop * np.log(4))
    assert found.transfer[0] == pytest.approx(PARAMETERS.weight_transfer * np.log(2))
    assert found.ring[0] == PARAMETERS.weight_ring * 0.8


@given(Voltage, Amount, Amount, st.floats(0, 1))
def test_blocks_add_up_and_risk_stays_below_one(voltage: float, one_hop: float, money: float, ring: float) -> None:
    found = one(voltage, one_hop, money, ring)
    assert found.total[0] == pytest.approx(found.shared[0] + found.transfer[0] + found.propagated[0] + found.ring[0])
    assert 0 <= found.risk[0] < 1
    assert (found.risk[0] == 0) == (found.total[0] == 0)


@given(Voltage, Voltage)
def test_more_voltage_is_never_less_risk(left: float, right: float) -> None:
    low, high = sorted((left, right))
    assert one(low).risk[0] <= one(high).risk[0]


def test_a_flag_needs_the_threshold_with_and_without_addresses() -> None:
    full, firm = risky(0.8, 0.79, 0.95, 0.95), risky(0.8, 0.79, 0.5, 0.94)
    assert flags(full, firm, nobody(4), LEVEL).tolist() == [True, False, False, True]


def test_the_innocent_are_never_flagged() -> None:
    assert flags(risky(0.99, 0.99), risky(0.99, 0.99), np.array([True, False]), LEVEL).tolist() == [False, True]


def test_money_counts_half_after_its_half_life() -> None:
    ages = np.array([0, 90, 180], np.int32)
    assert transfer_weight(ages, PARAMETERS).tolist() == [1.0, 0.5, 0.25]


def test_sums_of_nothing_are_nothing() -> None:
    assert summed(np.empty(0, np.int32), np.empty(0), 3).tolist() == [0, 0, 0]


def reached(links: list[tuple[int, int, float]], fraud: tuple[int, ...], innocent: tuple[int, ...] = ()) -> Floats:
    """Columns voltage, one_hop of the accounts of a little network."""
    accounts, identifiers = 1 + max(a for a, _, _ in links), 1 + max(x for _, x, _ in links)
    sigma, label = np.zeros(accounts), np.zeros(accounts)
    sigma[[*fraud, *innocent]] = 4.0
    label[list(fraud)] = 1.0
    a, x, c = zip(*sorted(links), strict=True)
    given_links = Links(np.array(a, np.int32), np.array(x, np.int32), np.array(c))
    network = build_network(given_links, identifiers, Ties(sigma, label, np.zeros(accounts)), PARAMETERS)
    found = gather(network, link_voltages(network, solve(network, PARAMETERS), PARAMETERS.push_eps))
    assert summed(given_links.account, found.flow, accounts) == pytest.approx(found.voltage)
    assert summed(given_links.account, found.met, accounts) == pytest.approx(found.one_hop)
    return np.column_stack([found.voltage, found.one_hop])


def test_fraud_met_is_the_product_of_both_strengths_and_never_oneself() -> None:
    found = reached([(0, 0, 0.5), (1, 0, 0.25), (2, 0, 1.0)], fraud=(1, 2))
    assert found[:, 1].tolist() == pytest.approx([0.5 * 1.25, 0.25 * 1.0, 1.0 * 0.25])


def test_two_links_beat_one_and_a_distant_fraud_reaches_less() -> None:
    found = reached(
        [(0, 0, 1), (1, 0, 1), (0, 1, 1), (2, 1, 1), (2, 2, 1), (0, 2, 1), (2, 3, 1), (3, 3, 1)], fraud=(0,)
    )
    assert found[2, 0] > found[1, 0] > found[3, 0] > 0
    assert found[3, 1] == 0


def test_a_component_without_fraud_has_exactly_none() -> None:
    found = reached([(0, 0, 1), (1, 0, 1), (2, 1, 1), (3, 1, 1)], fraud=(0,), innocent=(3,))
    assert found[2:].tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("partners", [1, 4, 9])
def test_the_only_fraud_of_its_component_has_no_evidence_against_it(partners: int) -> None:
    """Its own label, come back along its links, is none."""
    found = reached([(0, x, 1.0) for x in range(partners)] + [(x + 1, x, 1.0) for x in range(partners)], fraud=(0,))
    assert found[0].tolist() == [0, 0]
    assert (found[1:, 0] > 0).all()
