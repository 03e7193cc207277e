from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.errors import NotFoundError
from linkgraph.explain.paths import DIRECT, NOT_LINKED, PATH, WhyLimits, why_linked
from linkgraph.explain.paths_text import render_why
from linkgraph.explain.reach import Bounds
from linkgraph.model import Observation, Use
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import AS_OF, FOX, TILDE, WORLD, Tables, account, identifier, pair, tables, used
from tests.unit.store.test_embedded import publish


@pytest.fixture
def view(tmp_path: Path) -> Iterator[GraphView]:
    with closing(EmbeddedView(publish(tmp_path, WORLD))) as opened:
        yield opened


def test_what_a_pair_shares_comes_by_family_with_both_uses_and_the_hubs_apart(view: GraphView) -> None:
    why = why_linked(view, "a2", "a1")
    assert (why.state, why.pair and why.pair.bits, why.limits_hit) == (DIRECT, 9.0, ())
    assert [(each.name, each.bits) for each in why.families] == [("access", 9.0), ("instrument", 6.0)]
    device = why.families[0].shared[0]
    assert (device.shared.identifier.key, device.bits, device.independent) == ("device:d1", 9.0, True)
    assert (device.shared.mine and device.shared.mine.account_id, device.shared.overlap_days) == ("a2", 27)
    assert [each.identifier.key for each in why.not_counted] == ["ip:hub"]
    assert [path.accounts for path in why.paths] == [("a2", "a1")]


def test_only_the_strongest_of_a_family_is_independent_and_what_is_no_evidence_says_so(tmp_path: Path) -> None:
    content = _chain(["device:d1", "ip:i1", "fingerprint:f1"], ["a1", "a2"])
    content |= {"links": tables(links=[pair("a1", "a2", 3.0, ["access=9"], ["device:d1", "ip:i1"])])["links"]}
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        why = why_linked(opened, "a1", "a2")
    shared = [(each.shared.identifier.kind, each.bits > 0, each.independent) for each in why.families[0].shared]
    assert shared == [("device", True, True), ("ip", True, False), ("fingerprint", False, False)]


def test_signs_are_said_in_words_and_lead_from_one_to_the_other(tmp_path: Path) -> None:
    content = tables(
        accounts=[account(name) for name in ("a1", "a2", "a3")],
        links=[
            pair("a1", "a2", -2.0, ["money=4.0"], ["money:transfer x 2"]) | {"shared_bits": [4.0]},
            pair("a2", "a3", 3.0, ["access=9"], []),
        ],
    )
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        why = why_linked(opened, "a1", "a2")
        apart = why_linked(opened, "a1", "a3")
    assert why.families[0].signs == ("sent money directly; the one with more partners has 2",)
    assert [(path.steps[0].name, path.cost) for path in why.paths] == [("money", 3.0)]
    assert (apart.state, apart.paths) == (NOT_LINKED, ())


def test_hubs_are_never_gone_through(view: GraphView) -> None:
    why = why_linked(view, "a2", "a4")
    assert [[step.name for step in path.steps] for path in why.paths] == [["card:c1", "ip:old"]]
    nobody = why_linked(view, "a5", "a1")
    assert (nobody.state, nobody.paths, nobody.limits_hit) == (NOT_LINKED, (), ())
    assert "not linked within 4 hops" in render_why(nobody)


def _chain(keys: list[str], accounts: list[str]) -> Tables:
    """Accounts that all used the same identifiers."""
    return tables(
        accounts=[account(name) for name in accounts],
        identifiers=[identifier(key, degree=len(accounts)) for key in keys],
        used=[used(name, key) for name in accounts for key in keys],
    )


def _line(length: int, kind: str = "card") -> Tables:
    """a0 - a1 - a2 ..., each with the next by a thing of its own; a middle one was cleared."""
    names = [f"a{number}" for number in range(length + 1)]
    return tables(
        accounts=[account(name, label="cleared" if name == "a1" else None) for name in names],
        identifiers=[identifier(f"{kind}:x{number}") for number in range(length)],
        used=[used(names[n + end], f"{kind}:x{n}") for n in range(length) for end in (0, 1)],
    )


