"""Ingest from end to end: each file is read in chunks, shaped, and committed to the ledger as a whole or not at all."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from ingest.delimited import CsvReader, JsonLinesReader
from ingest.mapping import read_maps
from ingest.normalize import Keep, Normalizer
from ingest.observations import NOTHING, Shaper, earliest
from ingest.pseudonyms import read_keys
from ingest.readers import ParquetReader, Reader, content_digest
from ingest.records import RECORDS
from ingest.registry import Registry, class_rows, open_registry
from ingest.rejects import RejectFile
from ingest.reports import FileReport
from ingest.sources import Choice, SourceFile, find_sources
from ingest.values import ColumnReader
from linkgraph.errors import InputError
from linkgraph.ledger import Ledger
from linkgraph.settings import Settings

Progress = Callable[[FileReport], None]
# Opened for a file, by its digest: takes what is behind its tokens, and forgets it again if the file is refused.
Vault = Callable[[str], AbstractContextManager[Keep]]

_UNKNOWN_AT_MOST = 50  # unknown columns shown: in JSON Lines every row can bring a new one
_SHOWN = 100  # characters of a column's name


def ingest(
    paths: Sequence[Path],
    settings: Settings,
    now: int,
    feed: str | None = None,
    columns: Path | None = None,
    progress: Progress | None = None,
) -> list[FileReport]:
    """`take_files` without a vault. feed: the feed of every file, where their names do not say it. columns: a map of
    foreign columns.
    """
    choice = Choice(feed, tuple(read_maps(columns)) if columns else ())
    return take_files(paths, settings, now, choice, progress or _nobody)


def take_files(
    paths: Sequence[Path],
    settings: Settings,
    now: int,
    choice: Choice,
    progress: Progress,
    vault: Vault | None = None,
) -> list[FileReport]:
    """Read files, or folders of files, into the ledger; one report per file, in order.

    now: the clock, epoch microseconds. progress: called with the state of a file after each chunk and at its end.
    vault: opened for each file by its digest, it takes the values behind the tokens; what it raises is raised here.

    Every file is tried, whatever became of the others. InputError at the end names each refused file; `progress` has
    had all reports by then. UsageError, before anything is read, for an unknown feed, a bad map or bad keys.
    """
    sources = list(find_sources(paths, choice))
    keys, lists = read_keys(settings.keys_file, settings.home), open_registry(settings.home)
    normalizer = Normalizer(keys, settings.memory_limit, settings.threads, lists)
    work = _Work(settings, normalizer, lists, now, progress, vault)
    try:
        reports = [work.take(source) for source in sources]
    finally:
        normalizer.close()
    refused = [report.error for report in reports if report.status == "refused"]
    if len(refused) == 1:
        raise InputError(refused[0])
    if refused:
        raise InputError(f"{len(refused)} of {len(reports)} files refused: {'; '.join(refused)}")
    return reports


def _nobody(report: FileReport) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What all files of one call share."""

    settings: Settings
    normalizer: Normalizer
    lists: Registry
    now: int
    progress: Progress
    vault: Vault | None

    def take(self, source: SourceFile | FileReport) -> FileReport:
        """Ingest one file; a refusal becomes its report."""
        report = source if isinstance(source, FileReport) else self._ingest(source)
        self.progress(report)
        return report

    def _ingest(self, source: SourceFile) -> FileReport:
        report = FileReport(source.path, source.feed)
        try:
            digest = content_digest(source.path, source.feed, source.mapping.model_dump_json())
            report = replace(report, digest=digest)
            ledger = Ledger(self.settings.ledger_folder)
            if ledger.contains(source.feed, digest):
                return replace(report, status="duplicate", note="the same file was taken before")
            return self._commit(source, report, ledger)
        except InputError as error:
            return replace(report, status="refused", error=str(error))

    def _commit(self, source: SourceFile, report: FileReport, ledger: Ledger) -> FileReport:
        listed = self.settings.home / "rejects" / f"{report.digest}.jsonl"
        with RejectFile(listed, str(source.path)) as rejects:
            reading = _Reading(source, report, rejects, self, _Unknown(self.normalizer))
            try:
                with self._keeping(report.digest):
                    ledger.append(
                        source.feed, report.digest, reading.batches(), reading.classes if self.lists else None
                    )
            except InputError as error:
                return replace(reading.report, status="refused", error=str(error))
        note = reading.report.note if reading.report.rows else "no rows"
        return replace(reading.report, status="committed", note=note)

    @contextmanager
    def _keeping(self, digest: str) -> Iterator[None]:
        with self.vault(digest) if self.vault else nullcontext() as keep, self.normalizer.keeping(keep):
            yield

    def reader(self, source: SourceFile) -> Reader:
        """The open file."""
        if source.layout == "parquet":
            return ParquetReader(source.path)
        if source.layout == "csv":
            return CsvReader(source.path, source.codec)
        theirs = source.mapping.theirs
        amounts = [field.name for field in RECORDS[source.feed].fields if field.form == "amount"]
        return JsonLinesReader(source.path, source.codec, self.normalizer, [theirs.get(name, name) for name in amounts])


