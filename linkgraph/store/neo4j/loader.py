"""Writes one run into a fresh home by Neo4j's offline importer, then puts it in the place of the one in use.

The large tables become Parquet files and go by the importer. Then a server is started in the new home on a port of its
own, and all else is what every publish does: schema, the small tables, counts, a sample read back, the pointer. So the
next nightly publish finds the graph that it would have left itself. Whatever is killed leaves the home in use as it
was; the next attempt starts again, in another fresh home.
"""

import hashlib
import re
import shutil
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph.errors import StoreError, UsageError
from linkgraph.model import RunStamp
from linkgraph.store.drift import Sample
from linkgraph.store.neo4j import shapes
from linkgraph.store.neo4j.connection import Connection, Login, wait_for
from linkgraph.store.neo4j.homes import Place
from linkgraph.store.neo4j.view import Neo4jView
from linkgraph.store.neo4j.writer import BATCH, SAMPLED, SCHEMA, Neo4jWriter, fitted
from linkgraph.store.server import private_text
from linkgraph.tables import TABLES

_LARGE_BATCH: Final = 100_000
_HEAP: Final = "2g"
_OFF_HEAP: Final = "3G"
# Lines of the importer: `(2/4) Relationship import 2026-...`, then dots and shares of the stage.
_STAGE: Final = re.compile(r"^\((\d/\d)\) ([A-Za-z ]+?) \d{4}-")
_SHARE: Final = re.compile(r" (\d+)% ")


@dataclass(frozen=True, slots=True)
class Load:
    """How a home is filled. `configuration`: its `neo4j.conf`, unless the home in use has one; `at`: told each step.

    replaces: stops the server of the home in use when the new one is whole, where it else refuses to begin. starts: a
    server in the end.
    """

    place: Place
    login: Login
    configuration: str
    threads: int
    at: Callable[[str], None] = lambda step: None
    replaces: bool = False
    starts: bool = True

    def refuse_what_is_in_use(self) -> None:
        """StoreError or UsageError unless the home may be replaced, and a server started at its address in the end."""
        self.place.refuse_foreign(SCHEMA)
        self.place.refuse_served(but_ours=self.replaces)
        if self.starts:
            self.place.home.must_listen_at(self.login.place)
        if self.starts and not self.place.home.is_served:
            host, _, port = self.login.place.rpartition(":")
            try:
                socket.create_server((host, int(port))).close()
            except OSError as error:
                raise StoreError(f"no server can be started at {self.login.place}: {error.strerror}") from None


