"""The pool of candidates: which cuts of the pairs are in it, once each, whatever else the ledger holds."""

from itertools import combinations, pairwise

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.candidates import Linked, Pool, distinct, joined, pool_of, propose, sharing
from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.kinds import FAMILIES
from linkgraph.parameters import Parameters

PARAMETERS = Parameters()
NOTHING = pool_of([])

Fact = tuple[int, int, str, float]


def linked(*facts: Fact) -> Linked:
    """Pairs from (a, b, family, bits), one fact per family of a pair."""
    ends = sorted({(a, b) for a, b, _, _ in facts})
    units = np.zeros((len(ends), len(FAMILIES)), dtype=np.int32)
    for a, b, family, bits in facts:
        units[ends.index((a, b)), FAMILIES.index(family)] = round(bits * UNITS_PER_BIT)
    both = np.array(ends, dtype=np.int32).reshape(-1, 2)
    return Linked(both[:, 0], both[:, 1], 1 / (1 + np.exp2(6 - units.sum(axis=1) / UNITS_PER_BIT)), units)


def clique(*members: int, family: str = "access", bits: float = 7) -> list[Fact]:
    return [(a, b, family, bits) for a, b in combinations(members, 2)]


def chain(*members: int, family: str = "access", bits: float = 7) -> list[Fact]:
    return [(a, b, family, bits) for a, b in pairwise(members)]


def groups(pool: Pool) -> list[list[int]]:
    return [pool.group(number).tolist() for number in range(len(pool))]


def proposed(*facts: Fact, accounts: int = 100, partition: Pool = NOTHING) -> list[list[int]]:
    return groups(propose(accounts, linked(*facts), [partition], PARAMETERS))


def test_a_strong_group_inside_a_loose_crowd_is_proposed_beside_the_crowd() -> None:
    found = proposed(*chain(*range(30), bits=6), *clique(3, 4, 5, family="wallet"))
    assert list(range(30)) in found
    assert [3, 4, 5] in found


def test_what_one_family_holds_together_is_proposed_beside_the_whole() -> None:
    found = proposed(*clique(1, 2, 3, family="wallet", bits=6), *clique(3, 4, 5, family="document", bits=6))
    assert [1, 2, 3] in found
    assert [3, 4, 5] in found
    assert [1, 2, 3, 4, 5] in found


def test_everybody_around_a_collector_of_money_is_proposed() -> None:
    star = [(7, other, "money", 6.0) for other in (8, 9, 10)]
    found = proposed(*star, *chain(10, 11, 12, family="money", bits=6))
    assert [7, 8, 9, 10] in found


def test_groups_of_the_partition_are_proposed() -> None:
    partition = pool_of([np.array([2, 3, 4], dtype=np.int32)])
    assert [2, 3, 4] in proposed(*chain(*range(9)), partition=partition)


def test_no_candidate_twice_and_none_too_small_or_too_large() -> None:
    found = proposed(*clique(1, 2, 3), (5, 6, "wallet", 9.0), *chain(*range(10, 99), family="wallet"))
    assert len(found) == len({tuple(group) for group in found})
    assert all(PARAMETERS.ring_min <= len(group) <= PARAMETERS.ring_ceiling for group in found)


def test_no_pairs_no_candidates() -> None:
    assert proposed() == []


def test_another_component_adds_its_candidates_and_moves_none() -> None:
    mine = [*clique(1, 2, 3), *chain(3, 4, 5, family="wallet", bits=8)]
    other = clique(40, 41, 42, family="document", bits=19)
    with_other = proposed(*mine, *other)
    assert [group for group in with_other if group[0] < 40] == proposed(*mine)


def test_weaker_pairs_elsewhere_propose_nothing_here() -> None:
    mine = [*chain(1, 2, 3), (3, 4, "access", 12.0), (1, 2, "wallet", 5.0), (2, 3, "document", 5.0)]
    with_weaker = proposed(*mine, *chain(40, 41, 42, bits=4))
    assert [group for group in with_weaker if group[0] < 40] == proposed(*mine)


def test_names_that_keep_their_order_change_nothing_else() -> None:
    mine = [*clique(1, 2, 3), *chain(3, 4, 5, family="wallet", bits=8)]
    moved = [(a + 50, b + 50, family, bits) for a, b, family, bits in mine]
    assert [[one - 50 for one in group] for group in proposed(*moved)] == proposed(*mine)


edges = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 14), st.sampled_from(FAMILIES), st.integers(5, 12)).filter(
        lambda fact: fact[0] < fact[1]
    ),
    min_size=1,
    max_size=40,
)


@given(edges)
def test_every_level_of_the_dendrogram_is_proposed(facts: list[Fact]) -> None:
    pairs = linked(*facts)
    total = pairs.units.sum(axis=1)
    found = {tuple(group) for group in groups(propose(20, pairs, [NOTHING], PARAMETERS))}
    for level in range(5, 13):
        graph: nx.Graph[int] = nx.Graph()
        strong = total >= level * UNITS_PER_BIT
        graph.add_edges_from(zip(pairs.a[strong].tolist(), pairs.b[strong].tolist(), strict=True))
        wanted = {tuple(sorted(part)) for part in nx.connected_components(graph) if len(part) >= PARAMETERS.ring_min}
        assert wanted <= found


@given(st.lists(st.sets(st.integers(0, 9), min_size=1), max_size=30))
def test_distinct_keeps_the_first_of_equal_groups(sets: list[set[int]]) -> None:
    pool = pool_of([np.array(sorted(group), dtype=np.int32) for group in sets])
    kept = groups(distinct(pool))
    assert kept == list(map(list, dict.fromkeys(tuple(sorted(group)) for group in sets)))


def test_joined_pools_follow_each_other() -> None:
    one, two = pool_of([np.array([1, 2], np.int32)]), pool_of([np.array([3], np.int32), np.array([1, 4], np.int32)])
    assert groups(joined([one, two])) == [[1, 2], [3], [1, 4]]


def shared(*uses: tuple[int, str]) -> list[list[int]]:
    """Groups of those who share identifiers, from (account, identifier)."""
    account = np.array([one for one, _ in uses], dtype=np.int32)
    _, identifier, count = np.unique([name for _, name in uses], return_inverse=True, return_counts=True)
    return groups(sharing(account, identifier, count[identifier], PARAMETERS))


def test_a_device_of_few_is_proposed_though_a_public_one_joins_them_with_strangers() -> None:
    public = [(one, "public") for one in range(20)]
    own = [(one, "own") for one in (3, 7, 12, 15)]
    assert [3, 7, 12, 15] in shared(*public, *own)


def test_a_chain_of_small_devices_is_proposed_whole_without_the_public_one() -> None:
    public = [(one, "public") for one in range(20)]
    links = [(one, f"phone {n}") for n, pair in enumerate(pairwise((2, 5, 8, 11))) for one in pair]
    assert [2, 5, 8, 11] in shared(*public, *links)


@given(st.lists(st.tuples(st.integers(0, 14), st.sampled_from("abcdef")), unique=True, max_size=40))
def test_the_users_of_every_identifier_are_proposed(uses: list[tuple[int, str]]) -> None:
    found = shared(*uses)
    for name in {name for _, name in uses}:
        users = sorted(one for one, used in uses if used == name)
        assert len(users) < PARAMETERS.ring_min or users in found
