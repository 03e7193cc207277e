"""What is particular to publishing into Neo4j: one graph for two runs, one writer at a time, readers that notice."""

import shutil
from contextlib import closing
from typing import Any

import pytest

from linkgraph import runs
from linkgraph.errors import StoreBusyError, StoreError
from linkgraph.nightly import publish, publish_again
from linkgraph.store import open_view
from linkgraph.store.neo4j import Neo4jWriter
from linkgraph.store.neo4j import view as view_module
from linkgraph.store.neo4j.connection import Connection, Rows
from tests.builders import NEXT_WORLD, WORLD, account, tables, write_run
from tests.conftest import Store
from tests.neo4j_server import content
from tests.neo4j_server.server import Address

pytestmark = pytest.mark.neo4j


EVERYONE = ["a1", "a2", "a3", "a4", "a5"]


@pytest.fixture
def graph(both_stores: tuple[Store, Store]) -> Store:
    """The Neo4j store, empty."""
    return both_stores[1]


class Restless(Connection):
    """Meets a step of a publish before each of its answers."""

    def ask(self, name: str, **values: Any) -> Rows:
        self.write(("pointer/advance", {}), fenced=False)
        return super().ask(name, **values)


def test_the_run_before_can_be_read_until_the_next_publish_begins(graph: Store) -> None:
    first = graph.publish(WORLD)
    second = graph.publish(NEXT_WORLD, "r-2")
    with closing(open_view(graph.settings, first)) as old, closing(open_view(graph.settings, second)) as new:
        assert [item.account_id for item in old.accounts(["a1", "a6"])] == ["a1"]
        with graph.writer(write_run(graph.settings.home, WORLD, "r-3")):
            with pytest.raises(StoreBusyError, match="run r-1 is no longer in the store"):
                old.accounts(["a1"])
            assert [item.account_id for item in new.accounts(["a1", "a6"])] == ["a6"]
        with pytest.raises(StoreError, match="holds run r-2, not run r-1"):
            open_view(graph.settings, first)


def test_a_view_reads_again_when_a_step_lies_within_its_answer(graph: Store, neo4j_server: Address) -> None:
    graph.publish(WORLD)
    with graph.view() as view:
        before = view.accounts(["a1"])
        neo4j_server.rows("MATCH (p:Pointer) SET p.epoch = p.epoch + 1")
        assert view.accounts(["a1"]) == before


