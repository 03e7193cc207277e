"""Learning what evidence is worth: planted bits come back, bounds hold, labels that say nothing change nothing."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkgraph.detect.evidence import bits_of, cold_bits, level_tables
from linkgraph.detect.learning import Fitted, Shown, evidence_of, fit_bits
from linkgraph.kinds import KIND_NAMES, KINDS, SIGN_NAMES, SIGNS
from linkgraph.parameters import Parameters

PARAMETERS = Parameters()
COLD = cold_bits(PARAMETERS)
Row = tuple[bool, str, int, int, int, float]  # is a sign, name, value, gap, age, most bits

DEVICE: Row = (False, "device", 2, 0, 0, 0.0)
OLD_DEVICE: Row = (False, "device", 2, 0, 60, 0.0)
CARD: Row = (False, "card", 3, 0, 0, 0.0)
PRINT: Row = (False, "fingerprint", 3, 0, 0, 0.0)
TURNS: Row = (True, "in_turn", 5, 0, 0, 20.0)
MEETINGS: Row = (True, "20min", 3, 0, 0, 20.0)


def shown(pairs: list[list[Row]]) -> Shown:
    """What pairs show, as arrays."""
    rows = [(number, *row) for number, each in enumerate(pairs) for row in each]
    code = [(SIGN_NAMES if is_sign else KIND_NAMES).index(name) for _, is_sign, name, *_ in rows]
    value, gap, age = (np.array([row[place] for row in rows], np.int64) for place in (3, 4, 5))
    is_sign = np.array([row[1] for row in rows], bool)
    most = np.array([row[6] for row in rows], np.float64)
    return Shown(np.array([row[0] for row in rows], np.int64), is_sign, np.array(code, np.int64), value, gap, age, most)


def fitted(pairs: list[list[Row]], confirmed: list[bool]) -> Fitted:
    return fit_bits(shown(pairs), np.array(confirmed), COLD, PARAMETERS)


def planted(worth: dict[str, float], prior: float, size: int, seed: int) -> tuple[list[list[Row]], list[bool]]:
    """Pairs that show some of three things, confirmed with the odds that the planted bits give them."""
    draw = np.random.default_rng(seed)
    rows = {"device": DEVICE, "card": CARD, "in_turn": TURNS}
    pairs, confirmed = [], []
    for _ in range(size):
        names = [name for name in rows if draw.random() < 0.5] or ["device"]
        bits = prior + sum(worth[name] for name in names)
        pairs.append([rows[name] for name in names])
        confirmed.append(bool(draw.random() < 1 / (1 + 2.0**-bits)))
    return pairs, confirmed


def test_planted_bits_are_found_again() -> None:
    pairs, confirmed = planted({"device": 2.0, "card": 5.0, "in_turn": 3.5}, -5.0, 6_000, 1)
    found = fitted(pairs, confirmed)
    assert found.settled
    assert found.bits.prior == pytest.approx(-5.0, abs=0.5)
    assert found.bits.kinds["device"][0] == pytest.approx(2.0, abs=0.5)
    assert found.bits.kinds["card"][1] == pytest.approx(5.0, abs=0.5)
    assert found.bits.signs["in_turn"][1] == pytest.approx(3.5, abs=0.5)


def test_what_no_pair_shows_stays_as_it_was() -> None:
    pairs, confirmed = planted({"device": 2.0, "card": 5.0, "in_turn": 3.5}, -5.0, 500, 2)
    bits = fitted(pairs, confirmed).bits
    assert bits.kinds["wallet"] == COLD.kinds["wallet"] and bits.signs["hop"] == COLD.signs["hop"]
    assert bits.gap == COLD.gap


def test_age_that_matters_is_learned_as_a_penalty() -> None:
    pairs = [[DEVICE]] * 300 + [[OLD_DEVICE]] * 300
    confirmed = [True] * 250 + [False] * 50 + [True] * 100 + [False] * 200
    bits = fitted(pairs, confirmed).bits
    assert -2.1 < bits.age[2] < -1.0
    assert max(*bits.age, *bits.gap) == 0.0


def test_what_speaks_against_is_worth_nothing_and_never_less() -> None:
    bits = fitted([[CARD]] * 200 + [[CARD, PRINT]] * 200, [True] * 150 + [False] * 50 + [False] * 200).bits
    assert bits.kinds["fingerprint"][1] == 0.0


def test_a_family_counts_once() -> None:
    pairs = [[DEVICE, PRINT], [DEVICE], [PRINT], [DEVICE, MEETINGS]]
    found = evidence_of(shown(pairs), 4, COLD, PARAMETERS)
    assert found.tolist() == [6.0, 6.0, 2.0, 14.0]


def test_chance_bounds_what_a_sign_is_worth() -> None:
    bounded = (*MEETINGS[:5], 1.5)
    assert evidence_of(shown([[bounded]]), 1, COLD, PARAMETERS).tolist() == [1.5]


def test_contradictory_labels_leave_even_odds_and_defined_bits() -> None:
    bits = fitted([[CARD]] * 400, [True, False] * 200).bits
    assert bits.prior + bits.kinds["card"][1] == pytest.approx(0.0, abs=0.2)


@pytest.mark.parametrize("confirmed", [True, False])
def test_one_pair_moves_little(confirmed: bool) -> None:
    bits = fitted([[CARD]], [confirmed]).bits
    assert bits.kinds["card"][1] == pytest.approx(COLD.kinds["card"][1], abs=3.0)
    assert bits.kinds["device"] == COLD.kinds["device"]


def test_without_evidence_nobody_comes_near_the_threshold() -> None:
    bits = fitted([[CARD]] * 500, [True] * 500).bits
    assert 2.0**bits.prior <= PARAMETERS.tau / (1 - PARAMETERS.tau) / 2


def test_pairs_have_no_order() -> None:
    pairs, confirmed = planted({"device": 2.0, "card": 5.0, "in_turn": 3.5}, -5.0, 300, 3)
    order = np.random.default_rng(0).permutation(len(pairs))
    turned = fitted([pairs[n] for n in order], [confirmed[n] for n in order]).bits
    straight = fitted(pairs, confirmed).bits
    assert turned.prior == pytest.approx(straight.prior, abs=0.01)
    assert turned.kinds["card"] == pytest.approx(straight.kinds["card"], abs=0.01)


@st.composite
def anything(draw: st.DrawFn) -> Row:
    if draw(st.booleans()):
        sign = draw(st.sampled_from(SIGNS))
        return True, sign.name, draw(st.integers(0, sign.edges[-1] + 1)), 0, 0, draw(st.floats(0, 20))
    kind = draw(st.sampled_from(KINDS))
    return False, kind.name, draw(st.integers(2, kind.cap)), draw(st.integers(0, 31)), draw(st.integers(0, 91)), 0.0


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.lists(anything(), min_size=1, max_size=4), st.booleans()), min_size=1, max_size=12),
    anything(),
)
def test_one_more_shared_thing_never_lowers_a_pair(told: list[tuple[list[Row], bool]], more: Row) -> None:
    pairs = [rows for rows, _ in told]
    bits = fitted(pairs, [confirmed for _, confirmed in told]).bits
    before = evidence_of(shown(pairs), len(pairs), bits, PARAMETERS)
    after = evidence_of(shown([[*rows, more] for rows in pairs]), len(pairs), bits, PARAMETERS)
    assert (after >= before).all()
    assert all(np.diff(bits.signs[sign.name]).min() >= 0 for sign in SIGNS if sign.rises)


def test_bits_survive_their_file_and_unknown_kinds_are_cold() -> None:
    values = COLD.as_values()
    assert bits_of(values, PARAMETERS) == COLD
    del values["kinds"]["stem"], values["signs"]["hop"]
    assert bits_of(values, PARAMETERS) == COLD


def test_the_level_tables_are_those_of_the_bits() -> None:
    dearer = dataclasses.replace(COLD, kinds=COLD.kinds | {"card": (7.0, 7.0, 7.0, 7.0, 7.0)})
    rows = level_tables(PARAMETERS, dearer)["degree_levels"].to_pylist()
    assert {row["units"] for row in rows if row["code"] == KIND_NAMES.index("card")} == {7 * 1024}
