import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from linkgraph.errors import NotFoundError
from linkgraph.explain.account import Limits, explain, render, top_links
from linkgraph.explain.paths import why_linked
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import SLASHED, WORLD, Tables, account, contribution, identifier, pair, tables, used
from tests.unit.store.test_embedded import publish


@pytest.fixture
def view(tmp_path: Path) -> Iterator[GraphView]:
    with closing(EmbeddedView(publish(tmp_path, WORLD))) as opened:
        yield opened


def explained(tmp_path: Path, content: Tables, account_id: str = "a1") -> list[str]:
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        return [doubt.code for doubt in explain(opened, account_id).doubts]


@pytest.mark.parametrize("account_id", WORLD["accounts"].column("account_id").to_pylist())
def test_base_and_contributions_add_up_to_the_score_behind_the_risk(view: GraphView, account_id: str) -> None:
    found = explain(view, account_id)
    total = found.base + math.fsum(each.log_odds for each in found.contributions)
    assert total == pytest.approx(found.score, abs=1e-9)
    assert found.account.risk == pytest.approx(1 - math.exp(-total), abs=1e-9)


def test_what_the_run_does_not_break_down_is_a_row_of_its_own(view: GraphView) -> None:
    assert [(each.block, each.log_odds) for each in explain(view, "a2").contributions][-1] == ("ring", -0.1)
    unexplained = explain(view, "a4").contributions
    assert [(each.block, each.log_odds, each.reason) for each in unexplained] == [
        ("propagated", 0.05, "the whole block")
    ]


def test_hubs_are_shown_and_not_counted(view: GraphView) -> None:
    found = explain(view, "a1")
    assert [each.identifier.key for each in found.links] == ["device:d1", "card:c1", "ip:old"]
    assert [(each.identifier.key, each.other_accounts) for each in found.not_counted] == [("ip:hub", 8411)]


def test_the_strongest_pair_comes_with_its_identifiers_and_times(view: GraphView) -> None:
    strongest = explain(view, "a1").pairs[0]
    assert strongest.other_account_id == "a2"
    assert strongest.reasons == ("access: 9 bits", "instrument: 6 bits")
    assert [(each.identifier.key, each.overlap_days, each.gap_days) for each in strongest.shared] == [
        ("card:c1", 13, None),
        ("device:d1", 27, None),
    ]
    assert strongest.doubts == ()


def test_a_weak_pair_names_everything_that_weakens_it(view: GraphView) -> None:
    weak = explain(view, "a1").pairs[-1]
    assert weak.other_account_id == "a4"
    assert [(each.code, each.about) for each in weak.doubts] == [
        ("other_cleared", "a4"),
        ("ip_only", None),
        ("no_time_overlap", "ip:old"),
        ("single_identifier", "ip:old"),
        ("old_link", "ip:old"),
    ]


def test_the_same_pair_reads_the_same_from_its_other_end(view: GraphView) -> None:
    weak = explain(view, "a4").pairs[0]
    assert (weak.other_account_id, weak.shared[0].gap_days) == ("a1", 130)


def test_the_top_links_are_one_per_family_the_largest_share_first(view: GraphView) -> None:
    assert [each.identifier.key for each in top_links(explain(view, "a1"))] == ["device:d1", "card:c1"]
    assert top_links(explain(view, "a5")) == []


def test_ring_and_place_in_it(view: GraphView) -> None:
    found = explain(view, "a3")
    assert found.ring is not None and found.membership is not None
    assert (found.ring.ring_id, found.membership.membership) == ("r1", "likely")
    assert [each.account_id for each in found.members] == ["a1", "a2", "a3"]
    assert explain(view, "a5").ring is None


def test_limits_that_bite_are_named(view: GraphView) -> None:
    assert explain(view, "a1").limits_hit == ()
    found = explain(view, "a1", Limits(links=2, pairs=1, members=2))
    assert found.limits_hit == ("links", "pairs", "members")
    assert (len(found.links) + len(found.not_counted), len(found.pairs), len(found.members)) == (2, 1, 2)


