"""The audit chain: what is appended verifies, and whatever is done to it is found and named.

The seven traps: times finer than the database keeps; a locked tail that lets two go on from it; a lock that holds in
one process only (`tests/faults`); a state in memory ahead of the disk; a chain that begins anew after a crash; a window
with a forged start; a chain written anew by one who has the key.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from linkgraph.casework.anchors import Anchor, Anchors
from linkgraph.casework.audit import AUDIT, HEAD, START, Act, Chain, Head, Row, read_head
from linkgraph.casework.database import Database
from linkgraph.casework.recorder import Recorder
from linkgraph.casework.verification import Fault, Verdict, verify, verify_rows
from linkgraph.errors import CaseworkError

NOW = 1_700_000_000_123_457  # no whole millisecond
CHAIN = Chain(b"k" * 32)


def act(number: int = 0, **changes: object) -> Act:
    """A reading."""
    values = {"principal": f"k{number % 3}", "role": "lead", "operation": "read_account", "object": f"A{number}"}
    more = {"purpose": None, "request_id": f"q{number}", "decision": "done", "status": 200}
    return Act(**{**values, **more, **changes})  # type: ignore[arg-type]


def filled(database: Database, rows: int = 12) -> Head:
    """A chain of so many rows, in groups of three."""
    for start in range(0, rows, 3):
        with database.write() as connection:
            CHAIN.append(connection, [act(each) for each in range(start, min(start + 3, rows))], NOW + start)
    with database.read() as connection:
        return read_head(connection)


def found(database: Database, anchors: Sequence[Anchor] = (), start: Anchor | None = None) -> Verdict:
    """What the verifier says."""
    with database.read() as connection:
        return verify(connection, CHAIN, anchors, start)


def names(verdict: Verdict) -> list[tuple[str, int]]:
    """The faults."""
    return [(fault.name, fault.seq) for fault in verdict.faults]


def test_what_is_appended_verifies(database: Database) -> None:
    assert found(database) == Verdict(0, 0, Head(0, START), (), more=False)
    head = filled(database)
    assert found(database) == Verdict(12, 0, head, (), more=False)


@settings(max_examples=40)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=1, max_size=4))
def test_any_text_verifies(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    rows, head = chain_of([act(0, object=text, purpose=text, request_id=text) for text in texts])
    assert verify_rows(lambda: rows, head, CHAIN, ()).sound


def test_microseconds_come_back_as_they_went(database: Database) -> None:
    filled(database, 1)
    with database.read() as connection:
        assert connection.execute(select(AUDIT.c.at)).scalar_one() == NOW


def test_nobody_goes_on_from_a_row_that_has_a_next_one(database: Database) -> None:
    filled(database, 3)
    with database.read() as connection:
        second = Row(*connection.execute(select(AUDIT).where(AUDIT.c.seq == 2)).one())
    fork = second._replace(seq=4, object="other")
    with pytest.raises(CaseworkError, match=r"IntegrityError|UniqueViolation"), database.write() as connection:
        connection.execute(insert(AUDIT), [fork._replace(hash=CHAIN.hash(fork))._asdict()])
    assert found(database).sound


def test_a_row_that_is_not_committed_is_not_gone_on_from(database: Database) -> None:
    head = filled(database, 3)
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        CHAIN.append(connection, [act()], NOW)
        raise ZeroDivisionError
    with database.write() as connection:
        assert CHAIN.append(connection, [act()], NOW).seq == head.seq + 1
    assert found(database).sound


def test_a_chain_whose_rows_are_gone_does_not_begin_anew(database: Database) -> None:
    head = filled(database, 6)
    with database.write() as connection:
        connection.execute(delete(AUDIT))
        assert CHAIN.append(connection, [act()], NOW).seq == head.seq + 1
    assert names(found(database)) == [("missing", seq) for seq in range(1, 7)]
    with database.write() as connection:
        connection.execute(delete(HEAD))
        with pytest.raises(CaseworkError, match="head of the audit chain is gone"):
            CHAIN.append(connection, [act()], NOW)


def test_a_window_begins_at_an_anchor_or_not_at_all(database: Database) -> None:
    head = filled(database)
    with database.read() as connection:
        rows = [Row(*each) for each in connection.execute(select(AUDIT).order_by(AUDIT.c.seq))]
    anchor = Anchor(7, rows[6].hash, NOW)
    assert found(database, [anchor], anchor) == Verdict(6, 7, head, (), more=False)
    forged = Anchor(7, "0" * 64, NOW)
    assert names(found(database, [], forged)) == [("rewritten", 7)]
    with database.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq <= 7))
    assert ("missing", 7) in names(found(database, [anchor], anchor))


def test_a_chain_written_anew_with_the_key_is_given_away_by_an_anchor(database: Database) -> None:
    filled(database)
    with database.read() as connection:
        rows = [Row(*each) for each in connection.execute(select(AUDIT).order_by(AUDIT.c.seq))]
    anchors = [Anchor(row.seq, row.hash, NOW) for row in (rows[3], rows[8])]
    assert found(database, anchors).sound
    with database.write() as connection:
        connection.execute(delete(AUDIT))
        connection.execute(update(HEAD).values(seq=0, hash=START))
        CHAIN.append(connection, [act(each, principal="k9") for each in range(12)], NOW)
    assert found(database).sound
    assert names(found(database, anchors)) == [("rewritten", 4), ("rewritten", 9)]
    with database.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq > 5))
        last = connection.execute(select(AUDIT.c.hash).where(AUDIT.c.seq == 5)).scalar_one()
        connection.execute(update(HEAD).values(seq=5, hash=last))
    assert found(database).sound
    assert names(found(database, anchors)) == [("rewritten", 4), ("torn_tail", 6)]


def chain_of(acts: Sequence[Act]) -> tuple[list[Row], Head]:
    """A chain without a database."""
    rows, head = [], Head(0, START)
    for each in acts:
        row = CHAIN.next_row(head, each, NOW)
        head = Head(row.seq, row.hash)
        rows.append(row)
    return rows, head


Mutation = tuple[list[Row], Head, set[tuple[str, int]]]


def flipped(rows: list[Row], head: Head, draw: random.Random) -> Mutation:
    """One column of a row, changed."""
    at, column = draw.randrange(len(rows)), draw.choice([name for name in Row._fields if name != "seq"])
    old = getattr(rows[at], column)
    new = old + 1 if isinstance(old, int) else f"{old or ''}x" if draw.random() < 0.5 or not old else old[:-1] + "é"
    rows[at] = Row._make(new if name == column else value for name, value in rows[at]._asdict().items())
    return rows, head, {("edited", rows[at].seq)}


def deleted(rows: list[Row], head: Head, draw: random.Random) -> Mutation:
    """A row that is not the last, gone."""
    row = rows.pop(draw.randrange(len(rows) - 1))
    return rows, head, {("missing", row.seq)}


def truncated(rows: list[Row], head: Head, draw: random.Random) -> Mutation:
    """The last rows, gone."""
    kept = draw.randrange(len(rows))
    return rows[:kept], head, {("torn_tail", kept + 1)}


def copied(rows: list[Row], head: Head, draw: random.Random) -> Mutation:
    """A row once more: under its own number, at the end, or in the place of another."""
    row, how = draw.choice(rows), draw.choice(["own", "end", "over"])
    if how == "own":
        return sorted([*rows, row]), head, {("duplicated", row.seq)}
    if how == "end":
        return [*rows, row._replace(seq=len(rows) + 1)], head, {("duplicated", len(rows) + 1)}
    other = draw.choice([each for each in rows if each.seq not in (row.seq, len(rows))])
    rows[other.seq - 1] = row._replace(seq=other.seq)
    return rows, head, {("duplicated", other.seq), ("missing", other.seq)}


def swapped(rows: list[Row], head: Head, draw: random.Random) -> Mutation:
    """Two rows, each under the other's number."""
    one, other = draw.sample(rows, 2)
    rows[one.seq - 1], rows[other.seq - 1] = other._replace(seq=one.seq), one._replace(seq=other.seq)
    return rows, head, {("reordered", one.seq), ("reordered", other.seq)}


