from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.api.serving import problem, publish, serving
from tests.builders import AS_OF, DAY, NEXT_WORLD, WORLD, account, event, member, pair, ring, tables, write_run

ROW = {
    "ring_id": "r1",
    "score": 0.9,
    "size": 3,
    "core_size": 2,
    "density": 1.0,
    "fragility": 1,
    "first_seen_run": "r-1",
    "last_changed_run": "r-1",
    "status": "active",
    "exposure": {"amount": "1250.50", "currency": "EUR"},
    "exposures": [{"amount": "1250.50", "currency": "EUR"}, {"amount": "0.00000001", "currency": "BTC"}],
    "typology": "stolen_card_ring",
    "headline": "Three accounts on one device.",
}


def test_rings_come_by_score(world: httpx.Client) -> None:
    page = world.get("/v1/rings").json()["data"]
    assert page["rings"][0] == ROW | {"moved": {"event": "grew", "at": "2025-11-24T16:00:00+00:00"}}
    assert [each["moved"] is None for each in page["rings"]] == [False, True, True, False]
    assert [each["ring_id"] for each in page["rings"]] == ["r1", "r2", "r3", "r-🦊"]
    assert (page["rings_more"], page["next_cursor"]) == (False, None)


def test_pages_are_of_the_run_of_the_first_whatever_is_published_between(home: Path) -> None:
    publish(home, WORLD)
    seen, cursor = [], None
    with serving(home) as client:
        for night in range(4):
            answer = client.get("/v1/rings", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
            seen.append((answer["meta"]["run_id"], answer["data"]["rings"][0]["ring_id"]))
            cursor = answer["data"]["next_cursor"]
            publish(home, NEXT_WORLD, f"r-{night + 2}")
        assert client.get("/v1/rings").json()["data"]["rings"][0]["ring_id"] == "r9"
    assert seen == [("r-1", "r1"), ("r-1", "r2"), ("r-1", "r3"), ("r-1", "r-🦊")]
    assert cursor is None


def test_a_list_goes_on_in_another_process(home: Path) -> None:
    publish(home, WORLD)
    with serving(home) as first, serving(home) as second:
        answer = first.get("/v1/rings?limit=1")
        cursor, tag = answer.json()["data"]["next_cursor"], answer.headers["ETag"]
        page = second.get("/v1/rings", params={"limit": 1, "cursor": cursor}).json()
        assert page["data"]["rings"][0]["ring_id"] == "r2"
        assert second.get("/v1/rings?limit=1", headers={"If-None-Match": tag}).status_code == 304


def test_only_cursors_that_we_issued_are_taken(world: httpx.Client) -> None:
    cursor = world.get("/v1/rings?limit=1").json()["data"]["next_cursor"]
    for made in (cursor[:-2] + "AA", "A" * 22 + cursor[22:], f"{'A' * 22}.A"):
        found = problem(world.get("/v1/rings", params={"cursor": made}), 422, "invalid_field")
        assert found["errors"] == [{"pointer": "/query/cursor", "code": "unknown_cursor"}]
    other = world.get("/v1/rings", params={"cursor": cursor, "run": "r-2"})
    assert problem(other, 422, "invalid_field")["errors"] == [
        {"pointer": "/query/run", "code": "not_the_run_of_the_cursor"}
    ]
    assert world.get("/v1/rings", params={"cursor": cursor, "run": "r-1"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "greater_than_equal"),
        ("limit=101", "less_than_equal"),
        ("limit=999999999999999999999", "less_than_equal"),
        ("limit=ten", "int_parsing"),
        ("cursor=../../etc", "string_pattern_mismatch"),
    ],
)
def test_bounds_of_a_page(world: httpx.Client, query: str, code: str) -> None:
    assert problem(world.get(f"/v1/rings?{query}"), 422, "invalid_field")["errors"][0]["code"] == code


