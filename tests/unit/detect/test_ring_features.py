"""Features of candidates against a plain computation, group by group."""

from itertools import pairwise
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.candidates import Linked, Pool, pool_of
from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.detect.ring_features import DEEDS, FEATURES, HABITS, People, features, pairs_inside
from linkgraph.kinds import FAMILIES
from tests.unit.detect.test_candidates import Fact, chain, clique, linked

DAY = 86_400
N = 30


def people(**known: dict[int, float]) -> People:
    """Accounts about whom only the named facts are known, as account -> value."""

    def codes(name: str) -> np.ndarray:
        column = np.full(N, -1, dtype=np.int32)
        column[list(known.get(name, {}))] = list(known.get(name, {}).values())
        return column

    def numbers(name: str) -> np.ndarray:
        column = np.full(N, np.nan)
        column[list(known.get(name, {}))] = list(known.get(name, {}).values())
        return column

    deeds = np.column_stack([numbers(name) for name in DEEDS])
    habits = np.column_stack([numbers(name) for name in HABITS])
    owner = np.arange(N, dtype=np.int32)
    fraud, suspected, innocent = (codes(name) >= 0 for name in ("fraud", "suspected", "innocent"))
    told = (codes("surname"), codes("address"), codes("country"))
    return People(owner, *told, numbers("created"), fraud, suspected, innocent, habits, deeds)


def pool(*groups: tuple[int, ...]) -> Pool:
    return pool_of([np.array(group, dtype=np.int32) for group in groups])


def table(groups: Pool, pairs: Linked, who: People | None = None) -> list[dict[str, float]]:
    rows = features(groups, pairs, who or people())
    return [dict(zip(FEATURES, row, strict=True)) for row in rows.tolist()]


def test_a_clique_of_devices_with_a_common_wallet() -> None:
    facts = [*clique(1, 2, 3, bits=7), (1, 2, "wallet", 8.0), (3, 4, "access", 6.0)]
    (row,) = table(pool((1, 2, 3)), linked(*facts))
    assert row["size"] == pytest.approx(np.log2(3))
    assert row["density"] == 1.0
    assert row["bits"] == pytest.approx((15 + 7 + 7) / 3)
    assert row["weakest"] == 7.0  # the third account's best pair inside
    assert row["families"] == pytest.approx(4 / 3)
    assert [row[f"covered_{name}"] for name in ("access", "wallet", "money")] == pytest.approx([1.0, 2 / 3, 0.0])


def test_a_chain_is_sparse_and_a_star_has_a_centre() -> None:
    facts = [*chain(0, 1, 2, 3), *((10, other, "money", 6.0) for other in (11, 12, 13))]
    line, star = table(pool((0, 1, 2, 3), (10, 11, 12, 13)), linked(*facts))
    assert line["density"] == star["density"] == 0.5
    assert [line["star"], star["star"]] == pytest.approx([2 / 3, 1.0])


def test_separation_weighs_what_leaves_the_group() -> None:
    alone, leaving = [*clique(1, 2, 3)], [*clique(1, 2, 3), *((3, other, "access", 7.0) for other in (4, 5, 6))]
    assert table(pool((1, 2, 3)), linked(*alone))[0]["separation"] == pytest.approx(1.0)
    assert table(pool((1, 2, 3)), linked(*leaving))[0]["separation"] == pytest.approx(0.5)


def test_people_of_a_group() -> None:
    who = people(
        surname={1: 5, 2: 5, 3: 6},
        country={1: 0, 2: 1},
        fraud={2: 1},
        suspected={1: 1, 2: 1},
        innocent={3: 1},
        created={1: 0, 2: 2 * DAY, 3: 3 * DAY},
        own_devices={1: 1, 2: 3},
        gathered={1: 0.0, 2: 0.5, 3: 1.0},
    )
    (row,) = table(pool((1, 2, 3)), linked(*clique(1, 2, 3)), who)
    assert row["same_surname"] == pytest.approx(2 / 3)
    assert row["countries"] == pytest.approx(1 / 3)
    assert np.isnan(row["same_address"])
    assert [row["fraud"], row["suspected"], row["innocent"]] == pytest.approx([1 / 3, 2 / 3, 1 / 3])
    assert row["own_devices"] == 2.0
    assert np.isnan(row["own_wallets"])
    assert row["gathered"] == 0.5
    assert np.isnan(row["new_cards"])