def forked(rows: list[Row], head: Head, draw: random.Random) -> Mutation:
    """A second row after one, as of two writers that saw the same head."""
    row = draw.choice(rows)._replace(request_id="other")
    row = row._replace(hash=CHAIN.hash(row))
    return sorted([*rows, row]), head, {("forked", row.seq)}


def beheaded(rows: list[Row], head: Head, draw: random.Random) -> Mutation:
    """The head put back."""
    to = draw.randrange(len(rows))
    return rows, Head(to, rows[to - 1].hash if to else START), {("torn_tail", to)}


MUTATIONS = (flipped, deleted, truncated, copied, swapped, forked, beheaded)


def mutated(count: int, seed: int) -> Iterator[tuple[int, Mutation]]:
    """Chains, each with one mutation."""
    draw = random.Random(seed)
    for number in range(count):
        rows, head = chain_of([act(each) for each in range(draw.randrange(4, 14))])
        assert verify_rows(lambda rows=rows: rows, head, CHAIN, ()).sound  # type: ignore[misc]
        yield number, MUTATIONS[number % len(MUTATIONS)](rows, head, draw)


@pytest.mark.parametrize("seed", [0])
def test_every_mutation_is_found_and_rightly_named(seed: int) -> None:
    for number, (rows, head, expected) in mutated(10_000, seed):
        verdict = verify_rows(lambda rows=rows: rows, head, CHAIN, ())  # type: ignore[misc]
        assert set(names(verdict)) == expected, (number, MUTATIONS[number % len(MUTATIONS)].__name__)


