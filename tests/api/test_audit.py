"""One row for each request that needs a key, in one chain; no row, no answer."""

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import delete, insert, update

from api.app import routes
from api.security import ACCESS, OPEN
from linkgraph.casework.audit import AUDIT, HEAD, Row, Wanted, read_rows
from linkgraph.casework.database import Database
from linkgraph.casework.keys import ROLES
from linkgraph.casework.opening import open_casework
from linkgraph.casework.verification import verify
from linkgraph.errors import StoreError
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.store.base import GraphView
from tests.api.serving import bearing, new_key, problem, publish, serving, settings_of
from tests.api.test_security import KEYED, VALUES
from tests.builders import WORLD


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """The casework database that the server of `home` uses."""
    with closing(open_casework(settings_of(home)).database) as opened:
        yield opened


def rows(database: Database) -> list[Row]:
    """All rows, oldest first."""
    with database.read() as connection:
        return read_rows(connection, Wanted(), 10_000)[::-1]


def sound(home: Path) -> bool:
    """Whether the chain is."""
    opened = open_casework(settings_of(home))
    with closing(opened.database), opened.database.read() as connection:
        return verify(connection, opened.chain, opened.anchors.read()).sound


def test_every_operation_writes_exactly_one_row_for_every_role(home: Path, database: Database) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        for route, role in product(KEYED, (*ROLES, None)):
            before = len(rows(database))
            headers = bearing(new_key(home, role)) if role else {"Authorization": ""}
            (method,) = route.methods or {"GET"}
            path = re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "x"), route.path)
            answer = client.request(method, path, headers=headers)
            new = rows(database)[before:]
            assert len(new) == 1, (route.operation_id, role)
            _holds(new[0], route, role, answer)
    assert sound(home)


def _holds(row: Row, route: APIRoute, role: str | None, answer: httpx.Response) -> None:
    """The row tells what was answered, to whom and about what."""
    assert (row.operation, row.role, row.status) == (route.operation_id, role or "anonymous", answer.status_code)
    assert row.request_id == answer.headers["x-request-id"]
    assert row.decision == ("done" if answer.status_code < 400 else "refused")
    if role is None or role not in ACCESS[str(route.operation_id)]:
        assert row.decision == "refused"
    if answer.status_code < 400 and "{" in route.path:
        assert row.object == "/".join(VALUES[name] for name in re.findall(r"\{(\w+)\}", route.path))


def test_an_object_that_is_not_there_is_kept_as_a_token_by_which_it_is_found(home: Path, database: Database) -> None:
    publish(home, WORLD)
    asked = "ann@example.org"
    with serving(home) as client:
        problem(client.get(f"/v1/accounts/{asked}"), 404, "not_found")
        compliance = bearing(new_key(home, "compliance"))
        (row,) = client.get("/v1/audit", params={"object": asked}, headers=compliance).json()["data"]["rows"]
    assert row["object"].startswith("~")
    assert (row["status"], row["decision"]) == (404, "refused")
    assert "ann" not in str(rows(database))


@pytest.mark.parametrize("path", ["/v1/nowhere", "/somewhere", "/v1/rings?limit=0", "/v1/accounts/%ff"])
def test_what_comes_to_nothing_leaves_a_row_too(home: Path, database: Database, path: str) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        status = client.get(path).status_code
    assert [row.status for row in rows(database)] == [status]


def test_what_needs_no_key_leaves_no_row(home: Path, database: Database) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        assert [client.get(path).status_code for path in OPEN] == [200] * len(OPEN)
    assert rows(database) == []


def test_a_read_that_fails_leaves_a_row_that_says_so(home: Path, database: Database) -> None:
    publish(home, WORLD)

    def fails(settings: Settings, run: Run, earlier: bool) -> GraphView:
        raise StoreError("x")

    with serving(home, open_view=fails) as client:
        problem(client.get("/v1/accounts/a1"), 503, "store_unavailable")
    assert [(row.decision, row.status) for row in rows(database)] == [("failed", 503)]


