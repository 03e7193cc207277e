"""What a reviewer ruled: each kind of verdict frees or condemns whom it is about and nobody else, and leaves no trace
when it is gone.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from linkgraph.explain.account import Explanation, explain
from linkgraph.explain.bearing import Rulings
from linkgraph.explain.paths import WhyLinked, why_linked
from linkgraph.explain.paths_text import render_why
from linkgraph.model import Verdict
from linkgraph.nightly import Plan, run_night
from linkgraph.runs import Run, solved_of
from linkgraph.settings import Settings
from linkgraph.store import open_view
from tests.golden.test_lists_and_twins import described
from tests.golden.worlds import AS_OF, Fact, Judged, card, crypto, customer, feeds, label, login, read, settle, together

GROUPS = {
    "hostel": ("host-1", "host-2", "host-3", "host-4"),
    "family": ("fam-dad", "fam-kid", "fam-mum", "fam-mate"),
    "stolen": ("sto-1", "sto-2", "sto-3", "sto-holder"),
    "twins": ("twin-a", "twin-b", "twin-c"),
    "plain": ("plain-1", "plain-2", "plain-3"),
    "word": ("word-1", "word-2", "word-3"),
    "venue": ("ven-1", "ven-2", "ven-3"),
}
EVERYBODY = [one for group in GROUPS.values() for one in group]
CONFIRMED = ("host-1", "host-2", "fam-dad", "sto-1", "sto-2", "twin-a", "plain-1", "word-1", "ven-1", "ven-2")
NOW = 1_777_600_000


def shared(group: str) -> list[Fact]:
    """What the accounts of a group have in common."""
    names = GROUPS[group]
    if group == "stolen":
        return [card(one, "stolen-card", 3) for one in names]
    if group == "venue":
        return [crypto(one, "THot", days_ago=3) for one in names]
    if group == "twins":
        return [
            *[login(one, 3, device_id="twin-phone") for one in names],
            *[card(one, "twin-card") for one in names[:2]],
        ]
    return [login(one, 3, device_id=f"{group}-tablet") for one in names]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("verdicts")
    world = feeds(
        *together(*[customer(one, 40 - n, own=False) for n, one in enumerate(EVERYBODY)]),
        *together(*[shared(group) for group in GROUPS]),
        *[label(one, "fraud") for one in CONFIRMED],
    )
    hot = ('form = "address"\nchain = "chain"\nclass = "hot_wallet"\ndate = 2026-02-01', "chain,address\ntrx,THot\n")
    return settle(folder, world, described(folder / "lists", hot=hot))


Ruled = Callable[..., Judged]


@pytest.fixture(scope="module")
def ruled(settings: Settings) -> Ruled:
    """The night of `AS_OF` under some verdicts."""

    def judged(*verdicts: Verdict) -> Judged:
        return read(settings, run_of(settings, *verdicts), EVERYBODY)

    return judged


def run_of(settings: Settings, *verdicts: Verdict, verdicts_at: int = NOW) -> Run:
    return run_night(settings, Plan(AS_OF * 1_000_000, verdicts=verdicts, verdicts_at=verdicts_at))


@pytest.fixture(scope="module")
def before(ruled: Ruled) -> Judged:
    return ruled()


def verdict(word: str, *accounts: str, **more: Any) -> Verdict:
    """A verdict decided after the last feed came; its id says what it rules."""
    fields: dict[str, Any] = {"kind": None, "identifier": None, "class_name": None, "decided_at": NOW - 60}
    return Verdict(**(fields | {"verdict_id": f"v-{word}", "verdict": word, "accounts": accounts} | more))


def on(judged: Judged, account: str, kind: str) -> dict[str, Any]:
    """The identifier of an account, as a verdict names it."""
    return {"kind": kind, "identifier": judged.identifier(account, kind).identifier}


def touched(after: Judged, before: Judged) -> set[str]:
    """Accounts of which something else is said."""
    return {one for one in EVERYBODY if after.accounts[one] != before.accounts[one]}


def risks(judged: Judged, *names: str) -> list[float]:
    return [judged.accounts[one].risk for one in names]


def test_the_world_condemns_whom_the_verdicts_are_about(before: Judged) -> None:
    guilty = ("host-3", "fam-kid", "fam-mum", "fam-mate", "sto-3", "sto-holder", "twin-b", "twin-c", "plain-2")
    assert min(risks(before, *guilty)) > 0.3
    assert risks(before, "ven-3") == [0.0]


def test_no_evidence_frees_all_who_share_it(before: Judged, ruled: Ruled) -> None:
    after = ruled(verdict("not_evidence", **on(before, "plain-1", "device")))
    assert risks(after, "plain-1", "plain-2", "plain-3") == [0.0] * 3
    assert touched(after, before) <= set(GROUPS["plain"])
    told = after.identifier("plain-1", "device")
    assert (told.counted, told.class_name, told.why) == (
        False,
        None,
        "no evidence (verdict v-not_evidence of 2026-05-01)",
    )
    assert after.pair("plain-2", "plain-3") is None


def test_a_hub_is_shown_with_its_class_and_not_counted(before: Judged, ruled: Ruled) -> None:
    after = ruled(verdict("hub", **on(before, "host-1", "device"), class_name="public_place"))
    assert risks(after, "host-3", "host-4") == [0.0, 0.0]
    assert touched(after, before) <= set(GROUPS["hostel"])
    told = after.identifier("host-1", "device")
    assert (told.counted, told.class_name, told.degree) == (False, "public_place", 4)
    assert "verdict v-hub of 2026-05-01" in (told.why or "")


def test_ordinary_beats_the_list_that_calls_it_a_hub(before: Judged, ruled: Ruled) -> None:
    assert before.identifier("ven-1", "wallet").class_name == "hot_wallet"
    after = ruled(verdict("hub", **on(before, "ven-1", "wallet"), class_name="ordinary"))
    assert (after.identifier("ven-1", "wallet").class_name, after.identifier("ven-1", "wallet").counted) == (
        "ordinary",
        True,
    )
    assert after.accounts["ven-3"].risk > 0.5
    assert touched(after, before) <= set(GROUPS["venue"])


def test_a_hub_already_known_only_gets_its_class(before: Judged, ruled: Ruled) -> None:
    after = ruled(verdict("hub", **on(before, "ven-1", "wallet"), class_name="payroll"))
    assert (after.identifier("ven-1", "wallet").class_name, after.identifier("ven-1", "wallet").counted) == (
        "payroll",
        False,
    )
    assert touched(after, before) == set()


def test_what_a_family_shares_says_nothing_inside_it_and_all_it_said_outside(before: Judged, ruled: Ruled) -> None:
    family = ("fam-dad", "fam-kid", "fam-mum")
    after = ruled(verdict("shared_by", *family, **on(before, "fam-dad", "device")))
    assert touched(after, before) <= set(GROUPS["family"])
    assert [after.pair(one, other) for one, other in (family[:2], family[1:], family[::2])] == [None] * 3
    for one in family:
        assert after.pair(one, "fam-mate") == before.pair(one, "fam-mate")
    # One hop: the mate still meets the father, his wife and son do not.
    assert [after.accounts[one].one_hop for one in ("fam-kid", "fam-mum")] == [0.0, 0.0]
    assert after.accounts["fam-mate"].one_hop == before.accounts["fam-mate"].one_hop
    # Over the mate alone less comes through than before, but something does: they meet again through him.
    assert 0 < after.accounts["fam-kid"].propagated < before.accounts["fam-kid"].propagated
    assert 0 < after.accounts["fam-mate"].propagated <= before.accounts["fam-mate"].propagated


def test_a_whole_family_is_freed(before: Judged, ruled: Ruled) -> None:
    after = ruled(verdict("shared_by", *GROUPS["family"], **on(before, "fam-dad", "device")))
    assert risks(after, *GROUPS["family"]) == [0.0] * 4


def test_the_holder_of_a_stolen_card_is_a_victim_and_linked_to_nobody_by_it(before: Judged, ruled: Ruled) -> None:
    after = ruled(verdict("stolen_from", "sto-holder", **on(before, "sto-1", "card")))
    holder = after.accounts["sto-holder"]
    assert (holder.label, holder.role, holder.risk, holder.flagged) == ("victim", "victim", 0.0, False)
    assert holder.role_reason == "holder of a stolen card, by a reviewer's verdict"
    assert not [pair for pair in after.pairs if "sto-holder" in (pair.account_a, pair.account_b)]
    assert after.pair("sto-1", "sto-3") == before.pair("sto-1", "sto-3")
    assert after.accounts["sto-3"].one_hop == before.accounts["sto-3"].one_hop
    assert 0.5 < after.accounts["sto-3"].risk <= before.accounts["sto-3"].risk
    assert touched(after, before) <= set(GROUPS["stolen"])


def test_not_one_hand_parts_two_accounts_on_everything_they_share(before: Judged, ruled: Ruled) -> None:
    after = ruled(verdict("not_evidence", "twin-a", "twin-b"))
    assert after.pair("twin-a", "twin-b") is None
    assert after.pair("twin-a", "twin-c") == before.pair("twin-a", "twin-c")
    assert after.pair("twin-b", "twin-c") == before.pair("twin-b", "twin-c")
    assert after.accounts["twin-b"].one_hop == 0.0
    assert 0 < after.accounts["twin-b"].propagated < before.accounts["twin-b"].propagated
    assert touched(after, before) <= set(GROUPS["twins"])


def test_a_ruling_on_an_account_is_its_label(before: Judged, ruled: Ruled) -> None:
    for word, rises in (("fraud", True), ("cleared", False), ("victim", False), ("suspected", True)):
        after = ruled(verdict(word, "word-2"))
        assert after.accounts["word-2"].label == word
        assert (after.accounts["word-3"].risk > before.accounts["word-3"].risk) == rises
        assert touched(after, before) <= set(GROUPS["word"])


def test_a_ruling_younger_than_the_feeds_beats_them(before: Judged, ruled: Ruled) -> None:
    after = ruled(verdict("cleared", "word-1"))
    assert (before.accounts["word-1"].label, after.accounts["word-1"].label) == ("fraud", "cleared")
    assert risks(after, *GROUPS["word"]) == [0.0] * 3


def test_nothing_rises_by_evidence_taken_away(before: Judged, ruled: Ruled) -> None:
    for taken in (
        verdict("not_evidence", **on(before, "host-1", "device")),
        verdict("hub", **on(before, "fam-dad", "device"), class_name="office"),
        verdict("shared_by", "fam-dad", "fam-mate", **on(before, "fam-dad", "device")),
        verdict("not_evidence", "twin-a", "twin-c"),
    ):
        after = ruled(taken)
        for one in EVERYBODY:
            assert after.accounts[one].propagated <= before.accounts[one].propagated + 1e-9
            assert after.accounts[one].one_hop <= before.accounts[one].one_hop


def test_the_record_names_the_verdicts_and_their_moment(settings: Settings, before: Judged) -> None:
    freed = verdict("not_evidence", **on(before, "plain-1", "device"))
    run = run_of(settings, freed)
    record = run.record()
    assert record["verdicts"]["in_force"] == ["v-not_evidence"]
    assert record["verdicts_at"] == NOW
    assert run_of(settings, freed, verdicts_at=NOW + 9).run_id == run.run_id
    assert "verdicts" not in run_of(settings).record()


def test_without_a_verdict_that_was_taken_back_the_night_is_the_one_before(settings: Settings, before: Judged) -> None:
    plain = run_of(settings).record()
    run_of(settings, verdict("hub", **on(before, "host-1", "device"), class_name="office"))
    again = run_of(settings).record()
    assert (again["run_id"], again["tables"]) == (plain["run_id"], plain["tables"])


def test_the_order_of_verdicts_changes_nothing(settings: Settings, before: Judged, tmp_path: Path) -> None:
    both = (verdict("cleared", "word-2"), verdict("not_evidence", "twin-b", "twin-a"))
    assert run_of(settings, *both).record()["tables"] == run_of(settings, *both[::-1]).record()["tables"]
    assert run_of(settings, *both).run_id == run_of(settings, *both[::-1]).run_id


def doubted(settings: Settings, account_id: str, *verdicts: Verdict) -> Explanation:
    run = run_of(settings, *verdicts)
    with closing(open_view(settings, run, earlier=True)) as view:
        return explain(view, account_id, net=solved_of(run))


def asked(settings: Settings, a: str, b: str, *verdicts: Verdict) -> WhyLinked:
    run = run_of(settings, *verdicts)
    net = solved_of(run)
    assert net is not None
    with closing(open_view(settings, run, earlier=True)) as view:
        return why_linked(view, a, b, rulings=Rulings(run.verdicts(), net))


def told(why: WhyLinked) -> list[tuple[str, bool, str]]:
    """The verdicts of an answer on the two themselves."""
    ends = (why.account_a.account_id, why.account_b.account_id)
    return [(each.verdict.verdict_id, each.parts, each.text) for each in why.verdicts if each.between == ends]


def test_why_two_are_linked_names_the_verdicts_on_what_they_share(settings: Settings, before: Judged) -> None:
    ruled_out = (verdict("not_evidence", **on(before, "twin-a", "device")), verdict("cleared", "word-3"))
    why = asked(settings, "twin-a", "twin-b", *ruled_out)
    assert told(why) == [("v-not_evidence", True, "no evidence: it links nobody any more")]
    assert ("ruled_apart", "v-not_evidence") in [(each.code, each.about) for each in why.doubts]
    text = render_why(why)
    assert "What reviewers ruled\n  v-not_evidence of 2026-05-01 on device " in text
    assert "this is other evidence" in text
    gone = asked(settings, "twin-a", "twin-c", *ruled_out)
    assert (gone.pair, told(gone)) == (None, told(why))
    assert "a reviewer ruled out what they share (not_evidence)" in [each.text for each in gone.doubts]


def test_why_two_are_linked_says_what_each_verdict_changed(settings: Settings, before: Judged) -> None:
    tablet, stolen = on(before, "fam-dad", "device"), on(before, "sto-1", "card")
    wallet = on(before, "ven-1", "wallet")
    rulings = (
        verdict("shared_by", "fam-dad", "fam-kid", "fam-mum", **tablet),
        verdict("stolen_from", "sto-holder", **stolen),
        verdict("hub", **wallet, class_name="payroll"),
        verdict("not_evidence", "twin-b", "twin-a"),
    )
    group, stays = "shared by 3 accounts, ", "between these two it counts as before"
    expected = {
        ("fam-dad", "fam-kid"): ("v-shared_by", True, f"{group}these two among them: it says nothing between them"),
        ("fam-mate", "fam-kid"): ("v-shared_by", False, f"{group}of these two only fam-kid: {stays}"),
        ("sto-holder", "sto-1"): (
            "v-stolen_from",
            True,
            "stolen from sto-holder: it links sto-holder with nobody",
        ),
        ("sto-1", "sto-2"): ("v-stolen_from", False, f"stolen from sto-holder: {stays}"),
        ("ven-1", "ven-2"): ("v-hub", False, "payroll: it linked nobody before either"),
        ("twin-a", "twin-b"): (
            "v-not_evidence",
            True,
            "nothing that the two share links them, nor any sign between them",
        ),
    }
    for ends, one in expected.items():
        assert told(asked(settings, *ends, *rulings)) == [one]
    assert asked(settings, "plain-1", "plain-2", *rulings).verdicts == ()
    counted = asked(settings, "ven-1", "ven-2", verdict("hub", **wallet, class_name="ordinary"))
    assert told(counted) == [("v-hub", False, "ordinary: it counts, whatever lists and rules say of it")]


def test_who_meets_again_through_other_evidence_has_the_verdict_as_a_doubt(settings: Settings, before: Judged) -> None:
    """The twins keep their card when their phone is ruled out."""
    parted = doubted(settings, "twin-a", verdict("not_evidence", **on(before, "twin-a", "device")))
    (pair,) = [each for each in parted.pairs if each.other_account_id == "twin-b"]
    assert ("ruled_apart", "v-not_evidence") in [(each.code, each.about) for each in pair.doubts]
    (told,) = [each for each in parted.doubts if each.code == "ruled_apart"]
    assert told.about == "v-not_evidence"
    assert "1 account that it still meets (not_evidence)" in told.text


def test_who_meets_again_in_a_ring_has_the_verdict_as_a_doubt(settings: Settings, before: Judged) -> None:
    """Two of a ring are not one hand, and the others hold both."""
    names = GROUPS["hostel"]
    assert set(names) in before.groups
    parted = doubted(settings, names[2], verdict("not_evidence", *names[2:]))
    assert parted.membership is not None
    assert [each.about for each in parted.doubts if each.code == "ruled_apart"] == ["v-not_evidence"]


def test_who_is_free_has_no_such_doubt(settings: Settings, before: Judged) -> None:
    freed = doubted(settings, "plain-2", verdict("not_evidence", **on(before, "plain-1", "device")))
    assert [each for each in freed.doubts if each.code == "ruled_apart"] == []
    assert doubted(settings, "plain-2").doubts == doubted(settings, "plain-2", verdict("cleared", "word-3")).doubts