def test_without_the_key_nothing_verifies(database: Database) -> None:
    filled(database, 3)
    with database.read() as connection:
        assert [each.name for each in verify(connection, Chain(b"o" * 32), ()).faults] == ["edited"] * 3


def test_a_number_far_away_is_named_and_costs_nothing(database: Database) -> None:
    filled(database, 4)
    with database.write() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.seq == 2).values(seq=10**12))
    verdict = found(database)
    assert (names(verdict), verdict.more) == ([("reordered", 10**12)], False)
    with database.write() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.seq == 10**12).values(object="x"))
    verdict = found(database)
    assert (len(verdict.faults), verdict.more) == (100, True)


@pytest.fixture
def anchors(home: Path) -> Anchors:
    home.mkdir(parents=True, exist_ok=True)
    return Anchors(home / "audit.anchors", CHAIN)


def test_a_head_is_anchored_once_an_hour_or_every_so_many_rows(anchors: Anchors) -> None:
    hour = 3_600_000_000
    heads = [(10, 0), (20, hour - 1), (30, hour), (50_029, hour), (50_030, hour)]
    kept = [anchors.keep(Head(seq, f"{seq:064x}"), NOW + at) for seq, at in heads]
    assert kept == [True, False, True, False, True]
    assert [each.seq for each in anchors.read()] == [10, 30, 50_030]


def test_an_anchor_that_is_not_signed_is_refused_and_a_torn_one_passed_over(anchors: Anchors, home: Path) -> None:
    anchors.keep(Head(1, "a" * 64), NOW)
    path = home / "audit.anchors"
    whole = path.read_text()
    path.write_text(whole + whole[:40])
    assert [each.seq for each in anchors.read()] == [1]
    path.write_text(whole.replace("aaaa", "bbbb"))
    with pytest.raises(CaseworkError, match="did not sign"):
        anchors.read()


def test_the_recorder_writes_in_groups_and_tells_everybody(database: Database, anchors: Anchors) -> None:
    recorder = Recorder(database, CHAIN, anchors, lambda: NOW)
    recorder.start()
    for each in [recorder.record(act(number)) for number in range(700)]:
        each.result(10)
    recorder.close()
    verdict = found(database, anchors.read())
    assert (verdict.rows, verdict.sound) == (700, True)
    assert len(anchors.read()) == 1
    with database.read() as connection:
        assert connection.execute(select(AUDIT.c.object).order_by(AUDIT.c.seq)).scalars().all() == [
            f"A{number}" for number in range(700)
        ]


def test_what_cannot_be_written_is_said_and_later_rows_are_written(database: Database, anchors: Anchors) -> None:
    recorder = Recorder(database, CHAIN, anchors, lambda: NOW)
    recorder.start()
    with database.write() as connection:
        connection.execute(delete(HEAD))
    with pytest.raises(CaseworkError, match="cannot be written"):
        recorder.record(act()).result(10)
    with database.write() as connection:
        connection.execute(insert(HEAD).values(id=1, seq=0, hash=START))
    recorder.record(act()).result(10)
    recorder.close()
    assert found(database).rows == 1
    assert Fault("edited", 1) not in found(database).faults
