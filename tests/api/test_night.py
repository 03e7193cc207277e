"""From feeds to HTTP: a simulated world through ingest and a night, and what investigators are told of it."""

import math
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingest.pipeline import ingest
from linkgraph.nightly import Plan, run_night
from linkgraph.simulate import World, simulate
from tests.api.serving import serving, settings_of


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("night")
    simulate(folder / "world", World(accounts=2_000, seed=1))
    settings = settings_of(folder / "home")
    ingest([folder / "world" / "feeds"], settings, 1_780_000_000_000_000)
    run_night(settings, Plan())
    with serving(settings.home) as client:
        yield client


def test_every_ring_leads_to_its_members_and_each_to_its_explanation(night: httpx.Client) -> None:
    page = night.get("/v1/rings?limit=5").json()["data"]
    assert page["rings"]
    for row in page["rings"]:
        ring = night.get(f"/v1/rings/{row['ring_id']}").json()["data"]
        members = {each["account_id"] for each in ring["members"]}
        assert len(members) == row["size"]
        assert ring["links"]
        assert all({each["account_a"], each["account_b"]} <= members for each in ring["links"])
        for account_id in sorted(members)[:5]:
            found = night.get(f"/v1/accounts/{account_id}/explanation").json()["data"]
            assert found["ring"]["ring_id"] == row["ring_id"]
            total = found["base"] + math.fsum(each["log_odds"] for each in found["contributions"])
            assert total == pytest.approx(found["score"], abs=1e-9)
            assert found["risk"] == pytest.approx(1 - math.exp(-total), abs=1e-9)


def test_the_card_says_in_short_what_the_explanation_says(night: httpx.Client) -> None:
    members = night.get(f"/v1/rings/{night.get('/v1/rings').json()['data']['rings'][0]['ring_id']}").json()["data"]
    for member in members["members"][:5]:
        card = night.get(f"/v1/accounts/{member['account_id']}").json()["data"]
        whole = night.get(f"/v1/accounts/{member['account_id']}/explanation").json()["data"]
        quick = [doubt for doubt in whole["doubts"] if doubt["code"] != "rests_on_one"]
        assert card["doubt"] == (quick or [None])[0]
        assert all(link in whole["links"] for link in card["links"])
        assert sum(card["blocks"].values()) == pytest.approx(whole["score"], abs=1e-9)


def test_the_record_names_what_went_in_and_what_came_out(night: httpx.Client) -> None:
    run = night.get("/v1/runs/current").json()["data"]
    assert {"logins", "accounts", "payments"} <= {each["feed"] for each in run["inputs"]}
    assert run["tables"]["accounts"]["rows"] == 2_000
    assert [each["name"] for each in run["stages"]]
