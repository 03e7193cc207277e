"""What is said to have happened to a ring, and which pair is named as the cause."""

import numpy as np

from linkgraph.detect.lineage import NONE, Accounts, Fronts, Groups, trace
from linkgraph.detect.ring_events import NAMES, Changes, Events, tell
from linkgraph.parameters import Parameters

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PARAMETERS = Parameters(dormant_nights=3)
Told = tuple[str, int, int | None, str | None, int | None]


def groups(*members: str) -> Groups:
    rows = [(number, LETTERS.index(letter), 3000) for number, group in enumerate(members) for letter in group]
    return Groups(len(members), *np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def changes(*found: tuple[str, float]) -> Changes:
    """Pairs as two letters, `.` for an account of no ring, with the bits gained or lost."""
    a, b = (np.array([LETTERS.find(pair[end]) for pair, _ in found], dtype=np.int64) for end in (0, 1))
    return Changes(a, b, np.array([bits for _, bits in found], dtype=np.float64))


def told(then: list[str], now: list[str], found: Changes, idle: list[int] | None = None) -> list[Told]:
    """Event, ring, other ring, account, place of the cause. Tonight's new groups count on from the rings of before."""
    events = _events(then, now, found, idle)
    columns = (events.ring, events.event, events.other, events.account, events.cause)
    return [
        (NAMES[event], ring, _or_none(other), None if account == NONE else LETTERS[account], _or_none(cause))
        for ring, event, other, account, cause in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _events(then: list[str], now: list[str], found: Changes, idle: list[int] | None = None) -> Events:
    fronts = Fronts(groups(*then), np.arange(len(then)), np.array(idle or [0] * len(then), dtype=np.int64))
    who = Accounts(np.zeros(26, dtype=np.int64), np.zeros(26, dtype=bool))
    lineage = trace(fronts, groups(*now), who, PARAMETERS)
    return tell(fronts, groups(*now), lineage, found, PARAMETERS.dormant_nights)


def _or_none(number: int) -> int | None:
    return None if number == NONE else number


def test_a_ring_is_born_of_the_pairs_of_its_founders() -> None:
    found = changes(("ab", 9.0), ("bc", 3.0), ("ac", 5.0))
    assert told([], ["abc"], found) == [("born", 0, None, "a", 0), ("born", 0, None, "b", 0), ("born", 0, None, "c", 2)]


def test_an_unchanged_ring_has_no_events() -> None:
    assert told(["abc"], ["abc"], changes(("ab", -1.0))) == []


def test_an_account_joins_by_the_strongest_pair_it_gained() -> None:
    found = changes(("ad", 3.0), ("bd", 9.0), ("ab", 20.0), ("d.", 30.0))
    assert told(["abc"], ["abcd"], found) == [("grew", 0, None, "d", 1)]


def test_an_account_that_joins_through_another_names_the_pair_of_the_ring() -> None:
    """y gained the pair with the ring; x had been linked to y all along."""
    found = changes(("cy", 6.0))
    assert told(["abc"], ["abcxy"], found) == [("grew", 0, None, "x", 0), ("grew", 0, None, "y", 0)]


def test_an_account_leaves_by_the_strongest_pair_it_lost() -> None:
    found = changes(("ad", -3.0), ("cd", -9.0), ("ab", -20.0))
    assert told(["abcd"], ["abc"], found) == [("shrank", 0, None, "d", 1)]


def test_an_account_that_moves_says_where_from_and_where_to() -> None:
    found = changes(("ad", -3.0), ("de", 9.0))
    assert told(["abcd", "efg"], ["abc", "defg"], found) == [("grew", 1, 0, "d", 1), ("shrank", 0, 1, "d", 0)]


def test_a_split_is_of_the_pairs_lost_between_the_parts() -> None:
    found = changes(("ab", -20.0), ("ce", -4.0), ("bd", -6.0))
    events = told(["abcdefg"], ["abc", "defg"], found)
    assert [event for event in events if event[0] == "split"] == [
        ("split", 1, 0, "a", 2),
        ("split", 1, 0, "b", 2),
        ("split", 1, 0, "c", 1),
    ]
    assert [event[:4] for event in events if event[0] == "shrank"] == [("shrank", 0, 1, letter) for letter in "abc"]


def test_a_merger_is_of_the_pairs_that_joined_the_two() -> None:
    found = changes(("ab", 20.0), ("cd", 4.0), ("be", 6.0))
    events = told(["abc", "defg"], ["abcdefg"], found)
    assert events[-1] == ("merged", 1, 0, None, 2)
    assert [event[:4] for event in events[:-1]] == [("grew", 0, 1, letter) for letter in "defg"]


def test_a_ring_sleeps_when_its_pairs_are_lost_and_returns_when_they_are_back() -> None:
    assert told(["abc"], [], changes(("ab", -3.0), ("bc", -6.0))) == [("dormant", 0, None, None, 1)]
    assert told(["abc"], ["abc"], changes(("ab", 3.0)), idle=[2]) == [("returned", 0, None, None, 0)]


def test_a_ring_that_a_crowd_swallowed_names_the_pair_with_the_crowd() -> None:
    assert told(["abc"], [], changes(("c.", 5.0))) == [("dormant", 0, None, None, 0)]


def test_a_ring_sleeps_once_and_is_retired_after_its_time() -> None:
    nothing = changes()
    assert told(["abc"], [], nothing, idle=[1]) == told(["abc"], [], nothing, idle=[2]) == []
    assert told(["abc"], [], nothing, idle=[3]) == [("retired", 0, None, None, None)]


def test_an_account_of_a_sleeping_ring_comes_from_nowhere() -> None:
    found = changes(("ad", 9.0))
    assert told(["abc", "defghi"], ["abcd"], found, idle=[0, 2])[0] == ("grew", 0, None, "d", 0)


def test_what_no_pair_explains_is_counted() -> None:
    assert _events(["abc"], ["abcd"], changes(("xy", 9.0))).unexplained == 1
    assert _events(["abc"], ["abcd"], changes(("ad", 9.0))).unexplained == 0
    assert _events(["abc"], [], changes(), idle=[3]).unexplained == 0
