"""A change sent twice happens once, with its answer and its audit row, or not at all; and from the version seen."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select

from api.auditing import Note
from api.changes import Changed, _key, _version, once
from api.cursors import Cursors
from api.deps import Ask, Service
from api.metrics import Metrics
from api.problems import ProblemError
from api.views import Views
from linkgraph.casework.audit import Row, Wanted, read_rows
from linkgraph.casework.database import Connection
from linkgraph.casework.idempotency import Answered
from linkgraph.casework.keys import Principal
from linkgraph.casework.opening import casework
from linkgraph.casework.verification import verify
from linkgraph.errors import ConflictError
from linkgraph.settings import read_settings
from tests.api.serving import NOW

ANN = Principal("k1", "ann", "lead")
EFFECTS = Table("effects", MetaData(), Column("n", Integer))


class Body(BaseModel):
    text: str = "x"


@pytest.fixture
def service(home: Path, database_url: str) -> Iterator[Service]:
    settings = read_settings(home=home, database_url=database_url)
    with casework(settings) as opened:
        EFFECTS.create(opened.database.engine)
        yield Service(
            settings, lambda: NOW, Views(settings), Cursors(b"k"), opened, Metrics(settings, opened, lambda: NOW)
        )


def asking(service: Service, **changes: Any) -> Ask:
    """A request to change something."""
    return replace(Ask(service, "q1", ANN, "change_it", "/v1/things", Note(), None), **changes)


def effect(connection: Connection) -> Changed:
    """Something that can be counted."""
    connection.execute(insert(EFFECTS).values(n=1))
    return Changed(201, '{"n":1}', "thing", before="b", after="a", version=1)


def effects(service: Service) -> int:
    """How often that happened."""
    with service.casework.database.read() as connection:
        return connection.execute(select(func.count()).select_from(EFFECTS)).scalar_one()


def rows(service: Service) -> list[Row]:
    """The audit, which is sound."""
    with service.casework.database.read() as connection:
        assert verify(connection, service.casework.chain, ()).sound
        return read_rows(connection, Wanted(), 1_000)[::-1]


def refused(service: Service, code: str, **changes: Any) -> None:
    with pytest.raises(ProblemError) as caught:
        once(asking(service, **changes), "key", Body(), effect)
    assert caught.value.kind.code == code


def test_what_is_sent_twice_happens_once(service: Service) -> None:
    first = asking(service)
    answers = [once(each, "key", Body(), effect) for each in (first, asking(service), asking(service))]
    assert answers == [Answered(201, '{"n":1}', '"1"')] * 3
    assert effects(service) == 1
    (row,) = rows(service)
    assert (row.operation, row.object, row.before, row.after, row.status) == ("change_it", "thing", "b", "a", 201)
    assert first.note.written


def test_a_key_is_of_one_body_one_address_and_one_principal(service: Service) -> None:
    once(asking(service), "key", Body(), effect)
    refused(service, "idempotency_key_reused", path="/v1/others")
    refused(service, "idempotency_key_reused", operation="change_that")
    with pytest.raises(ProblemError):
        once(asking(service), "key", Body(text="y"), effect)
    once(asking(service, principal=Principal("k2", "bob", "lead")), "key", Body(text="y"), effect)
    assert effects(service) == 2


def test_a_change_that_fails_leaves_neither_effect_nor_answer_nor_row(service: Service) -> None:
    def fails(connection: Connection) -> Changed:
        effect(connection)
        raise ConflictError("x")

    ask = asking(service)
    with pytest.raises(ConflictError):
        once(ask, "key", Body(), fails)
    assert (effects(service), rows(service), ask.note.written) == (0, [], False)
    once(asking(service), "key", Body(), effect)
    assert (effects(service), len(rows(service))) == (1, 1)


def test_a_key_is_forgotten_after_a_day(service: Service) -> None:
    times = [0.0]
    later = replace(service, now=lambda: NOW + times[0])
    for times[0], done in ((0, 1), (86_399, 1), (86_400, 2)):
        once(asking(later), "key", Body(), effect)
        assert effects(service) == done


def test_the_same_at_once_happens_once(service: Service) -> None:
    barrier, codes = threading.Barrier(6), []

    def slowly(connection: Connection) -> Changed:
        threading.Event().wait(0.05)
        return effect(connection)

    def send(_: int) -> None:
        barrier.wait()
        try:
            codes.append(str(once(asking(service), "key", Body(), slowly).status))
        except ProblemError as error:
            codes.append(error.kind.code)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, range(6)))
    assert (effects(service), len(rows(service)), "201" in codes) == (1, 1, True)
    assert set(codes) <= {"201", "in_flight"}


def test_different_changes_at_once_make_one_chain(service: Service) -> None:
    def send(number: int) -> None:
        once(asking(service), f"key{number}", Body(), effect)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, range(30)))
    assert (effects(service), len(rows(service))) == (30, 30)


@pytest.mark.parametrize("key", [None, "", "a b", "ключ", "x" * 129, "a\n"])
def test_a_change_without_a_proper_key_is_refused(key: str | None) -> None:
    with pytest.raises(ProblemError) as caught:
        _key(key)
    assert (caught.value.kind.status, caught.value.kind.code) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(("sent", "status"), [(None, 428), ("", 412), ("*", 412), ("3", 412), ('W/"3"', 412)])
def test_a_change_names_the_version_it_is_made_from(sent: str | None, status: int) -> None:
    with pytest.raises(ProblemError) as caught:
        _version(sent)
    assert caught.value.kind.status == status
    assert _version('"3"') == 3


def test_every_change_by_the_same_key_is_found_in_the_database(service: Service) -> None:
    with closing(service.casework.database) as database:
        once(asking(service), "key", Body(), effect)
        with database.read() as connection:
            assert connection.exec_driver_sql("select principal, idempotency_key from idempotent_answers").all() == [
                ("k1", "key")
            ]
