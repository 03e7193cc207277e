"""Which files a path means, and for each its feed, its format and the map it is read through."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.mapping import FileMap, maps_for
from ingest.records import RECORDS
from ingest.reports import FileReport
from linkgraph.errors import UsageError

_FORMATS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}
_CODECS = {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}
_SUFFIXES = "csv, jsonl, parquet (csv and jsonl also .gz or .zst)"
_FEED = re.compile(f"(?:{'|'.join(sorted(RECORDS, key=len, reverse=True))})(?![a-z])")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to be read into one feed. `codec` is None, gzip or zstd."""

    path: Path
    feed: str
    layout: str
    codec: str | None
    mapping: FileMap


@dataclass(frozen=True, slots=True)
class Choice:
    """What the call says about all files: their feed, and the maps to read them through."""

    feed: str | None = None
    maps: tuple[FileMap, ...] = ()

    def __post_init__(self) -> None:
        if self.feed is not None and self.feed not in RECORDS:
            raise UsageError(f"there is no feed of that name; feeds: {', '.join(RECORDS)}")


def find_sources(paths: Sequence[Path], choice: Choice) -> Iterator[SourceFile | FileReport]:
    """The files that `paths` mean, in order of name; a report instead for each that is refused or skipped."""
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path, choice)
        elif path.exists():
            yield from _sources(path, [path.parent], choice, whole_folder=False)
        else:
            yield FileReport(path, status="refused", error=f"{path}: no such file")


def _in_folder(folder: Path, choice: Choice) -> Iterator[SourceFile | FileReport]:
    found = 0
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or any(part.startswith((".", "_")) for part in inside.parts):
            continue
        parents = [path.parent, *(parent for parent in path.parent.parents if parent.is_relative_to(folder))]
        for source in _sources(path, parents, choice, whole_folder=True):
            found += isinstance(source, SourceFile) or source.status == "refused"
            yield source
    if not found:
        yield FileReport(folder, status="refused", error=f"{folder}: no file of a known feed ({_SUFFIXES})")


def _sources(
    path: Path, parents: list[Path], choice: Choice, *, whole_folder: bool
) -> Iterator[SourceFile | FileReport]:
    layout, codec = _format(path)
    if layout is None:
        yield _left_out(path, f"unknown suffix; feeds are {_SUFFIXES}", skip=whole_folder)
        return
    if layout == "parquet" and codec:
        yield _left_out(path, "Parquet is compressed inside, not as a whole; decompress it first", skip=False)
        return
    fitting = maps_for(path.name, list(choice.maps)) or [FileMap()]
    for mapping in fitting:
        feed = _feed(path, parents, choice, mapping)
        if feed is None:
            known = "name the file or its folder after a feed, or use --feed"
            yield _left_out(path, f"no feed is known for it; {known}", skip=whole_folder and bool(choice.maps))
        else:
            mapping.check(RECORDS[feed])
            yield SourceFile(path, feed, layout, codec, mapping)


def _left_out(path: Path, why: str, *, skip: bool) -> FileReport:
    return (
        FileReport(path, status="skipped", note=why)
        if skip
        else FileReport(path, status="refused", error=f"{path}: {why}")
    )


def _format(path: Path) -> tuple[str | None, str | None]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    codec = _CODECS.get(suffixes[-1]) if suffixes else None
    if codec:
        suffixes.pop()
    return (_FORMATS.get(suffixes[-1]) if suffixes else None), codec


def _feed(path: Path, parents: list[Path], choice: Choice, mapping: FileMap) -> str | None:
    if choice.feed and mapping.feed and choice.feed != mapping.feed:
        raise UsageError(f"--feed {choice.feed} and the column map's feed {mapping.feed} differ")
    named = choice.feed or mapping.feed
    if named:
        return named
    for name in (path.name, *(parent.name for parent in parents)):
        match = _FEED.match(name)
        if match:
            return match.group()
    return None
