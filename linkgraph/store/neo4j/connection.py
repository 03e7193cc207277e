"""A connection to a Neo4j server that linkgraph may use, and the one place where the driver's errors become ours.

Every failure is one StoreError of one line: where the server is, what went wrong, never a value or the password. The
chain is cut on purpose, because the server quotes offending values in its messages.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import neo4j
from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError

from linkgraph import queries
from linkgraph.errors import StoreError

OLDEST: Final = (5, 26)
"""The oldest release whose Cypher has what the statements use."""

NEWEST_MAJOR: Final = 5
"""The newest major release that is written to; a newer one may be read."""

_DATABASE: Final = "neo4j"
_SCHEMES: Final = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
_CONNECT_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.3
# A try may give up at a connection that is in use. None comes into use after the first, see `_wrapped`.
_CLOSING_TRIES: Final = 10
# Limits after which the server ends a transaction by itself; they win over the server's own. A reader waits for its
# answer, a stream looks at everything and lasts as long as what is done with its rows.
_READ_SECONDS: Final = 15.0
_BATCH_SECONDS: Final = 60.0
_STREAM_SECONDS: Final = 6 * 3600.0

Step = tuple[str, dict[str, Any]]
Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Login:
    """How to reach a server. `patience`: seconds for which a writer goes on trying when the server is away."""

    uri: str
    user: str
    password: str = field(repr=False)
    patience: float = 30.0

    @property
    def place(self) -> str:
        """Host and port alone, as the address may hold a password; StoreError if it is not one of a Neo4j server."""
        try:
            parts = urlsplit(self.uri)
            if parts.scheme in _SCHEMES and parts.hostname:
                return f"{parts.hostname}:{parts.port or 7687}"
        except ValueError:
            pass
        raise StoreError("NEO4J_URI is not the address of a Neo4j server, as bolt://127.0.0.1:7687 would be")


class Connection:
    """Runs named statements on one server. Opening it fails unless the server answers and has a release we know.

    Safe to share between threads. Statements of one call run in one transaction, which is tried again where that helps.
    """

    def __init__(self, login: Login, *, writing: bool) -> None:
        self.place = login.place
        self._closed = False
        self._since: dict[int, float] = {}
        with self._wrapped("connect"):
            self._driver = neo4j.GraphDatabase.driver(
                login.uri,
                auth=(login.user, login.password),
                connection_timeout=_CONNECT_SECONDS,
                connection_acquisition_timeout=2 * _CONNECT_SECONDS,
                # A reader would rather hear that the server is away. And a driver that is closed while it hangs would
                # open connections again to retry, which nobody closes.
                max_transaction_retry_time=login.patience if writing else 0.0,
                # Until a value has changed its `was_` does not exist, and each read would log a warning of 1 KB.
                notifications_min_severity="OFF",
                telemetry_disabled=True,
            )
        try:
            self._check(writing)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give back what it holds open, at once, even where another thread still waits for an answer: it gets a
        StoreError.

        The driver promises nothing to who closes it under others, but there is no other way to end what hangs. Of what
        it raises then nothing is to be told, but it has to be closed again: else it would go on opening connections.
        """
        self._closed = True
        for _ in range(_CLOSING_TRIES):
            with suppress(Exception):
                self._driver.close()
                return

    def waiting(self, seconds: float) -> int:
        """How many threads have waited for an answer for longer than so many seconds."""
        begun = time.monotonic() - seconds
        return sum(since < begun for since in list(self._since.values()))

    def read(self, *steps: Step) -> list[Rows]:
        """The rows of each statement in turn."""
        with self._wrapped(_named(steps)), self._session() as session:
            return session.execute_read(_READING, steps)

    def ask(self, name: str, **values: Any) -> Rows:
        """The rows of one statement that reads, in one round trip."""
        query = queries.load("neo4j", name)
        text = neo4j.Query(query.text, timeout=_READ_SECONDS)
        with (
            self._wrapped(_named([(name, values)])),
            self._driver.session(database=_DATABASE, default_access_mode=neo4j.READ_ACCESS) as session,
        ):
            return session.run(text, query.bind(values)).values()

    def write(self, *steps: Step, fenced: bool = True) -> list[Rows]:
        """The same, writing; where `fenced`, nothing is written unless the first statement answers a row."""
        with self._wrapped(_named(steps)), self._session() as session:
            return session.execute_write(_WRITING, steps, fenced)

    def alter(self, name: str) -> None:
        """Run a statement that changes the schema, and may last as long as it takes to look at everything."""
        with self._wrapped(_named([(name, {})])), self._session() as session:
            session.execute_write(_ALTERING, ((name, {}),))

    def stream(self, name: str, **values: Any) -> Iterator[list[Any]]:
        """The rows of one statement that may take long, read as the caller goes on; not tried again."""
        query = queries.load("neo4j", name)
        with (
            self._wrapped(_named([(name, values)])),
            self._session() as session,
            session.begin_transaction(timeout=_STREAM_SECONDS) as transaction,
        ):
            for record in transaction.run(query.text, query.bind(values)):
                yield record.values()

    def operators(self, name: str) -> set[str]:
        """The operators by which the server means to run a statement; it is not run, so it takes no values."""
        with self._wrapped(f"plan of {name}"), self._session() as session:
            return set(_operators(session.execute_read(_planned, name)))

    def _session(self) -> neo4j.Session:
        return self._driver.session(database=_DATABASE)

    def _check(self, writing: bool) -> None:
        # Not by a retried transaction: a server that is down is said to be down at once.
        with self._wrapped("connect"):
            self._driver.verify_connectivity()
        [[[versions]]] = self.read(("pointer/version", {}))
        problem = version_problem(versions[0], writing)
        if problem:
            raise StoreError(f"Neo4j at {self.place}: {problem}")

    @contextmanager
    def _wrapped(self, what: str) -> Iterator[None]:
        if self._closed:
            raise StoreError(f"Neo4j at {self.place}: the connection was closed")
        thread = threading.get_ident()
        self._since[thread] = time.monotonic()
        try:
            yield
        except (Neo4jError, DriverError, OSError, ValueError) as error:
            raise StoreError(f"Neo4j at {self.place}: {_reason(error, what)}") from None
        except StoreError:
            raise
        except Exception as error:
            if not self._closed:
                raise
            raise StoreError(f"Neo4j at {self.place}: {_reason(error, what)}") from None
        finally:
            self._since.pop(thread, None)