class Neo4jLoader(Neo4jWriter):
    """Loads one run; see `base.GraphWriter`. Entering it refuses a home that is not ours or that is being served."""

    def __init__(self, load: Load, run_id: str) -> None:
        super().__init__(load.login, run_id, batch=_LARGE_BATCH)
        self._load = load
        self._home = load.place.next
        self._files = self._home.path / "import"
        self._build_conf = self._home.path / "build"

    def __enter__(self) -> Self:
        if self._login.user != "neo4j":
            raise UsageError("a fresh Neo4j server knows the user neo4j alone: set NEO4J_USER to it for --full")
        self._load.place.refuse_newer()
        with ExitStack() as stack:
            stack.enter_context(self._load.place.held())
            self._load.refuse_what_is_in_use()
            self._prepare_home()
            self._stack = stack.pop_all()
        self._sample = Sample(1, SAMPLED)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            # Of a load that failed the logs stay, not the gigabytes.
            for name in ("import", "data"):
                shutil.rmtree(self._home.path / name, ignore_errors=True)

    def write(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Keep the rows of one table in a file: a large one as the importer wants it, a small one as it is."""
        self._load.at(f"write {table}")
        try:
            return self._shape(table, batches) if table in shapes.IMPORTED else self._keep(table, batches)
        except OSError as error:
            raise StoreError(f"nothing published: {table} cannot be written: {error.strerror}") from None

    def _keep(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        with pq.ParquetWriter(self._file(table), TABLES[table]) as kept:
            for batch in batches:
                kept.write_table(fitted(table, batch))
                self._sent[table] = self._sent.get(table, 0) + batch.num_rows
        return self._sent.setdefault(table, 0)

    def publish(self, stamp: RunStamp) -> int:
        """Import, finish what any publish does, switch homes, and start a server where readers look."""
        self._import()
        with self._served():
            compared = self._finish(stamp)
        self._load.at("switch")
        for folder in (self._files, self._build_conf):
            shutil.rmtree(folder)
        self._home.finish({"run_id": stamp.run_id, "schema": SCHEMA})
        self._load.place.switch()
        if self._load.starts:
            self._load.at("start")
            self._load.place.home.start()
            wait_for(self._login)
            Neo4jView(self._login, stamp.run_id).close()
        return compared

    def _prepare_home(self) -> None:
        text = self._load.place.prepare_next(self._load.configuration, self._login.password)
        self._port = _free_port()
        self._build_conf.mkdir()
        (self._build_conf / "neo4j.conf").write_text(private_text(text, self._port), encoding="utf-8")

    def _file(self, name: str) -> Path:
        return self._files / f"{name}.parquet"

    def _shape(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        shape, _ = shapes.IMPORTED[table]
        header = shape(pa.RecordBatch.from_pylist([], schema=TABLES[table])).schema
        self._sent[table] = 0
        with (
            pq.ParquetWriter(self._file(table), header) as shaped,
            pq.ParquetWriter(self._file(f"{table}-again"), TABLES[table]) as again,
        ):
            for part in self._parts(table, batches):
                shaped.write_batch(shape(part))
                again.write_batch(part.filter(shapes.has_empty_text(part)))
        return self._sent[table]

    def _import(self) -> None:
        pq.write_table(shapes.pointer(_epoch(self._run_id)), self._file("pointer"))
        report = self._home.path / "logs" / "bad-entries.txt"
        options = [
            "--input-type=parquet",
            "--id-type=string",
            "--bad-tolerance=0",
            f"--threads={self._load.threads}",
            f"--max-off-heap-memory={_OFF_HEAP}",
            f"--report-file={report}",
            f"--nodes={self._file('pointer')}",
            *[f"{option}{self._file(table)}" for table, (_, option) in shapes.IMPORTED.items()],
        ]
        self._home.admin("database", "import", "full", "neo4j", *options, heap=_HEAP, listen=_Import(self._load.at))
        if report.exists() and report.stat().st_size:
            raise StoreError(f"nothing published: the importer left rows out: see {report}")

    @contextmanager
    def _served(self) -> Iterator[None]:
        """A server in the new home, on a port that nobody else knows."""
        self._load.at("start to index")
        login = replace(self._login, uri=f"bolt://127.0.0.1:{self._port}")
        try:
            self._home.start(self._build_conf)
            wait_for(login)
            with closing(Connection(login, writing=True)) as self._connection:
                yield
        finally:
            self._load.at("stop")
            self._home.stop(self._build_conf)

    def _finish(self, stamp: RunStamp) -> int:
        """What every publish does, for what was not imported."""
        self._batch = BATCH
        sample = self._sample
        self._load.at("constraints and indexes")
        self._prepare()
        self._begin()
        self._sample = sample
        for table in shapes.IMPORTED:
            for part in pq.ParquetFile(self._file(f"{table}-again")).iter_batches(BATCH):
                self._commit(f"build/{table}", rows=part.to_pylist(), since=None)
        for table in TABLES:
            if table not in shapes.IMPORTED:
                self._load.at(f"send {table}")
                super().write(table, pq.ParquetFile(self._file(table)).iter_batches())
        self._load.at("verify")
        self._refuse_doubled()
        return super().publish(stamp)

    def _refuse_doubled(self) -> None:
        [counts] = self._connection.stream("check/doubled")
        for table, doubled in zip(("used", "links"), counts, strict=True):
            if doubled:
                raise StoreError(f"nothing published: {table}: {doubled} rows are there twice")


class _Import:
    """Hears the importer, and tells which stage it is in and how far."""

    def __init__(self, at: Callable[[str], None]) -> None:
        self._at = at
        self._stage = ""

    def __call__(self, line: str) -> None:
        stage, share = _STAGE.match(line), _SHARE.search(line)
        if stage:
            self._stage = f"{stage[1]} {stage[2].lower()}"
        if self._stage and (stage or share):
            self._at(f"import {self._stage}{f' {share[1]} %' if share else ''}")


def _epoch(run_id: str) -> int:
    """Where the pointer's epoch begins. A view that stays open while homes are switched must see another one."""
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:6], "big")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