@pytest.mark.parametrize("days", [(0, 1, 5), (0, 0, 0), (3, 1, 10, 2), (7, 7, 8, 9, 30)])
def test_openings(days: tuple[int, ...]) -> None:
    who = people(created={n: day * DAY for n, day in enumerate(days)})
    (row,) = table(pool(tuple(range(len(days)))), linked(*chain(*range(len(days)))), who)
    ordered = sorted(days)
    gaps = sorted(later - earlier for earlier, later in pairwise(ordered))
    assert 2 ** row["opened_apart"] == pytest.approx(1 / 1440 + gaps[(len(gaps) - 1) // 2])
    n = len(days)
    assert 2 ** row["opened_within"] == pytest.approx(1 / 1440 + ordered[n * 3 // 4] - ordered[n // 4])
    assert gaps[(len(gaps) - 1) // 2] <= median(gaps)


def test_one_known_opening_says_nothing() -> None:
    (row,) = table(pool((1, 2, 3)), linked(*clique(1, 2, 3)), people(created={2: 5.0}))
    assert np.isnan(row["opened_apart"])
    assert np.isnan(row["opened_within"])


def test_no_candidates_no_rows() -> None:
    assert features(pool(), linked(*clique(1, 2, 3)), people()).shape == (0, len(FEATURES))


facts = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.sampled_from(FAMILIES), st.integers(5, 12)).filter(
        lambda fact: fact[0] < fact[1]
    ),
    min_size=1,
    max_size=40,
)
sets = st.lists(st.sets(st.integers(0, 11), min_size=3).map(lambda group: tuple(sorted(group))), min_size=1, max_size=8)


@given(facts, sets)
def test_pairs_inside_are_those_with_both_ends_in_the_group(found: list[Fact], groups: list[tuple[int, ...]]) -> None:
    pairs, candidates = linked(*found), pool(*groups)
    inside = pairs_inside(candidates, pairs)
    wanted = [
        (number, place)
        for number, group in enumerate(groups)
        for place in range(len(pairs))
        if pairs.a[place] in group and pairs.b[place] in group
    ]
    assert list(zip(inside.of.tolist(), inside.pair.tolist(), strict=True)) == wanted


@given(facts, sets)
def test_features_of_pairs_equal_a_plain_computation(found: list[Fact], groups: list[tuple[int, ...]]) -> None:
    pairs = linked(*found)
    bits = pairs.units.sum(axis=1) / UNITS_PER_BIT
    for row, group in zip(table(pool(*groups), pairs), groups, strict=True):
        held = [n for n in range(len(pairs)) if pairs.a[n] in group and pairs.b[n] in group]
        touching = [n for n in range(len(pairs)) if (pairs.a[n] in group) != (pairs.b[n] in group)]
        best = {one: max((bits[n] for n in held if one in (pairs.a[n], pairs.b[n])), default=0.0) for one in group}
        out = sum(pairs.probability[n] for n in touching)
        assert row["density"] == pytest.approx(len(held) / (len(group) * (len(group) - 1) / 2))
        assert row["weakest"] == pytest.approx(min(best.values()))
        assert row["bits"] == pytest.approx(np.mean(bits[held]) if held else 0.0)
        within = sum(pairs.probability[n] for n in held)
        assert row["separation"] == pytest.approx(within / max(within + out, 1e-9))


@given(facts, sets)
def test_a_group_looks_the_same_alone_as_among_others(found: list[Fact], groups: list[tuple[int, ...]]) -> None:
    pairs = linked(*found)
    together = features(pool(*groups), pairs, people())
    for number, group in enumerate(groups):
        np.testing.assert_array_equal(features(pool(group), pairs, people())[0], together[number])


def test_a_ledger_that_rules_on_nobody_says_nothing_good_of_anybody() -> None:
    names = ("fraud", "suspected", "innocent")
    (silent,) = table(pool((1, 2, 3)), linked(*clique(1, 2, 3)))
    (elsewhere,) = table(pool((1, 2, 3)), linked(*clique(1, 2, 3)), people(innocent={9: 1}))
    assert np.isnan([silent[name] for name in names]).all()
    assert [elsewhere[name] for name in names] == [0.0, 0.0, 0.0]
