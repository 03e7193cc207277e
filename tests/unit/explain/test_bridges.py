from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.explain.bridges import Bridge, HoldingLimits, holding, holds_ring
from linkgraph.kinds import BY_NAME
from linkgraph.model import Account, Identifier, Pair

PRIOR = -6.0


def pair(a: str, b: str, shared: dict[str, float]) -> Pair:
    """A pair with what each thing is worth: of a family the best counts, families add up."""
    families: dict[str, float] = {}
    for key, worth in shared.items():
        kind = key.partition(":")[0]
        family = BY_NAME[kind].family if kind in BY_NAME else kind
        families[family] = max(worth, families.get(family, 0.0))
    bits = sum(families.values())
    named = tuple(f"{name}={each}" for name, each in families.items())
    return Pair(a, b, bits, 1 / (1 + 2 ** -(bits + PRIOR)), named, tuple(shared), tuple(shared.values()))


def known(**degrees: int) -> dict[str, Identifier]:
    found = [key.replace("_", ":", 1) for key in degrees]
    return {
        key: Identifier(key.partition(":")[0], key.partition(":")[2], degree, None, 0, 0, 0.0, True, None)
        for key, degree in zip(found, degrees.values(), strict=True)
    }


def person(account_id: str, label: str | None) -> Account:
    return Account(account_id, 0, None, False, "unknown", "", None, None, 0, 0, 0, 0, label, 0, "")


def test_things_come_by_the_pairs_and_members_they_carry() -> None:
    pairs = [
        pair("a", "b", {"device:d": 7, "money:transfer x 2": 4}),
        pair("a", "c", {"device:d": 7}),
        pair("b", "c", {"device:d": 7}),
        pair("c", "d", {"money:transfer x 1": 5}),
    ]
    found = holding(pairs, known(device_d=3), whole=True)
    assert [
        (each.kind, each.identifier, each.degree, each.members, each.pairs, each.bits) for each in found.holders
    ] == [
        ("device", "d", 3, 3, 3, 7),
        (None, "transfer", None, 4, 2, 5),
    ]
    assert [(each.family, each.members, each.pairs) for each in found.families] == [("access", 3, 3), ("money", 4, 2)]


def test_a_thing_without_which_pairs_fall_below_the_threshold_is_a_bridge_with_those_who_leave() -> None:
    pairs = [
        *[pair(a, b, {"device:d": 7}) for a, b in combinations("abc", 2)],
        pair("c", "d", {"card:c": 6, "ip:i": 1}),
        pair("d", "e", {"wallet:w": 8, "card:x": 8}),
    ]
    found = holding(pairs, {}, whole=True)
    assert [(each.kind or each.ends, each.leaving) for each in found.bridges] == [
        ("device", ("a", "b")),
        ("card", ("d", "e")),
        (("c", "d"), ("d", "e")),
        (("d", "e"), ("e",)),
    ]


def test_what_is_left_in_a_family_still_holds_if_it_is_worth_enough() -> None:
    firm = [pair(a, b, {"device:d": 7, "device:e": 6}) for a, b in combinations("abc", 2)]
    weak = [pair(a, b, {"device:d": 7, "ip:i": 2}) for a, b in combinations("abc", 2)]
    assert holding(firm, {}, whole=True).bridges == ()
    assert [each.identifier for each in holding(weak, {}, whole=True).bridges] == ["d"]
    assert holding(weak, {}, True, HoldingLimits(needed=2.0)).bridges == ()


def test_a_sort_of_sign_is_one_thing_whatever_its_value_and_no_bridge() -> None:
    pairs = [
        pair(a, b, {f"synchrony:20min x {days}": 8.0, "synchrony:3h x 9": 2.0})
        for (a, b), days in ((("a", "b"), 2), (("b", "c"), 5))
    ]
    found = holding(pairs, {}, whole=True)
    assert [(each.identifier, each.kind, each.pairs) for each in found.holders] == [("20min", None, 2), ("3h", None, 2)]
    assert [each.ends for each in found.bridges] == [("a", "b"), ("b", "c")]


def test_no_bridge_is_named_where_pairs_are_missing() -> None:
    found = holding([pair("a", "b", {"device:d": 7})], known(device_d=2), whole=False)
    assert (found.bridges, found.limits_hit) == ((), ("bridges",))
    cut = holding([pair("a", "b", {"device:d": 7, "ip:i": 1})], {}, True, HoldingLimits(holders=1, bridges=0))
    assert cut.limits_hit == ("holders", "bridges")


@pytest.mark.parametrize(
    ("labels", "shared", "expected"),
    [
        (("fraud", None), ["money:transfer x 2"], False),
        (("fraud", "fraud"), ["money:transfer x 2"], True),
        ((None, None), ["money:transfer x 2"], True),
        (("fraud", None), ["money:transfer x 2", "device:d"], True),
        (("victim", "fraud"), ["device:d"], False),
        ((None, "cleared"), ["device:d"], False),
    ],
)
def test_who_holds_a_ring_together(labels: tuple[str | None, str | None], shared: list[str], expected: bool) -> None:
    people = {name: person(name, label) for name, label in zip("ab", labels, strict=True)}
    assert holds_ring(pair("a", "b", dict.fromkeys(shared, 6.0)), people) is expected


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda ends: ends[0] < ends[1]), min_size=1))
def test_pairs_that_are_bridges_are_those_of_networkx(ends: set[tuple[int, int]]) -> None:
    names = [(f"v{a}", f"v{b}") for a, b in sorted(ends)]
    found = holding([pair(a, b, {"device:d": 9}) for a, b in names], {}, whole=True)
    graph: nx.Graph[str] = nx.Graph(names)
    largest = _largest(graph)
    expected = {}
    for edge in nx.bridges(graph):
        left = graph.copy()
        left.remove_edge(*edge)
        if leaving := largest - _largest(left):
            expected[tuple(sorted(edge))] = tuple(sorted(leaving))
    assert {each.ends: each.leaving for each in found.bridges if each.ends} == expected
    assert [each for each in found.bridges if each.kind] == [
        Bridge("access", "device", "d", None, tuple(sorted(largest - {min(graph)})))
    ]


def _largest(graph: "nx.Graph[str]") -> set[str]:
    return max(map(set, nx.connected_components(graph)), key=lambda part: (len(part), -int(min(part)[1:])))
