"""Every read about a person takes the case it is for, and its row of the audit says so; drawn from the route table."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from api.app import routes
from api.security import OPEN
from linkgraph.casework.audit import Row, Wanted, read_rows
from linkgraph.casework.opening import open_casework
from tests.api.serving import problem, publish, serving, settings_of
from tests.api.test_security import VALUES
from tests.builders import WORLD

# What is read of a run as a whole or of the audit is about no person's account.
ABOUT_NOBODY = ("read_current_run", "read_run", "read_audit")
READS = [
    route
    for route in routes()
    if route.methods == {"GET"} and route.path not in OPEN and route.operation_id not in ABOUT_NOBODY
]
PATHS = VALUES | {"verdict_id": "v-000000000000"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("purpose")
    publish(found, WORLD)
    return found


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[httpx.Client]:
    with serving(home) as opened:
        yield opened


def last_row(home: Path) -> Row:
    opened = open_casework(settings_of(home))
    with closing(opened.database), opened.database.read() as connection:
        return read_rows(connection, Wanted(), 1)[0]


def asked(client: httpx.Client, route: APIRoute, **query: Any) -> httpx.Response:
    return client.get(re.sub(r"\{(\w+)\}", lambda found: PATHS[found[1]], route.path), params=query)


def test_there_are_such_reads() -> None:
    assert {"read_account", "explain_account", "why_linked", "read_ring", "list_verdicts"} <= {
        route.operation_id for route in READS
    }


@pytest.mark.parametrize("route", READS, ids=lambda route: route.operation_id)
def test_a_read_about_a_person_says_what_it_is_for(home: Path, client: httpx.Client, route: APIRoute) -> None:
    answer = asked(client, route, case_id="C-17")
    row = last_row(home)
    assert (row.operation, row.status, row.purpose) == (route.operation_id, answer.status_code, "C-17")
    assert asked(client, route).status_code == answer.status_code
    assert last_row(home).purpose is None
    for wrong in ("C 17", "x" * 65, "-17", "", "4111111111111111"):
        found = problem(asked(client, route, case_id=wrong), 422, "invalid_field")
        assert [each["pointer"] for each in found["errors"]] == ["/query/case_id"]
        assert last_row(home).purpose is None


def test_one_that_finds_nobody_says_it_too(home: Path, client: httpx.Client) -> None:
    problem(client.get("/v1/accounts/nobody?case_id=C-17"), 404, "not_found")
    assert (last_row(home).status, last_row(home).purpose) == (404, "C-17")


@pytest.mark.parametrize("route", READS, ids=lambda route: route.operation_id)
def test_the_document_says_that_it_becomes_required(client: httpx.Client, route: APIRoute) -> None:
    operation = client.get("/openapi.json").json()["paths"][route.path]["get"]
    (parameter,) = [each for each in operation["parameters"] if each["name"] == "case_id"]
    assert (parameter["in"], parameter["required"]) == ("query", False)
    assert "Required once there are cases" in parameter["description"]
