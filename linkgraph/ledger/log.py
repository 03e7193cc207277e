"""Append-only Delta tables, one per feed, one commit per ingested file.

A file's rows are written beside the table first and become visible by a single Delta commit that also records the
file's digest as a transaction id. Killed before the commit, the file is wholly out (its data file is overwritten by the
next try); killed after it, the file is wholly in, and the same file again is a no-op.
"""

import fcntl
import json
import os
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, create_table_with_add_actions

from linkgraph.errors import LedgerError
from linkgraph.ledger.schema import CLASSES, FEEDS, TABLES, TIME, Feed

_FALSELY = 0.05  # how often a filter lets pass what is not there: a byte per row, for each column that has one
_ROWS_TOGETHER = 65_536  # few enough that tokens of one column fit a dictionary, and that readers pass over most
_ROWS_PER_FILE = 8_000_000  # keeps one data file near 0.5 GB, so that readers can prune and parallelise


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One committed data file. `digest` names the ingested file; known times in epoch microseconds."""

    feed: str
    digest: str
    path: Path
    rows: int
    oldest_known_at: int
    newest_known_at: int


class Ledger:
    """The tables under `folder`. Reading needs no lock; one process appends at a time, a second is refused."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def contains(self, feed: str, digest: str) -> bool:
        """Whether the file with this digest has been committed to `feed`."""
        table = self._table(feed)
        return table is not None and table.transaction_version(digest) is not None

    def append(
        self,
        feed: str,
        digest: str,
        batches: Iterator[pa.RecordBatch],
        classes: Callable[[], tuple[str, pa.RecordBatch]] | None = None,
    ) -> int:
        """Commit all of `batches` as one file; returns the rows written.

        classes: asked once all batches are written, for what lists say of them, and its digest. That is committed
        first: classes without rows harm nobody, rows without their classes would stay unlisted.

        If the iterator raises, nothing of it becomes visible and the error passes through. A digest that is already in
        the table is not written again (returns 0).
        """
        folder = self._folder / feed
        folder.mkdir(parents=True, exist_ok=True)
        with self._exclusive():
            if self.contains(feed, digest):
                return 0
            written = self._write(feed, digest, _ahead(filter(len, batches)))
            if classes is not None:
                self._add_classes(*classes())
            self._commit(feed, digest, written)
        return sum(json.loads(action.stats)["numRecords"] for action in written)

    def _add_classes(self, digest: str, found: pa.RecordBatch) -> None:
        (self._folder / CLASSES.name).mkdir(exist_ok=True)
        if len(found) and not self.contains(CLASSES.name, digest):
            self._commit(CLASSES.name, digest, self._write(CLASSES.name, digest, iter([found])))

    def _write(self, feed: str, digest: str, batches: Iterator[pa.RecordBatch]) -> list[AddAction]:
        folder = self._folder / feed
        try:
            return list(_write_parts(folder, digest, batches, TABLES[feed]))
        except BaseException as error:
            for part in folder.glob(f"{digest}-*.parquet"):
                part.unlink()
            if isinstance(error, OSError):
                raise LedgerError(f"the ledger table of {feed} cannot be written: {error.strerror}") from error
            raise

    def entries(self, feed: str | None = None) -> list[FileEntry]:
        """Committed data files, of one feed or of all, in order of feed, digest and part."""
        names = [feed] if feed else sorted(TABLES)
        return [entry for name in names for entry in self._entries(name)]

    def files(self, feed: str, as_of: int) -> list[Path]:
        """Data files of `feed` that hold at least one row known by `as_of` (epoch microseconds)."""
        return [entry.path for entry in self._entries(feed) if entry.oldest_known_at <= as_of]

    def parts(self, feed: str, digests: Container[str]) -> list[Path]:
        """Data files of ingested files that are known to be committed, as a run's record says; the log is not read."""
        found = (self._folder / feed).glob("*.parquet")
        return sorted(path for path in found if origin_of(path) in digests)

    def newest_known_at(self) -> int | None:
        """The newest known time in the feeds, epoch microseconds; None while they are empty."""
        return max((entry.newest_known_at for entry in self.entries() if entry.feed in FEEDS), default=None)

    def _table(self, feed: str) -> DeltaTable | None:
        folder = self._folder / feed
        try:
            return DeltaTable(folder) if DeltaTable.is_deltatable(str(folder)) else None
        except (DeltaError, OSError) as error:
            raise LedgerError(f"the ledger table of {feed} cannot be read: {type(error).__name__}") from error

    def _entries(self, feed: str) -> list[FileEntry]:
        table = self._table(feed)
        if table is None:
            return []
        actions = pa.table(table.get_add_actions(flatten=True)).to_pylist()
        entries = [
            FileEntry(
                feed,
                origin_of(Path(action["path"])),
                self._folder / feed / action["path"],
                action["num_records"],
                action["min.known_at"],
                action["max.known_at"],
            )
            for action in actions
        ]
        return sorted(entries, key=lambda entry: entry.path)

    def _commit(self, feed: str, digest: str, written: list[AddAction]) -> None:
        properties = CommitProperties(app_transactions=[Transaction(digest, 1)])
        table = self._table(feed)
        schema = Schema.from_arrow(TABLES[feed].schema)
        try:
            if table is None:
                create_table_with_add_actions(
                    str(self._folder / feed), schema, written, mode="append", commit_properties=properties
                )
            else:
                table.create_write_transaction([*written], "append", schema, commit_properties=properties)
        except DeltaError as error:
            raise LedgerError(f"the commit to the ledger table of {feed} failed: {type(error).__name__}") from error

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self._folder / "writer.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LedgerError("another ingest is writing to this ledger; try again when it is done") from None
            yield