def _run(transaction: neo4j.ManagedTransaction, steps: tuple[Step, ...], fenced: bool = False) -> list[Rows]:
    answers: list[Rows] = []
    for name, values in steps:
        query = queries.load("neo4j", name)
        answers.append(transaction.run(query.text, query.bind(values)).values())
        if fenced and not answers[0]:
            raise StoreError("nothing published: another publish has taken over this Neo4j store")
    return answers


@neo4j.unit_of_work(timeout=_READ_SECONDS)
def _planned(transaction: neo4j.ManagedTransaction, name: str) -> Any:
    return transaction.run(f"EXPLAIN {queries.load('neo4j', name).text}").consume().plan


def _operators(plan: Any) -> Iterator[str]:
    yield plan["operatorType"].partition("@")[0]
    for child in plan.get("children", []):
        yield from _operators(child)


_READING = neo4j.unit_of_work(timeout=_READ_SECONDS)(_run)
_WRITING = neo4j.unit_of_work(timeout=_BATCH_SECONDS)(_run)
_ALTERING = neo4j.unit_of_work(timeout=_STREAM_SECONDS)(_run)


def wait_for(login: Login, seconds: float = 120.0) -> None:
    """Wait until a server that was just started answers; StoreError if it does not within so many seconds."""
    end = time.monotonic() + seconds
    while True:
        try:
            Connection(login, writing=False).close()
        except StoreError:
            if time.monotonic() > end:
                raise
            time.sleep(_POLL_SECONDS)
        else:
            return


def version_problem(version: str, writing: bool) -> str | None:
    """Why a server of this release is refused, None if it is not."""
    parts = version.split(".")
    if len(parts) < 2 or not all(part.isdigit() for part in parts[:2]):
        return f"cannot tell what release {version!r} is; {OLDEST[0]}.{OLDEST[1]} is needed"
    release = (int(parts[0]), int(parts[1]))
    if release < OLDEST:
        return f"release {version} is too old; {OLDEST[0]}.{OLDEST[1]} is needed"
    if writing and release[0] > NEWEST_MAJOR:
        return f"release {version} is newer than this version of linkgraph writes to; {OLDEST[0]}.{OLDEST[1]} is needed"
    return None


def _named(steps: Iterable[Step]) -> str:
    name, values = list(steps)[-1]
    return f"query {name}({', '.join(values)})"


def _reason(error: Exception, what: str) -> str:
    if isinstance(error, AuthError):
        return "the server refuses this user and password; check NEO4J_USER and NEO4J_PASSWORD"
    if isinstance(error, Neo4jError):
        return f"{what} failed: {error.code}"
    if isinstance(error, ConfigurationError):
        return "the server cannot be used in the way that NEO4J_URI says"
    if isinstance(error, DriverError | OSError):
        return f"the server does not answer ({what}: {type(error).__name__})"
    return f"{what} failed: {type(error).__name__}"