def test_a_ring_with_its_members_and_links(world: httpx.Client) -> None:
    answer = world.get("/v1/rings/r1").json()
    found = answer["data"]
    assert {name: found[name] for name in ROW} == ROW
    assert found["members"][2] == {
        "account_id": "a3",
        "membership": "likely",
        "confidence": 0.7,
        "role": "victim",
        "flagged": False,
        "risk": pytest.approx(0.2591817793),
    }
    assert found["links"][0] == {
        "account_a": "a1",
        "account_b": "a2",
        "bits": 9.0,
        "probability": pytest.approx(0.998, abs=1e-3),
        "families": ["access=9", "instrument=6"],
        "shared": ["card:c1", "device:d1"],
        "shared_more": False,
    }
    assert (found["members_more"], found["links_more"], answer["meta"]["truncated"]) == (False, False, False)


def test_a_ring_id_may_hold_anything_and_an_unknown_one_is_not_found(world: httpx.Client) -> None:
    assert world.get(f"/v1/rings/{quote('r-🦊')}").json()["data"]["members"] == []
    problem(world.get("/v1/rings/nowhere"), 404, "not_found")


def test_a_huge_ring_is_cut_and_says_where(home: Path) -> None:
    names = [f"m{number:04}" for number in range(1_100)]
    content = tables(
        accounts=[account(name) for name in names],
        rings=[ring("r1", size=len(names))],
        ring_members=[member("r1", name, 0.9) for name in names],
        links=[pair(a, b, 9.0, ["access=9"], ["ip:x"] * 9) for a in names[:40] for b in names if a < b],
    )
    publish(home, content)
    with serving(home) as client:
        sent = client.get("/v1/rings/r1")
    answer = sent.json()
    assert (answer["meta"]["truncated"], answer["meta"]["limits_hit"]) == (True, ["members", "links", "bridges"])
    assert (len(answer["data"]["members"]), len(answer["data"]["links"])) == (1_000, 1_000)
    assert answer["data"]["links"][0]["shared_more"] is True
    assert len(sent.content) < 2**20


def test_an_alias_answers_for_the_ring_it_went_on_as(world: httpx.Client) -> None:
    answer = world.get("/v1/rings/r0").json()["data"]
    assert (answer["ring_id"], answer["alias"]) == ("r1", "r0")
    assert world.get("/v1/rings/r1").json()["data"]["alias"] is None


def test_the_life_of_a_ring_names_what_caused_each_event(world: httpx.Client) -> None:
    answer = world.get("/v1/rings/r0/history").json()
    life = answer["data"]
    assert (life["ring_id"], life["alias"], life["state"], life["aliases"]) == ("r1", "r0", "alive", ["r0"])
    assert life["members"] == ["a1", "a2", "a3"]
    assert [(each["ring_id"], each["event"]) for each in life["events"]] == [
        ("r0", "born"),
        ("r1", "born"),
        ("r1", "born"),
        ("r0", "merged"),
        ("r1", "grew"),
    ]
    assert life["events"][-1] == {
        "ring_id": "r1",
        "run_id": "r-1",
        "as_of": "2025-11-24T16:00:00+00:00",
        "event": "grew",
        "other_ring_id": "r0",
        "account_id": "a3",
        "kind": "device",
        "identifier": "d1",
        "bits": 9.0,
    }
    assert answer["meta"]["limits_hit"] == []


def test_a_dormant_ring_has_a_life_and_no_card(world: httpx.Client) -> None:
    problem(world.get("/v1/rings/r4"), 404, "not_found")
    life = world.get("/v1/rings/r4/history").json()["data"]
    assert (life["state"], life["members"], life["events"][-1]["kind"]) == ("dormant", ["a4"], "synchrony")
    problem(world.get("/v1/rings/never/history"), 404, "not_found")


def test_a_long_life_is_cut_at_its_beginning_and_says_so(home: Path) -> None:
    names = [f"a{number:04}" for number in range(1_001)]
    publish(home, tables(rings=[ring("r1")], ring_events=[event("r1", "born", account_id=name) for name in names]))
    with serving(home) as client:
        answer = client.get("/v1/rings/r1/history").json()
    assert answer["meta"]["limits_hit"] == ["members", "events"]
    assert (len(answer["data"]["events"]), answer["data"]["events"][0]["account_id"]) == (1_000, "a0001")
    assert (answer["data"]["members_more"], answer["data"]["events_more"], answer["data"]["aliases_more"]) == (
        True,
        True,
        False,
    )


