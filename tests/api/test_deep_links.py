"""Answers about an account or a ring lead to its guide in the Neo4j Browser, where the service knows of one."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from linkgraph.kit.serving import deep_link
from tests.api.serving import publish, serving
from tests.builders import NEXT_WORLD, WORLD
from tests.kit import HOSTILE, hostile_world

BROWSER = "http://localhost:7474/browser/"


@pytest.fixture
def linking(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """Two nights, served by who knows where the Browser is."""
    monkeypatch.setenv("LINKGRAPH_BROWSER_URL", BROWSER)
    publish(home, NEXT_WORLD, "r-0")
    publish(home, WORLD)
    with serving(home) as client:
        yield client


@pytest.mark.parametrize("rest", ["", "/explanation", "/neighbourhood", "/timeline", "/links/a2"])
def test_every_answer_about_an_account_links_to_its_guide(linking: httpx.Client, rest: str) -> None:
    answer = linking.get(f"/v1/accounts/a1{rest}").json()
    assert answer["meta"]["browser"] == deep_link(BROWSER, 7480, "accounts", "a1")


@pytest.mark.parametrize("rest", ["", "/graph", "/history"])
def test_every_answer_about_a_ring_links_to_its_guide(linking: httpx.Client, rest: str) -> None:
    answer = linking.get(f"/v1/rings/r1{rest}").json()
    assert answer["meta"]["browser"] == deep_link(BROWSER, 7480, "rings", "r1")


@pytest.mark.parametrize("path", ["/v1/rings", "/v1/accounts/a6?run=r-0", "/readyz"])
def test_there_is_no_link_where_no_guide_is(linking: httpx.Client, path: str) -> None:
    answer = linking.get(path)
    assert answer.status_code == 200
    assert answer.json()["meta"].get("browser") is None


def test_there_is_no_link_where_no_browser_is_known(world: httpx.Client) -> None:
    assert world.get("/v1/accounts/a1").json()["meta"]["browser"] is None


def test_the_tag_changes_with_what_is_linked_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(home, WORLD)
    tags = set()
    for browser in (None, BROWSER, "https://browser.example/"):
        if browser:
            monkeypatch.setenv("LINKGRAPH_BROWSER_URL", browser)
        with serving(home) as client:
            tags.add(client.get("/v1/accounts/a1").headers["etag"])
    assert len(tags) == 3


def test_a_link_holds_an_id_as_it_is_whatever_that_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKGRAPH_BROWSER_URL", BROWSER)
    publish(home, hostile_world())
    with serving(home) as client:
        for name in HOSTILE[:6]:
            link = client.get(f"/v1/accounts/{quote(name, safe='')}").json()["meta"]["browser"]
            assert link == deep_link(BROWSER, 7480, "accounts", name)