def test_a_view_that_never_gets_a_quiet_answer_is_busy(graph: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = graph.publish(WORLD)
    monkeypatch.setattr(view_module, "Connection", Restless)
    with pytest.raises(StoreBusyError, match="try again"):
        open_view(graph.settings, run)


def test_of_two_publishes_at_once_the_later_one_wins(graph: Store, neo4j_server: Address) -> None:
    graph.publish(WORLD)
    earlier = write_run(graph.settings.home, NEXT_WORLD, "r-2")
    later = write_run(graph.settings.home, tables(accounts=[account("a1"), account("a9")]), "r-3")
    with graph.writer(earlier) as first:
        first.write("accounts", NEXT_WORLD["accounts"].to_batches())
        with graph.writer(later) as second:
            with pytest.raises(StoreError, match="another publish has taken over"):
                first.write("identifiers", NEXT_WORLD["identifiers"].to_batches())
            graph.fill(second, later)
            second.publish(later.stamp())
        with pytest.raises(StoreError, match="another publish has taken over"):
            first.write("rings", NEXT_WORLD["rings"].to_batches())
    runs.move_pointer(graph.settings.home, later)
    shown = content.published(neo4j_server)
    graph.publish_again(later)
    assert content.published(neo4j_server) == shown


def test_what_did_not_change_is_not_touched(graph: Store, neo4j_server: Address) -> None:
    graph.publish(WORLD)
    shown = content.published(neo4j_server)
    graph.publish(WORLD, "r-2")
    assert content.published(neo4j_server) == shown
    assert neo4j_server.rows("MATCH (x) WHERE x.changed IS NOT NULL RETURN count(x) AS n") == [{"n": 0}]
    assert neo4j_server.rows("MATCH ()-[x]->() WHERE x.since IS NOT NULL RETURN count(x) AS n") == [{"n": 0}]


def test_only_what_changed_keeps_its_former_values(graph: Store, neo4j_server: Address) -> None:
    graph.publish(tables(accounts=[account("a1"), account("a2", flagged=True)]))
    graph.publish(tables(accounts=[account("a1"), account("a2", headline="New.")]), "r-2")
    kept = (
        "MATCH (a:Account) WHERE a.was_headline IS NOT NULL RETURN a.id AS id, a.was_flagged AS was, a.flagged AS now"
    )
    assert neo4j_server.rows(kept) == [{"id": "a2", "was": True, "now": False}]
    others = "MATCH (a:Account) WHERE a.was_risk IS NOT NULL OR a.was_degree IS NOT NULL RETURN count(a) AS n"
    assert neo4j_server.rows(others) == [{"n": 0}]


def test_what_a_killed_cleaning_has_left_is_nobodys_former_value(graph: Store, neo4j_server: Address) -> None:
    first = graph.publish(tables(accounts=[account("a1", headline="Now.", role_reason="Now.")]))
    neo4j_server.rows("MATCH (a:Account) SET a.was_headline = 'Long ago.', a.was_label = 'Long ago.' RETURN a.id AS id")
    graph.publish(tables(accounts=[account("a1", headline="Now.", role_reason="Then.")]), "r-2")
    with closing(open_view(graph.settings, first)) as view:
        [found] = view.accounts(["a1"])
    assert (found.headline, found.role_reason, found.label) == ("Now.", "Now.", None)


@pytest.mark.parametrize("table", ["accounts", "identifiers", "rings", "used", "links"])
def test_the_same_row_twice_is_refused(graph: Store, table: str) -> None:
    doubled: dict[str, Any] = {name: WORLD[name].to_pylist() for name in WORLD}
    doubled[table] = [*doubled[table], doubled[table][0]]
    run = write_run(graph.settings.home, tables(**doubled))
    with graph.writer(run) as writer:
        graph.fill(writer, run)
        with pytest.raises(StoreError, match=f"{table}: the run has"):
            writer.publish(run.stamp())


def test_a_row_that_names_what_the_run_no_longer_has_is_refused(graph: Store) -> None:
    graph.publish(WORLD)
    gone = {name: rows.to_pylist() for name, rows in WORLD.items()}
    gone["accounts"] = [row for row in gone["accounts"] if row["account_id"] != "a4"]
    run = write_run(graph.settings.home, tables(**gone), "r-2")
    with graph.writer(run) as writer:
        graph.fill(writer, run)
        with pytest.raises(StoreError, match="used: 2 rows name an account"):
            writer.publish(run.stamp())


def test_what_is_read_back_must_be_what_was_sent(graph: Store, neo4j_server: Address) -> None:
    graph.publish(WORLD)
    shown = content.published(neo4j_server)
    run = write_run(graph.settings.home, NEXT_WORLD, "r-2")
    with graph.writer(run) as writer:
        graph.fill(writer, run)
        neo4j_server.rows("MATCH (a:Account {id: 'a2'}) SET a.headline = 'By hand.'")
        with pytest.raises(StoreError, match=r"^nothing published: 1 of \d+ rows .* \(accounts a2: headline\)"):
            writer.publish(run.stamp())
    with graph.view() as view:
        assert view.run().run_id == "r-1"
    graph.publish_again(run)
    assert content.published(neo4j_server) != shown
    graph.publish(WORLD, "r-3")
    assert content.published(neo4j_server) == shown


def test_a_publish_says_how_many_rows_it_read_back(graph: Store) -> None:
    run = write_run(graph.settings.home, WORLD)
    sent = publish(graph.settings, run)
    assert sent == {name: WORLD[name].num_rows for name in WORLD} | {
        "compared": sum(sent.values()) - sent["compared"] - sent["ring_events"]
    }


def test_publishing_the_run_before_goes_back_to_it_and_forth_again(graph: Store, neo4j_server: Address) -> None:
    runs_of = {"r-1": graph.publish(WORLD)}
    shown, everyone = {"r-1": content.published(neo4j_server)}, ["a1", "a2", "a3", "a6"]
    answers = {"r-1": answered(graph, everyone)}
    runs_of["r-2"] = graph.publish(NEXT_WORLD, "r-2")
    shown["r-2"], answers["r-2"] = content.published(neo4j_server), answered(graph, everyone)
    with graph.view() as newer:
        for run_id in ("r-1", "r-2", "r-1"):
            run = runs_of[run_id]
            with graph.writer(run) as writer:
                graph.fill(writer, run)
                assert writer.publish(run.stamp()) > 0
                assert isinstance(writer, Neo4jWriter)
                assert writer.changed == 0
            # Until the next publish both can be read, so whoever still reads the other is not cut off.
            assert newer.accounts(everyone) == answers["r-2"][0]
            runs.move_pointer(graph.settings.home, run)
            assert answered(graph, everyone) == answers[run_id]
    graph.publish_again(runs_of["r-1"])
    assert content.published(neo4j_server) == shown["r-1"] != shown["r-2"]
    assert stamped(neo4j_server) == 0
    graph.publish_again(runs_of["r-2"])
    assert content.published(neo4j_server) == shown["r-2"]


def answered(graph: Store, account_ids: list[str]) -> tuple[Any, ...]:
    """What readers of the published run are told."""
    with graph.view() as view:
        return view.accounts(account_ids), view.links(account_ids, 50), view.pairs(account_ids, 50), view.rings(50)


def test_hands_that_changed_what_a_night_changes_stop_it_and_an_operator_mends_it(
    graph: Store, neo4j_server: Address
) -> None:
    graph.publish(WORLD)
    neo4j_server.rows("MATCH (a:Account {id: 'a2'}) SET a.headline = 'By hand.'")
    neo4j_server.rows("MATCH (:Account {id: 'a1'})-[u:USED]->(:Identifier {key: 'device:d1'}) DELETE u")
    run = write_run(graph.settings.home, NEXT_WORLD, "r-2")
    with pytest.raises(StoreError, match=r"accounts a2: not as it was published; `linkgraph neo4j check`"):
        publish(graph.settings, run)
    with graph.view() as view:
        assert view.run().run_id == "r-1"
    publish(graph.settings, run, reread=True)
    mended = content.published(neo4j_server)
    content.empty(neo4j_server, keep=content.OURS)
    publish(graph.settings, run)
    assert content.published(neo4j_server) == mended


def test_hands_that_deleted_a_link_stop_the_night_that_ends_it(graph: Store, neo4j_server: Address) -> None:
    graph.publish(WORLD)
    fewer = {name: rows.to_pylist() for name, rows in WORLD.items()}
    [gone] = [row for row in fewer["used"] if (row["account_id"], row["identifier"]) == ("a1", "d1")]
    fewer["used"].remove(gone)
    neo4j_server.rows("MATCH (:Account {id: 'a1'})-[u:USED]->(:Identifier {key: 'device:d1'}) DELETE u")
    run = write_run(graph.settings.home, tables(**fewer), "r-2")
    with pytest.raises(StoreError, match="used: 1 rows of the published run are not in the graph"):
        publish(graph.settings, run)
    publish(graph.settings, run, reread=True)


def test_publishing_the_published_run_again_takes_back_what_hands_did(graph: Store, neo4j_server: Address) -> None:
    run = graph.publish(WORLD)
    shown = content.published(neo4j_server)
    neo4j_server.rows("MATCH (a:Account {id: 'a1'}) SET a.risk = 0.0 REMOVE a:Flagged")
    neo4j_server.rows("MATCH (i:Identifier {key: 'ip:hub'}) DETACH DELETE i")
    publish_again(graph.settings, None)
    assert content.published(neo4j_server) == shown
    neo4j_server.rows("MATCH (a:Account {id: 'a1'}) SET a.risk = 0.0")
    publish_again(graph.settings, None)
    assert content.published(neo4j_server) == shown
    assert runs.published_id(graph.settings.home) == run.run_id


def test_a_run_whose_folder_is_gone_is_read_back_from_the_graph(graph: Store, neo4j_server: Address) -> None:
    first = graph.publish(WORLD)
    shutil.rmtree(first.path / "tables")
    second = write_run(graph.settings.home, NEXT_WORLD, "r-2")
    publish(graph.settings, second)
    shown = content.published(neo4j_server)
    content.empty(neo4j_server, keep=content.OURS)
    publish(graph.settings, second)
    assert content.published(neo4j_server) == shown


def test_a_first_publish_that_never_ended_is_cleared_away(graph: Store, neo4j_server: Address) -> None:
    with graph.writer(write_run(graph.settings.home, NEXT_WORLD, "r-0")) as writer:
        writer.write("accounts", NEXT_WORLD["accounts"].to_batches())
    graph.publish(WORLD)
    shown = content.published(neo4j_server)
    content.empty(neo4j_server, keep=content.OURS)
    graph.publish_again(runs.open_run(graph.settings.home, "r-1"))
    assert content.published(neo4j_server) == shown


def test_a_contribution_outlives_the_identifier_that_it_is_about(graph: Store, neo4j_server: Address) -> None:
    graph.publish(WORLD)
    fewer = {name: rows.to_pylist() for name, rows in WORLD.items()}
    named = {(row["kind"], row["identifier"]) for row in fewer["contributions"] if row["kind"]}
    kind, identifier = sorted(named)[0]
    fewer["identifiers"] = [row for row in fewer["identifiers"] if row["identifier"] != identifier]
    fewer["used"] = [row for row in fewer["used"] if row["identifier"] != identifier]
    run = write_run(graph.settings.home, tables(**fewer), "r-2")
    publish(graph.settings, run)
    publish(graph.settings, run)
    with graph.view() as view:
        kept = [each for each in view.contributions(EVERYONE) if (each.kind, each.identifier) == (kind, identifier)]
    assert kept


def stamped(address: Address) -> int:
    """How many nodes and relationships carry a stamp or values of two runs."""
    is_stamped = (
        "WHERE x.since IS NOT NULL OR x.until IS NOT NULL OR x.changed IS NOT NULL OR x.was_headline IS NOT NULL"
    )
    queries = (f"MATCH {pattern} {is_stamped} RETURN count(x) AS n" for pattern in ("(x)", "()-[x]->()"))
    return sum(int(str(row["n"])) for query in queries for row in address.rows(query))
