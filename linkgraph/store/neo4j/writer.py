"""Writes one run into Neo4j: what changed since the run that readers see, in batches that may be repeated.

Each attempt takes a new number, `seq`. What is new gets `since = seq`, what ends `until = seq`, so readers of the
published number see neither before the pointer moves. Of a node that changes, those values that do (and each that may
be absent, since absence cannot tell) are first remembered as `was_*`, then it is stamped `changed = seq`, then the
plain values are written; the steps are kept apart by the pointer's epoch, by which a reader that straddled two of them
knows to read again. What did not change is not touched and carries no stamp.

A publish that was killed needs no repair: its stamps lie behind the published number, and the next attempt, of whatever
run, begins by cleaning: values back, stamps off, what was new or has ended deleted. Then the graph holds the published
run and nothing else, until the attempt writes. The run before can be read, and gone back to, until that cleaning.

One attempt may write at a time, the latest: every batch holds the pointer and checks that it still may.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from linkgraph import queries
from linkgraph.errors import StoreError
from linkgraph.model import RunStamp
from linkgraph.store.delta import Changed, Changes, Differ
from linkgraph.store.drift import Sample, differences
from linkgraph.store.neo4j.connection import Connection, Login, Rows
from linkgraph.store.neo4j.spool import Spool
from linkgraph.store.neo4j.view import UnpublishedView
from linkgraph.tables import TABLES

SCHEMA: Final = 5
"""Which statements of `queries/neo4j/schema` a database of ours has seen."""

OLDEST_SCHEMA: Final = 4
"""The oldest graph that this version goes on with; before it every row carried a stamp of the last publish."""

BATCH: Final = 5000

SAMPLED: Final = 50
"""So many accounts, identifiers and rings are read back before the pointer moves, with all that hangs on them."""

_READ: Final = 50_000

# Tables whose rows are nodes with values that may change; those of others are there or not.
_CHANGING: Final = ("accounts", "identifiers", "rings")

# From a run's id and a table to its Parquet file; None where this machine does not have that run.
TableOf = Callable[[str, str], Path | None]


def nowhere(run_id: str, table: str) -> None:
    """No run is at hand: what the graph holds is read back from it."""


class Neo4jWriter:
    """Writes one run; see `base.GraphWriter`. Entering it refuses what is not ours before anything is written. The run
    before the published one is still there: publishing that one goes back to it.

    table_of: where the rows of the published run are; without them the graph itself is read, which takes longer and
    also undoes what hands have changed. changed: rows written so far.
    """

    def __init__(self, login: Login, run_id: str, table_of: TableOf = nowhere, batch: int = BATCH) -> None:
        self._login = login
        self._run_id = run_id
        self._table_of = table_of
        self._batch = batch
        self._sent: dict[str, int] = {}
        self._back: int | None = None
        self.changed = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._connection = Connection(self._login, writing=True)
            stack.callback(self._connection.close)
            self._differ = stack.enter_context(Differ())
            self._prepare()
            self._back = self._run_before()
            if self._back is None:
                self._begin()
                self._clean()
            else:
                self._sample = Sample(self._back, SAMPLED)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def write(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Write what changed of one table; both ends of a relationship must have been written before it."""
        self._sent[table] = 0
        parts = self._parts(table, batches)
        if self._back is not None:
            # The graph holds them still; they are read for their number and for the sample.
            for _ in parts:
                pass
        elif self._published is None:
            self._add(table, parts)
        else:
            changes = self._differ.compare(table, TABLES[table], self._before(table), parts)
            (self._change if table in _CHANGING else self._exchange)(table, changes)
        return self._sent[table]

    def publish(self, stamp: RunStamp) -> int:
        """Check the counts and a sample of the values, then move the pointer in one transaction."""
        at = self._seq if self._back is None else self._back
        self._check(stamp, at)
        self._compare(at)
        if self._back is None:
            self._switch(stamp)
        else:
            self._go_back()
        return self._sample.size

    def _prepare(self) -> None:
        """Refuse a database that is not ours; give one that is empty its constraints and indexes."""
        [known] = self._connection.read(("pointer/schema", {}))
        schema = known[0][0] if known else None
        if schema is None and not self._connection.read(("pointer/is_empty", {}))[0][0][0]:
            raise StoreError(
                f"Neo4j at {self._connection.place}: the database holds data that linkgraph did not write; "
                "give it an empty one"
            )
        if schema and schema > SCHEMA:
            raise StoreError(f"Neo4j at {self._connection.place}: a newer version of linkgraph has written this graph")
        if schema and schema < OLDEST_SCHEMA:
            raise StoreError(
                f"Neo4j at {self._connection.place}: an earlier version of linkgraph has written this graph; "
                "give it an empty database, or publish with --full"
            )
        if not schema or schema < SCHEMA:
            for name in queries.names("neo4j", "schema"):
                self._connection.alter(name)

    def _run_before(self) -> int | None:
        """The number of the other run that can be read, if that is the one to publish; None if it is published."""
        [held] = self._connection.read(("pointer/held", {}))
        if held and held[0][1] == self._run_id:
            return None
        return next((seq for seq, run_id in held[1:] if run_id == self._run_id), None)

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

    def _clean(self) -> None:
        """Leave nothing but the published run, as plain values without stamps. Who reads it notices nothing."""
        if self._published is None:
            self._each("sweep/delete_nodes", self._found("sweep/unpublished"))
            return
        for table in _CHANGING:
            self._each(f"restore/{table}", self._found(f"later/{table}", published=self._published))
        changed = self._found("sweep/changed_nodes", published=self._published)
        self._commit("pointer/advance")
        self._each("sweep/settle_nodes", changed)
        self._commit("pointer/advance")
        self._each("sweep/forget_nodes", changed)
        for what in ("links", "nodes"):
            self._each(f"sweep/delete_{what}", self._found(f"sweep/stale_{what}", published=self._published))
            self._each(f"sweep/free_{what}", self._found(f"sweep/stamped_{what}", published=self._published))

    def _found(self, name: str, **values: Any) -> list[str]:
        return [each for (each,) in self._connection.stream(name, **values)]

    def _each(self, name: str, ids: list[str]) -> None:
        for first in range(0, len(ids), self._batch):
            self._commit(name, ids=ids[first : first + self._batch])

    def _before(self, table: str) -> Path | Iterator[pa.RecordBatch]:
        """The rows of the published run, from its folder, else from the graph, which is clean."""
        [held] = self._connection.read(("pointer/held", {}))
        path = self._table_of(held[0][1], table)
        return path if path is not None and pq.read_schema(path).equals(TABLES[table]) else self._held(table)

    def _held(self, table: str) -> Iterator[pa.RecordBatch]:
        rows = self._connection.stream(f"held/{table}")
        while part := list(islice(rows, _READ)):
            columns = zip(*part, strict=True)
            yield pa.RecordBatch.from_arrays(
                [pa.array(each, field.type) for each, field in zip(columns, TABLES[table], strict=True)],
                schema=TABLES[table],
            )

    def _change(self, table: str, changes: Changes) -> None:
        """Nodes: new ones are added, those with other values keep both for a night, those that went are ended."""
        with Spool(TABLES[table]) as changed:
            for part in changes.changed(self._batch):
                self._add(table, [part.new])
                self._remember(table, part)
                changed.add(part.now)
            if changed.rows:
                self._commit("pointer/advance")
                for now in changed.batches():
                    self._commit(f"stamp/{table}", rows=_rows(f"stamp/{table}", now), seq=self._seq)
                self._commit("pointer/advance")
                self._add(table, changed.batches())
        self._end(table, changes.ended(self._batch))

    def _exchange(self, table: str, changes: Changes) -> None:
        """Relationships and events never change: one with other values is another one."""
        self._end(table, changes.gone(self._batch))
        self._add(table, changes.come(self._batch))

    def _remember(self, table: str, part: Changed) -> None:
        rows = part.was.to_pylist()
        for row, now in zip(rows, part.now.to_pylist(), strict=True):
            row["kept"] = {name: value for name, value in row.items() if value != now[name]}
        if rows and (other := self._commit(f"remember/{table}", rows=rows)):
            name = part.was.column(0)[other[0][0]].as_py()
            raise StoreError(
                f"nothing published: {table} {name}: not as it was published{_and_more(len(other))}; `linkgraph neo4j"
                " check` says what hands have changed, `linkgraph publish` writes the run's values over it"
            )

    def _add(self, table: str, parts: Iterable[pa.RecordBatch]) -> None:
        since = None if self._published is None else self._seq
        for part in self._cut(parts):
            found = self._commit(f"build/{table}", rows=part.to_pylist(), since=since)
            self.changed += part.num_rows
            if found and found[0][0] != part.num_rows:
                raise StoreError(
                    f"nothing published: {table}: {part.num_rows - found[0][0]} rows name an account, identifier or "
                    "ring that this run does not hold"
                )

    def _cut(self, parts: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """In batches that one transaction takes."""
        for part in parts:
            yield from (part.slice(at, self._batch) for at in range(0, part.num_rows, self._batch))

    def _end(self, table: str, parts: Iterable[pa.RecordBatch]) -> None:
        for part in self._cut(parts):
            [[found]] = self._commit(f"end/{table}", rows=_rows(f"end/{table}", part), seq=self._seq)
            self.changed += part.num_rows
            if found != part.num_rows:
                raise StoreError(
                    f"nothing published: {table}: {part.num_rows - found} rows of the published run are not in the "
                    "graph; `linkgraph neo4j check` says more, `linkgraph publish` reads the graph and mends it"
                )

    def _check(self, stamp: RunStamp, seq: int) -> None:
        missing = sorted(set(TABLES) - set(self._sent))
        if missing:
            raise StoreError(f"nothing published: tables not written: {', '.join(missing)}")
        self._refuse_dangling()
        [counts] = self._connection.stream("check/counts", seq=seq)
        stored = dict(zip(queries.load("neo4j", "check/counts").returns, counts, strict=True))
        for table, sent in self._sent.items():
            expected = stamp.counts.get(table)
            if not stored[table] == sent == expected:
                raise StoreError(
                    f"nothing published: {table}: the run has {expected} rows, {sent} were sent,"
                    f" {stored[table]} are stored"
                )

    def _refuse_dangling(self) -> None:
        if self._back is not None or self._published is None:
            return
        self._commit("end/turned", seq=self._seq)
        [counts] = self._connection.stream("check/dangling", seq=self._seq)
        for table, rows in zip(queries.load("neo4j", "check/dangling").returns, counts, strict=True):
            if rows:
                raise StoreError(
                    f"nothing published: {table}: {rows} rows name an account, identifier or ring that this run does"
                    " not hold"
                )

    def _compare(self, seq: int) -> None:
        found = differences(self._sample, UnpublishedView(self._connection, seq))
        if found:
            raise StoreError(
                f"nothing published: {len(found)} of {self._sample.size} rows read back differ from what was sent"
                f" ({found[0]}); publish again, then `linkgraph neo4j check`"
            )

    def _switch(self, stamp: RunStamp) -> None:
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

    def _go_back(self) -> None:
        """The two runs change places. The graph is cleaned of the other one by the next publish, of whatever run."""
        [found] = self._connection.write(("pointer/back", {"run_id": self._run_id}), fenced=False)
        if not found:
            raise StoreError("nothing published: another publish has taken over this Neo4j store")

    def _parts(self, table: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows in the table's own schema, counted and sampled; refuses a null where none may be."""
        for batch in batches:
            for part in fitted(table, batch).to_batches():
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


def _rows(name: str, part: pa.RecordBatch) -> list[dict[str, Any]]:
    """Rows as that statement takes them: the columns that it reads, since what is sent costs as much as what is set."""
    rows: list[dict[str, Any]] = part.select(_read_by(name)).to_pylist()
    return rows


@cache
def _read_by(name: str) -> list[str]:
    return sorted(set(re.findall(r"\brow\.(\w+)", queries.load("neo4j", name).text)))


def _and_more(rows: int) -> str:
    return f" (and {rows - 1} more)" if rows > 1 else ""