@dataclass(slots=True)
class _Unknown:
    """Columns of a file that its feed does not have: as many as can be shown, and none that holds a card number."""

    normalizer: Normalizer
    names: set[str] = field(default_factory=set)

    def note(self, given: Iterable[str], known: Iterable[str]) -> None:
        """Keep the names that are not known."""
        new = sorted(set(given) - set(known) - self.names)[: max(0, _UNKNOWN_AT_MOST - len(self.names))]
        if new:
            cards = self.normalizer.call("has_card_number", {"value": pa.array(new)}).to_pylist()
            self.names |= {"(a card number)" if card else name[:_SHOWN] for name, card in zip(new, cards, strict=True)}


@dataclass(slots=True)
class _Reading:
    """One file being read. `report` is its state so far."""

    source: SourceFile
    report: FileReport
    rejects: RejectFile
    work: _Work
    unknown: _Unknown
    ignored: Counter[str] = field(default_factory=Counter)
    undated: int = 0
    listed: list[pa.Table] = field(default_factory=list)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Ledger rows, chunk by chunk; InputError at the end if too many rows were rejected."""
        mapping = self.source.mapping
        columns = ColumnReader(self.work.normalizer, mapping, self.work.now)
        shaper = Shaper(RECORDS[self.source.feed], columns, self.report.digest)
        reader = self.work.reader(self.source)
        wanted = [*dict.fromkeys([*shaper.wanted.values(), *mapping.only])]
        if reader.names is not None:
            self._check_header(reader.names, shaper)
        self.unknown.note(reader.names or (), wanted)
        try:
            for chunk in reader.chunks(wanted):
                self.unknown.note(chunk.keys, wanted)
                shaped = shaper.shape(chunk)
                self.rejects.add(shaped.rejects)
                self.ignored += shaped.ignored
                self.undated += shaped.undated
                self.listed += [shaped.listed] if shaped.listed is not None else []
                self._count(shaped.rows, len(shaped.batch))
                yield shaped.batch
        except InputError as error:
            raise InputError(self._located(str(error))) from None
        except pa.ArrowException as error:
            where = f"{self.source.path}: cannot be read after row {self.report.rows}"
            raise InputError(f"{where}: {type(error).__name__}") from error
        self._check_share()

    def classes(self) -> tuple[str, pa.RecordBatch]:
        """What lists say of the rows read, and the digest of that."""
        digest = hashlib.sha256(f"{self.report.digest}:{self.work.lists.digest}".encode()).hexdigest()[:16]
        found = earliest(pa.concat_tables([NOTHING, *self.listed]))
        return digest, class_rows(self.work.lists, found, self.report.digest)

    def _located(self, message: str) -> str:
        path = str(self.source.path)
        return message if message.startswith(path) else f"{path}: {message}"

    def _check_header(self, names: Sequence[str], shaper: Shaper) -> None:
        """InputError if a column is absent that is required or chosen by, or one of ours is there twice.

        Names of the file are echoed only once one of them is ours.
        """
        wanted = shaper.wanted
        twice = [name for name in wanted.values() if names.count(name) > 1]
        if twice:
            raise InputError(f"{self.source.path}: line 1: column {', '.join(twice)} is there more than once")
        required = [f.name for f in shaper.record.fields if f.required and f.name not in self._given_otherwise()]
        missing = [name for name in required if wanted[name] not in names]
        missing += [name for name in self.source.mapping.only if name not in names]
        if not missing:
            return
        hint = "; the header is one field: is the delimiter a comma?" if len(names) == 1 else ""
        raise InputError(f"{self.source.path}: line 1: missing column {', '.join(missing)}{hint}")

    def _given_otherwise(self) -> set[str]:
        return {*self.source.mapping.defaults, *self.source.mapping.without}

    def _count(self, rows: int, accepted: int) -> None:
        note = f"{self.undated} rows without a time are dated by the clock" if self.undated else ""
        self.report = replace(
            self.report,
            rows=self.report.rows + rows,
            accepted=self.report.accepted + accepted,
            rejected=self.rejects.total,
            reasons=dict(self.rejects.reasons),
            ignored={why: count for why, count in sorted(self.ignored.items()) if count},
            unknown_columns=tuple(sorted(self.unknown.names)),
            rejects_file=self.rejects.path if self.rejects.total else None,
            note=note,
        )
        self.work.progress(self.report)

    def _check_share(self) -> None:
        bound = self.work.settings.reject_share
        if self.report.rows and self.rejects.total / self.report.rows > bound:
            share = f"{self.rejects.total} of {self.report.rows} rows rejected, more than {bound:.1%}"
            raise InputError(f"{self.source.path}: {share}: {self.rejects.summary()}")
