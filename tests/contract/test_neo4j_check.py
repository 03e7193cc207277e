"""`linkgraph neo4j check` against a real server: sound, and each way in which it may not be."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from linkgraph import runs
from linkgraph.cli import app
from tests.builders import NEXT_WORLD, WORLD, write_run
from tests.conftest import Store
from tests.neo4j_server import content
from tests.neo4j_server.server import Address

pytestmark = pytest.mark.neo4j

Check = Callable[[], tuple[int, dict[str, Any]]]

# What somebody does by hand, and what is said of it.
EDITS = {
    "MATCH (a:Account {id: 'a1'}) SET a.risk = 0.81, a.headline = 'Trust me.'": ["drift: accounts a1: risk, headline"],
    "MATCH (a:Account {id: 'a5'}) SET a.flagged = true": [
        "drift: accounts a5: flagged",
        "foreign: :Account a5: label missing Flagged",
    ],
    "MATCH (i:Identifier {key: 'card:c1'}) SET i.degree = 99": ["drift: identifiers card c1: degree"],
    "MATCH (r:Ring {id: 'r1'}) SET r.score = 0.1": ["drift: rings r1: score"],
    "MATCH (:Account {id: 'a1'})-[u:USED]->(:Identifier {key: 'card:c1'}) SET u.n = 4": ["drift: used a1 card c1: n"],
    "MATCH (:Account {id: 'a4'})-[u:USED]->(:Identifier {key: 'ip:old'}) DELETE u": [
        "counts: used: the run has 25 rows, 24 are stored",
        "drift: used a4 ip old: missing",
    ],
    "MATCH (:Account {id: 'a3'})-[m:MEMBER_OF]->() SET m.confidence = 1.0": ["drift: ring_members r1 a3: confidence"],
    "MATCH (a:Account {id: 'h01'}), (b:Account {id: 'h02'}) CREATE (a)-[:LINKED {bits: 9.0}]->(b)": [
        "counts: links: the run has 6 rows, 7 are stored",
        "drift: links h01 h02: extra",
        "foreign: (h01)-[:LINKED]->(h02) *: not of a publish",
    ],
    "MATCH (a:Account {id: 'h03'}), (b:Account {id: 'h04'}) CREATE (a)-[:KNOWS]->(b)": [
        "foreign: (h03)-[:KNOWS]->(h04) *: not of a publish"
    ],
    "MATCH (a:Account {id: 'h05'}) SET a:Suspicious": ["foreign: :Account:Suspicious h05: label Suspicious"],
    "MATCH (r:Ring {id: 'r2'}) SET r.note_of_mine = 'look'": ["foreign: :Ring r2: property note_of_mine"],
    "CREATE (:Note {id: 'n1'})": ["foreign: :Note n1: not of a publish"],
    "CREATE (:Account {id: 'made-up', flagged: false, role: 'unknown'})": [
        "counts: accounts: the run has 20 rows, 21 are stored",
        "foreign: :Account made-up: not of a publish",
    ],
}


@pytest.fixture
def graph(both_stores: tuple[Store, Store]) -> Store:
    """The Neo4j store, empty."""
    return both_stores[1]


@pytest.fixture
def check(graph: Store, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Exit code and answer of the command."""
    settings = graph.settings
    monkeypatch.setenv("LINKGRAPH_HOME", str(settings.home))
    monkeypatch.setenv("NEO4J_URI", settings.neo4j_uri)
    monkeypatch.setenv("NEO4J_USER", settings.neo4j_user)
    monkeypatch.setenv("NEO4J_PASSWORD", settings.neo4j_password.get_secret_value())

    def run() -> tuple[int, dict[str, Any]]:
        result = CliRunner().invoke(app, ["neo4j", "check", "--json"])
        return result.exit_code, json.loads(result.stdout)

    return run


def faults(answer: dict[str, Any]) -> list[str]:
    """The faults, with what differs from server to server as a star."""
    found = [each for each in answer["findings"] if each["level"] == "fault"]
    assert all(each["to_do"] or each["text"].startswith("and more") for each in found)
    return sorted(f"{each['part']}: {_starred(each['text'])}" for each in found)


def _starred(text: str) -> str:
    return " ".join("*:" if word.startswith(("4:", "5:")) else word for word in text.split(" "))


def test_a_published_run_is_sound(graph: Store, check: Check) -> None:
    graph.publish(WORLD)
    graph.publish(NEXT_WORLD, "r-2")
    code, answer = check()
    assert (code, answer["sound"], faults(answer)) == (0, True, [])
    parts = {each["part"] for each in answer["findings"]}
    assert parts == {"version", "pointer", "schema", "memory", "plans", "counts", "drift", "foreign"}
    told = CliRunner().invoke(app, ["neo4j", "check"])
    assert told.exit_code == 0
    assert "ok      pointer  run r-2, the published one" in told.stdout


def test_every_edit_by_hand_is_named_and_left_alone(graph: Store, check: Check, neo4j_server: Address) -> None:
    graph.publish(WORLD)
    for edit in EDITS:
        neo4j_server.rows(edit)
    shown = content.published(neo4j_server)
    code, answer = check()
    assert code == 1
    assert faults(answer) == sorted(line for lines in EDITS.values() for line in lines)
    assert content.published(neo4j_server) == shown


def test_a_dropped_index_is_named_with_what_makes_it_and_shows_in_the_plans(
    graph: Store, check: Check, neo4j_server: Address
) -> None:
    graph.publish(WORLD)
    neo4j_server.rows("DROP INDEX ring_score")
    neo4j_server.rows("DROP CONSTRAINT account_id")
    code, answer = check()
    assert code == 1
    said = faults(answer)
    assert said[-2:] == ["schema: account_id: missing", "schema: ring_score: missing"]
    assert "plans: read/accounts: NodeByLabelScan" in said
    assert "plans: read/rings: NodeByLabelScan" in said
    for each in answer["findings"]:
        if each["part"] == "schema":
            neo4j_server.rows(each["to_do"].removeprefix("run: "))
    neo4j_server.rows("CALL db.awaitIndexes(60)")
    neo4j_server.rows("CALL db.clearQueryCaches()")
    assert check()[0] == 0


def test_a_stale_or_moved_pointer_is_named(graph: Store, check: Check, neo4j_server: Address) -> None:
    graph.publish(WORLD)
    runs.move_pointer(graph.settings.home, write_run(graph.settings.home, NEXT_WORLD, "r-2"))
    assert faults(check()[1]) == ["pointer: it names run r-1, published is run r-2"]
    neo4j_server.rows("MATCH (p:Pointer) SET p.run_id = 'r-2'")
    code, answer = check()
    assert code == 1
    assert faults(answer) == ["pointer: it names run r-2, its number is that of run r-1"]


def test_a_publish_that_was_killed_is_told_and_does_no_harm(graph: Store, check: Check) -> None:
    graph.publish(WORLD)
    run = write_run(graph.settings.home, NEXT_WORLD, "r-2")
    with graph.writer(run) as writer:
        graph.fill(writer, run)
    code, answer = check()
    assert (code, faults(answer)) == (0, [])
    assert "a publish has begun" in str(answer)


def test_a_database_of_somebody_else_and_an_empty_one(graph: Store, check: Check, neo4j_server: Address) -> None:
    runs.move_pointer(graph.settings.home, write_run(graph.settings.home, WORLD))
    assert faults(check()[1]) == ["pointer: the database is empty"]
    neo4j_server.rows("CREATE (:Precious)")
    code, answer = check()
    assert (code, faults(answer)) == (1, ["pointer: the database holds data that linkgraph did not write"])
