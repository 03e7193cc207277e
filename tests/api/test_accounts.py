import math
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.api.serving import NOW, problem, publish, serving
from tests.builders import AS_OF, SLASHED, WORLD

DEVICE = {
    "kind": "device",
    "identifier": "d1",
    "class_name": None,
    "why": None,
    "other_accounts": 2,
    "first_seen": "2025-10-25T16:00:00+00:00",
    "last_seen": "2025-11-23T16:00:00+00:00",
}


def test_the_card_on_the_wire(world: httpx.Client) -> None:
    answer = world.get("/v1/accounts/a1")
    card = answer.json()["data"]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert card.pop("risk") == pytest.approx(1 - math.exp(-2.7))
    assert card.pop("links")[0] == DEVICE
    assert card == {
        "account_id": "a1",
        "role": "perpetrator",
        "role_reason": "nothing known decides",
        "label": None,
        "probability": 0.8,
        "flagged": True,
        "headline": "Shares a device with 2 accounts.",
        "ring": {"ring_id": "r1", "membership": "core", "confidence": 0.99},
        "degree": 4,
        "blocks": {"behaviour": 0.5, "one_hop": 1.2, "propagated": 0.6, "ring": 0.4},
        "links_more": True,
        "doubt": {"code": "not_counted", "fact": "1 identifier it shares with crowds: not counted", "source": None},
        "next_step": {"code": "review_ring", "text": "Decide on ring r1, 3 accounts", "about": "r1"},
    }


def test_every_answer_says_which_run_it_is_from(world: httpx.Client) -> None:
    answer = world.get("/v1/accounts/a5")
    assert answer.json()["meta"] == {
        "run_id": "r-1",
        "snapshot_id": "r-1",
        "as_of": "2025-11-24T16:00:00+00:00",
        "cold_start": True,
        "stale": False,
        "truncated": False,
        "limits_hit": [],
        "request_id": answer.headers["x-request-id"],
        "browser": None,
    }


@pytest.mark.parametrize(("hours", "stale"), [(36, False), (36.001, True)])
def test_a_run_is_stale_past_the_bound(home: Path, hours: float, stale: bool) -> None:
    publish(home, WORLD)
    with serving(home, lambda: AS_OF + hours * 3600) as client:
        assert client.get("/v1/accounts/a1").json()["meta"]["stale"] is stale


@pytest.mark.parametrize("account_id", WORLD["accounts"].column("account_id").to_pylist())
def test_base_and_contributions_add_up_to_the_score(world: httpx.Client, account_id: str) -> None:
    found = world.get(f"/v1/accounts/{quote(account_id, safe='')}/explanation").json()["data"]
    assert found["account_id"] == account_id
    total = found["base"] + math.fsum(each["log_odds"] for each in found["contributions"])
    assert total == pytest.approx(found["score"], abs=1e-9)
    assert found["risk"] == pytest.approx(1 - math.exp(-total), abs=1e-9)


def test_the_explanation_tells_what_else_would_explain_the_links(world: httpx.Client) -> None:
    first, *_ = world.get("/v1/accounts/a1/explanation").json()["data"]["rivals"]
    assert (first["explanation"], first["supports"][0]) == (
        "one_hand",
        {"text": "with a2: access: 9 bits; instrument: 6 bits", "source": "a2"},
    )


def test_the_explanation_names_links_pairs_and_doubts(world: httpx.Client) -> None:
    found = world.get("/v1/accounts/a1/explanation").json()["data"]
    assert found["links"][0] == DEVICE
    assert found["not_counted"] == [
        {"kind": "ip", "identifier": "hub", "class_name": None, "degree": 8412, "why": "more than 10 accounts"}
    ]
    weakest = found["pairs"][-1]
    assert (weakest["other_account_id"], weakest["reasons"]) == ("a4", ["access: 1.5 bits"])
    assert weakest["shared"][0]["overlap_days"] == 0
    assert {"code": "other_cleared", "fact": "the other account was cleared by a reviewer", "source": "a4"} in weakest[
        "doubts"
    ]
    assert found["text"].startswith("Account a1: risk 0.933")
    assert not any(found[name] for name in ("contributions_more", "links_more", "pairs_more"))


def test_an_id_may_hold_a_slash_and_is_told_from_the_path(world: httpx.Client) -> None:
    assert world.get(f"/v1/accounts/{quote(SLASHED, safe='')}").json()["data"]["account_id"] == SLASHED
    problem(world.get("/v1/accounts/a1%2Fexplanation"), 404, "not_found")


