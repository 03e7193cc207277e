"""What would be, asked over HTTP of a real night."""

import math
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingest.pipeline import ingest
from linkgraph.nightly import Plan, run_night
from linkgraph.simulate import World, simulate
from tests.api.serving import problem, publish, serving, settings_of
from tests.builders import WORLD


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("night")
    simulate(folder / "world", World(accounts=2_000, seed=1))
    settings = settings_of(folder / "home")
    ingest([folder / "world" / "feeds"], settings, 1_780_000_000_000_000)
    run_night(settings, Plan())
    with serving(settings.home) as client:
        yield client


def members(night: httpx.Client) -> list[str]:
    rings = night.get("/v1/rings?limit=10").json()["data"]["rings"]
    read = (night.get(f"/v1/rings/{each['ring_id']}").json()["data"] for each in rings)
    return [each["account_id"] for ring in read for each in ring["members"]]


def flagged(night: httpx.Client) -> str:
    """An account whose flag rests on identifiers; that of others rests on when they act."""
    for account_id in members(night):
        clearing = night.get(f"/v1/accounts/{account_id}/explanation").json()["data"]["clearing"]
        if clearing and clearing["cleared"]:
            return account_id
    raise AssertionError("the world has no such account")


def test_the_smallest_set_of_identifiers_that_unflags_is_found_and_does_so(night: httpx.Client) -> None:
    account_id = flagged(night)
    clearing = night.get(f"/v1/accounts/{account_id}/explanation").json()["data"]["clearing"]
    found = night.post(f"/v1/accounts/{account_id}/what-if", json={"minimal": True}).json()["data"]
    assert found["before"]["flagged"]
    assert found["after"]["flagged"] is not clearing["cleared"]
    assert sorted(found["removed"]) == sorted(clearing["identifiers"])
    again = {"remove": [{"identifier": key} for key in clearing["identifiers"]]}
    same = night.post(f"/v1/accounts/{account_id}/what-if", json=again).json()["data"]
    assert same["after"] == found["after"] == clearing["after"]


def test_each_thing_is_left_out_alone(night: httpx.Client) -> None:
    account_id = flagged(night)
    found = night.post(f"/v1/accounts/{account_id}/what-if", json={"each": True}).json()["data"]
    assert found["before"] == found["after"]
    assert {each["what"] for each in found["each"]} >= {"identifier", "link"}
    first = next(each for each in found["each"] if each["what"] == "identifier")
    body = {"remove": [{"identifier": first["name"]}]}
    one = night.post(f"/v1/accounts/{account_id}/what-if", json=body).json()["data"]
    assert (one["after"], one["leaves_with"], one["each"]) == (first["after"], first["leaves_with"], [])
    problem(night.post("/v1/accounts/nobody/what-if", json={"each": True}), 404, "not_found")


def test_nothing_is_stored_and_nobody_else_is_touched(night: httpx.Client) -> None:
    account_id = flagged(night)
    before = night.get(f"/v1/accounts/{account_id}/explanation").json()["data"]
    for key in before["clearing"]["identifiers"]:
        body = {"remove": [{"identifier": key, "account_id": account_id}]}
        found = night.post(f"/v1/accounts/{account_id}/what-if", json=body).json()["data"]
        assert found["after"]["score"] <= found["before"]["score"] + 1e-9
        assert found["without_effect"] == []
    assert night.get(f"/v1/accounts/{account_id}/explanation").json()["data"] == before


def test_shares_of_seeds_add_up(night: httpx.Client) -> None:
    told = 0
    for account_id in members(night):
        found = night.get(f"/v1/accounts/{account_id}/explanation").json()["data"]
        if found["sources"]:
            told += 1
            shares = [each["share"] for each in found["sources"]["seeds"]]
            total = math.fsum([*shares, found["sources"]["smaller"], found["sources"]["remainder"]])
            assert total == pytest.approx(1.0)
            assert shares == sorted(shares, reverse=True)
    assert told


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"remove": []},
        {"remove": [{}]},
        {"remove": [{"identifier": "card:x", "label_of": "a"}]},
        {"remove": [{"account_id": "a"}]},
        {"remove": [{"identifier": "card:x"}], "minimal": True},
        {"each": False},
        {"each": True, "minimal": True},
        {"remove": [{"identifier": "card:x", "other": 1}]},
        {"remove": [{"identifier": "card:x"}] * 51},
        {"remove": "card:x"},
        [],
    ],
)
def test_a_body_that_says_nothing_or_too_much_is_refused_without_echo(night: httpx.Client, body: object) -> None:
    answer = night.post("/v1/accounts/A0000001/what-if", json=body)
    problem(answer, 422, "invalid_field")
    assert "card:x" not in answer.text


def test_an_unknown_account_and_an_unknown_seed_are_not_found(night: httpx.Client) -> None:
    nobody = night.post("/v1/accounts/nobody/what-if", json={"remove": [{"identifier": "card:x"}]})
    seed = night.post(f"/v1/accounts/{flagged(night)}/what-if", json={"remove": [{"label_of": "nobody"}]})
    for answer in (nobody, seed):
        problem(answer, 404, "not_found")


def test_a_run_without_its_solved_network_cannot_tell(home: Path) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        answer = client.post("/v1/accounts/a1/what-if", json={"minimal": True})
    problem(answer, 404, "not_found")
