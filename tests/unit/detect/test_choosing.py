"""Choosing: the best first, each account once, the rest judged again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.candidates import Linked, Pool, pool_of
from linkgraph.detect.choosing import choose
from linkgraph.detect.ring_features import connected_parts
from linkgraph.kinds import FAMILIES
from linkgraph.parameters import Parameters

Worth = dict[tuple[int, ...], float]
NOTHING = pool_of([])


def whole(pool: Pool) -> Pool:
    """Groups that nothing tears apart."""
    return pool


def chosen(worth: Worth, floor: float = 0.5, held: Pool = NOTHING) -> dict[tuple[int, ...], float]:
    """What is chosen among groups of stated worth; a group that is not named is worth nothing."""

    def judge(pool: Pool) -> np.ndarray:
        return np.array([worth.get(tuple(pool.group(n).tolist()), -1.0) for n in range(len(pool))])

    named = pool_of([np.array(group, dtype=np.int32) for group in worth])
    pool, value = choose(named, held, judge, whole, floor, Parameters())
    return {tuple(pool.group(n).tolist()): float(value[n]) for n in range(len(pool))}


def test_the_best_of_overlapping_candidates_is_chosen() -> None:
    assert chosen({(1, 2, 3): 0.6, (1, 2, 3, 4): 0.9, (3, 4, 5): 0.7}) == {(1, 2, 3, 4): 0.9}


def test_what_is_left_of_an_overlapped_candidate_is_judged_again() -> None:
    worth: Worth = {(1, 2, 3): 0.9, (3, 4, 5, 6): 0.8}
    judged = worth | {(4, 5, 6): 0.7}

    def judge(pool: Pool) -> np.ndarray:
        return np.array([judged.get(tuple(pool.group(n).tolist()), -1.0) for n in range(len(pool))])

    named = pool_of([np.array(group, np.int32) for group in worth])
    pool, value = choose(named, NOTHING, judge, whole, 0.5, Parameters())
    assert [pool.group(n).tolist() for n in range(len(pool))] == [[1, 2, 3], [4, 5, 6]]
    assert value.tolist() == [0.9, 0.7]


def test_what_is_left_in_two_pieces_is_judged_piece_by_piece() -> None:
    """Account 3 held 4-5-6 and 7-8-9 together, and is taken: together they are no group any more."""
    held = [(1, 2), (2, 3), (3, 4), (3, 7), (4, 5), (5, 6), (7, 8), (8, 9)]
    a, b = (np.array(end, dtype=np.int32) for end in zip(*held, strict=True))
    pairs = Linked(a, b, np.ones(len(a)), np.full((len(a), len(FAMILIES)), 1024, dtype=np.int32))
    worth = {(1, 2, 3): 0.9, (3, 4, 5, 6, 7, 8, 9): 0.8, (4, 5, 6, 7, 8, 9): 0.7, (7, 8, 9): 0.6}

    def judge(pool: Pool) -> np.ndarray:
        return np.array([worth.get(tuple(pool.group(n).tolist()), -1.0) for n in range(len(pool))])

    named = pool_of([np.array(group, np.int32) for group in [(1, 2, 3), (3, 4, 5, 6, 7, 8, 9)]])
    pool, _ = choose(named, NOTHING, judge, lambda left: connected_parts(left, pairs), 0.5, Parameters())
    assert [pool.group(n).tolist() for n in range(len(pool))] == [[1, 2, 3], [7, 8, 9]]


def test_below_the_floor_nothing_is_chosen() -> None:
    assert chosen({(1, 2, 3): 0.49}) == {}
    assert chosen({(1, 2, 3): 0.5}) == {(1, 2, 3): 0.5}


def held(*groups: tuple[int, ...]) -> Pool:
    """Rings of the night before."""
    return pool_of([np.array(group, dtype=np.int32) for group in groups])


def test_a_ring_of_the_night_before_stays_where_another_is_worth_little_more() -> None:
    worth: Worth = {(1, 2, 3): 0.7, (1, 2, 3, 4): 0.75}
    assert chosen(worth) == {(1, 2, 3, 4): 0.75}
    assert chosen(worth, held=held((1, 2, 3))) == {(1, 2, 3): 0.7}


def test_a_ring_of_the_night_before_gives_way_to_a_much_better_one() -> None:
    assert chosen({(1, 2, 3): 0.6, (1, 2, 3, 4): 0.75}, held=held((1, 2, 3))) == {(1, 2, 3, 4): 0.75}


def test_a_ring_of_the_night_before_stays_a_little_below_the_floor_and_no_further() -> None:
    assert chosen({(1, 2, 3): 0.45}, held=held((1, 2, 3))) == {(1, 2, 3): 0.45}
    assert chosen({(1, 2, 3): 0.35}, held=held((1, 2, 3))) == {}


def test_no_candidates_nothing_chosen() -> None:
    assert chosen({}) == {}


@given(
    st.dictionaries(
        st.sets(st.integers(0, 12), min_size=3, max_size=6).map(lambda group: tuple(sorted(group))),
        st.floats(0, 1),
        max_size=25,
    )
)
def test_chosen_groups_are_disjoint_worth_enough_and_none_better_is_left_out(worth: Worth) -> None:
    found = chosen(worth)
    members = [one for group in found for one in group]
    assert len(members) == len(set(members))
    assert all(value >= 0.5 for value in found.values())
    for group, value in worth.items():
        if value >= 0.5 and group not in found:
            assert any(set(group) & set(other) and found[other] >= value for other in found)