@pytest.mark.parametrize("path", ["/v1/accounts/nobody", "/v1/accounts/nobody/explanation", "/v1/accounts/nul%00"])
def test_an_unknown_account_is_not_found(world: httpx.Client, path: str) -> None:
    assert problem(world.get(path), 404, "not_found")["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("path", "pointer", "code"),
    [
        (f"/v1/accounts/{'x' * 513}", "/path/account_id", "string_too_long"),
        ("/v1/accounts/%ff", "/path/account_id", "value_error"),
        ("/v1/accounts/a1?run=../r-1", "/query/run", "string_pattern_mismatch"),
        ("/v1/accounts/a1?rnu=r-1", "/query", "extra_forbidden"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(world: httpx.Client, path: str, pointer: str, code: str) -> None:
    assert problem(world.get(path), 422, "invalid_field")["errors"] == [{"pointer": pointer, "code": code}]


def test_an_unchanged_answer_is_not_sent_again_until_its_run_goes_stale(home: Path) -> None:
    clock = [float(NOW)]
    publish(home, WORLD)
    with serving(home, lambda: clock[0]) as client:
        tag = client.get("/v1/accounts/a1").headers["etag"]
        asked = {"If-None-Match": f'"x", {tag}'}
        unchanged = client.get("/v1/accounts/a1", headers=asked)
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
        problem(client.get("/v1/accounts/nobody", headers=asked), 404, "not_found")
        clock[0] += 40 * 3600
        assert client.get("/v1/accounts/a1", headers=asked).json()["meta"]["stale"] is True


def test_why_two_accounts_are_linked(world: httpx.Client) -> None:
    answer = world.get("/v1/accounts/a1/links/a2").json()
    why = answer["data"]
    assert (why["linked"], why["state"], why["bits"], why["cited"]) == (True, "direct", 9.0, False)
    assert [(each["family"], each["bits"]) for each in why["families"]] == [("access", 9.0), ("instrument", 6.0)]
    assert why["families"][0]["shared"][0]["a"] == {
        "account_id": "a1",
        "first_seen": DEVICE["first_seen"],
        "last_seen": DEVICE["last_seen"],
        "n": 3,
        "sessions": 2,
        "sources": [],
    }
    assert why["paths"][0]["steps"][0]["identifier"] == "c1"
    assert [each["account_id"] for each in why["paths"][0]["accounts"]] == ["a1", "a2"]
    assert why["text"].startswith("a1 and a2: linked, +9.0 bits")
    assert answer["meta"]["limits_hit"] == []


def test_what_is_not_at_hand_is_not_cited_and_says_so(world: httpx.Client) -> None:
    why = world.get("/v1/accounts/a1/links/a2?cite=true").json()["data"]
    assert (why["cited"], why["families"][0]["shared"][0]["a"]["sources"]) == (False, [])
    assert "Observations are not cited here" in why["text"]


def test_that_two_accounts_are_not_linked_is_an_answer(world: httpx.Client) -> None:
    why = world.get(f"/v1/accounts/a5/links/{quote(SLASHED, safe='')}?hops=2").json()["data"]
    assert (why["linked"], why["hops"]) == (True, 2)
    why = world.get("/v1/accounts/a5/links/a1?hops=2").json()["data"]
    assert (why["linked"], why["state"], why["hops"], why["paths"]) == (False, "not_linked", 2, [])
    for other in ("a1", "nobody"):
        problem(world.get(f"/v1/accounts/a1/links/{other}"), 404, "not_found")
    assert problem(world.get("/v1/accounts/a1/links/a2?hops=5"), 422, "invalid_field")["errors"] == [
        {"pointer": "/query/hops", "code": "less_than_equal"}
    ]


def test_what_is_around_an_account(world: httpx.Client) -> None:
    answer = world.get("/v1/accounts/a2/neighbourhood").json()
    graph = answer["data"]
    assert [node["id"] for node in graph["nodes"]][:3] == ["account:a1", "account:a2", "account:a3"]
    assert graph["nodes"][-1]["counted"] is False
    assert graph["edges"][0]["source"] == "account:a1"
    assert (graph["hidden"], answer["meta"]["limits_hit"]) == ({"nodes": 0, "edges": 8_411}, [])
    problem(world.get("/v1/accounts/a2/neighbourhood?hops=5"), 422, "invalid_field")
    problem(world.get("/v1/accounts/nobody/neighbourhood"), 404, "not_found")
