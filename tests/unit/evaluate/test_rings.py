"""Ring figures against counting by hand and against the published formula of element-centric similarity."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.evaluate.rings import element_similarity, innocent_in_rings, match_rings, overlaps
from linkgraph.evaluate.truth import Members, Truth

ACCOUNTS = 12


def members(groups: list[list[int]], weights: list[list[float]] | None = None) -> Members:
    """Groups of account numbers."""
    group = [number for number, group in enumerate(groups) for _ in group]
    account = [each for group in groups for each in group]
    weight = [each for group in weights for each in group] if weights else [1.0] * len(account)
    return Members(np.array(group, dtype=int), np.array(account, dtype=int), np.array(weight), len(groups))


def truth(groups: list[list[int]], is_ring: list[bool]) -> Truth:
    """Groups of which some are rings, the others innocent."""
    words = np.array(["ring" if each else "family" for each in is_ring])
    rings = np.array(is_ring)
    return Truth(
        pa.array([f"a{number:02}" for number in range(ACCOUNTS)]),
        np.array(["none"] * ACCOUNTS),
        members(groups),
        words,
        words,
        words,
        rings,
        rings & False,
        ~rings,
    )


def test_a_ring_is_found_from_half_of_the_union_on() -> None:
    true = truth([[0, 1, 2, 3], [4, 5, 6]], [True, True])
    found = members([[0, 1], [4, 7, 8]])
    result = match_rings(true, found, np.array([0.9, 0.8]), 0.5, 3)
    assert result.found_at.tolist() == [0.9, -1.0]
    assert result.right.tolist() == [True, False]
    assert result.best.tolist() == [0.5, 0.2]


def test_the_highest_score_of_two_halves_counts() -> None:
    result = match_rings(truth([[0, 1, 2, 3]], [True]), members([[0, 1], [2, 3]]), np.array([0.3, 0.6]), 0.5, 3)
    assert result.found_at.tolist() == [0.6]
    assert result.right.all()


def test_a_doubtful_stranger_costs_less_by_weight() -> None:
    true, score = truth([[0, 1, 2]], [True]), np.array([1.0])
    found = members([[0, 1, 2, 4, 5, 6, 7]], [[1, 1, 1, 0.1, 0.1, 0.1, 0.1]])
    result = match_rings(true, found, score, 0.5, 3)
    assert (result.found_at[0], result.found_at_weighted[0]) == (-1.0, 1.0)


def test_innocent_groups_and_small_rings_are_nothing_to_find() -> None:
    true = truth([[0, 1, 2], [3, 4]], [False, True])
    result = match_rings(true, members([[0, 1, 2], [3, 4]]), np.array([1.0, 1.0]), 0.5, 3)
    assert len(result.ring) == 0
    assert not result.right.any()
    assert result.meets.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("found", "taken"),
    [
        ([[0, 1, 2, 3]], True),
        ([[0, 1, *range(4, 12)]], True),  # half of it, lost in a large ring
        ([[0, 4, 5]], False),
        ([[0, 1], [2, 3]], True),
        ([[0], [1], [2], [3]], False),
        ([], False),
    ],
)
def test_a_family_is_in_a_ring_when_half_of_it_is(found: list[list[int]], taken: bool) -> None:
    assert innocent_in_rings(truth([[0, 1, 2, 3]], [False]), members(found), 0.5).tolist() == [taken]


def test_one_of_a_couple_is_not_the_couple() -> None:
    assert not innocent_in_rings(truth([[0, 1]], [False]), members([[0, 4, 5]]), 0.5).any()


labels = st.lists(st.integers(-1, 4), min_size=ACCOUNTS, max_size=ACCOUNTS)


@given(labels, labels)
def test_overlaps_are_the_counted_ones(mine: list[int], theirs: list[int]) -> None:
    true, found = ([[n for n in range(ACCOUNTS) if side[n] == g] for g in range(5)] for side in (mine, theirs))
    met = overlaps(members(true), members(found), ACCOUNTS)
    expected = {
        (t, f): len(set(a) & set(b)) / len(set(a) | set(b))
        for t, a in enumerate(true)
        for f, b in enumerate(found)
        if set(a) & set(b)
    }
    assert {(t, f): j for t, f, j in zip(met.true, met.found, met.jaccard, strict=True)} == pytest.approx(expected)
    assert met.weighted == pytest.approx(met.jaccard)


@given(labels, labels)
def test_element_similarity_is_the_published_sum(mine: list[int], theirs: list[int]) -> None:
    """S_i = 1 - sum_j |p_ij - q_ij| / (2 alpha), p_ij = alpha / |A| inside the group of i, plus 1 - alpha at i."""

    def walks(side: list[int]) -> Any:
        groups = [label if label >= 0 else 100 + n for n, label in enumerate(side)]
        same = np.equal.outer(groups, groups)
        return 0.9 * same / same.sum(axis=1, keepdims=True) + 0.1 * np.eye(ACCOUNTS)

    expected = 1 - np.abs(walks(mine) - walks(theirs)).sum(axis=1) / (2 * 0.9)
    assert element_similarity(np.array(mine), np.array(theirs)) == pytest.approx(expected.mean())


def test_no_elements_have_no_similarity() -> None:
    assert element_similarity(np.array([], dtype=int), np.array([], dtype=int)) is None
