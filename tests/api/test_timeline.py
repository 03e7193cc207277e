"""The timeline of an account over a real server: what happened, to whom, known when; the same for the same run."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import citing
from ingest.pipeline import ingest
from linkgraph import runs
from linkgraph.nightly import Plan, run_night
from linkgraph.settings import Settings
from tests.api.serving import bearing, new_key, problem, serving
from tests.golden.worlds import (
    AS_OF,
    account,
    at,
    crypto,
    csv_text,
    dispute,
    feeds,
    label,
    login,
    payment,
    sale,
    settle,
)
from tests.golden.worlds import NOW as INGESTED

NOW = AS_OF + 7_200.0
PATH = "/v1/accounts/victim/timeline"
VICTIM = feeds(
    account("victim", 400, email="v@example.org", country="ES"),
    account("seller", 300),
    *[login("victim", days, device_id="phone", ip="203.0.113.1") for days in (399, 350, 300, 250, 20)],
    payment("victim", "P1", 390, instrument_token="tok-1"),
    payment("victim", "P2", 389, instrument_token="tok-1", amount="12.5"),
    sale("victim", "seller", 100, payer_account="ES1", appealed_at=at(99), order_id="O1"),
    # An intruder: tries, comes in on another device, changes the password, pays out to a new address.
    *[login("victim", 10 - n / 100, device_id="bot", result="failed") for n in range(4)],
    login("victim", 9, device_id="bot", ip="203.0.113.9"),
    login("victim", 8.9, device_id="bot", ip="203.0.113.9", security_change="password"),
    crypto("victim", "TXYZintruder00000000000000000000aa", days_ago=8.8),
    dispute("victim", "takeover_report", 7, known_at=at(6)),
    label("victim", "victim", 5, typology="account_takeover"),
    # Not known by then, and of somebody else.
    login("victim", 3, device_id="later", known_at=at(-1)),
    login("seller", 2, device_id="elsewhere"),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    found = settle(tmp_path_factory.mktemp("timeline"), VICTIM)
    run_night(found, Plan(AS_OF * 1_000_000))
    return found


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[httpx.Client]:
    with serving(settings.home, lambda: NOW) as opened:
        yield opened


def data(response: httpx.Response) -> dict[str, Any]:
    """What an answer holds."""
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["data"]
    return found


def sentences(events: list[dict[str, Any]]) -> list[tuple[str, str, int, str]]:
    """Kind, who acted, how often, and the sentence up to what it names."""
    return [(each["kind"], each["by"], each["count"], each["summary"].partition(" (")[0]) for each in events]


def test_a_takeover_reads_from_end_to_beginning(client: httpx.Client) -> None:
    found = data(client.get(PATH))
    assert sentences(found["events"]) == [
        ("label", "reviewer", 1, "Labelled victim: account_takeover"),
        ("dispute", "account", 1, "Report that the account was taken over"),
        ("payment_out", "intruder", 1, "Paid out by crypto"),
        ("security_change", "intruder", 1, "Changed its password"),
        ("login", "intruder", 1, "Signed in"),
        ("failed_login", "intruder", 4, "Failed to sign in 4 times"),
        ("login", "account", 1, "Signed in"),
        ("appeal", "unknown", 1, "The order person to person with seller was appealed"),
        ("p2p_order", "account", 1, "Bought person to person from seller, completed"),
        ("login", "account", 3, "Signed in 3 times"),
        ("payment_in", "account", 1, "Paid in by card"),
        ("payment_in", "account", 1, "Paid in by card"),
        ("login", "account", 1, "Signed in"),
        ("opened", "account", 1, "Opened in ES"),
    ]
    report, intruder = found["events"][1], found["events"][4]
    assert (report["at"], report["known_at"]) == ("2026-04-24T00:00:00+00:00", "2026-04-25T00:00:00+00:00")
    assert report["source_id"] == "victim/takeover_report"
    assert {each["kind"]: each["first_use"] for each in intruder["identifiers"]} == {"device": True, "ip": True}
    assert found["events"][11]["money"] == {"amount": "50", "currency": "EUR"}
    assert found["events"][8]["other_account_id"] == "seller"
    assert (found["feeds_read"], found["feeds_cut"], found["events_more"]) == (True, [], False)


def test_the_other_side_of_an_order_has_it_too(client: httpx.Client) -> None:
    events = data(client.get("/v1/accounts/seller/timeline", params={"kinds": ["p2p_order", "appeal"]}))["events"]
    assert [(each["summary"], each["other_account_id"]) for each in events] == [
        ("The order person to person with victim was appealed", "victim"),
        ("Sold person to person to victim, completed", "victim"),
    ]


def test_pages_hold_the_same_events_once(client: httpx.Client) -> None:
    whole = data(client.get(PATH))["events"]
    pages: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = data(client.get(PATH, params={"limit": "3"} | cursor))
        pages += page["events"]
        assert page["events_more"] is (page["next_cursor"] is not None)
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert pages == whole


def test_a_time_and_kinds_choose_events(client: httpx.Client) -> None:
    asked = {"since": "2026-04-20T00:00:00Z", "until": "2026-04-25T02:00:00+02:00", "kinds": ["login", "dispute"]}
    assert sentences(data(client.get(PATH, params=asked))["events"]) == [
        ("dispute", "account", 1, "Report that the account was taken over"),
        ("login", "intruder", 1, "Signed in"),
    ]


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"limit": 101}, "/query/limit"),
        ({"kinds": "murder"}, "/query/kinds/0"),
        ({"since": "2026-04-20T00:00:00"}, "/query/since"),
        ({"cursor": "A" * 22 + ".WzFd"}, "/query/cursor"),
    ],
)
def test_what_is_out_of_bounds_is_named(client: httpx.Client, asked: dict[str, Any], pointer: str) -> None:
    assert problem(client.get(PATH, params=asked), 422, "invalid_field")["errors"][0]["pointer"] == pointer


def test_a_cursor_of_another_list_or_run_is_refused(client: httpx.Client) -> None:
    cursor = data(client.get(PATH, params={"limit": 1}))["next_cursor"]
    refused = client.get(PATH, params={"cursor": cursor, "run": "r-other"})
    assert problem(refused, 422, "invalid_field")["errors"][0]["code"] == "not_the_run_of_the_cursor"
    assert problem(client.get("/v1/rings", params={"cursor": cursor}), 422, "invalid_field")


def test_an_unknown_account_is_not_found(client: httpx.Client) -> None:
    problem(client.get("/v1/accounts/nobody/timeline"), 404, "not_found")


def test_a_viewer_reads_tokens_cut(settings: Settings, client: httpx.Client) -> None:
    whole = client.get(PATH).text
    cut = client.get(PATH, headers=bearing(new_key(settings.home, "viewer", now=NOW))).text
    tokens = {thing["identifier"] for each in json.loads(whole)["data"]["events"] for thing in each["identifiers"]}
    assert len(tokens) >= 6
    for token in tokens:
        assert token in whole and token[:8] in cut and token[:9] not in cut


def test_a_ledger_that_is_too_large_is_not_read_and_the_answer_says_so(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citing, "_MOST_ROWS", 3)
    answer = client.get(PATH).json()
    assert (answer["meta"]["truncated"], answer["meta"]["limits_hit"]) == (True, ["ledger"])
    assert answer["data"]["feeds_read"] is False
    assert {each["kind"] for each in answer["data"]["events"]} == {"first_use"}
    assert answer["data"]["events"][0]["known_at"] is None


def test_rows_beyond_the_newest_are_left_out_and_named(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citing, "_MOST_OF_FEED", 5)
    answer = client.get(PATH).json()
    assert (answer["meta"]["limits_hit"], answer["data"]["feeds_cut"]) == (["rows"], ["logins"])
    events = answer["data"]["events"]
    assert sum(each["count"] for each in events if each["kind"] in ("login", "failed_login", "security_change")) == 5


def test_who_comes_while_another_is_reading_is_told_to_come_again(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citing, "_WAIT_SECONDS", 0.01)
    with citing._reading:
        assert problem(client.get(PATH), 503, "overloaded")
    monkeypatch.setattr(citing, "_WAIT_SECONDS", 30.0)
    with citing._reading, ExitStack() as queue:
        for _ in range(citing._WAITING):
            queue.enter_context(citing._waiting)
        assert problem(client.get(PATH), 503, "overloaded")
    assert client.get(PATH).status_code == 200


def test_the_same_run_tells_the_same_after_new_data(tmp_path: Path) -> None:
    found = settle(tmp_path, VICTIM)
    run_night(found, Plan(AS_OF * 1_000_000))
    first = runs.published_id(found.home)
    with serving(found.home, lambda: NOW) as client:
        before = client.get(PATH, params={"limit": 100}).json()["data"]
        # A correction, a retraction and a row that claims to be old.
        late = [
            {"payment_id": "P1", "amount": 9999, "known_at": at(0)},
            {"payment_id": "P2", "amount": 1, "deleted": "true", "known_at": at(0)},
            {"payment_id": "P9", "amount": 77},
        ]
        shown = {"account_id": "victim", "at": at(388), "direction": "in", "rail": "card", "currency": "EUR"}
        (tmp_path / "payments.csv").write_text(csv_text([shown | row for row in late]), encoding="utf-8")
        ingest([tmp_path / "payments.csv"], found, INGESTED)
        run_night(found, Plan(AS_OF * 1_000_000))
        assert runs.published_id(found.home) != first
        assert client.get(PATH, params={"limit": 100, "run": first}).json()["data"] == before
        after = client.get(PATH, params={"kinds": "payment_in"}).json()["data"]["events"]
    assert sorted((each["source_id"], each["money"]["amount"]) for each in after) == [("P1", "9999"), ("P9", "77")]
