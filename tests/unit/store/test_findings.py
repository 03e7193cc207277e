"""What is said of a Neo4j server, from what was read of it."""

import pytest

from linkgraph.store.drift import Difference
from linkgraph.store.neo4j import findings
from linkgraph.store.neo4j.findings import Finding, Pointer

CONSTRAINT = "CREATE CONSTRAINT one IF NOT EXISTS FOR (a:A) REQUIRE a.id IS UNIQUE"
INDEX = "CREATE INDEX two IF NOT EXISTS FOR (a:A) ON (a.x)"
STATEMENTS = {"one": CONSTRAINT, "two": INDEX}
HEAP, CACHE, LIMIT = findings.MEMORY


def levels(found: list[Finding]) -> list[str]:
    return [each.level for each in found]


@pytest.mark.parametrize(
    ("release", "edition", "level"),
    [
        ("5.26.29", "community", "ok"),
        ("5.26.0", "enterprise", "advice"),
        ("5.27.1", "community", "advice"),
        ("2025.10.1", "community", "fault"),
        ("2026.01.0", "community", "fault"),
    ],
)
def test_what_is_tested_is_ok_and_what_is_not_written_to_a_fault(release: str, edition: str, level: str) -> None:
    found = findings.on_version(release, edition)
    assert (found.level, found.text.startswith(f"{release} {edition}")) == (level, True)
    assert bool(found.to_do) == (level != "ok")


def test_an_index_must_be_there_online_and_a_constraint_must_constrain() -> None:
    online = {"one": "ONLINE", "two": "ONLINE"}
    assert levels(findings.on_schema(STATEMENTS, online, ["one"])) == ["ok"]
    (missing,) = findings.on_schema(STATEMENTS, {"one": "ONLINE"}, ["one"])
    assert (missing.text, missing.to_do) == ("two: missing", f"run: {INDEX}")
    (filling,) = findings.on_schema(STATEMENTS, online | {"two": "POPULATING"}, ["one"])
    assert filling.to_do == "wait for it"
    (failed,) = findings.on_schema(STATEMENTS, online | {"two": "FAILED"}, ["one"])
    assert failed.to_do == f"drop it, then run: {INDEX}"
    (bare,) = findings.on_schema(STATEMENTS, online, [])
    assert bare.text == "one: an index without its constraint"


def test_memory_is_judged_by_the_size_of_the_graph() -> None:
    as_advised = {HEAP: "3.00GiB", CACHE: "3.71GiB", LIMIT: "1.37GiB"}
    assert levels(findings.on_memory(as_advised, 16_000_000)) == ["ok"]
    (cache,) = findings.on_memory(as_advised, 40_000_000)
    assert cache.text == "page cache 3.71GiB, 8,056 MiB hold the whole store"
    assert len(findings.on_memory({HEAP: "512.00MiB", CACHE: None, LIMIT: "0B"}, 1)) == 3
    (unlimited,) = findings.on_memory(as_advised | {LIMIT: "0B"}, 1)
    assert "any amount" in unlimited.text


def test_a_plan_may_seek_and_no_more() -> None:
    good = {"read/a": {"NodeUniqueIndexSeek", "Expand(All)", "ProduceResults"}}
    assert levels(findings.on_plans(good)) == ["ok"]
    bad = {"read/b": {"AllNodesScan"}, "read/c": {"NodeByLabelScan", "CartesianProduct"}}
    found = findings.on_plans(good | bad)
    assert [each.text for each in found] == ["read/b: AllNodesScan", "read/c: CartesianProduct, NodeByLabelScan"]


def test_the_pointer_must_name_the_published_run() -> None:
    sound = Pointer(3, "r-1", 2, "r-1", False)
    assert levels(findings.on_pointer(sound, "r-1", 2)) == ["ok"]
    assert levels(findings.on_pointer(sound, "r-2", 2)) == ["fault"]
    assert levels(findings.on_pointer(sound._replace(schema=3), "r-1", 2)) == ["fault"]
    assert levels(findings.on_pointer(sound._replace(recorded=None), "r-1", 2)) == ["fault"]
    assert levels(findings.on_pointer(sound._replace(is_writing=True), "r-1", 2)) == ["advice"]
    assert levels(findings.on_pointer(Pointer(None, None, 2, None, True), "r-1", 2)) == ["fault"]


def test_a_table_with_other_rows_is_named() -> None:
    assert levels(findings.on_counts({"accounts": 3}, {"accounts": 3})) == ["ok"]
    (found,) = findings.on_counts({"accounts": 3, "rings": 1}, {"accounts": 4, "rings": 1})
    assert found.text == "accounts: the run has 3 rows, 4 are stored"


def test_what_is_too_much_to_name_is_said_to_be_more() -> None:
    found = findings.on_drift([Difference("accounts", f"a{number}", "risk") for number in range(30)], 100)
    assert len(found) == findings.SHOWN + 1
    assert found[-1].text == "and more than these 20"
    assert levels(findings.on_drift([], 100)) == ["ok"]


def test_names_of_properties_that_are_ours() -> None:
    assert findings.foreign_names(["risk", "was_risk", "until", "held_by", "note", "was_note"]) == ["note", "was_note"]