def test_an_unknown_account_is_not_found_and_not_echoed(view: GraphView) -> None:
    with pytest.raises(NotFoundError) as caught:
        explain(view, "nobody")
    assert "nobody" not in str(caught.value)


@pytest.mark.parametrize(
    ("account_id", "codes"),
    [
        ("a1", ["not_counted"]),
        ("a3", ["victim", "no_time_overlap", "single_identifier"]),
        (
            "a4",
            ["cleared", "ip_only", "no_time_overlap", "single_identifier", "old_link", "unsure_member", "not_counted"],
        ),
        ("a5", []),
    ],
)
def test_doubts_of_an_account_the_strongest_first(view: GraphView, account_id: str, codes: list[str]) -> None:
    assert [doubt.code for doubt in explain(view, account_id).doubts] == codes


def test_colleagues_have_their_workplace_as_a_doubt(tmp_path: Path) -> None:
    office = {"degree": 40, "counted": False, "class": "office", "why": "a rule"}
    content = tables(
        accounts=[account("a1"), account("a2")],
        identifiers=[identifier("ip:office", **office), identifier("ip:cafe", **office | {"class": "public_place"})],
        used=[used(name, key) for name in ("a1", "a2") for key in ("ip:office", "ip:cafe")],
    )
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        found, why = explain(opened, "a1").doubts, why_linked(opened, "a1", "a2").doubts
    assert [(each.code, each.about) for each in found] == [("office", "ip:office"), ("not_counted", None)]
    assert found[0].text == "It is used from the address of a workplace, as 40 accounts are"
    assert [each.text for each in why] == ["both are used from the address of a workplace, as 40 accounts are"]


@pytest.mark.parametrize(("degree", "codes"), [(9, []), (10, ["shared_by_many"])])
def test_a_crowd_begins_at_ten_accounts(tmp_path: Path, degree: int, codes: list[str]) -> None:
    keys = ["card:c1", "device:d1"]
    content = tables(
        accounts=[account("a1"), account("a2")],
        identifiers=[identifier(key, degree=degree) for key in keys],
        used=[used(name, key) for name in ("a1", "a2") for key in keys],
        links=[pair("a1", "a2", 1.0, ["access=1"], keys)],
    )
    assert explained(tmp_path, content) == codes


@pytest.mark.parametrize(("days", "codes"), [(90, []), (91, ["old_link"])])
def test_a_link_is_old_after_ninety_days(tmp_path: Path, days: int, codes: list[str]) -> None:
    keys = ["card:c1", "device:d1"]
    content = tables(
        accounts=[account("a1"), account("a2")],
        identifiers=[identifier(key) for key in keys],
        used=[*[used("a1", key, 200, days) for key in keys], *[used("a2", key, 200, 1) for key in keys]],
        links=[pair("a1", "a2", 1.0, ["access=1"], keys)],
    )
    assert explained(tmp_path, content) == codes


def many_uses(keys: list[str], **changes: Any) -> Tables:
    """a1 and a2 share every one of `keys`; each key carries an equal share of a1's score."""
    content = {
        "accounts": [account("a1", propagated=1.0), account("a2")],
        "identifiers": [identifier(key) for key in keys],
        "used": [used(name, key, last=place + 1) for name in ("a1", "a2") for place, key in enumerate(keys)],
        "links": [pair("a1", "a2", 1.0, ["access=1"], keys)],
        "contributions": [contribution("a1", "propagated", 1 / len(keys), key) for key in keys],
    }
    return tables(**(content | changes))


def test_shares_beyond_the_limit_become_one_row_and_the_sum_stays(tmp_path: Path) -> None:
    keys = [f"card:c{number}" for number in range(5)]
    with closing(EmbeddedView(publish(tmp_path, many_uses(keys)))) as opened:
        found = explain(opened, "a1", Limits(contributions=2))
    assert [(each.block, each.reason) for each in found.contributions][2:] == [("remainder", "3 smaller shares")]
    assert math.fsum(each.log_odds for each in found.contributions) == pytest.approx(found.score, abs=1e-9)
    assert "contributions" in found.limits_hit


