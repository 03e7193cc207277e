"""Writes one run into Neo4j, in batches that may be repeated, beside the run that readers see.

Each attempt takes a new number, `seq`. What the run holds gets `seen = seq`; what is new also `since = seq`, so nobody
sees it before the pointer moves. Of a node that changes, the values readers see are first remembered as `was_*`, then
it is stamped `changed = seq`, then the plain values are written; the steps are kept apart by the pointer's epoch, by
which a reader that straddled two of them knows to read again. A publish that was killed needs no repair: its stamps lie
behind the published number, and the next attempt, of whatever run, ends in the same graph as if it had never been.

One attempt may write at a time, the latest: every batch holds the pointer and checks that it still may.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa

from linkgraph import queries
from linkgraph.errors import StoreError
from linkgraph.model import RunStamp
from linkgraph.store.drift import Sample, differences
from linkgraph.store.neo4j.connection import Connection, Login, Rows
from linkgraph.store.neo4j.spool import Spool
from linkgraph.store.neo4j.view import UnpublishedView
from linkgraph.tables import TABLES

SCHEMA: Final = 3
"""Which statements of `queries/neo4j/schema` a database of ours has seen."""

BATCH: Final = 5000

SAMPLED: Final = 50
"""So many accounts, identifiers and rings are read back before the pointer moves, with all that hangs on them."""

_NODES: Final = ("accounts", "identifiers", "rings")
# Nodes that never change: there or not there, like relationships.
_FIXED_NODES: Final = ("ring_events",)


class Neo4jWriter:
    """Writes one run; see `base.GraphWriter`. Entering it refuses what is not ours before anything is written."""

    def __init__(self, login: Login, run_id: str, batch: int = BATCH) -> None:
        self._login = login
        self._run_id = run_id
        self._batch = batch
        self._sent: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._connection = Connection(self._login, writing=True)
        try:
            self._prepare()
            self._begin()
        except BaseException:
            self._connection.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def write(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Write one table; both ends of a relationship must have been written before it."""
        self._sent[table] = 0
        parts = self._parts(table, batches)
        if table in _FIXED_NODES or (table in _NODES and self._published is None):
            self._write_nodes(table, parts)
        elif table not in _NODES:
            self._write_links(table, parts)
        else:
            self._change_nodes(table, parts)
        return self._sent[table]

    def publish(self, stamp: RunStamp) -> int:
        """Check the counts and a sample of the values, then move the pointer in one transaction."""
        self._check(stamp)
        self._compare()
        counts = sorted(stamp.counts.items())
        self._commit(
            "pointer/switch",
            seq=self._seq,
            as_of=stamp.as_of,
            config_hash=stamp.config_hash,
            cold_start=stamp.cold_start,
            names=[name for name, _ in counts],
            counts=[rows for _, rows in counts],
        )
        return self._sample.size

    def _prepare(self) -> None:
        """Refuse a database that is not ours; give one that is empty its constraints and indexes."""
        [known] = self._connection.read(("pointer/schema", {}))
        if not known and not self._connection.read(("pointer/is_empty", {}))[0][0][0]:
            raise StoreError(
                f"Neo4j at {self._connection.place}: the database holds data that linkgraph did not write; "
                "give it an empty one"
            )
        if known and known[0][0] > SCHEMA:
            raise StoreError(f"Neo4j at {self._connection.place}: a newer version of linkgraph has written this graph")
        if not known or known[0][0] < SCHEMA:
            for name in queries.names("neo4j", "schema"):
                self._connection.alter(name)

    def _begin(self) -> None:
        [[[seq, published]]] = self._connection.write(
            ("pointer/begin", {"run_id": self._run_id, "schema": SCHEMA}), fenced=False
        )
        self._seq: int = seq
        self._published: int | None = published
        # Another sample each time: what one publish does not look at, a later one does.
        self._sample = Sample(seq, SAMPLED)
        self._commit("pointer/forget", seq=seq)
        self._commit("pointer/advance")
        if published is not None:
            self._sweep("links")
            self._sweep("nodes")

    def _sweep(self, what: str) -> None:
        """Delete what no readable run holds; afterwards whatever is met again has been in the published run."""
        stale = self._connection.stream(f"sweep/stale_{what}", published=self._published)
        while rows := list(islice(stale, self._batch)):
            self._commit(f"sweep/delete_{what}", ids=[each for (each,) in rows])

    def _write_nodes(self, table: str, parts: Iterable[pa.RecordBatch]) -> None:
        since = None if self._published is None else self._seq
        for part in parts:
            self._commit(f"build/{table}", rows=part.to_pylist(), seq=self._seq, since=since)

    def _change_nodes(self, table: str, parts: Iterable[pa.RecordBatch]) -> None:
        with Spool(TABLES[table]) as changed:
            for part in parts:
                rows = self._commit(
                    f"remember/{table}", rows=part.to_pylist(), seq=self._seq, published=self._published
                )
                changed.add(part.take(pa.array([at for (at,) in rows], pa.int64())))
            if changed.rows:
                self._commit("pointer/advance")
                for part in changed.batches():
                    self._commit(f"stamp/{table}", rows=part.to_pylist(), seq=self._seq)
                self._commit("pointer/advance")
                self._write_nodes(table, changed.batches())

    def _write_links(self, table: str, parts: Iterable[pa.RecordBatch]) -> None:
        since = None if self._published is None else self._seq
        for part in parts:
            [[found]] = self._commit(f"build/{table}", rows=part.to_pylist(), seq=self._seq, since=since)
            if found != part.num_rows:
                raise StoreError(
                    f"nothing published: {table}: {part.num_rows - found} rows name an account, identifier or ring "
                    "that this run does not hold"
                )

    def _check(self, stamp: RunStamp) -> None:
        missing = sorted(set(TABLES) - set(self._sent))
        if missing:
            raise StoreError(f"nothing published: tables not written: {', '.join(missing)}")
        [counts] = self._connection.stream("build/counts", seq=self._seq)
        stored = dict(zip(queries.load("neo4j", "build/counts").returns, counts, strict=True))
        for table, sent in self._sent.items():
            expected = stamp.counts.get(table)
            if not stored[table] == sent == expected:
                raise StoreError(
                    f"nothing published: {table}: the run has {expected} rows, {sent} were sent,"
                    f" {stored[table]} are stored"
                )

    def _compare(self) -> None:
        found = differences(self._sample, UnpublishedView(self._connection, self._seq))
        if found:
            raise StoreError(
                f"nothing published: {len(found)} of {self._sample.size} rows read back differ from what was sent"
                f" ({found[0]}); publish again, then `linkgraph neo4j check`"
            )

    def _parts(self, table: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows in the table's own schema, at most a batch at a time; refuses a null where none may be."""
        for batch in batches:
            for part in fitted(table, batch).to_batches(max_chunksize=self._batch):
                self._sent[table] += part.num_rows
                self._sample.offer(table, part)
                yield part

    def _commit(self, name: str, **values: Any) -> Rows:
        return self._connection.write(("pointer/fence", {"seq": self._seq}), (name, values))[1]


def fitted(table: str, batch: pa.RecordBatch) -> pa.Table:
    """Rows in the table's own schema; StoreError if they have other columns, or a null where none may be."""
    try:
        return pa.Table.from_batches([batch]).cast(TABLES[table])
    except (pa.ArrowException, ValueError) as error:
        raise StoreError(f"nothing published: {table}: {type(error).__name__} in its columns") from None
