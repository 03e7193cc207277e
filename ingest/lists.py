"""Look-up lists kept in the home folder: every version that was imported, with name, source, date and licence.

A version is one Parquet file `lists/NAME/DATE.parquet`, written once and never changed. Entries hold what is looked up:
numbers of addresses, text of networks, domains and crypto addresses, and tokens where the value would be an identifier.
"""

import datetime
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.list_files import Entry, Parsed, read_files
from ingest.list_format import ListFormat, read_formats
from ingest.normalize import Normalizer
from linkgraph.errors import InputError

ENTRIES = pa.schema(
    {
        "matcher": pa.string(),
        "class": pa.string(),
        "key": pa.string(),
        "low": pa.uint64(),
        "high": pa.uint64(),
        "chain": pa.string(),
    }
)
_EPOCH = datetime.date(1970, 1, 1)
_STAMP = b"list"


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One version of a list. date: as of which day it is true (ISO); ignored: rows left out on purpose, by reason."""

    name: str
    date: str
    source: str
    licence: str
    classes: dict[str, int]
    entries: int
    ignored: dict[str, int]
    digest: str
    imported: bool = True

    @property
    def known_at(self) -> int:
        """From when on it holds, epoch microseconds."""
        return (datetime.date.fromisoformat(self.date) - _EPOCH).days * 86_400_000_000

    @property
    def line(self) -> str:
        """The version in words."""
        words = [
            f"{self.name} of {self.date}: {'taken' if self.imported else 'held already'}, {self.entries:,} entries"
        ]
        words += [", ".join(f"{name} {count:,}" for name, count in self.classes.items())]
        words += [f"{sum(self.ignored.values()):,} rows left out"] if self.ignored else []
        return "; ".join(words)

    def age_days(self, now: int) -> int:
        """Days since its date; `now` in epoch microseconds."""
        return (now - self.known_at) // 86_400_000_000


def import_lists(description: Path, home: Path, normalizer: Normalizer) -> list[ListVersion]:
    """Take every list that a TOML file describes; a version that is held already is left (`imported` False).

    InputError names the first list that cannot be read; nothing is taken then. UsageError for a bad description.
    """
    read = [(entry, _files(description, entry)) for entry in read_formats(description)]
    made = [_version(entry, paths, normalizer) for entry, paths in read]
    fresh = [_is_new(home, version) for version, _ in made]
    for (version, table), new in zip(made, fresh, strict=True):
        if new:
            _keep(home, version, table)
    return [_with(version, imported=new) for (version, _), new in zip(made, fresh, strict=True)]


def held_lists(home: Path) -> list[ListVersion]:
    """Every version held, by name and date."""
    return [_described(path) for path in sorted((home / "lists").glob("*/*.parquet"))]


def newest_lists(home: Path, now: int) -> list[dict[str, Any]]:
    """The newest version of every list and how old it is; `now` in epoch microseconds."""
    held = held_lists(home)
    newest = {version.name: version for version in held}
    return [
        {
            "name": version.name,
            "date": version.date,
            "age_days": version.age_days(now),
            "entries": version.entries,
            "versions": sum(each.name == version.name for each in held),
        }
        for version in newest.values()
    ]


def read_entries(home: Path, version: ListVersion) -> pa.Table:
    """What a version names, by `ENTRIES`."""
    return pq.read_table(_path(home, version))


def _files(description: Path, entry: ListFormat) -> list[Path]:
    folder = description.parent
    found = sorted(folder.glob(entry.file)) if not Path(entry.file).is_absolute() else [Path(entry.file)]
    if not found or not all(path.is_file() for path in found):
        raise InputError(f"{folder / entry.file}: list {entry.name} has no such file")
    return found


def _version(entry: ListFormat, paths: list[Path], normalizer: Normalizer) -> tuple[ListVersion, pa.Table]:
    parsed = read_files(paths, entry)
    table = _table(parsed, normalizer)
    counts = {row["values"]: row["counts"] for row in table["class"].value_counts().to_pylist()}
    if len(table) < len(parsed.entries):
        parsed.ignored["duplicate"] = parsed.ignored.get("duplicate", 0) + len(parsed.entries) - len(table)
    digest = hashlib.sha256(json.dumps([entry.model_dump(mode="json", exclude={"file"}), table.to_pylist()]).encode())
    version = ListVersion(
        name=entry.name,
        date=entry.date.isoformat(),
        source=entry.source,
        licence=entry.licence,
        classes=dict(sorted(counts.items())),
        entries=len(table),
        ignored=dict(sorted(parsed.ignored.items())),
        digest=digest.hexdigest()[:16],
    )
    return version, table


def _table(parsed: Parsed, normalizer: Normalizer) -> pa.Table:
    """Entries as they are looked up, each once, sorted."""
    keys = _keys(parsed.entries, normalizer)
    rows = {
        (each.matcher, each.name, key, each.low, each.high, each.chain)
        for each, key in zip(parsed.entries, keys, strict=True)
    }
    columns = list(zip(*sorted(rows), strict=True))
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, ENTRIES, strict=True)], ENTRIES)


def _keys(entries: Sequence[Entry], normalizer: Normalizer) -> list[str]:
    """The keys in the spelling they are looked up by: addresses in that of their chain family, values as tokens."""
    matchers = {entry.matcher for entry in entries} - {"ipv4", "ipv6", "asn", "domain"}
    keys = [entry.key for entry in entries]
    for matcher in matchers:
        places = [place for place, entry in enumerate(entries) if entry.matcher == matcher]
        values = pa.array([keys[place] for place in places])
        for place, key in zip(places, _spelled(matcher, values, normalizer), strict=True):
            if key is None:
                raise InputError(f"{entries[place].where}: no value of kind {matcher}")
            keys[place] = key
    return keys


def _spelled(matcher: str, values: pa.Array, normalizer: Normalizer) -> list[str | None]:
    found = (
        normalizer.call("wallet_address", {"value": values})
        if matcher == "wallet"
        else normalizer.read(matcher, values)["value"]
    )
    spelled: list[str | None] = found.to_pylist()
    return spelled


def _is_new(home: Path, version: ListVersion) -> bool:
    path = _path(home, version)
    if not path.exists():
        return True
    if _described(path).digest == version.digest:
        return False
    raise InputError(f"list {version.name} of {version.date} is held with other content: give the new one its own date")


def _keep(home: Path, version: ListVersion, table: pa.Table) -> None:
    path = _path(home, version)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    stamp = json.dumps(asdict(version), sort_keys=True).encode()
    pq.write_table(table.replace_schema_metadata({_STAMP: stamp}), beside, compression="zstd")
    beside.replace(path)


def _described(path: Path) -> ListVersion:
    try:
        return ListVersion(**json.loads(pq.read_schema(path).metadata[_STAMP]))
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a list that was imported: {type(error).__name__}") from None


def _path(home: Path, version: ListVersion) -> Path:
    return home / "lists" / version.name / f"{version.date}.parquet"


def _with(version: ListVersion, *, imported: bool) -> ListVersion:
    return ListVersion(**asdict(version) | {"imported": imported})
