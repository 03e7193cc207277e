from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from linkgraph import queries
from linkgraph.errors import StoreError
from linkgraph.store import rows
from linkgraph.store.embedded import EmbeddedView, EmbeddedWriter
from linkgraph.tables import TABLES
from tests.builders import WORLD, Tables, account, tables, write_run


def publish(home: Path, content: Tables, run_id: str = "r-1") -> Path:
    run = write_run(home, content, run_id)
    with EmbeddedWriter(run.graph) as writer:
        for name in TABLES:
            writer.write(name, content[name].to_batches())
        writer.publish(run.stamp())
    return run.graph


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    graph = publish(tmp_path, WORLD)
    assert sorted(path.name for path in graph.parent.iterdir()) == ["graph.duckdb", "run.json", "tables"]


def test_nothing_is_left_of_an_abandoned_write_or_a_killed_one(tmp_path: Path) -> None:
    run = write_run(tmp_path, WORLD)
    killed = run.path / "graph.duckdb.building"
    killed.write_bytes(b"half")
    with EmbeddedWriter(run.graph) as writer:
        writer.write("accounts", WORLD["accounts"].to_batches())
    assert sorted(path.name for path in run.path.iterdir()) == ["run.json", "tables"]


def test_a_table_that_was_not_written_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path, WORLD)
    with EmbeddedWriter(run.graph) as writer:
        writer.write("accounts", WORLD["accounts"].to_batches())
        with pytest.raises(StoreError, match="tables not written: contributions"):
            writer.publish(run.stamp())


def test_the_same_id_twice_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        publish(tmp_path, tables(accounts=[account("secret-1"), account("secret-1")]))
    assert "secret" not in str(caught.value)
    assert "account_key" in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_null_where_none_may_be_is_refused(tmp_path: Path) -> None:
    nameless = pa.Table.from_pylist([account("a1") | {"headline": None}])
    run = write_run(tmp_path, WORLD)
    with EmbeddedWriter(run.graph) as writer, pytest.raises(StoreError, match="build/accounts"):
        writer.write("accounts", nameless.to_batches())


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000])
def test_a_file_that_is_no_store_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "graph.duckdb"
    path.write_bytes(content)
    with pytest.raises(StoreError):
        EmbeddedView(path)


def test_a_database_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "graph.duckdb"
    duckdb.connect(path).close()
    with pytest.raises(StoreError, match="read/run"):
        EmbeddedView(path)


def test_a_run_that_was_never_published_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="publish it first"):
        EmbeddedView(tmp_path / "graph.duckdb")


def test_more_rows_than_the_cap_is_an_error_not_a_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    view = EmbeddedView(publish(tmp_path, WORLD))
    monkeypatch.setattr(rows, "_CAP", 3)
    with pytest.raises(StoreError, match="ask for less"):
        view.links(["a1"], 10)
    assert len(view.links(["a1"], 2)) == 2
    view.close()


def test_every_read_returns_the_columns_its_header_names(tmp_path: Path) -> None:
    named = {"account_ids": ["a1"], "keys": ["ip:hub"], "ring_ids": ["r1"]}
    values = named | {"limit": 5, "cap": 5, "score": 1.0, "ring_id": "", "as_of": 1}
    with duckdb.connect(publish(tmp_path, WORLD), read_only=True) as connection:
        for name in queries.names("embedded", "read"):
            query = queries.load("embedded", name)
            cursor = connection.execute(query.text, {key: values[key] for key in query.params})
            assert tuple(column[0] for column in cursor.description or ()) == query.returns, name


def test_building_shows_no_progress_of_its_own(tmp_path: Path) -> None:
    """The engine's bar would stand between the lines of a command whose output is piped."""
    with EmbeddedWriter(tmp_path / "graph.duckdb") as writer:
        (shown,) = writer._connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() or (None,)
    assert shown is False


def test_hundreds_of_keys_are_looked_up_and_the_table_is_not_read(tmp_path: Path) -> None:
    names = [f"a{number:04}" for number in range(5_000)]
    view = EmbeddedView(publish(tmp_path, tables(accounts=[account(name) for name in names])))
    query = queries.load("embedded", "read/accounts")
    values = {"account_ids": names[::10], "cap": 1_000}
    (row,) = view._connection.execute(f"EXPLAIN ANALYZE {query.text}", values).fetchall()
    view.close()
    assert "Index Scan" in row[1]
    assert "Sequential Scan" not in row[1]
