"""Which group goes on as which ring: overlaps, ties, several claims on one group; and all of it against a dense
oracle.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.lineage import NONE, Accounts, Fronts, Groups, Lineage, trace, weights
from linkgraph.parameters import Parameters

PARAMETERS = Parameters()
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def groups(*members: str | dict[str, int]) -> Groups:
    """Groups of accounts named by a letter each; all weigh 3000 unless said."""
    rows = [
        (number, LETTERS.index(letter), group[letter] if isinstance(group, dict) else 3000)
        for number, group in enumerate(members)
        for letter in group
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Groups(len(members), *columns)


def accounts(oldest: str = "", fraud: str = "") -> Accounts:
    """Opened all at once but `oldest`; those of `fraud` are confirmed."""
    opened = np.array([0 if letter in oldest else 1 for letter in LETTERS])
    return Accounts(opened, np.array([letter in fraud for letter in LETTERS]))


def traced(
    then: Groups, now: Groups, born: list[int] | None = None, who: Accounts | None = None, asleep: str = ""
) -> Lineage:
    """`asleep`: numbers of the rings that are dormant, as a text."""
    idle = np.array([3 if str(ring) in asleep else 0 for ring in range(then.count)], dtype=np.int64)
    fronts = Fronts(then, np.array(born or [0] * then.count, dtype=np.int64), idle)
    return trace(fronts, now, who or accounts(), PARAMETERS)


def test_the_first_night_has_no_heirs() -> None:
    found = traced(groups(), groups("abc", "def"))
    assert (found.heir.tolist(), found.parent.tolist(), found.claimed.tolist()) == ([NONE] * 2, [NONE] * 2, [])


def test_a_night_without_groups_carries_nothing_on() -> None:
    assert traced(groups("abc"), groups()).claimed.tolist() == [NONE]


def test_unchanged_rings_go_on_whatever_their_number() -> None:
    assert traced(groups("abc", "def"), groups("def", "abc")).heir.tolist() == [1, 0]


def test_the_larger_part_of_a_split_keeps_the_id() -> None:
    found = traced(groups("abcdefg"), groups("abc", "defg"))
    assert (found.heir.tolist(), found.parent.tolist()) == ([NONE, 0], [0, NONE])


def test_of_equal_parts_the_one_with_the_oldest_account_keeps_the_id() -> None:
    assert traced(groups("abcdef"), groups("abc", "def")).heir.tolist() == [0, NONE]
    assert traced(groups("abcdef"), groups("abc", "def"), who=accounts(oldest="e")).heir.tolist() == [NONE, 0]


def test_what_is_larger_beside_the_ring_does_not_count() -> None:
    """Overlap with this ring decides, not the size of the group."""
    assert traced(groups("abcd"), groups("abc", "dnopqrstuvw")).heir.tolist() == [0, NONE]


def test_of_merging_rings_the_one_with_most_fraud_goes_on_then_the_oldest_then_the_larger() -> None:
    then, now = groups("abc", "defg"), groups("abcdefg")
    assert traced(then, now, born=[5, 5], who=accounts(fraud="ab")).heir.tolist() == [0]
    assert traced(then, now, born=[5, 3], who=accounts(fraud="ae")).heir.tolist() == [1]
    assert traced(then, now, born=[5, 5]).heir.tolist() == [1]
    assert traced(then, now, born=[5, 5]).claimed.tolist() == [0, 0]


def test_an_active_ring_goes_on_before_a_dormant_one_whatever_is_known_of_them() -> None:
    """Else the group of an unchanged ring could change its id because of a ruling alone."""
    then, now = groups("abc", "defg"), groups("abcdefg")
    assert traced(then, now, who=accounts(fraud="abc"), asleep="0").heir.tolist() == [1]
    assert traced(then, now, who=accounts(fraud="abc"), asleep="01").heir.tolist() == [0]


def test_confirmed_fraud_weighs_more_than_many_on_the_fringe() -> None:
    then = groups({"a": 10_000} | dict.fromkeys("bcdefg", 300))
    now = groups(dict.fromkeys("bcdefg", 300), {"a": 10_000, "x": 3000, "y": 3000})
    assert traced(then, now).heir.tolist() == [NONE, 0]


def test_an_account_weighs_the_larger_of_then_and_now() -> None:
    """Each of the parts is 600 of what it was; only the one that is core tonight counts for more."""
    then = groups(dict.fromkeys("abcd", 300))
    assert traced(then, groups(dict.fromkeys("ab", 300), dict.fromkeys("cd", 3000))).heir.tolist() == [NONE, 0]


def test_too_little_in_common_is_another_ring() -> None:
    found = traced(groups("abcdefghij"), groups("jklmnopqrs"))
    assert (found.heir.tolist(), found.parent.tolist()) == ([NONE], [NONE])


def test_a_small_ring_inside_a_large_one_is_recognised() -> None:
    assert traced(groups("abc"), groups("abcdefghijklmno")).heir.tolist() == [0]


def test_an_account_that_two_fronts_remember_counts_for_both() -> None:
    found = traced(groups("abcd", "abc"), groups("abcd"), born=[1, 2])
    assert (found.claimed.tolist(), found.heir.tolist()) == ([0, 0], [0])


def test_weights_are_those_of_the_parameters() -> None:
    words = np.array(["core", "likely", "fringe", "fringe"], dtype=object)
    assert weights(words, np.array([False, False, False, True]), PARAMETERS).tolist() == [3000, 1000, 300, 10_000]


Drawn = st.lists(
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([300, 1000, 3000]), min_size=1), max_size=4
)


def apart(found: list[dict[str, int]]) -> list[dict[str, int]]:
    """Groups without what an earlier group has, as those of one night are."""
    taken: set[str] = set()
    parts = []
    for group in found:
        parts.append({letter: weight for letter, weight in group.items() if letter not in taken})
        taken |= group.keys()
    return [part for part in parts if part]


@given(Drawn, Drawn.map(apart), st.text("abcdefgh"), st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_it_is_what_the_formulas_say(
    then: list[dict[str, int]], now: list[dict[str, int]], fraud: str, times: list[int]
) -> None:
    born = times[: len(then)]
    tonight = {x: weight for group in now for x, weight in group.items()}

    def matches(ring: int, group: int) -> int:
        weight = {x: max(then[ring].get(x, 0), tonight.get(x, 0)) for x in LETTERS}
        both = sum(weight[x] for x in then[ring].keys() & now[group].keys())
        before, after = (sum(weight[x] for x in members) for members in (then[ring], now[group]))
        return both if both / (before + after - both) >= 0.3 or both / min(before, after) >= 0.6 else 0

    def first_account(group: int) -> str:
        return min(now[group])

    claimed = []
    for ring in range(len(then)):
        able = [group for group in range(len(now)) if matches(ring, group)]
        claimed.append(min(able, key=lambda g: (-matches(ring, g), first_account(g)), default=NONE))
    heirs = []
    for group in range(len(now)):
        able = [ring for ring in range(len(then)) if claimed[ring] == group]
        known_fraud = {ring: len(then[ring].keys() & set(fraud)) for ring in able}
        heirs.append(min(able, key=lambda r: (-known_fraud[r], born[r], -matches(r, group), r), default=NONE))
    found = traced(groups(*then), groups(*now), born, accounts(fraud=fraud))
    assert (found.claimed.tolist(), found.heir.tolist()) == (claimed, heirs)
