"""Ring ids from night to night: who keeps an id, what is said to have happened, and when a ring is forgotten."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from linkgraph.detect.lineage import Event, Known, Members, Tracked, track
from linkgraph.parameters import Parameters

PARAMETERS = Parameters(dormant_nights=3)


def members(text: str, weight: float = 3.0) -> dict[str, float]:
    """Accounts named by a letter each."""
    return dict.fromkeys(text, weight)


def known(ring_id: str, text: str, idle: int = 0) -> Known:
    return Known(ring_id, members(text), "night-0", "night-0", idle)


def tonight(before: Sequence[Known], *groups: str | Members) -> Tracked:
    """A night whose new rings are called after their first account."""
    found = [members(group) if isinstance(group, str) else group for group in groups]
    return track(before, found, "night-1", lambda first: f"new-{first}", PARAMETERS)


def test_the_first_night_bears_every_ring() -> None:
    found = tonight([], "abc", "def")
    assert found.ring_ids == ["new-a", "new-d"]
    assert found.first_seen == found.last_changed == ["night-1", "night-1"]
    assert found.events == [Event("new-a", "born"), Event("new-d", "born")]


def test_an_unchanged_ring_keeps_its_id_and_nothing_happened() -> None:
    found = tonight([known("R1", "abc")], "abc")
    assert (found.ring_ids, found.first_seen, found.last_changed) == (["R1"], ["night-0"], ["night-0"])
    assert (found.events, found.dormant) == ([], [])


def test_a_ring_grows_and_shrinks_account_by_account() -> None:
    found = tonight([known("R1", "abcd")], "bcdef")
    assert found.ring_ids == ["R1"]
    assert found.last_changed == ["night-1"]
    assert found.events == [
        Event("R1", "grew", account_id="e"),
        Event("R1", "grew", account_id="f"),
        Event("R1", "shrank", account_id="a"),
    ]


def test_the_larger_part_of_a_split_keeps_the_id() -> None:
    found = tonight([known("R1", "abcdefg")], "abc", "defg")
    assert found.ring_ids == ["new-a", "R1"]
    assert Event("new-a", "split", "R1") in found.events
    assert [event.account_id for event in found.events if event.event == "shrank"] == ["a", "b", "c"]


def test_a_merged_ring_becomes_an_alias_of_the_one_with_more_in_common() -> None:
    found = tonight([known("R1", "abc"), known("R2", "defg")], "abcdefg")
    assert found.ring_ids == ["R2"]
    assert Event("R1", "merged", "R2") in found.events
    assert found.dormant == []


def test_confirmed_fraud_weighs_more_than_many_on_the_fringe() -> None:
    before = Known("R1", {"a": 10.0} | members("bcdefg", 0.3), "night-0", "night-0")
    assert tonight([before], members("bcdefg", 0.3), {"a": 10.0, "x": 3.0, "y": 3.0}).ring_ids == ["new-b", "R1"]


def test_too_little_in_common_is_another_ring() -> None:
    found = tonight([known("R1", "abcdefghij")], "jklmnopqrs")
    assert found.ring_ids == ["new-j"]
    assert found.events == [Event("new-j", "born"), Event("R1", "dormant")]


def test_a_small_ring_inside_a_large_one_is_recognised() -> None:
    assert tonight([known("R1", "abc")], "abcdefghijklmno").ring_ids == ["R1"]


def test_a_ring_sleeps_once_and_is_forgotten_after_its_time() -> None:
    first = tonight([known("R1", "abc")])
    assert (first.events, [ring.idle for ring in first.dormant]) == ([Event("R1", "dormant")], [1])
    second = tonight(first.dormant)
    assert (second.events, [ring.idle for ring in second.dormant]) == ([], [2])
    third = tonight(second.dormant)
    assert [ring.idle for ring in third.dormant] == [3]
    assert tonight(third.dormant).dormant == []


def test_a_ring_that_returns_has_its_id_and_its_past() -> None:
    found = tonight([known("R1", "abc", idle=2)], "abc")
    assert (found.ring_ids, found.first_seen, found.last_changed) == (["R1"], ["night-0"], ["night-1"])
    assert found.events == [Event("R1", "returned")]


Nights = st.lists(
    st.lists(st.sets(st.sampled_from("abcdefghijkl"), min_size=3, max_size=6), max_size=4), min_size=1, max_size=5
)


def disjoint(groups: list[set[str]]) -> list[str]:
    """Groups without what an earlier group has, as the rings of a night are."""
    taken: set[str] = set()
    found = []
    for group in groups:
        rest = group - taken
        taken |= group
        if len(rest) >= 3:
            found.append("".join(sorted(rest)))
    return sorted(found)


@settings(deadline=None)
@given(Nights)
def test_over_any_nights_no_id_is_used_twice_or_lost(nights: list[list[set[str]]]) -> None:
    front: list[Known] = []
    for number, groups in enumerate(map(disjoint, nights)):
        found = track(front, list(map(members, groups)), f"n{number}", f"{number}{{}}".format, PARAMETERS)
        alive, asleep = found.ring_ids, [ring.ring_id for ring in found.dormant]
        assert len({*alive, *asleep}) == len(alive) + len(asleep)
        merged = {event.ring_id for event in found.events if event.event == "merged"}
        expired = {ring.ring_id for ring in front if ring.idle >= PARAMETERS.dormant_nights}
        assert {ring.ring_id for ring in front} <= {*alive, *asleep} | merged | expired
        assert all(event.other in alive for event in found.events if event.event == "merged")
        front = [
            Known(ring_id, members(group), first, last)
            for ring_id, group, first, last in zip(alive, groups, found.first_seen, found.last_changed, strict=True)
        ] + found.dormant


@settings(deadline=None)
@given(Nights)
def test_the_same_groups_again_keep_every_id_silently(nights: list[list[set[str]]]) -> None:
    groups = disjoint(nights[0])
    first = tonight([], *groups)
    front = [Known(ring_id, members(group), "n", "n") for ring_id, group in zip(first.ring_ids, groups, strict=True)]
    again = tonight(front[::-1], *groups)
    assert (again.ring_ids, again.events, again.dormant) == (first.ring_ids, [], [])
