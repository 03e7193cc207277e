"""Rings from linked pairs: what is kept whole, what is cut, and that only a component's own pairs decide."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from linkgraph.detect.rings import (
    Chance,
    Edges,
    Group,
    confidence,
    cuts,
    find_rings,
    fragility,
    membership,
    separation,
)
from linkgraph.parameters import Parameters

PARAMETERS = Parameters()
SMALL = Parameters(ring_max=5, ring_ceiling=30)


def edges(*pairs: tuple[int, int, float]) -> Edges:
    """Pairs (a, b, probability) as sorted arrays."""
    a, b, p = zip(*sorted(pairs), strict=True)
    return np.array(a, np.int32), np.array(b, np.int32), np.array(p)


def clique(*members: int, p: float = 0.9) -> list[tuple[int, int, float]]:
    return [(a, b, p) for a, b in combinations(members, 2)]


def chain(*members: int, p: float = 0.9) -> list[tuple[int, int, float]]:
    return [(a, b, p) for a, b in pairwise(members)]


def rings(pairs: list[tuple[int, int, float]], parameters: Parameters = PARAMETERS, seed: int = 0) -> list[Group]:
    return find_rings(1000, edges(*pairs), parameters, Chance(seed, lambda number: f"a{number:04}"))


def sets(groups: list[Group]) -> list[set[int]]:
    return [set(group.members.tolist()) for group in groups]


def test_two_accounts_are_no_ring() -> None:
    assert rings([(3, 4, 0.99)]) == []


def test_no_pairs_no_rings() -> None:
    nothing = np.empty(0, np.int32)
    assert find_rings(5, (nothing, nothing, np.empty(0)), PARAMETERS, Chance(0, str)) == []


@pytest.mark.parametrize("shape", [chain(*range(60)), [(0, n, 0.4) for n in range(1, 60)], clique(*range(60))])
def test_a_small_component_stays_whole_whatever_its_shape(shape: list[tuple[int, int, float]]) -> None:
    (ring,) = rings(shape)
    assert (len(ring.members), ring.status, len(ring.pairs)) == (60, "active", len(shape))


def test_two_cliques_on_a_strong_bridge_are_cut_only_when_they_are_too_large_together() -> None:
    pairs = [*clique(*range(4)), (3, 4, 0.51), *clique(*range(4, 8))]
    assert sets(rings(pairs)) == [set(range(8))]
    assert sets(rings(pairs, SMALL)) == [set(range(4)), set(range(4, 8))]


def test_a_weak_bridge_is_cut_where_three_accounts_stand_on_either_side() -> None:
    assert sets(rings([*clique(*range(4)), (3, 4, 0.31), *clique(*range(4, 8))])) == [set(range(4)), set(range(4, 8))]
    assert sets(rings([*clique(*range(4)), (3, 4, 0.31), (4, 5, 0.9)])) == [set(range(6))]
    through_two = [*clique(*range(3)), (2, 3, 0.31), (3, 4, 0.31), (4, 5, 0.31), *clique(5, 6, 7)]
    assert sets(rings(through_two)) == [{0, 1, 2}, {5, 6, 7}]


def test_the_pairs_of_a_ring_are_its_own_and_not_the_bridge() -> None:
    pairs = sorted([*clique(*range(4)), (3, 4, 0.31), *clique(*range(4, 8))])
    for ring in rings(pairs, SMALL):
        assert len(ring.pairs) == 6
        assert {end for place in ring.pairs for end in pairs[place][:2]} == set(ring.members.tolist())
        assert ring.density == 1.0


def test_a_component_that_does_not_separate_stays_whole_and_says_so() -> None:
    (ring,) = rings(clique(*range(9)), SMALL)
    assert (len(ring.members), ring.status) == (9, "oversized")


def test_nothing_above_the_ceiling_is_one_ring() -> None:
    draw = np.random.default_rng(4)
    tangle = [(a, b, 0.5) for a, b, _ in clique(*range(60)) if draw.random() < 0.3]
    assert all(len(ring.members) <= SMALL.ring_ceiling for ring in rings(tangle, SMALL))
    assert all(len(ring.members) <= SMALL.ring_ceiling for ring in rings(clique(*range(40)), SMALL))


def test_a_whole_that_holds_at_a_low_resolution_is_still_cut_where_it_separates() -> None:
    """One group alone has nothing to be separated from: it must not win by that."""
    bridges = [(n, 31 + n, 0.5) for n in range(20)]
    pairs = [*clique(*range(31)), *clique(*range(31, 62)), *bridges]
    assert sets(rings(pairs)) == [set(range(31)), set(range(31, 62))]


def test_rings_come_by_first_member_and_members_are_sorted() -> None:
    found = rings([*clique(20, 31, 5), *clique(9, 40, 7), *clique(6, 8, 50)])
    assert [ring.members.tolist() for ring in found] == [[5, 20, 31], [6, 8, 50], [7, 9, 40]]


def test_a_component_is_cut_alike_with_and_without_others_and_under_other_numbers() -> None:
    draw = np.random.default_rng(11)
    blocks = [pair for n in range(8) for pair in clique(*range(5 * n, 5 * n + 5), p=0.6)]
    bridges = {(int(a), int(b)) for a, b in np.sort(draw.integers(0, 40, (30, 2))) if a // 5 != b // 5}
    tangle = [*blocks, *[(a, b, 0.35) for a, b in bridges]]
    alone = rings(tangle, SMALL)
    assert len(alone) > 3
    shift = 100
    moved = [(a + shift, b + shift, p) for a, b, p in tangle]
    strangers = [*clique(*range(30, 50)), *clique(*range(500, 509))]
    chance = Chance(0, lambda number: f"a{number - shift:04}")  # the same key for the same account
    together = find_rings(1000, edges(*strangers, *moved), SMALL, chance)
    inside = [ring for ring in together if 100 <= ring.members[0] < 140]
    assert [(ring.members - shift).tolist() for ring in inside] == [ring.members.tolist() for ring in alone]


def test_each_component_draws_from_its_own_seed() -> None:
    chance = Chance(0, lambda number: f"a{number}")
    seeds = {chance.seed_for(1), chance.seed_for(2), Chance(1, chance.key).seed_for(1)}
    assert len(seeds) == 3
    assert chance.seed_for(1) == Chance(0, lambda number: f"a{number}").seed_for(1)


def test_separation_of_one_group_is_whole_and_of_singles_nothing() -> None:
    pairs = edges(*clique(0, 1, 2))
    assert separation(3, pairs, np.zeros(3, np.int32)) == 1.0
    assert separation(3, pairs, np.arange(3, dtype=np.int32)) == 0.0


def test_confidence_is_one_less_the_chance_that_every_pair_is_wrong() -> None:
    pairs = edges((0, 1, 0.5), (1, 2, 0.8))
    (ring,) = find_rings(3, pairs, PARAMETERS, Chance(0, str))
    assert confidence(ring, pairs, PARAMETERS, 0) == pytest.approx([0.5, 0.9, 0.8])


def test_confidence_of_certain_pairs_is_finite() -> None:
    pairs = edges((0, 1, 1.0), (1, 2, 1.0))
    (ring,) = find_rings(3, pairs, PARAMETERS, Chance(0, str))
    assert confidence(ring, pairs, PARAMETERS, 0) == pytest.approx([1, 1, 1])


def test_membership_words_start_at_their_thresholds() -> None:
    sure = np.array([0.95, 0.9, 0.89, 0.6, 0.59, 0.0])
    assert membership(sure, PARAMETERS).tolist() == ["core", "core", "likely", "likely", "fringe", "fringe"]


@pytest.mark.parametrize(
    ("uses", "core", "fewest"),
    [
        ([{1, 2, 3}], 3, 1),
        ([{1, 2, 3}, {1, 2, 3}], 3, 2),
        ([{1, 2}, {2, 3}], 3, 2),  # without either one, two of three still hold together
        ([{1, 2}, {2, 3}, {3, 4}], 4, 2),  # greedy: one, the middle one, would do
        ([{1, 2}, {2, 3, 5}, {3, 4}], 5, 1),
        ([{1, 2}], 4, 0),
        ([], 3, 0),
        ([{1, 2, 3}], 0, 0),
    ],
)
def test_fragility_counts_the_identifiers_a_core_rests_on(uses: list[set[int]], core: int, fewest: int) -> None:
    before = [set(held) for held in uses]
    assert fragility(uses, core) == fewest
    assert uses == before


def test_a_member_of_a_large_ring_on_one_pair_is_less_sure_than_its_core() -> None:
    pairs = edges(*clique(*range(14), p=0.99), (13, 14, 0.99))
    (ring,) = find_rings(15, pairs, PARAMETERS, Chance(0, str))
    sure = confidence(ring, pairs, PARAMETERS, 0)
    assert (sure[:14] == pytest.approx(1.0)) and sure[14] < 1.0


def test_a_long_chain_is_honestly_low() -> None:
    pairs = edges(*chain(*range(40), p=0.99))
    (ring,) = find_rings(40, pairs, PARAMETERS, Chance(0, str))
    sure = confidence(ring, pairs, PARAMETERS, 0)
    assert sure.mean() < 0.9
    assert np.array_equal(sure, confidence(ring, pairs, PARAMETERS, 0))


def test_cuts_at_several_resolutions_find_groups_inside_a_small_component() -> None:
    pairs = edges(*clique(*range(8)), (7, 8, 0.31), *clique(*range(8, 16)))
    found = [set(group.tolist()) for group in cuts(16, pairs, PARAMETERS, Chance(0, str))]
    assert set(range(8)) in found
    assert set(range(8, 16)) in found
    assert cuts(8, edges(*clique(*range(8))), PARAMETERS, Chance(0, str)) == []