def test_what_holds_a_ring_together_and_who_leaves_without_it(world: httpx.Client) -> None:
    found = world.get("/v1/rings/r1").json()["data"]
    assert (found["core"], found["likely"], found["fringe"], found["changes"]) == (["a1", "a2"], ["a3"], [], None)
    assert (found["aliases"], found["aliases_more"]) == (["r0"], False)
    assert found["holding"]["holders"][0] == {
        "family": "instrument",
        "kind": "card",
        "identifier": "c1",
        "degree": 2,
        "class_name": None,
        "members": 2,
        "pairs": 1,
        "bits": 9.0,
    }
    # a3 is a victim and holds nothing.
    assert [(each["kind"], each["ends"], each["leaving"]) for each in found["holding"]["bridges"]] == [
        ("device", None, ["a2"]),
        ("card", None, ["a2"]),
        (None, ["a1", "a2"], ["a2"]),
    ]


def test_what_has_changed_since_a_run(home: Path) -> None:
    publish(home, WORLD)
    write_run(home, WORLD, "r-0", as_of=AS_OF - DAY)
    with serving(home) as client:
        nothing = client.get("/v1/rings?changed_since=r-1").json()["data"]
        found = client.get("/v1/rings?changed_since=r-0").json()["data"]
        changes = client.get("/v1/rings/r1?since=r-0").json()["data"]["changes"]
        for path in ("/v1/rings?changed_since=r-7", "/v1/rings/r1?since=r-7"):
            problem(client.get(path), 404, "not_found")
    assert (nothing["rings"], nothing["ended"]) == ([], [])
    assert [(each["ring_id"], each["moved"]["event"]) for each in found["rings"]] == [("r1", "grew"), ("r-🦊", "split")]
    assert found["ended"] == [
        {"ring_id": "r0", "moved": {"event": "merged", "at": "2025-11-24T16:00:00+00:00"}},
        {"ring_id": "r4", "moved": {"event": "dormant", "at": "2025-11-24T16:00:00+00:00"}},
    ]
    assert [(each["ring_id"], each["event"]) for each in changes] == [("r0", "merged"), ("r1", "grew")]


def test_rings_of_a_status(world: httpx.Client) -> None:
    active = world.get("/v1/rings?status=active&limit=2").json()["data"]
    assert ([each["ring_id"] for each in active["rings"]], active["rings_more"]) == (["r1", "r3"], True)
    rest = world.get(f"/v1/rings?status=active&limit=2&cursor={active['next_cursor']}").json()["data"]
    assert ([each["ring_id"] for each in rest["rings"]], rest["next_cursor"]) == (["r-🦊"], None)
    assert world.get("/v1/rings?status=oversized").json()["data"]["rings"] == []


def test_a_ring_to_draw_has_places_and_counts_what_is_hidden(world: httpx.Client) -> None:
    graph = world.get("/v1/rings/r0/graph").json()["data"]
    assert {node["type"] for node in graph["nodes"]} == {"account", "identifier"}
    assert all(0 <= node[axis] <= 1 for node in graph["nodes"] for axis in "xy")
    assert graph["hidden"] == {"nodes": 2, "edges": 3}
    assert world.get("/v1/rings/r1/graph").json()["data"] == graph
    problem(world.get("/v1/rings/r4/graph"), 404, "not_found")


def test_rings_of_a_typology_and_in_another_order(world: httpx.Client) -> None:
    typed = world.get("/v1/rings?typology=stolen_card_ring").json()["data"]
    assert ([each["ring_id"] for each in typed["rings"]], typed["rings_more"]) == (["r1"], False)
    assert world.get("/v1/rings?typology=bonus_abuse").json()["data"]["rings"] == []
    first = world.get("/v1/rings?sort=size&limit=3").json()["data"]
    cursor = first["next_cursor"]
    rest = world.get(f"/v1/rings?sort=size&cursor={cursor}").json()["data"]
    assert [each["ring_id"] for each in first["rings"] + rest["rings"]] == ["r-🦊", "r1", "r2", "r3"]
    other = world.get("/v1/rings", params={"sort": "changed", "cursor": cursor})
    assert problem(other, 422, "invalid_field")["errors"] == [
        {"pointer": "/query/sort", "code": "not_the_sort_of_the_cursor"}
    ]
    for query in ("sort=exposure", "typology=", f"typology={'x' * 65}"):
        problem(world.get(f"/v1/rings?{query}"), 422, "invalid_field")