def test_a_link_that_the_score_names_is_shown_however_old_it_is(tmp_path: Path) -> None:
    keys = [*(f"ip:i{number}" for number in range(5)), "card:old"]
    content = many_uses(keys, contributions=[contribution("a1", "propagated", 1.0, "card:old")])
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        found = explain(opened, "a1", Limits(links=2))
    assert [each.identifier.key for each in found.links] == ["card:old", "ip:i0", "ip:i1"]
    assert top_links(found)[0].identifier.key == "card:old"
    assert "links" in found.limits_hit


def test_many_addresses_cut_nothing_firmer_off_a_pair(tmp_path: Path) -> None:
    keys = [*(f"ip:i{number}" for number in range(5)), "phone:p1"]
    with closing(EmbeddedView(publish(tmp_path, many_uses(keys)))) as opened:
        found = explain(opened, "a1", Limits(shared=2))
    assert [each.identifier.key for each in found.pairs[0].shared] == ["phone:p1", "ip:i0"]
    assert found.limits_hit == ("shared",)


@pytest.mark.parametrize(
    "changes",
    [
        {"contributions": [contribution("a1", "propagated", 1.0, "card:c1")]},
        {"contributions": [contribution("a1", "one_hop", 1.0, other_account_id="a2")]},
        {"accounts": [account("a1", behaviour=1.0), account("a2")]},
    ],
    ids=["another identifier", "money", "behaviour"],
)
def test_all_evidence_is_not_said_of_a_part_of_it(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert explained(tmp_path / "alone", many_uses(["ip:i1"])) == ["ip_only", "single_identifier"]
    both = {"identifiers": [identifier("ip:i1"), identifier("card:c1")]}
    assert explained(tmp_path / "more", many_uses(["ip:i1"], **both, **changes)) == []


def test_nothing_is_said_of_all_evidence_where_a_limit_hides_some(tmp_path: Path) -> None:
    pairs = [pair("a1", name, 1.0, ["access=1"], ["ip:i1"]) for name in ("a2", "a3")]
    content = many_uses(["ip:i1"], accounts=[account("a1"), account("a2"), account("a3")], links=pairs)
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        codes = [[each.code for each in explain(opened, "a1", Limits(pairs=most)).doubts] for most in (1, 2)]
    assert codes == [[], ["ip_only", "single_identifier"]]


def test_the_text_says_it_all_in_plain_characters(view: GraphView) -> None:
    text = render(explain(view, "a1"))
    assert text.splitlines()[0] == (
        "Account a1: risk 0.933, probability 0.800, flagged, role perpetrator (run r-1, as of 2025-11-24, cold start)"
    )
    for part in [
        "+2.700 log-odds",
        "with a2: +9.0 bits",
        "130 days apart",
        "8,412 accounts",
        "Ring r1",
        "- 1 identifier",
    ]:
        assert part in text
    assert "  nothing: no evidence in this run" in render(explain(view, "a5"))
    assert SLASHED in render(explain(view, SLASHED))


def test_the_text_cannot_steer_a_terminal(tmp_path: Path) -> None:
    hostile = "a\x1b[2J\u202e\r1"
    content = tables(accounts=[account(hostile, headline="\x1b]0;owned\x07")])
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        text = render(explain(opened, hostile))
    assert all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize(("first", "words"), [(5, "less than a day apart"), (4, "1 day apart"), (3, "2 days apart")])
def test_gaps_are_said_in_words(tmp_path: Path, first: int, words: str) -> None:
    theirs = used("a2", "device:d1", first, 1)
    content = many_uses(
        ["device:d1"], used=[used("a1", "device:d1", 9, 5), theirs | {"first_seen": theirs["first_seen"] + 1}]
    )
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        text = render(explain(opened, "a1"))
    assert text.count(words) == 3


def test_what_does_not_change_hands_is_not_doubted_for_its_dates(tmp_path: Path) -> None:
    """A card is seen when it is added and an image when it is sent: later by another is no reason to doubt."""
    content = many_uses(["card:c1"], used=[used("a1", "card:c1", 9, 5), used("a2", "card:c1", 3, 1)])
    with closing(EmbeddedView(publish(tmp_path, content))) as opened:
        assert "never in use at the same time" not in render(explain(opened, "a1"))
