from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkgraph.errors import StoreError
from linkgraph.runs import Run
from linkgraph.store import rows
from linkgraph.store.embedded import EmbeddedView, EmbeddedWriter, kept_tables
from linkgraph.tables import TABLES
from tests.builders import NEXT_WORLD, WORLD, Tables, account, digests_of, tables, write_run


def publish(home: Path, content: Tables, run_id: str = "r-1") -> Path:
    run = write_run(home, content, run_id)
    write(run)
    return run.graph


def write(run: Run) -> None:
    with EmbeddedWriter(run.graph) as writer:
        for name in TABLES:
            writer.write(name, pq.read_table(run.table(name)).to_batches())
        writer.publish(run.stamp())


def test_a_run_is_a_folder_of_tables_and_a_stamp_with_nothing_beside(tmp_path: Path) -> None:
    graph = publish(tmp_path, WORLD)
    assert sorted(path.name for path in graph.parent.iterdir()) == ["graph", "run.json", "tables"]
    assert sorted(path.name for path in graph.iterdir()) == sorted(
        ["stamp.json", *(f"{name}.arrow" for name in kept_tables())]
    )


def test_nothing_is_left_of_an_abandoned_write_or_a_killed_one(tmp_path: Path) -> None:
    run = write_run(tmp_path, WORLD)
    killed = run.path / "graph.building"
    killed.mkdir()
    (killed / "sorting.duckdb").write_bytes(b"half")
    with EmbeddedWriter(run.graph) as writer:
        writer.write("accounts", WORLD["accounts"].to_batches())
    assert sorted(path.name for path in run.path.iterdir()) == ["run.json", "tables"]


def test_writing_the_same_run_again_makes_the_same_bytes_and_disturbs_no_reader(tmp_path: Path) -> None:
    run = write_run(tmp_path, WORLD)
    write(run)
    before, view = digests_of(run.graph), EmbeddedView(run.graph)
    write(run)
    assert digests_of(run.graph) == before
    assert view.accounts(["a1"]) == EmbeddedView(run.graph).accounts(["a1"]) != []


def test_a_publish_killed_between_its_files_is_no_store_until_it_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, moved = write_run(tmp_path, WORLD), []
    replace = Path.replace

    def killing(path: Path, target: Path) -> Path:
        moved.append(path)
        if len(moved) > 4:
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killing)
        with pytest.raises(KeyboardInterrupt):
            write(run)
    with pytest.raises(StoreError, match="publish it first"):
        EmbeddedView(run.graph)
    write(run)
    assert len(EmbeddedView(run.graph).accounts(["a1", "a2"])) == 2


def test_a_table_that_was_not_written_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path, WORLD)
    with EmbeddedWriter(run.graph) as writer:
        writer.write("accounts", WORLD["accounts"].to_batches())
        with pytest.raises(StoreError, match="tables not written: contributions"):
            writer.publish(run.stamp())


def test_the_same_id_twice_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="accounts: the same account_id twice") as caught:
        publish(tmp_path, tables(accounts=[account("secret-1"), account("secret-1")]))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_null_where_none_may_be_is_refused(tmp_path: Path) -> None:
    nameless = pa.Table.from_pylist([account("a1") | {"headline": None}])
    run = write_run(tmp_path, WORLD)
    with EmbeddedWriter(run.graph) as writer, pytest.raises(StoreError, match="build/accounts"):
        writer.write("accounts", nameless.to_batches())


@pytest.mark.parametrize("name", ["stamp.json", "accounts.arrow", "used_by.arrow"])
@pytest.mark.parametrize("content", [b"", b"not a table" * 1000])
def test_a_folder_with_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    graph = publish(tmp_path, WORLD)
    (graph / name).write_bytes(content)
    with pytest.raises(StoreError, match="open failed"):
        EmbeddedView(graph)


def test_a_folder_without_one_of_its_files_is_refused(tmp_path: Path) -> None:
    graph = publish(tmp_path, WORLD)
    (graph / "linked.arrow").unlink()
    with pytest.raises(StoreError, match="open failed"):
        EmbeddedView(graph)


def test_a_table_of_another_run_is_refused(tmp_path: Path) -> None:
    graph, other = publish(tmp_path, WORLD), publish(tmp_path, NEXT_WORLD, "r-2")
    (other / "accounts.arrow").replace(graph / "accounts.arrow")
    with pytest.raises(StoreError, match="accounts: not the rows that the run has"):
        EmbeddedView(graph)


def test_a_run_that_was_never_published_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="publish it first"):
        EmbeddedView(tmp_path / "graph")


def test_more_rows_than_the_cap_is_an_error_not_a_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    view = EmbeddedView(publish(tmp_path, WORLD))
    monkeypatch.setattr(rows, "_CAP", 3)
    with pytest.raises(StoreError, match="ask for less"):
        view.links(["a1"], 10)
    assert len(view.links(["a1"], 2)) == 2
    view.close()


def test_building_shows_no_progress_of_its_own(tmp_path: Path) -> None:
    """The engine's bar would stand between the lines of a command whose output is piped."""
    with EmbeddedWriter(tmp_path / "graph") as writer:
        (shown,) = writer._connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() or (None,)
    assert shown is False
