"""The casework database on both kinds of server: its form, its transactions, and what it says when it fails."""

import importlib
import pkgutil
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, update

from linkgraph import casework
from linkgraph.casework import keys
from linkgraph.casework.database import METADATA, Database, open_database
from linkgraph.errors import CaseworkError, UsageError
from linkgraph.settings import read_settings

NOW = 1_700_000_000_000_000


def key_of(database: Database, name: str = "ann", days: int = 1) -> str:
    """The text of a new key."""
    with database.write() as connection:
        return keys.create(connection, keys.new_key(name, "lead", (), days, NOW))


def test_the_migrations_make_exactly_the_declared_tables(database: Database) -> None:
    for module in pkgutil.iter_modules(casework.__path__):
        importlib.import_module(f"{casework.__name__}.{module.name}")
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_opening_again_changes_nothing(database: Database, database_url: str) -> None:
    text = key_of(database)
    with closing(open_database(database_url)) as again, again.read() as connection:
        assert keys.find(connection, text) is not None


def test_many_open_an_empty_database_together(database_url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(open_database, [database_url] * 6))
    for each in opened:
        each.close()


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        keys.create(connection, keys.new_key("ann", "lead", (), 1, NOW))
        raise ZeroDivisionError
    with database.read() as connection:
        assert keys.list_keys(connection) == []


def test_readers_see_what_was_committed_while_another_writes(database: Database) -> None:
    key_of(database)
    with database.write() as writer:
        writer.execute(update(keys.KEYS).values(name="other"))
        with database.read() as reader:
            assert [each.name for each in keys.list_keys(reader)] == ["ann"]
    with database.read() as reader:
        assert [each.name for each in keys.list_keys(reader)] == ["other"]


def test_nothing_read_in_a_write_changes_before_it_commits(database: Database) -> None:
    """Twenty at once each add a letter to a name they have read; on PostgreSQL they lock the row, as ours do."""
    key_of(database, "n")
    barrier = threading.Barrier(4)

    def add(_: int) -> None:
        barrier.wait()
        for _ in range(5):
            with database.write() as connection:
                (name,) = connection.execute(select(keys.KEYS.c.name).with_for_update()).one()
                connection.execute(update(keys.KEYS).values(name=name + "x"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    with database.read() as connection:
        assert keys.list_keys(connection)[0].name == "n" + 20 * "x"


def test_a_newer_database_is_left_alone(database: Database, database_url: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = 'v999'")
    with pytest.raises(CaseworkError, match="newer version"):
        open_database(database_url)


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://u:hunter2@h/d"])
def test_only_the_two_kinds_are_taken_and_no_address_is_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_database(url)
    assert "hunter2" not in str(caught.value)


def test_a_server_that_is_away_is_said_without_its_password() -> None:
    with pytest.raises(CaseworkError, match="OperationalError") as caught:
        open_database("postgresql://linkgraph:hunter2@127.0.0.1:1/linkgraph")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_is_no_database_is_said(home: Path) -> None:
    home.mkdir()
    (home / "casework.sqlite").write_bytes(b"x" * 5_000)
    with pytest.raises(CaseworkError):
        open_database(read_settings(home=home).casework_url)


def test_the_file_is_its_owners_only(home: Path) -> None:
    with closing(open_database(read_settings(home=home).casework_url)) as database:
        key_of(database)
        assert {stat.S_IMODE(path.stat().st_mode) for path in home.glob("casework.sqlite*")} == {0o600}


def test_a_writer_looks_for_the_lock_every_millisecond(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own waiting would look ten times a second in the end, and among 32 writers some starved."""
    url, looks = read_settings(home=home).casework_url, []
    with closing(open_database(url)) as one, closing(open_database(url)) as other, ExitStack() as held:
        held.enter_context(one.write())

        def sleep(seconds: float) -> None:
            looks.append(seconds)
            if len(looks) == 50:
                held.close()

        monkeypatch.setattr(time, "sleep", sleep)
        with other.write():
            pass
    assert looks == [0.001] * 50


def test_a_writer_that_holds_on_is_not_waited_for_for_ever(home: Path) -> None:
    url = read_settings(home=home).casework_url
    with closing(open_database(url)) as one, closing(open_database(url)) as other, one.write():
        start = time.monotonic()
        with pytest.raises(CaseworkError, match="OperationalError"), other.write():
            pass
        assert 1.9 < time.monotonic() - start < 4
        with other.read() as connection:
            assert keys.list_keys(connection) == []
    with closing(open_database(url)) as again:
        key_of(again)
