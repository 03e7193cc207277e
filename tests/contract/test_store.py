"""What every graph store must do: the same script on each of them, then their answers side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from linkgraph.errors import StoreError
from linkgraph.model import Account, Contribution, Identifier, Link, Pair, Ring, RingSort, RingsWanted
from linkgraph.settings import read_settings
from linkgraph.store.base import GraphView
from linkgraph.tables import TABLES
from tests.builders import (
    AS_OF,
    DAY,
    FOX,
    HUB_USERS,
    NEXT_WORLD,
    SLASHED,
    TILDE,
    WORLD,
    account,
    contribution,
    event,
    identifier,
    member,
    pair,
    ring,
    tables,
    used,
    write_run,
)
from tests.conftest import Store

STRANGE_IDS = ["", "nobody", "a1'; --", "x" * 10_000, "nul\0", "\ud800", "a1\0", "A1", "*", "r1"]
EVERYONE = ["a1", "a2", "a3", "a4", "a5", SLASHED, TILDE, FOX, *HUB_USERS]
KEYS = ["device:d1", "card:c1", "ip:old", "ip:hub", "email:mü:ll"]


def test_run_says_which_run_it_shows(store: Store) -> None:
    run = store.publish(WORLD)
    with store.view() as view:
        assert view.run() == run.stamp()


def test_accounts_come_by_id_with_every_field(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.accounts([FOX, TILDE, "a2", SLASHED, "a1", "nobody", "a1"])
    assert [item.account_id for item in found] == sorted(["a1", "a2", TILDE, FOX, SLASHED])
    assert found[0] == Account(**WORLD["accounts"].to_pylist()[0])


def test_absent_values_stay_absent_and_empty_texts_empty(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        lone = view.accounts(["a5"])[0]
        nameless = view.rings_by_id(["r-🦊"])[0]
    assert (lone.probability, lone.ring_id, lone.membership, lone.label) == (None, None, None, None)
    assert (lone.headline, lone.risk, lone.flagged) == ("", 0.0, False)
    assert (nameless.headline, nameless.currency) == ("", None)


def test_flagged_come_by_risk_then_id(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        assert [item.account_id for item in view.flagged(10)] == ["a1", "a2"]
        assert [item.account_id for item in view.flagged(1)] == ["a1"]
        assert view.flagged(0) == []


def test_identifiers_come_by_key_with_every_field(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.identifiers(["ip:hub", "device:d1", "card:none", "email:mü:ll"])
    assert [item.key for item in found] == ["device:d1", "email:mü:ll", "ip:hub"]
    assert found[0] == Identifier("device", "d1", 3, None, AS_OF - 60 * DAY, AS_OF - DAY, 0.7, True, None)
    assert (found[1].class_name, found[1].counted) == ("disposable", True)
    assert (found[2].degree, found[2].counted, found[2].why) == (8412, False, "more than 10 accounts")


def test_links_come_by_account_then_last_seen_then_key(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.links(["a4", "a1", "nobody"], 10)
        first = view.links(["a1", "a4"], 1)
    assert [(item.account_id, f"{item.kind}:{item.identifier}") for item in found] == [
        ("a1", "card:c1"),
        ("a1", "device:d1"),
        ("a1", "ip:hub"),
        ("a1", "ip:old"),
        ("a4", "ip:hub"),
        ("a4", "ip:old"),
    ]
    assert found[0] == Link("a1", "card", "c1", AS_OF - 20 * DAY, AS_OF - DAY, 3, 2, 2)
    assert first == [found[0], found[4]]


def test_users_come_by_key_then_last_seen_then_account(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.users(["email:mü:ll", "device:d1", "ip:none"], 10)
    assert [(item.kind, item.account_id) for item in found] == [
        ("device", "a1"),
        ("device", "a2"),
        ("device", "a3"),
        *[("email", name) for name in sorted([SLASHED, TILDE, FOX])],
    ]


def test_a_hub_is_cut_at_the_limit_and_its_degree_shows_it(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.users(["ip:hub", "card:c1"], 5)
        degree = view.identifiers(["ip:hub"])[0].degree
        everybody = view.users(["ip:hub"], 100)
    assert [item.account_id for item in found] == ["a1", "a2", "a4", "a1", "a2", "h00", "h01"]
    assert [item.account_id for item in everybody] == ["a4", "a1", "a2", *HUB_USERS]
    assert degree == 8412


def test_pairs_come_by_bits_then_ends_each_once(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.pairs(["a3", "a2", "a1"], 10)
        strongest = view.pairs(["a1", "a3"], 1)
    assert [(item.account_a, item.account_b) for item in found] == [
        ("a1", "a2"),
        ("a1", "a3"),
        ("a2", "a3"),
        ("a1", "a4"),
    ]
    shared = ("card:c1", "device:d1")
    assert found[0] == Pair("a1", "a2", 9.0, 1 / (1 + 2**-9.0), ("access=9", "instrument=6"), shared, (9.0, 9.0))
    assert [(item.account_a, item.account_b) for item in strongest] == [("a1", "a2"), ("a1", "a3")]


def test_pairs_among_have_both_ends_there_and_are_cut_at_the_weakest(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.pairs_among(["a3", "a1", "a2", "a1", "nobody"], 10)
        both = view.pairs_among(["a4", "a1"], 10)
        cut = view.pairs_among(EVERYONE, 3)
        nothing = view.pairs_among(["a1"], 10), view.pairs_among([], 10), view.pairs_among(EVERYONE, 0)
    assert [(item.account_a, item.account_b) for item in found] == [("a1", "a2"), ("a1", "a3"), ("a2", "a3")]
    shared = ("card:c1", "device:d1")
    assert found[0] == Pair("a1", "a2", 9.0, 1 / (1 + 2**-9.0), ("access=9", "instrument=6"), shared, (9.0, 9.0))
    assert [(item.account_a, item.account_b) for item in both] == [("a1", "a4")]
    assert [(item.account_a, item.account_b) for item in cut] == [("a1", "a2"), ("a1", "a3"), ("a2", "a3")]
    assert nothing == ([], [], [])


def test_a_pair_may_share_nothing_nameable(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        assert view.pairs([FOX], 5)[0].shared == ()
        assert view.pairs([SLASHED], 5)[0].families == ()


def test_contributions_come_largest_first_by_account(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.contributions(["a2", "a1", "a5"])
    assert [(item.account_id, item.block, item.log_odds) for item in found] == [
        ("a1", "one_hop", 0.8),
        ("a1", "propagated", 0.6),
        ("a1", "behaviour", 0.5),
        ("a1", "one_hop", 0.4),
        ("a1", "ring", 0.4),
        ("a2", "one_hop", 1.2),
        ("a2", "propagated", 0.6),
        ("a2", "behaviour", 0.5),
        ("a2", "ring", 0.5),
        ("a2", "ring", -0.1),
    ]
    assert found[0] == Contribution("a1", "one_hop", "device", "d1", "a2", 0.8, "one_hop of a1")
    assert (found[2].kind, found[2].identifier, found[2].other_account_id) == (None, None, None)


def test_rings_come_by_score_and_go_on_after_the_last_one_seen(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        everything = view.rings(10)
        pages = [view.rings(2), view.rings(2, (0.5, "r2")), view.rings(2, (0.1, "r-🦊")), view.rings(0)]
    assert [item.ring_id for item in everything] == ["r1", "r2", "r3", "r-🦊"]
    first = WORLD["rings"].to_pylist()[0]
    assert everything[0] == Ring(**first | {"exposures": tuple(first["exposures"])})
    assert [[item.ring_id for item in page] for page in pages] == [["r1", "r2"], ["r3", "r-🦊"], [], []]


def test_rings_by_id_come_by_id(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        assert [item.ring_id for item in view.rings_by_id(["r2", "r1", "none", "r1"])] == ["r1", "r2"]


def test_members_come_by_ring_then_confidence_then_account(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        found = view.members(["r2", "r1", "r3", "none"])
    assert [(item.ring_id, item.account_id, item.membership) for item in found] == [
        ("r1", "a1", "core"),
        ("r1", "a2", "core"),
        ("r1", "a3", "likely"),
        ("r2", TILDE, "core"),
        ("r2", FOX, "core"),
        ("r2", "a4", "fringe"),
    ]


TIED = [TILDE, FOX]
ALL_TIED = tables(
    accounts=[account(name, flagged=True) for name in ["a", *TIED]],
    identifiers=[identifier(f"device:{name}") for name in ["a", *TIED]],
    rings=[ring(name) for name in ["a", *TIED]],
    used=[used(name, f"device:{key}") for name in ["a", *TIED] for key in ["a", *TIED]],
    ring_members=[member(name, who, 0.9) for name in ["a", *TIED] for who in ["a", *TIED]],
    links=[pair("a", TILDE, 3.0, [], []), pair("a", FOX, 3.0, [], []), pair(TILDE, FOX, 3.0, [], [])],
    contributions=[contribution(name, "one_hop", 1.0, f"device:{key}") for name in TIED for key in TIED],
    ring_events=[event(name, "born", account_id=who) for name in [*TIED, "a"] for who in [*TIED, "a"]],
)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_ties_are_broken_by_code_point_before_the_limit_cuts(store: Store, limit: int) -> None:
    store.publish(ALL_TIED)
    with store.view() as view:
        backwards = [FOX, TILDE, "a"]
        keys = [f"device:{name}" for name in backwards]
        first = ["a", *TIED][:limit]
        assert [item.account_id for item in view.flagged(limit)] == first
        assert [item.ring_id for item in view.rings(limit)] == first
        assert [item.identifier for item in view.links([FOX], limit)] == first
        assert [item.account_id for item in view.links(backwards, 1)] == ["a", *TIED]
        assert [item.account_id for item in view.users([f"device:{TILDE}"], limit)] == first
        assert [item.identifier for item in view.users(keys, 1)] == ["a", *TIED]
        assert [(item.account_a, item.account_b) for item in view.pairs(backwards, limit)] == [
            ("a", TILDE),
            ("a", FOX),
            (TILDE, FOX),
        ][: limit + 1]
        assert [item.account_id for item in view.members([FOX])] == ["a", *TIED]
        assert [item.ring_id for item in view.members(backwards)][::3] == ["a", *TIED]
        assert [item.identifier for item in view.contributions(backwards)] == TIED * 2
        assert [item.account_id for item in view.accounts(backwards)] == ["a", *TIED]
        assert [item.identifier for item in view.identifiers(keys)] == ["a", *TIED]
        assert [item.ring_id for item in view.rings_by_id(backwards)] == ["a", *TIED]
        assert [item.ring_id for item in view.ring_events(backwards)][::3] == ["a", *TIED]
        assert [item.account_id for item in view.ring_events_after(0)] == ["a", *TIED] * 3


@pytest.mark.parametrize("last", ["", "a", TILDE, FOX, "zzz", "\U0001ffff"])
def test_rings_go_on_by_code_point(store: Store, last: str) -> None:
    store.publish(ALL_TIED)
    with store.view() as view:
        assert [item.ring_id for item in view.rings(9, (0.5, last))] == [name for name in ["a", *TIED] if name > last]
        assert [item.ring_id for item in view.rings(1, (0.5, last))] == [name for name in ["a", *TIED] if name > last][
            :1
        ]


@pytest.mark.parametrize("ask", ["accounts", "identifiers", "contributions", "rings_by_id", "members", "ring_events"])
def test_what_is_unknown_or_strange_is_simply_not_there(store: Store, ask: str) -> None:
    store.publish(WORLD)
    strange = [item for item in STRANGE_IDS if item != "r1" or ask not in {"rings_by_id", "members", "ring_events"}]
    with store.view() as view:
        assert getattr(view, ask)(strange) == []
        assert getattr(view, ask)([]) == []


@pytest.mark.parametrize("ask", ["links", "users", "pairs"])
def test_what_is_unknown_or_strange_has_no_neighbours(store: Store, ask: str) -> None:
    store.publish(WORLD)
    with store.view() as view:
        assert getattr(view, ask)(STRANGE_IDS, 5) == []
        assert getattr(view, ask)([], 5) == []
        assert getattr(view, ask)(EVERYONE + KEYS, 0) == []


def test_an_empty_run_answers_everything_with_nothing(store: Store) -> None:
    store.publish(tables())
    with store.view() as view:
        assert view.run().counts == dict.fromkeys(sorted(TABLES), 0)
        assert (view.accounts(["a1"]), view.flagged(5), view.identifiers(KEYS)) == ([], [], [])
        assert (view.links(EVERYONE, 5), view.users(KEYS, 5), view.pairs(EVERYONE, 5)) == ([], [], [])
        assert (view.rings(5), view.rings_by_id(["r1"]), view.members(["r1"])) == ([], [], [])
        assert (view.ring_events(["r1"]), view.ring_events_after(0)) == ([], [])


def test_writing_says_how_many_rows_were_sent(store: Store) -> None:
    run = write_run(store.settings.home, WORLD)
    with store.writer(run) as writer:
        sent = {name: writer.write(name, WORLD[name].to_batches(max_chunksize=4)) for name in TABLES}
    assert sent == run.stamp().counts


def test_writing_the_same_run_again_changes_no_answer(store: Store) -> None:
    run = store.publish(WORLD)
    with store.view() as view:
        before = _everything(view)
    store.publish_again(run)
    with store.view() as view:
        assert _everything(view) == before


def test_an_abandoned_write_leaves_the_earlier_run_readable(store: Store) -> None:
    earlier = store.publish(WORLD)
    with store.view() as view:
        before = _everything(view)
    abandoned = write_run(store.settings.home, NEXT_WORLD, "r-2")
    with pytest.raises(KeyboardInterrupt), store.writer(abandoned) as writer:
        writer.write("accounts", NEXT_WORLD["accounts"].to_batches())
        raise KeyboardInterrupt
    with store.view() as view:
        assert (view.run().run_id, _everything(view)) == (earlier.run_id, before)


def test_a_run_can_be_published_after_its_write_was_abandoned(store: Store) -> None:
    store.publish(WORLD)
    run = write_run(store.settings.home, NEXT_WORLD, "r-2")
    with store.writer(run) as writer:
        store.fill(writer, run)
    store.publish_again(run)
    with store.view() as view:
        assert view.run().run_id == "r-2"


@pytest.mark.parametrize(
    "table", ["accounts", "identifiers", "used", "links", "ring_members", "contributions", "ring_events"]
)
def test_other_counts_than_the_record_says_are_refused(store: Store, table: str) -> None:
    store.publish(WORLD)
    run = write_run(store.settings.home, NEXT_WORLD, "r-2")
    stamp = run.stamp()
    wrong = replace(stamp, counts=stamp.counts | {table: stamp.counts[table] + 1})
    with store.writer(run) as writer:
        store.fill(writer, run)
        with pytest.raises(StoreError, match=table):
            writer.publish(wrong)
    with store.view() as view:
        assert view.run().run_id == "r-1"


def test_a_link_without_its_account_is_refused(store: Store) -> None:
    broken = tables(accounts=[account("a1")], used=[used("ghost", "device:d1")])
    run = write_run(store.settings.home, broken)
    with pytest.raises(StoreError), store.writer(run) as writer:
        store.fill(writer, run)
        writer.publish(run.stamp())


def test_the_second_run_replaces_the_first_wholly(store: Store) -> None:
    store.publish(WORLD)
    second = store.publish(NEXT_WORLD, "r-2")
    with store.view() as view:
        assert view.run() == second.stamp()
        assert [item.account_id for item in view.accounts([*EVERYONE, "a6"])] == ["a2", "a3", "a6"]
        changed = view.accounts(["a2"])[0]
        assert (changed.role, changed.ring_id, changed.label, changed.headline) == ("mule", None, None, "Changed.")
        assert [item.key for item in view.identifiers([*KEYS, "card:c9"])] == ["card:c9", "device:d1"]
        assert [(item.account_id, item.n) for item in view.users(["device:d1", "ip:hub"], 9)] == [
            ("a2", 5),
            ("a6", 3),
            ("a3", 3),
        ]
        assert [(item.account_a, item.account_b) for item in view.pairs(EVERYONE, 9)] == [("a2", "a6")]
        assert [item.log_odds for item in view.contributions(["a1", "a2"])] == [2.0]
        assert [item.ring_id for item in view.rings(9)] == ["r9"]
        assert [item.account_id for item in view.members(["r1", "r2", "r9"])] == ["a2", "a6"]
        assert [(item.ring_id, item.event) for item in view.ring_events(["r9", "r4"])] == [("r1", "merged")]


def test_an_account_that_returns_is_as_the_newest_run_says(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        before = _everything(view)
    store.publish(NEXT_WORLD, "r-2")
    store.publish(WORLD, "r-3")
    with store.view() as view:
        assert view.run().run_id == "r-3"
        assert _everything(view) == before


def test_a_view_opened_before_a_publish_keeps_to_its_run(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as old:
        before = _everything(old)
        store.publish(NEXT_WORLD, "r-2")
        assert old.run().run_id == "r-1"
        assert _everything(old) == before
        with store.view() as new:
            assert new.run().run_id == "r-2"


def test_a_view_serves_several_threads(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _everything(view), range(24)))
    assert all(answer == answers[0] for answer in answers)


def test_an_earlier_run_is_read_from_its_own_file(home: Path) -> None:
    embedded = Store(read_settings(home=home, store="embedded"))
    embedded.publish(WORLD)
    embedded.publish(NEXT_WORLD, "r-2")
    elsewhere = Store(read_settings(home=home, store="neo4j", neo4j_uri="bolt://127.0.0.1:1"))
    for store in (embedded, elsewhere):
        with store.view("r-1") as view:
            assert view.run().run_id == "r-1"
            assert [item.account_id for item in view.accounts(["a1", "a6"])] == ["a1"]


@pytest.mark.neo4j
def test_the_stores_agree(both_stores: tuple[Store, Store]) -> None:
    answers = []
    for content, run_id in [(WORLD, "r-1"), (NEXT_WORLD, "r-2"), (WORLD, "r-3")]:
        for each in both_stores:
            each.publish(content, run_id)
            with each.view() as view:
                answers.append({"stamp": view.run()} | _everything(view))
    assert answers[0::2] == answers[1::2]


QUESTIONS: dict[str, Callable[[GraphView], object]] = {
    "accounts": lambda view: view.accounts([*EVERYONE, "a6"]),
    "flagged": lambda view: (view.flagged(1), view.flagged(99)),
    "identifiers": lambda view: view.identifiers([*KEYS, "card:c9"]),
    "links": lambda view: [view.links([*EVERYONE, "a6"], limit) for limit in (1, 2, 99)],
    "users": lambda view: [view.users([*KEYS, "card:c9"], limit) for limit in (1, 2, 99)],
    "pairs": lambda view: [view.pairs([*EVERYONE, "a6"], limit) for limit in (1, 2, 99)],
    "pairs of each": lambda view: [view.pairs([name], 2) for name in EVERYONE],
    "pairs among": lambda view: [view.pairs_among([*EVERYONE, "a6"], limit) for limit in (1, 2, 99)],
    "contributions": lambda view: view.contributions([*EVERYONE, "a6"]),
    "rings": lambda view: (view.rings(2), view.rings(9), view.rings(9, (0.5, "r2")), view.rings(9, (0.7, ""))),
    "rings in other orders": lambda view: [
        view.rings(9, None, RingsWanted(status, sort=sort)) for sort in get_args(RingSort) for status in (None, "grown")
    ],
    "rings by id": lambda view: view.rings_by_id(["r1", "r2", "r3", "r-🦊", "r9"]),
    "members": lambda view: view.members(["r1", "r2", "r3", "r9"]),
    "ring events": lambda view: [view.ring_events([name]) for name in ("r0", "r1", "r4", "r9", "r-🦊")],
    "ring events after": lambda view: [view.ring_events_after(time) for time in (0, AS_OF - DAY, AS_OF)],
}


def _everything(view: GraphView) -> dict[str, object]:
    return {name: ask(view) for name, ask in QUESTIONS.items()}
