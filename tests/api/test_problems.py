"""Errors: one table, one form, and never a word of what was submitted."""

import logging
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import httpx
import pytest

from api.problems import BY_ERROR, kind_of
from linkgraph.errors import LinkgraphError
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.store.base import GraphView
from tests.api.serving import problem, publish, serving
from tests.builders import WORLD

CANARY = "Mallory4111111111111111"


def ours(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, but for the test's own client and for the access log, which a real service has not."""
    return str([record.__dict__ for record in caplog.records if record.name in ("linkgraph.api", "uvicorn.error")])


def _classes(root: type[LinkgraphError] = LinkgraphError) -> Iterator[type[LinkgraphError]]:
    yield root
    for child in root.__subclasses__():
        yield from _classes(child)


def test_every_error_of_the_library_has_its_row() -> None:
    assert set(_classes()) == set(BY_ERROR)


@pytest.mark.parametrize("error", BY_ERROR)
def test_every_row_is_served_as_a_problem(home: Path, error: type[LinkgraphError]) -> None:
    publish(home, WORLD)
    kind = kind_of(error("x"))

    def fails(settings: Settings, run: Run, earlier: bool) -> GraphView:
        raise error(f"about {CANARY}")

    with serving(home, open_view=fails) as client:
        answer = client.get("/v1/rings")
        found = problem(answer, kind.status, kind.code)
    assert (found["title"], found["errors"]) == (kind.title, [])
    assert CANARY not in answer.text
    assert answer.headers.get("retry-after") == (str(kind.retry_after) if kind.retry_after else None)


def test_a_defect_of_ours_shows_its_request_and_nothing_else(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    publish(home, WORLD)

    def fails(settings: Settings, run: Run, earlier: bool) -> GraphView:
        raise ZeroDivisionError(CANARY)

    with caplog.at_level(logging.INFO), serving(home, open_view=fails) as client:
        answer = client.get(f"/v1/accounts/{CANARY}?run=r-1")
        found = problem(answer, 500, "internal_error")
    assert CANARY not in answer.text
    assert "ZeroDivision" not in answer.text
    fields = [record.__dict__["fields"] for record in caplog.records if record.name == "linkgraph.api"]
    assert fields[0]["error"] == "ZeroDivisionError"
    assert fields[0]["request_id"] == found["request_id"]
    assert fields[0]["frames"][-1].startswith("test_problems.py:")
    assert CANARY not in ours(caplog)


PATHS = [
    "/v1/accounts/{}",
    "/v1/accounts/{}/explanation",
    "/v1/accounts/a1?run={}",
    "/v1/accounts/a1?{}=1",
    "/v1/rings/{}",
    "/v1/rings?cursor={}",
    "/v1/rings?limit={}",
    "/v1/runs/{}",
    "/v1/runs/current?{}",
    "/{}",
    "/v1/{}/",
    "/livez/{}",
]
FORMS = [CANARY, f"{CANARY}%00", f"%ff{CANARY}", f"..%2f{CANARY}", f"%3Cscript%3E{CANARY}", CANARY * 400]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", CANARY])
def test_nothing_submitted_comes_back(world: httpx.Client, method: str, caplog: pytest.LogCaptureFixture) -> None:
    sent = {"X-Request-Id": CANARY, "Cookie": CANARY, "If-None-Match": CANARY, "Referer": CANARY, "Origin": CANARY}
    with caplog.at_level(logging.INFO):
        for path, form in product(PATHS, FORMS):
            answer = world.request(method, path.format(form), headers=sent, content=CANARY)
            assert 400 <= answer.status_code < 500, (path, form)
            assert CANARY not in answer.text + str(answer.headers), (path, form)
            if method != "HEAD":
                assert answer.headers["content-type"] == "application/problem+json"
    assert CANARY not in ours(caplog)


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v1/accounts", "/v1/accounts/", "/v1/rings/", "/docs", "/redoc"])
def test_an_unknown_path_is_a_problem_and_no_redirect(world: httpx.Client, path: str) -> None:
    problem(world.get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_wrong_method_names_the_right_ones(world: httpx.Client, method: str) -> None:
    answer = world.request(method, "/v1/rings")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD"


def test_head_is_get_without_a_body(world: httpx.Client) -> None:
    for path in ("/v1/accounts/a1", "/v1/accounts/nobody", "/nowhere"):
        got, head = world.get(path), world.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        names = ("content-length", "content-type", "etag")
        assert [head.headers.get(name) for name in names] == [got.headers.get(name) for name in names]


def test_nothing_may_be_stored_or_framed(world: httpx.Client) -> None:
    answers: list[httpx.Response] = [world.get("/v1/rings"), world.get("/nowhere"), world.get("/livez")]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
