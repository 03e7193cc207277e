"""Verdicts over the API: previewed, proposed, agreed to by another, taken back; once, from the version seen."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from linkgraph.casework import verdicts
from linkgraph.casework.audit import Wanted, read_rows
from linkgraph.casework.opening import open_casework
from linkgraph.casework.verification import verify
from linkgraph.model import Verdict
from linkgraph.nightly import Plan, run_night
from linkgraph.settings import Settings
from tests.api.night import CREW, NOW, REASON, small_night
from tests.api.serving import bearing, new_key, problem, serving
from tests.golden.worlds import AS_OF, Judged, read

UNKNOWN = {"kind": "device", "identifier": "0" * 32}
NASTY = (
    "'; DROP TABLE verdicts; --",
    "`} ) DETACH DELETE (n) //",
    '"}}) RETURN 1 UNION MATCH (n) DETACH DELETE n //',
    "\\u0027 OR 1=1",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "{{7*7}} ${7*7} %s %n",
    "../../etc/passwd",
    "a\r\nSet-Cookie: x=1",
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A night in which nine share a tablet, two of them confirmed frauds."""
    return small_night(tmp_path_factory.mktemp("ruled")).settings


@pytest.fixture(scope="module")
def judged(settings: Settings) -> Judged:
    return read(settings, run_night(settings, Plan(AS_OF * 1_000_000)), CREW)


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[httpx.Client]:
    with serving(settings.home, lambda: NOW) as opened:
        del opened.headers["Authorization"]
        yield opened


class Person:
    """Somebody with a key, who sends what has not been sent before."""

    def __init__(self, client: httpx.Client, home: Path, role: str) -> None:
        self.client, self.headers = client, bearing(new_key(home, role, now=NOW))
        self.key_id = self.headers["Authorization"].split("_")[1]

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return self.client.get(path, headers=self.headers, params=parameters)

    def post(self, path: str, body: Any = None, key: str | None = None, version: str | None = None) -> httpx.Response:
        Person.sent += 1
        headers = self.headers | {"Idempotency-Key": key or f"key-{Person.sent}"}
        headers |= {"If-Match": version} if version is not None else {}
        return self.client.post(path, headers=headers, json=body)

    sent = 0


@pytest.fixture
def ann(client: httpx.Client, settings: Settings) -> Person:
    return Person(client, settings.home, "investigator")


@pytest.fixture
def bob(client: httpx.Client, settings: Settings) -> Person:
    return Person(client, settings.home, "lead")


def on(judged: Judged, kind: str) -> dict[str, str]:
    return {"kind": kind, "identifier": judged.identifier(CREW[0], kind).identifier}


def hub(judged: Judged) -> dict[str, Any]:
    return {"target": on(judged, "device"), "verdict": "hub", "class": "public_place", "reason": REASON}


def small() -> dict[str, Any]:
    return {"target": {"account_a": CREW[7], "account_b": CREW[8]}, "verdict": "not_evidence", "reason": REASON}


@pytest.fixture(scope="module")
def released(settings: Settings, judged: Judged) -> set[str]:
    """Who loses a flag in the night with the tablet as a hub."""
    ruled = Verdict("v-1", "hub", "device", on(judged, "device")["identifier"], (), "public_place", int(NOW))
    after = read(settings, run_night(settings, Plan(AS_OF * 1_000_000, verdicts=(ruled,))), CREW)
    run_night(settings, Plan(AS_OF * 1_000_000))
    found = judged.flagged() - after.flagged()
    assert len(found) >= 5
    return found


def test_a_preview_says_who_is_released_and_keeps_nothing(ann: Person, judged: Judged, released: set[str]) -> None:
    body = {name: value for name, value in hub(judged).items() if name != "reason"}
    answer = ann.post("/v1/verdicts/preview", body)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert set(data["accounts_released"]) == released
    assert (data["accounts_condemned"], data["needs_second"]) == ([], True)
    assert {each["account_id"] for each in data["moved"]} == set(CREW)
    assert [each["code"] for each in data["not_foreseen"]] == ["rings"]
    assert answer.json()["meta"]["run_id"].startswith("r-")
    assert ann.get("/v1/verdicts").json()["data"]["verdicts"] == []


