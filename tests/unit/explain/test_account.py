import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.errors import NotFoundError
from linkgraph.explain.account import Limits, explain, render, top_links
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import SLASHED, WORLD, Tables, account, identifier, pair, tables, used
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
    assert [each.identifier.key for each in found.links] == ["card:c1", "device:d1", "ip:old"]
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
