"""Chance graphs keep every degree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.evaluate.shuffles import shuffled, shuffled_pairs, within_bins

links = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=40).map(sorted)


@given(links, st.integers(0, 5))
def test_both_sides_keep_their_degrees_and_no_link_comes_twice(rows: list[tuple[int, int]], seed: int) -> None:
    left, right = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    ends = shuffled(left, right, np.random.default_rng(seed))
    assert sorted(ends) == sorted(right)
    assert len(set(zip(left, ends, strict=True))) == len(rows)


@given(links, st.integers(0, 5))
def test_accounts_keep_their_number_of_pairs(rows: list[tuple[int, int]], seed: int) -> None:
    pairs = sorted({(min(row), max(row)) for row in rows if row[0] != row[1]})
    a, b = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    one, other = shuffled_pairs(a, b, np.random.default_rng(seed))
    assert sorted([*one, *other]) == sorted([*a, *b])
    assert (one < other).all()
    assert len(set(zip(one, other, strict=True))) == len(pairs)


def test_little_is_left_of_the_graph() -> None:
    rng = np.random.default_rng(1)
    left = np.repeat(np.arange(500), 4)
    right = np.repeat(np.arange(250), 8)  # pairs of accounts that share everything
    ends = shuffled(left, right, rng)
    assert np.mean(ends == right) < 0.05


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30), st.data())
def test_labels_move_to_accounts_of_like_degree(degrees: list[int], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(range(len(degrees))), unique=True))
    degree = np.array(degrees)
    drawn = within_bins(np.array(chosen, dtype=np.int64), degree, np.random.default_rng(0))
    assert len(set(drawn)) == len(chosen)
    widths = np.ceil(np.log2(degree + 1))
    assert sorted(widths[drawn]) == pytest.approx(sorted(widths[chosen]))
