"""Finds what lists say of raw values, before they become tokens: by range for addresses, by key for the rest.

What a value is listed as has a code; a code stands for a set of memberships. Ranges of one version do not overlap, so a
look-up is one binary search per version that brought new entries, and its cost does not grow with the list.
"""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.lists import ListVersion, held_lists, read_entries
from linkgraph.classes import WITHOUT_MEMO
from linkgraph.ledger import CLASSES

# The names that feeds and lists have for one chain; any other name is its own.
CHAINS: tuple[tuple[str, ...], ...] = (
    ("ethereum", "eth", "erc20", "erc-20", "etherscan"),
    ("bsc", "bnb", "bep20", "bep-20", "binance-smart-chain", "bscscan"),
    ("polygon", "matic", "pol", "polygonscan"),
    ("arbitrum", "arb", "arbitrum-one", "arbiscan"),
    ("avalanche", "avax", "avaxc", "avalanche-c", "snowtrace"),
    ("fantom", "ftm", "ftmscan"),
    ("optimism", "op", "optimistic"),
    ("bitcoin", "btc", "xbt"),
    ("tron", "trx", "trc20", "trc-20"),
)
_NAMES = {name: names for names in CHAINS for name in names}
_TAKEN = ("source", "listed_from", "listed_until", "checked")
Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True, order=True)
class Membership:
    """One entry of one list: its class, and the times between which it was on it (None: still is).

    checked: date of the newest version that was held. All times in epoch microseconds.
    """

    list_name: str
    name: str
    source: str
    listed_from: int
    listed_until: int | None
    checked: int


@dataclass(frozen=True, slots=True)
class _Ranges:
    low: NDArray[np.uint64]
    high: NDArray[np.uint64]
    member: Codes


@dataclass(frozen=True, slots=True)
class _Keys:
    keys: pa.Array
    member: int


@dataclass(slots=True)
class Registry:
    """All lists of a home, ready for look-ups from several threads. Without lists it is false and finds nothing."""

    digest: str
    members: list[Membership] = field(default_factory=list)
    ranges: dict[str, list[_Ranges]] = field(default_factory=dict)
    keys: dict[str, list[_Keys]] = field(default_factory=dict)
    sets: list[frozenset[int]] = field(default_factory=lambda: [frozenset()])
    known: dict[frozenset[int], int] = field(default_factory=lambda: {frozenset(): 0})
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __bool__(self) -> bool:
        return bool(self.members)

    def memberships(self, code: int) -> list[Membership]:
        """What a code stands for."""
        return sorted(self.members[place] for place in self.sets[code])

    def codes(self, form: str, answer: pa.Table) -> pa.Array | None:
        """Codes of values read by `form`, from its parts; None if no list speaks of such values."""
        if form == "ip" and self.ranges:
            return self.find_ip(answer["number"].combine_chunks(), answer["version"].combine_chunks())
        if form == "email" and "domain" in self.keys:
            return self.find_domain(answer["domain"].combine_chunks())
        if form == "wallet" and "wallet" in self.keys:
            return self.find_wallet(answer["key"].combine_chunks())
        if form == "asn" and "asn" in self.keys:
            return self.find("asn", answer["key"].combine_chunks())
        return self.find(form, answer["value"].combine_chunks()) if form in self.keys else None

    def find_ip(self, numbers: pa.Array, versions: pa.Array) -> pa.Array:
        """Codes of addresses, null where none: IPv4 as a number, IPv6 as that of its first half."""
        codes = np.zeros(len(numbers), np.int32)
        given = pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False)
        for version in (4, 6):
            places = np.flatnonzero(pc.fill_null(pc.equal(versions, version), False).to_numpy(zero_copy_only=False))
            for each in self.ranges.get(f"ipv{version}", []):
                found = np.searchsorted(each.low, given[places], side="right") - 1
                hit = (found >= 0) & (each.high[found] >= given[places])
                self._add(codes, places[hit], each.member[found[hit]])
        return _or_null(codes)

    def find(self, matcher: str, *spellings: pa.Array) -> pa.Array:
        """Codes of keys, null where none; each key in one or more spellings."""
        codes = np.zeros(len(spellings[0]), np.int32)
        for each in self.keys.get(matcher, []):
            for keys in spellings:
                places = np.flatnonzero(pc.is_in(keys, each.keys).to_numpy(zero_copy_only=False))
                self._add(codes, places, np.full(len(places), each.member, np.int32))
        return _or_null(codes)

    def find_wallet(self, keys: pa.Array) -> pa.Array:
        """Codes of wallets given as in `wallet_keys`."""
        return self.find("wallet", keys, pc.replace_substring_regex(keys, "^[^:]*", "*"))

    def find_domain(self, domains: pa.Array) -> pa.Array:
        """Codes of domains: a name below a listed one is listed too."""
        encoded = domains.dictionary_encode(null_encoding="encode")
        names = encoded.dictionary
        codes = self.find("domain", names)
        while pc.any(pc.match_substring(names, ".")).as_py():
            names = pc.replace_substring_regex(names, r"^[^.]*\.?", "")
            codes = pc.coalesce(codes, self.find("domain", names))
        return codes.take(encoded.indices)

    def _add(self, codes: Codes, places: NDArray[np.int64], members: Codes) -> None:
        """Join memberships to the codes at `places`."""
        if not len(places):
            return
        pairs, back = np.unique(codes[places].astype(np.int64) << 32 | members, return_inverse=True)
        with self.lock:
            joined = [self._code(self.sets[int(pair >> 32)] | {int(pair & 0xFFFFFFFF)}) for pair in pairs]
        codes[places] = np.array(joined, np.int32)[back]

    def _code(self, members: frozenset[int]) -> int:
        if members not in self.known:
            self.known[members] = len(self.sets)
            self.sets.append(members)
        return self.known[members]


