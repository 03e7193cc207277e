"""Verdicts on both databases: how they come into force, how they end, and that nobody approves their own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from linkgraph.casework import verdicts
from linkgraph.casework.database import Database, open_database
from linkgraph.casework.keys import Principal
from linkgraph.casework.rulings import Ruling
from linkgraph.casework.verdicts import Effect, Record
from linkgraph.errors import ConflictError, NotFoundError, StaleError
from tests.sizes import sized

NOW = 1_700_000_000_000_000
DAY = 86_400_000_000
ANN = Principal("ann", "Ann", "investigator")
BOB = Principal("bob", "Bob", "lead")
EVE = Principal("eve", "Eve", "lead")
NOTHING = Effect("r-1", (), (), ())
LARGE = Effect("r-1", ("a", "b", "c"), ("d", "e"), ("R-1",))
SECOND_FROM = 5
FREED = Ruling("not_evidence", "device", "0" * 32, (), None, "a shop's counter")


def proposed(database: Database, ruling: Ruling = FREED, effect: Effect = NOTHING, by: Principal = ANN) -> Record:
    with database.write() as connection:
        return verdicts.propose(connection, ruling, effect, by, SECOND_FROM, NOW)


def acting(database: Database, at: int) -> list[str]:
    with database.read() as connection:
        return [each.verdict_id for each in verdicts.in_force(connection, at)]


def test_a_verdict_of_small_effect_is_in_force_at_once(database: Database) -> None:
    record = proposed(database, replace(FREED, kind=None, identifier=None, accounts=("a", "b")))
    assert (record.state, record.needs_second, record.version) == ("in_force", False, 1)
    with database.read() as connection:
        assert verdicts.read_verdict(connection, record.verdict_id) == record
        (found,) = verdicts.in_force(connection, NOW)
    assert (found.verdict, found.kind, found.accounts, found.decided_at) == (
        "not_evidence",
        None,
        ("a", "b"),
        NOW // 10**6,
    )
    assert acting(database, NOW - 1) == []


@pytest.mark.parametrize(
    ("ruling", "effect"), [(FREED, LARGE), (replace(FREED, verdict="hub", class_name="office"), NOTHING)]
)
def test_a_hub_or_a_large_effect_waits_for_a_second_person(database: Database, ruling: Ruling, effect: Effect) -> None:
    record = proposed(database, ruling, effect)
    assert (record.state, record.needs_second, acting(database, NOW)) == ("proposed", True, [])
    with database.write() as connection:
        after = verdicts.approve(connection, record.verdict_id, 1, BOB, NOW + 5)
    assert (after.state, after.version, after.decided_by, after.decided_at) == ("in_force", 2, "bob", NOW + 5)
    assert after.digest != record.digest
    assert acting(database, NOW + 4) == []
    assert acting(database, NOW + 5) == [record.verdict_id]


def test_nobody_decides_on_their_own(database: Database) -> None:
    record = proposed(database, effect=LARGE, by=BOB)
    for change in (verdicts.approve, verdicts.reject):
        with pytest.raises(ConflictError), database.write() as connection:
            change(connection, record.verdict_id, 1, BOB, NOW)
    assert acting(database, NOW) == []


def test_what_has_ended_is_as_if_it_had_never_been_and_stays_known_for_the_past(database: Database) -> None:
    withdrawn, expiring = proposed(database), proposed(database, replace(FREED, expires_at=NOW + DAY))
    with database.write() as connection:
        verdicts.withdraw(connection, withdrawn.verdict_id, 1, ANN, NOW + 2 * DAY)
    both = sorted((withdrawn.verdict_id, expiring.verdict_id))
    assert [acting(database, NOW + days * DAY) for days in (0, 1, 2)] == [both, [withdrawn.verdict_id], []]
    assert [expiring.state_at(NOW + days * DAY) for days in (0, 1)] == ["in_force", "expired"]


def test_a_rejected_verdict_never_acts(database: Database) -> None:
    record = proposed(database, effect=LARGE)
    with database.write() as connection:
        assert verdicts.reject(connection, record.verdict_id, 1, BOB, NOW).state == "rejected"
    assert acting(database, NOW + DAY) == []
    with pytest.raises(ConflictError, match="not proposed"), database.write() as connection:
        verdicts.approve(connection, record.verdict_id, 2, EVE, NOW)


def test_a_change_of_what_has_changed_is_refused(database: Database) -> None:
    record = proposed(database, effect=LARGE)
    with database.write() as connection:
        verdicts.approve(connection, record.verdict_id, 1, BOB, NOW)
    for version in (1, 3):
        with pytest.raises(StaleError), database.write() as connection:
            verdicts.withdraw(connection, record.verdict_id, version, BOB, NOW)


def test_of_changes_made_at_once_from_one_version_one_happens(database: Database) -> None:
    for _ in range(5):
        record = proposed(database, effect=LARGE)
        barrier = threading.Barrier(4)
        ended: list[str] = []

        def change(act: Any, record: Record = record, barrier: Any = barrier, ended: list[str] = ended) -> None:
            barrier.wait()
            try:
                with database.write() as connection:
                    ended.append(act(connection, record.verdict_id, 1, BOB, NOW).state)
            except StaleError:
                ended.append("stale")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(change, [verdicts.approve, verdicts.reject, verdicts.withdraw, verdicts.approve]))
        assert ended.count("stale") == 3
        with database.read() as connection:
            after = verdicts.read_verdict(connection, record.verdict_id)
        assert (after.version, after.state in ended) == (2, True)


def test_only_the_author_or_a_lead_withdraws(database: Database) -> None:
    record = proposed(database)
    with pytest.raises(ConflictError), database.write() as connection:
        verdicts.withdraw(connection, record.verdict_id, 1, Principal("kim", "Kim", "investigator"), NOW)
    with database.write() as connection:
        assert verdicts.withdraw(connection, record.verdict_id, 1, EVE, NOW).ended_by == "eve"


def test_an_expired_proposal_cannot_be_approved(database: Database) -> None:
    record = proposed(database, replace(FREED, expires_at=NOW + DAY), LARGE)
    with pytest.raises(ConflictError), database.write() as connection:
        verdicts.approve(connection, record.verdict_id, 1, BOB, NOW + DAY)


def test_there_is_no_other_verdict(database: Database) -> None:
    with pytest.raises(NotFoundError), database.write() as connection:
        verdicts.approve(connection, "v-none", 1, BOB, NOW)
    with pytest.raises(NotFoundError), database.read() as connection:
        verdicts.read_verdict(connection, "v-none")


def test_the_list_is_the_newest_first_page_by_page(database: Database) -> None:
    with database.write() as connection:
        made = [verdicts.propose(connection, FREED, NOTHING, ANN, SECOND_FROM, NOW + n // 2) for n in range(7)]
    expected = sorted(made, key=lambda each: (-each.created_at, each.verdict_id))
    seen: list[Record] = []
    with database.read() as connection:
        while page := verdicts.list_verdicts(
            connection, 2, (seen[-1].created_at, seen[-1].verdict_id) if seen else None
        ):
            seen += page
    assert seen == expected


class FourEyes(RuleBasedStateMachine):
    """Random sequences of calls by four people, in any order, with right and wrong versions."""

    Made = Bundle("made")
    People = st.sampled_from([ANN, BOB, EVE, Principal("kim", "Kim", "investigator")])

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW

    @initialize()
    def open(self) -> None:
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.database = open_database(f"sqlite:///{self.folder.name}/casework.sqlite")

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()

    @rule(target=Made, by=People, large=st.booleans(), expires=st.sampled_from([None, 3]))
    def propose(self, by: Principal, large: bool, expires: int | None) -> str:
        ruling = replace(FREED, expires_at=self.now + expires if expires else None)
        with self.database.write() as connection:
            effect = LARGE if large else NOTHING
            return verdicts.propose(connection, ruling, effect, by, SECOND_FROM, self.now).verdict_id

    @rule(
        made=Made,
        by=People,
        change=st.sampled_from([verdicts.approve, verdicts.reject, verdicts.withdraw]),
        off=st.sampled_from([0, 0, 0, 1, -1]),
    )
    def act(self, made: str, by: Principal, change: Any, off: int) -> None:
        with self.database.read() as connection:
            before = verdicts.read_verdict(connection, made)
        try:
            with self.database.write() as connection:
                after = change(connection, made, before.version + off, by, self.now)
        except ConflictError:
            with self.database.read() as connection:
                assert verdicts.read_verdict(connection, made) == before
        else:
            assert off == 0
            assert after.version == before.version + 1

    @rule()
    def wait(self) -> None:
        self.now += 1

    @invariant()
    def two_people_stand_behind_whatever_needs_them(self) -> None:
        if not hasattr(self, "database"):
            return
        with self.database.read() as connection:
            found = verdicts.list_verdicts(connection, 1_000)
            acting = {each.verdict_id for each in verdicts.in_force(connection, self.now)}
        for each in found:
            assert (each.verdict_id in acting) == (each.state_at(self.now) == "in_force")
            if each.needs_second and each.decided_by is not None:
                assert each.decided_by != each.author
            if each.state == "rejected":
                assert each.ended_by != each.author


TestFourEyes = pytest.mark.sized(FourEyes.TestCase)
TestFourEyes.settings = settings(
    max_examples=sized(20, 10_000), stateful_step_count=25, suppress_health_check=list(HealthCheck)
)