def origin_of(part: Path) -> str:
    """The digest of the ingested file that a data file is a part of."""
    return part.name.rsplit("-", 1)[0]


def _ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches, each made in another thread while the one before it is written."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = maker.submit(next, batches, None)
            yield batch


def _write_parts(folder: Path, digest: str, batches: Iterator[pa.RecordBatch], feed: Feed) -> Iterator[AddAction]:
    """Data files of `_ROWS_PER_FILE` rows (rounded up to a batch), each with the statistics readers prune by."""
    part = 0
    batch = next(batches, None)
    while batch is not None:
        path = folder / f"{digest}-{part}.parquet"
        rows, oldest, newest = 0, batch["known_at"][0].as_py(), batch["known_at"][0].as_py()
        with pq.ParquetWriter(path, feed.schema, **_writing(feed, min(len(batch), _ROWS_TOGETHER))) as writer:
            while batch is not None and rows < _ROWS_PER_FILE:
                writer.write_batch(batch, _ROWS_TOGETHER)
                bounds = pc.min_max(batch["known_at"]).as_py()
                rows, oldest, newest = rows + len(batch), min(oldest, bounds["min"]), max(newest, bounds["max"])
                batch = next(batches, None)
        _sync(path)
        yield _add_action(path, rows, oldest, newest)
        part += 1


def _sync(path: Path) -> None:
    """Wait until the file is on the disk: a commit must not outlive what it names, even if the power fails."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _writing(feed: Feed, rows: int) -> dict[str, Any]:
    """Numbers by their differences, everything else by dictionary; statistics and filters only where readers prune by
    them. `rows`: at most so many go together.
    """
    times = [field.name for field in feed.schema if field.type == TIME]
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [name for name in feed.schema.names if name not in times],
        "column_encoding": dict.fromkeys(times, "DELTA_BINARY_PACKED"),
        # Records are numbered as they come, accounts come in any order.
        "write_statistics": [*times, *(["record"] if feed.record else [])],
        "bloom_filter_options": {name: {"ndv": rows, "fpp": _FALSELY} for name in feed.owners},
    }


def _add_action(path: Path, rows: int, oldest: int, newest: int) -> AddAction:
    stats = {
        "numRecords": rows,
        "minValues": {"known_at": oldest},
        "maxValues": {"known_at": newest},
        "nullCount": {"known_at": 0},
    }
    status = path.stat()
    return AddAction(path.name, status.st_size, {}, int(status.st_mtime * 1000), True, json.dumps(stats))