def open_registry(home: Path) -> Registry:
    """The lists held in a home."""
    versions = held_lists(home)
    registry = Registry("".join(version.digest for version in versions))
    for name in dict.fromkeys(version.name for version in versions):
        mine = [version for version in versions if version.name == name]
        _add_list(registry, mine, _spans(home, mine))
    return registry


def _spans(home: Path, versions: list[ListVersion]) -> pa.Table:
    """Every entry once, with the first and the last version it is in; one that left and came back never left."""
    tables = [
        read_entries(home, version).append_column("version", pa.array(np.full(version.entries, place, np.int32)))
        for place, version in enumerate(versions)
    ]
    grouped = pa.concat_tables(tables).group_by(["matcher", "class", "key", "low", "high", "chain"], use_threads=False)
    return grouped.aggregate([("version", "min"), ("version", "max")])


def _add_list(registry: Registry, versions: list[ListVersion], spans: pa.Table) -> None:
    members: dict[tuple[str, int, int], int] = {}
    for name, first, last in zip(*(spans[c].to_pylist() for c in ("class", "version_min", "version_max")), strict=True):
        if (name, first, last) not in members:
            members[name, first, last] = len(registry.members)
            registry.members.append(_member(versions, name, first, last))
    codes = [
        members[key]
        for key in zip(*(spans[c].to_pylist() for c in ("class", "version_min", "version_max")), strict=True)
    ]
    spans = spans.append_column("member", pa.array(codes, pa.int32()))
    for matcher in pc.unique(spans["matcher"]).to_pylist():
        mine = spans.filter(pc.equal(spans["matcher"], matcher))
        if matcher in ("ipv4", "ipv6"):
            registry.ranges.setdefault(matcher, []).extend(_ranges(mine))
        else:
            registry.keys.setdefault(matcher, []).extend(_keys(mine, registry))


def _member(versions: list[ListVersion], name: str, first: int, last: int) -> Membership:
    newest = versions[-1]
    until = versions[last + 1].known_at if last + 1 < len(versions) else None
    return Membership(newest.name, name, versions[last].source, versions[first].known_at, until, newest.known_at)


def _ranges(spans: pa.Table) -> Iterator[_Ranges]:
    """Ranges that came with one version do not overlap, so each version's are searched by themselves."""
    for version in pc.unique(spans["version_min"]).to_pylist():
        mine = spans.filter(pc.equal(spans["version_min"], version)).sort_by("low")
        yield _Ranges(mine["low"].to_numpy(), mine["high"].to_numpy(), mine["member"].to_numpy())


def _keys(spans: pa.Table, registry: Registry) -> Iterator[_Keys]:
    """Keys of one class and span together, so that a key is there once; a wallet under each name of its chain."""
    for member in pc.unique(spans["member"]).to_pylist():
        mine = spans.filter(pc.equal(spans["member"], member))
        keys = mine["key"].to_pylist()
        if mine["matcher"][0].as_py() == "wallet":
            memo = registry.members[member].name not in WITHOUT_MEMO
            keys = wallet_keys(zip(mine["chain"].to_pylist(), keys, strict=True), memo=memo)
        yield _Keys(pa.array(sorted(set(keys)), pa.string()), member)


def wallet_keys(wallets: Iterable[tuple[str, str]], *, memo: bool) -> list[str]:
    """What wallets are looked up by: chain and address, and `+` where a memo follows.

    An address without chain, in a list or in a feed, is one on any chain.
    """
    marks = ("", "+") if memo else ("",)
    keys = []
    for chain, address in wallets:
        names = (*_NAMES.get(chain, (chain,)), "") if chain else ("", "*")
        keys += [f"{name}:{address}{mark}" for name in names for mark in marks]
    return keys


def _or_null(codes: Codes) -> pa.Array:
    return pa.array(codes, pa.int32(), mask=codes == 0)


def class_rows(registry: Registry, found: pa.Table, batch: str) -> pa.RecordBatch:
    """Rows of the ledger's classes, sorted, of kind, identifier, code and known_at; `batch` names their file.

    A class is known once both its list and the observation are.
    """
    tables = [CLASSES.schema.empty_table()]
    for code in pc.unique(found["code"]).to_pylist():
        mine = found.filter(pc.equal(found["code"], code))
        tables += [_said(mine, member, batch) for member in registry.memberships(code)]
    order = ("kind", "identifier", "list", "name", "listed_from", "known_at")
    rows = pa.concat_tables(tables).sort_by([(name, "ascending") for name in order]).combine_chunks()
    return pa.RecordBatch.from_arrays([rows[name].combine_chunks() for name in rows.column_names], schema=rows.schema)


def _said(found: pa.Table, member: Membership, batch: str) -> pa.Table:
    """What one membership says of all these identifiers."""
    constants = {name: getattr(member, name) for name in _TAKEN}
    constants |= {"name": member.name, "list": member.list_name, "deleted": False, "batch": batch, "line": 0}
    columns = {"kind": found["kind"], "identifier": found["identifier"]}
    columns["known_at"] = pc.max_element_wise(found["known_at"], member.listed_from)
    arrays = [
        columns[each.name]
        if each.name in columns
        else pa.repeat(pa.scalar(constants.get(each.name), each.type), len(found))
        for each in CLASSES.schema
    ]
    return pa.table(arrays, schema=CLASSES.schema)
