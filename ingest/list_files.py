"""Reads the files of look-up lists: one reader per form, each giving entries or an error with file and line.

A list is public reference data, so an error may show where it is wrong, and still no value.
"""

import csv
import ipaddress
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.list_format import ListFormat
from linkgraph.errors import InputError

_ASN = re.compile(r"(?:AS)?([0-9]{1,10})", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[^\s@/.]+\.)+[^\s@/.]+")
_HALF = 64  # an IPv6 address links by its first half, so it is looked up by that


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `matcher`: ipv4, ipv6, asn, wallet, domain, or a kind. Ranges have both ends, others a key.

    where: file and line.
    """

    matcher: str
    name: str
    key: str = ""
    low: int = 0
    high: int = 0
    chain: str = ""
    where: str = ""


@dataclass(slots=True)
class Parsed:
    """Entries in the order of the files; `ignored`: rows left out on purpose, by reason or label."""

    entries: list[Entry] = field(default_factory=list)
    ignored: dict[str, int] = field(default_factory=dict)

    def leave(self, why: str) -> None:
        """Count a row that is left out."""
        self.ignored[why] = self.ignored.get(why, 0) + 1


def read_files(paths: list[Path], wanted: ListFormat) -> Parsed:
    """All entries of a list; InputError names the file and line of the first that cannot be one."""
    parsed = Parsed()
    for path in paths:
        before = len(parsed.entries)
        _READERS[wanted.form](path, wanted, parsed)
        if len(parsed.entries) == before and not parsed.ignored:
            raise InputError(f"{path}: line 1: the list is empty")
    if not parsed.entries:
        raise InputError(f"{paths[0]}: no row has a label of list {wanted.name}")
    if wanted.form == "ip":
        _check_overlap(parsed)
    return parsed


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with content, comments cut off."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                text = line.partition("#")[0].strip()
                if text:
                    yield number, text
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {type(error).__name__}") from None


def _read_ips(path: Path, wanted: ListFormat, parsed: Parsed) -> None:
    for line, text in _lines(path):
        parsed.entries.append(_range(f"{path}: line {line}", text, wanted.name_of_class))


def _check_overlap(parsed: Parsed) -> None:
    """InputError if two different ranges overlap; the same range twice is one."""
    ordered = sorted(parsed.entries, key=lambda entry: (entry.matcher, entry.low, entry.high))
    for before, after in itertools.pairwise(ordered):
        same = (before.low, before.high) == (after.low, after.high)
        if before.matcher == after.matcher and after.low <= before.high and not same:
            raise InputError(f"{after.where}: range overlaps that of {before.where}")


def _range(where: str, text: str, name: str) -> Entry:
    try:
        first, _, last = text.partition("-")
        if last:
            low, high = ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
        else:
            network = ipaddress.ip_network(text)
            low, high = network[0], network[-1]
        if low.version != high.version or int(low) > int(high):
            raise ValueError
    except ValueError:
        raise InputError(f"{where}: neither an address nor a range of addresses") from None
    if not (low.is_global and high.is_global):
        raise InputError(f"{where}: range of private or reserved addresses")
    shift = 0 if low.version == 4 else _HALF
    return Entry(f"ipv{low.version}", name, low=int(low) >> shift, high=int(high) >> shift, where=where)


def _read_asns(path: Path, wanted: ListFormat, parsed: Parsed) -> None:
    for line, text in _lines(path):
        found = _ASN.fullmatch(text)
        if not found:
            raise InputError(f"{path}: line {line}: not the number of a network (AS64496)")
        parsed.entries.append(Entry("asn", wanted.name_of_class, key=found.group(1), where=f"{path}: line {line}"))


def _read_domains(path: Path, wanted: ListFormat, parsed: Parsed) -> None:
    for line, text in _lines(path):
        if not _DOMAIN.fullmatch(text):
            raise InputError(f"{path}: line {line}: not a domain")
        parsed.entries.append(
            Entry("domain", wanted.name_of_class, key=text.lower().rstrip("."), where=f"{path}: line {line}")
        )


def _read_values(path: Path, wanted: ListFormat, parsed: Parsed) -> None:
    for line, text in _lines(path):
        parsed.entries.append(Entry(wanted.kind, wanted.name_of_class, key=text, where=f"{path}: line {line}"))


def _read_addresses(path: Path, wanted: ListFormat, parsed: Parsed) -> None:
    """Crypto addresses of a table; with `labels`, the class is that of the row's label; other labels are counted."""
    named = {label: name for name, labels in wanted.labels.items() for label in labels}
    for line, row in _rows(path, wanted):
        address, label = row[wanted.address].strip(), row[wanted.label].strip() if wanted.label else ""
        name = named.get(label, "") if wanted.label else wanted.name_of_class
        if not name:
            parsed.leave(f"label {label}")
        elif not address:
            parsed.leave("no address")
        elif any(mark in address for mark in " :,;"):
            raise InputError(f"{path}: line {line}: not an address")
        else:
            chain = row[wanted.chain].strip().lower() if wanted.chain else ""
            parsed.entries.append(Entry("wallet", name, key=address, chain=chain, where=f"{path}: line {line}"))


def _rows(path: Path, wanted: ListFormat) -> Iterator[tuple[int, dict[str, str]]]:
    columns = [name for name in (wanted.address, wanted.chain, wanted.label) if name]
    try:
        names, rows = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read: {type(error).__name__}") from None
    missing = [name for name in columns if name not in names]
    if missing:
        raise InputError(f"{path}: line 1: missing column {', '.join(missing)}")
    for line, row in rows:
        if any(row.get(name) is None for name in columns):
            raise InputError(f"{path}: line {line}: a value is missing")
        yield line, row


def _parquet(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    table = pq.read_table(path)
    texts = pa.table({name: table[name].cast(pa.string()) for name in table.column_names})
    return texts.column_names, list(enumerate(texts.to_pylist(), 1))


def _csv(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        return list(reader.fieldnames or ()), [(reader.line_num, row) for row in reader]


_READERS: dict[str, Callable[[Path, ListFormat, Parsed], None]] = {
    "ip": _read_ips,
    "asn": _read_asns,
    "email_domain": _read_domains,
    "address": _read_addresses,
    "value": _read_values,
}