def test_four_hops_are_found_and_five_are_not(tmp_path: Path) -> None:
    with closing(EmbeddedView(publish(tmp_path, _line(5)))) as opened:
        four, five = why_linked(opened, "a0", "a4"), why_linked(opened, "a0", "a5")
        three = why_linked(opened, "a0", "a4", WhyLimits(hops=3))
    assert (four.state, four.paths[0].accounts, four.paths[0].cost) == (PATH, ("a0", "a1", "a2", "a3", "a4"), 4.0)
    assert [(each.code, each.about) for each in four.doubts] == [("not_direct", None), ("cleared", "a1")]
    assert (five.state, three.state) == (NOT_LINKED, NOT_LINKED)


def test_rare_and_strong_beats_short(tmp_path: Path) -> None:
    content = tables(
        accounts=[account(name) for name in ("a0", "a1", "a2", "b")],
        identifiers=[identifier("card:x0"), identifier("card:x1"), identifier("ip:x", degree=8)],
        used=[
            *[used(name, "card:x0") for name in ("a0", "a1")],
            *[used(name, "card:x1") for name in ("a1", "b")],
            *[used(name, "ip:x") for name in ("a0", "b", "a2")],
        ],
    )
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        why = why_linked(opened, "a0", "b")
    assert [path.accounts for path in why.paths] == [("a0", "a1", "b"), ("a0", "b")]
    assert why.state == DIRECT


def test_bounds_that_bite_are_named_and_the_answer_says_among_what_was_read(tmp_path: Path) -> None:
    with closing(EmbeddedView(publish(tmp_path, _line(2)))) as opened:
        none = why_linked(opened, "a0", "a2", WhyLimits(bounds=Bounds(identifiers=0)))
    assert (none.state, none.limits_hit) == (NOT_LINKED, ("identifiers",))
    assert "among what was read" in render_why(none)


@pytest.mark.parametrize(
    ("bounds", "name"),
    [
        (Bounds(links=1), "links"),
        (Bounds(users=2), "users"),
        (Bounds(accounts=1), "accounts"),
        (Bounds(pairs=0), "pairs"),
    ],
)
def test_each_bound_has_its_name(view: GraphView, bounds: Bounds, name: str) -> None:
    assert name in why_linked(view, "a1", "a2", WhyLimits(bounds=bounds)).limits_hit


def test_what_a_pair_names_is_shown_even_if_a_bound_cut_it_off(view: GraphView) -> None:
    why = why_linked(view, "a1", "a2", WhyLimits(bounds=Bounds(links=1)))
    shared = [each.shared for family in why.families for each in family.shared]
    assert [(each.identifier.key, each.overlap_days) for each in shared] == [("device:d1", 27), ("card:c1", 13)]


def test_uses_that_are_shown_are_cited_where_a_ledger_is_at_hand(view: GraphView) -> None:
    asked: list[Use] = []

    def cite(uses: Sequence[Use]) -> dict[Use, list[Observation]]:
        asked.extend(uses)
        return {
            uses[0]: [
                Observation("logins", "L-7", "f00d", 7, AS_OF),
                Observation("logins", None, "f00d" * 16, 9, AS_OF),
            ]
        }

    why = why_linked(view, "a1", "a2", cite=cite)
    assert asked == [(who, kind, token) for who in ("a1", "a2") for kind, token in (("card", "c1"), ("device", "d1"))]
    assert "[logins L-7, logins f00df00d line 9]" in render_why(why)
    assert "not cited" in render_why(why_linked(view, "a1", "a2"))


def test_who_is_not_two_accounts_of_the_run_is_not_found(view: GraphView) -> None:
    for ends in (("a1", "nobody"), ("a1", "a1")):
        with pytest.raises(NotFoundError) as caught:
            why_linked(view, *ends)
        assert "nobody" not in str(caught.value)


def test_both_ends_say_the_same(view: GraphView) -> None:
    for ends in (("a1", "a2"), ("a1", "a4"), (TILDE, FOX)):
        there, back = why_linked(view, *ends), why_linked(view, ends[1], ends[0])
        assert (there.state, there.pair) == (back.state, back.pair)
        assert [path.cost for path in there.paths] == [path.cost for path in back.paths]
