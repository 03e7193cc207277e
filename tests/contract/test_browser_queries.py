"""The statements investigators run by hand: what each answers is what a view says of the published run.

They are asked on a small world, in the middle of publishing the next night, and of that night. None scans to find its
start, each is limited, and none follows a hub.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import neo4j
import pyarrow as pa
import pytest

from linkgraph import queries
from linkgraph.kinds import KIND_NAMES
from linkgraph.kit import guides
from linkgraph.model import Link
from linkgraph.queries import Query
from linkgraph.store.base import GraphView
from tests.builders import HUB_USERS, NEXT_WORLD, WORLD, Tables, account, identifier, tables, used, write_run
from tests.conftest import Store
from tests.contract.test_neo4j_queries import operators
from tests.kit import HOSTILE, blocks, hostile_world, parameters
from tests.neo4j_server.server import Address
from tests.neo4j_server.worlds import night

NAMES = queries.names("browser")
ACCOUNTS = sorted(
    {name for world in (WORLD, NEXT_WORLD) for name in world["accounts"]["account_id"].to_pylist()}
    - set(HUB_USERS[1:])  # all alike
)
RINGS = sorted({name for world in (WORLD, NEXT_WORLD) for name in world["rings"]["ring_id"].to_pylist()})
# Two accounts, each found by its id: their product is one row.
PINNED_ENDS = {"account/linked"}
# As the Browser sends them: its numbers are floating-point.
GIVEN: dict[str, Any] = {
    "account_id": "a1",
    "degree": 50.0,
    "hops": 3.0,
    "limit": 100.0,
    "other_id": "a3",
    "ring_id": "r1",
    "score": 0.0,
    "text": "a",
}


@pytest.fixture
def session(neo4j_server: Address) -> Iterator[neo4j.Session]:
    login = (neo4j_server.user, neo4j_server.password)
    with (
        neo4j.GraphDatabase.driver(neo4j_server.uri, auth=login, notifications_min_severity="OFF") as driver,
        driver.session(database=neo4j_server.database) as opened,
    ):
        yield opened


@pytest.mark.neo4j
def test_each_starts_at_an_index_and_multiplies_nothing(
    both_stores: tuple[Store, Store], session: neo4j.Session
) -> None:
    # Of a handful of nodes a scan costs no more than a seek.
    both_stores[1].publish(night(1, 300))
    both_stores[1].publish(night(2, 300), "r-2")
    session.run("CALL db.prepareForReplanning()").consume()  # else a plan may be by the counts of an emptier graph
    for name in NAMES:
        plan = _plan(session, queries.load("browser", name))
        assert not [operator for operator in plan if "Scan" in operator], (name, plan)
        assert name in PINNED_ENDS or "CartesianProduct" not in plan, (name, plan)
        # The first thing done is to find the pointer; what is asked for is found by an index as well.
        found = [operator for operator in plan if "IndexSeek" in operator or operator == "ProcedureCall"]
        assert len(found) > 1, (name, plan)
        assert (name == "account/linked") == ("StatefulShortestPath(Into)" in plan), (name, plan)


@pytest.mark.neo4j
def test_they_answer_as_a_view_does_before_during_and_after_a_publish(
    both_stores: tuple[Store, Store], session: neo4j.Session
) -> None:
    embedded, server = both_stores
    embedded.publish(WORLD)
    server.publish(WORLD)
    _compare(session, embedded)
    run = write_run(server.settings.home, NEXT_WORLD, "r-2")
    with server.writer(run) as writer:
        server.fill(writer, run)
        _compare(session, embedded)
        writer.publish(run.stamp())
    embedded.publish(NEXT_WORLD, "r-2")
    _compare(session, embedded)


@pytest.mark.neo4j
def test_a_limit_and_a_degree_bound_what_is_shown(both_stores: tuple[Store, Store], session: neo4j.Session) -> None:
    both_stores[1].publish(WORLD)
    assert len(_ask(session, "account/used", limit=2.0)) == 2
    assert len(_ask(session, "find/search", text="", limit=3.0)) == 3
    assert [row["hops"] for row in _ask(session, "account/linked", other_id="a2", limit=2.0)] == [1, 1]
    assert _ask(session, "account/linked", degree=1.0) == []
    rows = _ask(session, "account/sharing", degree=2.0)
    assert [(row["account"]["id"], row["shared"]) for row in rows] == [("a2", 1), ("a4", 1)]
    [row] = _ask(session, "ring/picture", limit=2.0)
    assert [each["id"] for each in row["members"]] == ["a1", "a2"]
    assert [each["key"] for each in row["shared"]] == ["card:c1", "device:d1"]


@pytest.mark.neo4j
def test_a_search_reads_of_an_index_what_it_shows(both_stores: tuple[Store, Store], session: neo4j.Session) -> None:
    both_stores[1].publish(WORLD)
    text = queries.load("browser", "find/search").text
    plan = session.run(f"EXPLAIN {text}", text="", limit=3.0).consume().plan
    above = [way[-3:-1] for way in _ways_to(plan) if "SeekByRange" in way[-1]]
    assert above == [["Limit", "Filter"]] * 3


def _ways_to(plan: Any, above: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """For each operator of a plan the way from the answer down to it."""
    way = (*above, plan["operatorType"].partition("@")[0])
    yield list(way)
    for child in plan.get("children", []):
        yield from _ways_to(child, way)


@pytest.mark.neo4j
def test_two_accounts_are_linked_by_the_shortest_ways_and_never_through_a_hub(
    both_stores: tuple[Store, Store], session: neo4j.Session
) -> None:
    both_stores[1].publish(_chain())
    hops = {hops: _ways(_ask(session, "account/linked", other_id="a6", hops=hops)) for hops in (2.0, 3.0)}
    assert hops == {2.0: [], 3.0: ["a1 ip:old a4 device:d4 a5 device:d5 a6"]}
    assert _ways(_ask(session, "account/linked", other_id="a3")) == ["a1 device:d1 a3", "a1 card:c1 a2 device:d1 a3"]
    assert _ways(_ask(session, "account/linked", other_id="h00")) == []
    assert _ways(_ask(session, "account/linked", other_id="a1")) == []


@pytest.mark.neo4j
def test_every_block_of_a_guide_runs_whatever_the_ids_hold(
    both_stores: tuple[Store, Store], session: neo4j.Session
) -> None:
    embedded, server = both_stores
    embedded.publish(hostile_world())
    server.publish(hostile_world())
    with embedded.view() as view:
        pages = {name: (guides.ring_guide(view, name), guides.account_guide(view, name)) for name in HOSTILE}
    for name, (ring_page, account_page) in pages.items():
        for page in (ring_page, account_page):
            command, *statements = blocks(page)
            given = parameters(command)
            # The newer Browser lets the server read what the older reads itself.
            assert session.run(f"RETURN {command.removeprefix(':param ')} AS given").single(True)["given"] == given
            answers = [list(session.run(text, given)) for text in statements]
            drawn = [row["ring"]["id"] for rows in answers for row in rows if row.get("members")]
            assert drawn == [given["ring_id"]]
            assert len(statements) > 5
        assert parameters(blocks(account_page)[0])["account_id"] == name


@pytest.mark.neo4j
def test_words_are_found_wherever_they_stand_and_none_is_syntax(
    both_stores: tuple[Store, Store], session: neo4j.Session
) -> None:
    server = both_stores[1]
    server.publish(WORLD)
    assert "r1" in _worded(session, "three ACCOUNTS on one")
    assert "r1" not in _worded(session, "one on accounts")
    assert "a1" in _worded(session, "a1")
    assert len(_ask(session, "find/words", text="accounts", limit=1.0)) == 1
    for text in (
        "",
        " ",
        "*",
        "a*",
        "headline:device",
        'a1" OR "a2',
        "a1\\",
        '\\"',
        "[a TO z]",
        "a1~",
        "/.*/",
        *HOSTILE,
    ):
        assert _worded(session, text) <= {"a1", text}, text
    run = write_run(server.settings.home, NEXT_WORLD, "r-2")
    with server.writer(run) as writer:
        server.fill(writer, run)
        before = _worded(session, "a6")
        writer.publish(run.stamp())
    assert (before, _worded(session, "a6")) == (set(), {"a6"})


def test_a_search_knows_every_kind() -> None:
    text = queries.load("browser", "find/search").text
    assert [kind for kind in KIND_NAMES if f"'{kind}:'" not in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_is_limited_and_says_what_it_is(name: str) -> None:
    assert queries.load("browser", name).text.splitlines()[-1] in ("LIMIT toInteger($limit)", "LIMIT 1")
    title, colon, _ = queries.source("browser", name).removeprefix("// ").partition(":")
    assert colon
    assert "\n" not in title


def _compare(session: neo4j.Session, store: Store) -> None:
    with store.view() as view:
        for account_id in ACCOUNTS:
            _compare_account(session, view, account_id)
        for ring_id in RINGS:
            _compare_ring(session, view, ring_id)
        found = [(row["account"]["id"], row["risk"], row["headline"]) for row in _ask(session, "find/flagged")]
        assert found == [(each.account_id, each.risk, each.headline) for each in view.flagged(100)]
        rings = [(row["ring"]["id"], row["score"], row["headline"]) for row in _ask(session, "find/rings")]
        assert rings == [(each.ring_id, each.score, each.headline) for each in view.rings(100)]
        _compare_search(session, view)


def _compare_account(session: neo4j.Session, view: GraphView, account_id: str) -> None:
    def ask(name: str) -> list[neo4j.Record]:
        return _ask(session, name, account_id=account_id)

    columns = queries.load("browser", "account/card").returns
    expected = [tuple(getattr(each, column) for column in columns) for each in view.accounts([account_id])]
    assert [tuple(row) for row in ask("account/card")] == expected
    reasons = [(row["block"], row["log_odds"], row["reason"]) for row in ask("account/reasons")]
    assert reasons == [(each.block, each.log_odds, each.reason) for each in view.contributions([account_id])]

    keys = [_key(link) for link in view.links([account_id], 100)]
    facts = {each.key: each for each in view.identifiers(keys)}
    told = [(row["path"].end_node["key"], row["degree"], row["counted"]) for row in ask("account/used")]
    assert told == [(key, facts[key].degree, facts[key].counted) for key in keys]
    hubs = {(row["path"].end_node["key"], row["degree"], row["why"]) for row in ask("account/hubs")}
    assert hubs == {(each.key, each.degree, each.why) for each in facts.values() if not each.counted}

    counted = [each.key for each in facts.values() if each.counted]
    shared = {(link.account_id, _key(link)) for link in view.users(counted, 100)}
    expected_ways = {(other, key) for other, key in shared if other != account_id}
    rows = ask("account/sharing")
    assert {(row["account"]["id"], path.nodes[1]["key"]) for row in rows for path in row["paths"]} == expected_ways
    for row in rows:
        ways = _ways(_ask(session, "account/linked", account_id=account_id, other_id=row["account"]["id"], hops=1))
        other = row["account"]["id"]
        assert ways == sorted(f"{account_id} {key} {other}" for name, key in expected_ways if name == other)


def _compare_ring(session: neo4j.Session, view: GraphView, ring_id: str) -> None:
    members = [each.account_id for each in view.members([ring_id])]
    pictures = _ask(session, "ring/picture", ring_id=ring_id)
    links = view.links(members, 100)
    counted = {each.key for each in view.identifiers([_key(link) for link in links]) if each.counted}
    used_by = {key: {link.account_id for link in links if _key(link) == key} for key in counted}
    assert [[each["id"] for each in row["members"]] for row in pictures] == ([members] if members else [])
    for row in pictures:
        drawn = {uses[0].end_node["key"]: {use.start_node["id"] for use in uses} for uses in row["uses"]}
        assert drawn == {key: users for key, users in used_by.items() if len(users) > 1}
        assert [each["key"] for each in row["shared"]] == [uses[0].end_node["key"] for uses in row["uses"]]
    pairs = [(*_ends(row["path"]), row["bits"], tuple(row["shared"])) for row in _ask_ring(session, "pairs", ring_id)]
    assert pairs == [(each.account_a, each.account_b, each.bits, each.shared) for each in view.pairs_among(members, 99)]
    events = [(row["event"], row["ring_id"], row["account_id"]) for row in _ask_ring(session, "events", ring_id)]
    lived = [(each.event, each.ring_id, each.account_id) for each in view.ring_events([ring_id])]
    assert sorted(events, key=str) == sorted(lived, key=str)


def _compare_search(session: neo4j.Session, view: GraphView) -> None:
    def found(text: str) -> set[str]:
        return {row["found"].get("id", row["found"].get("key")) for row in _ask(session, "find/search", text=text)}

    assert found("d1") == found("device:d1") == {each.key for each in view.identifiers(["device:d1"])}
    assert found("a") == {each.account_id for each in view.accounts(ACCOUNTS) if each.account_id.startswith("a")}
    assert found("r") == {each.ring_id for each in view.rings(100)}
    assert found("no such thing") == set()


def _worded(session: neo4j.Session, text: str) -> set[str]:
    session.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()").consume()
    return {row["found"].get("id", row["found"].get("key")) for row in _ask(session, "find/words", text=text)}


def _chain() -> Tables:
    """The small world with a chain of devices: a4 - a5 - a6."""
    rows = {
        "accounts": [account("a6")],
        "identifiers": [identifier("device:d4"), identifier("device:d5")],
        "used": [used(f"a{number + more}", f"device:d{number}") for number in (4, 5) for more in (0, 1)],
    }
    added = tables(**rows)
    return {name: pa.concat_tables([WORLD[name], added[name]]) for name in WORLD}


def _ask(session: neo4j.Session, name: str, **given: Any) -> list[neo4j.Record]:
    query = queries.load("browser", name)
    return list(session.run(query.text, query.bind({key: (GIVEN | given)[key] for key in query.params})))


def _ask_ring(session: neo4j.Session, name: str, ring_id: str) -> list[neo4j.Record]:
    return _ask(session, f"ring/{name}", ring_id=ring_id)


def _ways(rows: Sequence[neo4j.Record]) -> list[str]:
    return [" ".join(node.get("id", node.get("key")) for node in row["path"].nodes) for row in rows]


def _key(link: Link) -> str:
    return f"{link.kind}:{link.identifier}"


def _ends(path: Any) -> tuple[str, str]:
    return path.start_node["id"], path.end_node["id"]


def _plan(session: neo4j.Session, query: Query) -> list[str]:
    given = {key: GIVEN[key] for key in query.params}
    plan = session.run(f"EXPLAIN {query.text}", given).consume().plan
    return [operator.partition("@")[0] for operator in operators(plan)]