def test_two_people_put_a_hub_in_force_and_one_takes_it_back(
    ann: Person, bob: Person, judged: Judged, settings: Settings, released: set[str]
) -> None:
    made = ann.post("/v1/verdicts", hub(judged) | {"case_id": "C-17", "expires_at": "2027-01-01T00:00:00+00:00"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"'), made.text
    data = made.json()["data"]
    verdict_id, at = data["verdict_id"], f"/v1/verdicts/{made.json()['data']['verdict_id']}"
    assert (data["state"], data["author"], data["needs_second"]) == ("proposed", ann.key_id, True)
    assert set(data["effect"]["accounts_released"]) == released
    problem(ann.post(f"{at}/approve", version='"1"'), 403, "forbidden")
    problem(bob.post(f"{at}/approve"), 428, "if_match_missing")
    problem(bob.post(f"{at}/approve", version='"2"'), 412, "stale_version")
    agreed = bob.post(f"{at}/approve", version='"1"')
    assert (agreed.status_code, agreed.headers["etag"]) == (200, '"2"')
    assert (agreed.json()["data"]["state"], agreed.json()["data"]["decided_by"]) == ("in_force", bob.key_id)
    problem(bob.post(f"{at}/reject", version='"2"'), 409, "conflict")
    seen = ann.get(at)
    assert (seen.headers["etag"], seen.json()["data"]) == ('"2"', agreed.json()["data"])
    with closing(open_casework(settings).database) as database, database.read() as connection:
        (acting,) = verdicts.in_force(connection, int(NOW * 1e6))
    assert (acting.verdict_id, acting.class_name) == (verdict_id, "public_place")
    assert ann.post(f"{at}/withdraw", version='"2"').json()["data"]["state"] == "withdrawn"
    with closing(open_casework(settings).database) as database, database.read() as connection:
        assert verdicts.in_force(connection, int(NOW * 1e6)) == ()


def test_a_run_says_which_verdicts_it_acts_on_and_when_they_were_in_force(ann: Person, settings: Settings) -> None:
    ruled = Verdict("v-0123456789ab", "cleared", None, None, (CREW[3],), None, AS_OF)
    run = run_night(settings, Plan(AS_OF * 1_000_000, verdicts=(ruled,), verdicts_at=AS_OF + 60))
    data = ann.get(f"/v1/runs/{run.run_id}").json()["data"]
    assert (data["verdicts"], data["verdicts_at"]) == (["v-0123456789ab"], "2026-05-01T00:01:00+00:00")
    plain = run_night(settings, Plan(AS_OF * 1_000_000))
    data = ann.get(f"/v1/runs/{plain.run_id}").json()["data"]
    assert (data["verdicts"], data["verdicts_at"]) == ([], None)


def test_what_a_verdict_changed_is_told_of_the_run_that_was_made_with_it(
    ann: Person, bob: Person, judged: Judged, settings: Settings, released: set[str]
) -> None:
    verdict_id = ann.post("/v1/verdicts", hub(judged)).json()["data"]["verdict_id"]
    bob.post(f"/v1/verdicts/{verdict_id}/approve", version='"1"')
    plain = ann.get(f"/v1/verdicts/{verdict_id}/outcome").json()
    assert (plain["data"]["acted"], plain["data"]["pairs_parted"]) == (False, 0)
    assert {each["account_id"] for each in plain["data"]["accounts"]} == released
    assert not any(each["as_foreseen"] for each in plain["data"]["accounts"])
    with closing(open_casework(settings).database) as database, database.read() as connection:
        ruled = [each for each in verdicts.in_force(connection, int(NOW * 1e6)) if each.verdict_id == verdict_id]
    run = run_night(settings, Plan(AS_OF * 1_000_000, verdicts=tuple(ruled)))
    answer = ann.get(f"/v1/verdicts/{verdict_id}/outcome").json()
    data = answer["data"]
    assert (answer["meta"]["run_id"], data["acted"]) == (run.run_id, True)
    assert all(each["as_foreseen"] and each["flagged"] is False for each in data["accounts"])
    assert {each["account_id"] for each in data["accounts"]} == released
    # As before in the run before; the verdict is gone from the next one.
    again = ann.get(f"/v1/verdicts/{verdict_id}/outcome", run=plain["meta"]["run_id"]).json()["data"]
    assert again == plain["data"]
    ann.post(f"/v1/verdicts/{verdict_id}/withdraw", version='"2"')
    run_night(settings, Plan(AS_OF * 1_000_000))
    problem(ann.get("/v1/verdicts/v-000000000000/outcome"), 404, "not_found")


def test_nobody_approves_or_rejects_their_own(bob: Person, judged: Judged) -> None:
    verdict_id = bob.post("/v1/verdicts", hub(judged)).json()["data"]["verdict_id"]
    for act in ("approve", "reject"):
        problem(bob.post(f"/v1/verdicts/{verdict_id}/{act}", version='"1"'), 409, "conflict")


def test_a_small_verdict_is_in_force_at_once(ann: Person) -> None:
    made = ann.post("/v1/verdicts", small())
    assert (made.json()["data"]["state"], made.json()["data"]["needs_second"]) == ("in_force", False)
    assert made.json()["data"]["accounts"] == [CREW[7], CREW[8]]


def test_what_is_sent_twice_is_ruled_once(ann: Person) -> None:
    before = len(ann.get("/v1/verdicts", limit=100).json()["data"]["verdicts"])
    first, again = ann.post("/v1/verdicts", small(), "same"), ann.post("/v1/verdicts", small(), "same")
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert len(ann.get("/v1/verdicts", limit=100).json()["data"]["verdicts"]) == before + 1
    problem(ann.post("/v1/verdicts", small() | {"reason": "other"}, "same"), 422, "idempotency_key_reused")
    headers = ann.headers
    problem(ann.client.post("/v1/verdicts", headers=headers, json=small()), 400, "idempotency_key_missing")


def test_every_change_is_in_the_audit_with_what_it_changed(
    ann: Person, bob: Person, judged: Judged, settings: Settings
) -> None:
    made = ann.post("/v1/verdicts", hub(judged) | {"case_id": "C-18"}).json()["data"]
    bob.post(f"/v1/verdicts/{made['verdict_id']}/reject", version='"1"')
    opened = open_casework(settings)
    with closing(opened.database) as database, database.read() as connection:
        rows = read_rows(connection, Wanted(objects=(made["verdict_id"],)), 10)[::-1]
        assert verify(connection, opened.chain, opened.anchors.read()).sound
    assert [(row.operation, row.principal, row.purpose) for row in rows] == [
        ("propose_verdict", ann.key_id, "C-18"),
        ("reject_verdict", bob.key_id, "C-18"),
    ]
    assert rows[0].before is None
    assert rows[0].after == rows[1].before != rows[1].after
    assert REASON not in str(rows)


def test_the_list_is_read_page_by_page(ann: Person) -> None:
    whole = ann.get("/v1/verdicts", limit=100).json()["data"]["verdicts"]
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = ann.get("/v1/verdicts", limit=2, **cursor).json()["data"]
        seen += page["verdicts"]
        if not page["verdicts_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == whole
    problem(ann.get("/v1/verdicts", cursor="A" * 22 + ".x"), 422, "invalid_field")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"verdict": "harmless"}, "/body/verdict"),
        ({"verdict": "hub"}, "/body/target"),
        ({"class": "office"}, "/body/class"),
        (
            {"class": "sanctioned", "verdict": "hub", "target": UNKNOWN},
            "/body/class",
        ),
        ({"reason": ""}, "/body/reason"),
        ({"reason": "card 4111 1111 1111 1111"}, "/body/reason"),
        ({"expires_at": "2020-01-01T00:00:00+00:00"}, "/body/expires_at"),
        ({"expires_at": "2027-01-01T00:00:00"}, "/body/expires_at"),
        ({"case_id": "C 17"}, "/body/case_id"),
        ({"target": {"account_a": CREW[7], "account_b": CREW[7]}}, "/body/target"),
        ({"scope": {"accounts": [CREW[0]]}}, "/body/target"),
        ({"state": "in_force"}, "/body"),
        ({"author": "eve"}, "/body"),
    ],
)
def test_what_is_wrong_is_named_and_never_repeated(ann: Person, changes: dict[str, Any], pointer: str) -> None:
    answer = ann.post("/v1/verdicts", small() | changes)
    assert [each["pointer"] for each in problem(answer, 422, "invalid_field")["errors"]] == [pointer]
    assert not any(text in answer.text for text in (*CREW, "4111", "harmless", "sanctioned", "eve"))


