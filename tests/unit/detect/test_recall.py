"""What changed since last night, component by component, and what is kept of the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.candidates import Linked, Pool, pool_of
from linkgraph.detect.recall import Component, Memory, changed, recalled, remembered, split
from tests.unit.detect.test_candidates import Fact, chain, clique, linked

N = 40


def parts(pairs: Linked, marked: int | None = None, rules: str = "r", shift: int = 0) -> list[Component]:
    marks = np.zeros(N, dtype=np.int8)
    if marked is not None:
        marks[marked] = 1
    return split(N, pairs, lambda number: f"account-{number - shift:03}", marks, rules, 3)


def digests(*facts: Fact, **how: int | str) -> list[str]:
    return [part.digest for part in parts(linked(*facts), **how)]  # type: ignore[arg-type]


MINE = [*clique(1, 2, 3), (3, 4, "wallet", 8.0)]


def test_an_unchanged_component_keeps_its_digest_whatever_happens_elsewhere() -> None:
    (alone,) = digests(*MINE)
    assert digests(*MINE, *chain(20, 21, 22))[0] == alone
    assert digests(*MINE, marked=30) == [alone]


def test_accounts_that_open_before_it_do_not_change_it() -> None:
    (mine,) = digests(*MINE)
    moved = [(a + 5, b + 5, family, bits) for a, b, family, bits in MINE]
    assert digests(*moved, shift=5) == [mine]


@pytest.mark.parametrize(
    "other",
    [
        digests(*MINE, (4, 5, "wallet", 8.0)),
        digests(*MINE[:-1], (3, 4, "wallet", 7.0)),
        digests(*MINE[:-1], (3, 4, "money", 8.0)),
        digests(*MINE[:-1], (2, 4, "wallet", 8.0)),
        digests(*MINE, marked=2),
        digests(*MINE, rules="other"),
        digests(*MINE, shift=1),
    ],
    ids=["one more account", "weaker", "other family", "other pair", "a label", "other rules", "other accounts"],
)
def test_everything_that_decides_changes_it(other: list[str]) -> None:
    assert other != digests(*MINE)


def test_only_changed_components_are_judged_again() -> None:
    before = parts(linked(*MINE, *chain(10, 11, 12)))
    memory = remembered(before, pool_of([np.array([1, 2, 3], np.int32)]), np.array([0.9]))
    pairs = linked(*MINE, *chain(10, 11, 12, 13))
    tonight = parts(pairs)
    again = changed(tonight, memory, pairs)
    assert sorted({*again.a.tolist(), *again.b.tolist()}) == [10, 11, 12, 13]
    kept, worth = recalled(tonight, memory)
    assert [kept.group(n).tolist() for n in range(len(kept))] == [[1, 2, 3]]
    assert worth.tolist() == [0.9]


def test_a_component_without_rings_is_remembered_as_such() -> None:
    pairs = linked(*MINE)
    memory = remembered(parts(pairs), pool_of([]), np.empty(0))
    assert len(changed(parts(pairs), memory, pairs)) == 0
    assert len(recalled(parts(pairs), memory)[0]) == 0


def test_without_a_memory_everything_is_judged() -> None:
    pairs = linked(*MINE)
    assert len(changed(parts(pairs), {}, pairs)) == len(pairs)


def test_two_accounts_are_no_component_that_could_hold_a_ring() -> None:
    assert digests((7, 8, "wallet", 9.0)) == []
    assert digests(*MINE, (7, 8, "wallet", 9.0)) == digests(*MINE)


def test_no_pairs_no_components() -> None:
    assert digests() == []


@given(st.sets(st.integers(1, 4), min_size=3).map(sorted))
def test_rings_come_back_as_they_were_though_numbers_have_moved(ring: list[int]) -> None:
    pool: Pool = pool_of([np.array(ring, np.int32)])
    memory: Memory = remembered(parts(linked(*MINE)), pool, np.array([0.7]))
    moved = linked(*((a + 5, b + 5, family, bits) for a, b, family, bits in MINE))
    kept, worth = recalled(parts(moved, shift=5), memory)
    assert kept.members.tolist() == [one + 5 for one in ring]
    assert worth.tolist() == [0.7]
