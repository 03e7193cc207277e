"""The casework database: SQLite (a file, write-ahead log) or PostgreSQL 15 and newer, behind one `Database`.

Opening it brings its tables up to this version (Alembic, under a lock, so that processes may start together). Two
transactions are offered: `write`, which on SQLite takes the write lock at once, so that what was read in it still holds
when it commits, and `read`. What the driver raises becomes a CaseworkError without any value in it.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from linkgraph.errors import CaseworkError, UsageError

# The connection is passed on by those who open the database: the library itself is imported in this package only.
__all__ = ["METADATA", "Connection", "Database", "open_database"]

# Every table of the casework is declared on this one, in the module of its concern.
METADATA: Final = MetaData()

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_OLDEST_POSTGRES: Final = 15
# Shorter than the API's deadline for a request (4 s): waiting for a lock must end before the caller gives up.
_LOCK_SECONDS: Final = 2
_LOOK_SECONDS: Final = 0.001
_POOL: Final[dict[str, Any]] = {"pool_size": 8, "max_overflow": 0, "pool_timeout": 1.0, "hide_parameters": True}
_UPGRADING: Final = 7_201_126  # names the lock of upgrades among PostgreSQL's advisory locks
_READS: Final = "linkgraph_reads"


@dataclass(frozen=True, slots=True)
class Database:
    """An open database; safe to share between threads, not between processes."""

    engine: Engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; it commits when the block ends and is undone when the block raises."""
        with _translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: it sees one moment, and waits for no writer."""
        options: dict[str, Any] = {_READS: True}
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        with _translated(), self.engine.execution_options(**options).begin() as connection:
            yield connection

    def forget(self) -> None:
        """Leave nothing of what was deleted in the log beside the file. PostgreSQL sees to it by itself, in time."""
        if self.engine.dialect.name == "sqlite":
            with _translated(), closing(self.engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """The database at `url`, its tables brought up to this version.

    UsageError: not a URL of SQLite or PostgreSQL. CaseworkError: unreachable, too old, or made by a newer version.
    """
    database = Database(_engine(_parsed(url)))
    try:
        with database.write() as connection:
            _upgrade(connection)
    except BaseException:
        database.close()
        raise
    return database


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError("database_url: not a URL") from None
    if parsed.drivername == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise UsageError("database_url: takes sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")


def _engine(url: URL) -> Engine:
    if url.drivername == "sqlite":
        return _sqlite(url)
    options = f"-c lock_timeout={_LOCK_SECONDS}s -c timezone=UTC"
    arguments = {"connect_timeout": 2, "options": options, "application_name": "linkgraph"}
    return create_engine(url, connect_args=arguments, pool_pre_ping=True, **_POOL)


def _sqlite(url: URL) -> Engine:
    path = Path(str(url.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # It holds who read what: for its owner only. The files of the log inherit that.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise CaseworkError(f"the casework database cannot be opened: {type(error).__name__}") from None
    engine = create_engine(url, connect_args={"timeout": _LOCK_SECONDS}, **_POOL)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(raw: Any, record: object) -> None:
    # The driver would begin transactions where it sees fit; they are begun below.
    raw.isolation_level = None
    # FULL: what was acknowledged survives a power cut too.
    # secure_delete: what was deleted is overwritten, not just given free.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    raw: Any = connection.connection.dbapi_connection
    if connection.get_execution_options().get(_READS, False):
        raw.execute("BEGIN")
        return
    # SQLite's own waiting looks ever more rarely, up to ten times a second: among busy writers one may starve.
    raw.execute("PRAGMA busy_timeout=0")
    give_up = time.monotonic() + _LOCK_SECONDS
    try:
        while not _took_lock(raw, time.monotonic() < give_up):
            time.sleep(_LOOK_SECONDS)
    finally:
        raw.execute(f"PRAGMA busy_timeout={_LOCK_SECONDS * 1_000}")


def _took_lock(raw: Any, patient: bool) -> bool:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if patient and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        if int((connection.dialect.server_version_info or (0,))[0]) < _OLDEST_POSTGRES:
            raise CaseworkError(f"the casework database needs PostgreSQL {_OLDEST_POSTGRES} or newer")
        connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)

    def steps(revision: Any, context: object) -> Any:
        return scripts._upgrade_revs("head", revision)  # as Alembic's own documentation has it

    try:
        with EnvironmentContext(config, scripts, fn=steps) as environment:
            environment.configure(connection=connection, target_metadata=METADATA)
            environment.run_migrations()
    except CommandError:
        raise CaseworkError("the casework database was made by a newer version of linkgraph") from None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        raise CaseworkError(f"the casework database cannot be used: {cause}") from None