@pytest.mark.parametrize(
    "target",
    [
        {"account_id": "nobody"},
        UNKNOWN,
        {"account_a": CREW[0], "account_b": "nobody"},
    ],
)
def test_what_the_run_does_not_know_is_not_found(ann: Person, target: dict[str, str]) -> None:
    word = "fraud" if "account_id" in target else "not_evidence"
    body = {"target": target, "verdict": word, "reason": REASON}
    problem(ann.post("/v1/verdicts", body), 404, "not_found")
    problem(ann.get("/v1/verdicts/v-000000000000"), 404, "not_found")


@pytest.mark.parametrize("text", NASTY)
def test_free_text_has_no_effect_and_is_not_repeated_in_problems(
    ann: Person, client: httpx.Client, settings: Settings, text: str
) -> None:
    tables = {path: path.read_bytes() for path in (settings.home / "runs").rglob("*.parquet")}
    made = ann.post("/v1/verdicts", small() | {"reason": text})
    if made.status_code == 201:
        assert made.json()["data"]["reason"] == text
        assert ann.get(f"/v1/verdicts/{made.json()['data']['verdict_id']}").json()["data"]["reason"] == text
        assert "set-cookie" not in made.headers
    else:
        assert text not in problem(made, 422, "invalid_field").__str__()
    for body in ({"target": {"account_id": text}}, {"case_id": text}, {"class": text}, {text: text}):
        answer = ann.post("/v1/verdicts", small() | body)
        assert answer.status_code in (404, 422)
        assert not re.search(re.escape(text), answer.text)
        assert json.dumps(text)[1:-1] not in answer.text
    assert {path: path.read_bytes() for path in tables} == tables
    assert ann.get("/v1/verdicts").status_code == 200


def test_a_reason_reaches_neither_run_nor_log(
    ann: Person, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    marker = "marker-7f3a91"
    ann.post("/v1/verdicts", small() | {"reason": marker})
    with closing(open_casework(settings).database) as database, database.read() as connection:
        ruled = verdicts.in_force(connection, int(NOW * 1e6))
    run = run_night(settings, Plan(AS_OF * 1_000_000, verdicts=ruled, verdicts_at=int(NOW)))
    assert marker not in caplog.text
    assert [path for path in run.path.rglob("*") if path.is_file() and marker.encode() in path.read_bytes()] == []
