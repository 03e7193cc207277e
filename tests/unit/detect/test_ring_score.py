"""Ring or household: who is set aside, and how groups rank among tonight's groups."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkgraph.detect.ring_score import SIGNS, People, features, is_household, owners, ring_evidence
from linkgraph.detect.rings import Group

NOBODY = -1


def people(
    n: int, surname: dict[int, int] | None = None, address: dict[int, int] | None = None, fraud: tuple[int, ...] = ()
) -> People:
    """Accounts 0..n-1 of unknown name and address, but for those given."""
    names, homes, bad = np.full(n, NOBODY, np.int32), np.full(n, NOBODY, np.int32), np.zeros(n, dtype=bool)
    for codes, given_codes in ((names, surname), (homes, address)):
        for place, code in (given_codes or {}).items():
            codes[place] = code
    bad[list(fraud)] = True
    return People(np.arange(n, dtype=np.int32), names, homes, np.arange(n) % 2 == 0, bad)


def group(n: int, pairs: int | None = None) -> Group:
    return Group(np.arange(n, dtype=np.int32), np.arange(n - 1 if pairs is None else pairs), "active")


def same(n: int) -> dict[int, int]:
    return dict.fromkeys(range(n), 5)


def test_one_surname_or_one_address_is_a_household() -> None:
    assert is_household(group(3), people(3, surname=same(3)))
    assert is_household(group(3), people(3, address=same(3)))


def test_two_thirds_are_enough_and_half_is_not() -> None:
    assert is_household(group(3), people(3, surname=same(2)))
    assert not is_household(group(4), people(4, surname=same(2)))


def test_unknown_names_are_not_one_name() -> None:
    assert not is_household(group(3), people(3))


def test_a_name_and_an_address_do_not_add_up() -> None:
    assert not is_household(group(4), people(4, surname=same(2), address={2: 1, 3: 1}))


def test_a_household_with_one_known_fraud_is_reported() -> None:
    assert not is_household(group(3), people(3, surname=same(3), fraud=(1,)))


def test_a_fraud_elsewhere_does_not_matter() -> None:
    assert is_household(group(3), people(9, surname=same(3), fraud=(8,)))


def test_a_clan_is_no_household() -> None:
    assert is_household(group(8), people(8, surname=same(8)))
    assert not is_household(group(9), people(9, surname=same(9)))


def test_sub_accounts_are_their_owners() -> None:
    known = people(4)
    known.owner[:3] = 0
    assert owners(group(4), known) == 2


def test_features_in_the_order_of_their_signs() -> None:
    known = people(4, surname=same(3), address={0: 1, 1: 1})
    families = np.array([1, 2, 3, 9], np.int16)
    values = dict(zip(SIGNS, features(group(4), families, known), strict=True))
    assert values == {"density": 0.5, "families": 2.0, "young": 0.5, "same_surname": 0.75, "same_address": 0.5}


def test_a_lone_group_says_nothing() -> None:
    assert ring_evidence(np.array([[1.0, 3.0, 1.0, 0.0, 0.0]]), np.array([5])).tolist() == [0.0]


def test_more_evidence_ranks_higher_and_a_shared_name_lower() -> None:
    rows = np.array([[1.0, 3.0, 1.0, 0.0, 0.0], [0.5, 1.0, 0.0, 0.0, 0.0], [0.5, 1.0, 0.0, 1.0, 1.0]])
    strong, plain, family = ring_evidence(rows, np.array([5, 5, 5])).tolist()
    assert strong > plain >= family == 0


def test_groups_are_ranked_among_groups_of_their_size() -> None:
    rows = np.array([[1.0, 3.0, 1.0, 0.0, 0.0], [0.1, 1.0, 0.0, 0.0, 0.0]])
    assert ring_evidence(rows, np.array([3, 4])).tolist() != [0, 0]
    assert ring_evidence(rows, np.array([4, 5])).tolist() == [0, 0]  # 3-4, 5-9, more
    assert ring_evidence(rows, np.array([9, 10])).tolist() == [0, 0]


Rows = st.lists(st.tuples(*[st.integers(0, 3).map(float)] * len(SIGNS), st.integers(3, 12)), min_size=1, max_size=12)


@settings(deadline=None)
@given(Rows, st.randoms(use_true_random=False))
def test_evidence_has_bounds_and_no_order(rows: list[tuple[float, ...]], draw: Random) -> None:
    values, sizes = np.array([row[:-1] for row in rows]), np.array([int(row[-1]) for row in rows])
    found = ring_evidence(values, sizes)
    assert found.min() >= 0
    assert found.max() < 1
    order = list(range(len(rows)))
    draw.shuffle(order)
    assert ring_evidence(values[order], sizes[order]).tobytes() == found[order].tobytes()