def test_without_its_row_a_request_fails_and_reads_too(home: Path, database: Database) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        assert client.get("/readyz").status_code == 200
        with database.write() as connection:
            connection.execute(delete(HEAD))
        for route in (each for each in KEYED if "lead" in ACCESS[str(each.operation_id)]):
            (method,) = route.methods or {"GET"}
            path = re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "x"), route.path)
            answer = client.request(method, path)
            problem(answer, 503, "casework_unavailable")
            assert answer.headers["retry-after"] == "2"
            assert "data" not in answer.text
        problem(client.get("/v1/rings", headers={"Authorization": ""}), 503, "casework_unavailable")
        problem(client.get("/readyz"), 503, "casework_unavailable")
        assert client.get("/livez").status_code == 200
        with database.write() as connection:
            connection.execute(insert(HEAD).values(id=1, seq=0, hash="0" * 64))
        assert client.get("/v1/rings").status_code == 200
        assert client.get("/readyz").status_code == 200
    assert len(rows(database)) == 1


def test_unchanged_and_head_are_readings(home: Path, database: Database) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        tag = client.get("/v1/accounts/a1").headers["etag"]
        assert client.get("/v1/accounts/a1", headers={"If-None-Match": tag}).status_code == 304
        assert client.head("/v1/accounts/a1").status_code == 200
    assert [(row.operation, row.status) for row in rows(database)] == [
        ("read_account", 200),
        ("read_account", 304),
        ("read_account", 200),
    ]


def test_people_read_their_own_rows_and_compliance_all(home: Path) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        keys = {role: new_key(home, role) for role in ("investigator", "lead", "compliance")}
        for text in keys.values():
            client.get("/v1/accounts/a1", headers=bearing(text))
        ids = {role: text.split("_")[1] for role, text in keys.items()}

        def read(role: str, **parameters: Any) -> set[str]:
            answer = client.get("/v1/audit", params=parameters, headers=bearing(keys[role]))
            return {row["principal"] for row in answer.json()["data"]["rows"]}

        assert read("investigator") == {ids["investigator"]}
        assert read("investigator", principal=ids["lead"]) == set()
        assert read("lead", object="a1") == {ids["lead"]}
        assert read("compliance", object="a1") == set(ids.values())
        assert read("compliance", principal=ids["lead"]) == {ids["lead"]}
        assert read("compliance", operation="read_ring") == set()


def test_pages_follow_each_other_without_gap(home: Path) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        for _ in range(7):
            client.get("/v1/rings")
        seen: list[int] = []
        cursor: str | None = None
        while True:
            parameters: dict[str, Any] = {"limit": 3, "operation": "list_rings"} | (
                {"cursor": cursor} if cursor else {}
            )
            page = client.get("/v1/audit", params=parameters).json()["data"]
            seen += [row["seq"] for row in page["rows"]]
            cursor = page["next_cursor"]
            assert page["rows_more"] is (cursor is not None)
            if cursor is None:
                break
        ring_cursor = client.get("/v1/rings?limit=1").json()["data"]["next_cursor"]
        problem(client.get("/v1/audit", params={"cursor": ring_cursor}), 422, "invalid_field")
        audit_cursor = client.get("/v1/audit?limit=1").json()["data"]["next_cursor"]
        problem(client.get("/v1/rings", params={"cursor": audit_cursor}), 422, "invalid_field")
    assert seen == list(range(7, 0, -1))


def test_the_verifier_names_what_was_done_to_a_row(home: Path, database: Database) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        admin = bearing(new_key(home, "admin"))
        for _ in range(3):
            client.get("/v1/rings")
        found = client.post("/v1/audit/verify", headers=admin).json()["data"]
        assert (found["sound"], found["rows"], found["faults"]) == (True, 3, [])
        with database.write() as connection:
            connection.execute(update(AUDIT).where(AUDIT.c.seq == 2).values(object="a2"))
        found = client.post("/v1/audit/verify", headers=admin).json()["data"]
        assert (found["sound"], found["faults"]) == (False, [{"name": "edited", "seq": 2}])
        assert client.get("/readyz").status_code == 200
        with database.write() as connection:
            connection.execute(delete(AUDIT).where(AUDIT.c.seq == 5))
        problem(client.get("/readyz"), 503, "casework_unavailable")


def test_all_routes_are_under_the_door() -> None:
    assert {route.path for route in routes()} - {route.path for route in KEYED} == {"/livez", "/readyz"}
