"""Turns a chunk of raw columns into rows of a feed's ledger table, and says of every other row why it is not one.

A rejected row has the first fault in the order of the feed's columns. A row is ignored, not rejected, where the map
leaves it out or where the thing it tells about stands for nothing (an observation of "unknown").
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.readers import Chunk
from ingest.records import FeedRecord, Field
from ingest.rejects import Reject
from ingest.values import Column, ColumnReader, row_faults
from linkgraph.kinds import KIND_NAMES
from linkgraph.ledger import FEEDS

NOTHING = pa.schema(
    {"kind": pa.string(), "identifier": pa.string(), "code": pa.int32(), "known_at": pa.int64()}
).empty_table()
_NO_TEXT = pa.scalar(None, pa.string())


@dataclass(slots=True)
class Shaped:
    """What became of one chunk. `listed`: kind, identifier, code and known_at of what lists speak of, each once."""

    batch: pa.RecordBatch
    rejects: list[Reject]
    ignored: Counter[str]
    rows: int
    undated: int = 0
    listed: pa.Table | None = None


@dataclass(slots=True)
class _Rows:
    """Rows under way: ledger columns so far, the first fault of each row, and the rows that tell of nothing."""

    count: int
    columns: dict[str, pa.Array]
    ignored: Counter[str]
    reasons: pa.Array
    faulty: pa.Array
    empty: pa.Array
    listed: list[tuple[pa.Array, pa.Array, pa.Array]] = field(default_factory=list)

    @classmethod
    def of(cls, count: int) -> "_Rows":
        """`count` rows without a column."""
        texts = pa.nulls(count, pa.string())
        return cls(count, {}, Counter(), texts, texts, pa.repeat(False, count))

    def add(self, described: Field, column: Column) -> None:
        """Take the parts of a column, and its faults."""
        for part, name in described.outputs:
            if part in column.parts:
                self.columns[name] = column.parts[part]
        if column.faults is not None:
            self._note(described, column.faults)
        if "listed" in column.parts:
            self._list(described, column.parts)

    def _list(self, described: Field, parts: dict[str, pa.Array]) -> None:
        """Note what lists say of a column: of a network, it is said of the row's address."""
        kind = "ip" if described.form == "asn" else described.form
        kinds = self.columns[described.kind_from] if described.kind_from else pa.repeat(kind, self.count)
        tokens = self.columns["ip"] if described.form == "asn" else parts["value"]
        self.listed.append((kinds, tokens, parts["listed"]))

    def found(self, kept: pa.Array) -> pa.Table | None:
        """What lists say of the kept rows: kind, identifier, code, and when it was first known."""
        tables = []
        for kinds, tokens, codes in self.listed:
            wanted = pc.and_(pc.and_(codes.is_valid(), tokens.is_valid()), kept)
            columns = {"kind": kinds, "identifier": tokens, "code": codes, "known_at": self.columns["known_at"]}
            tables.append(pa.table({name: values.filter(wanted) for name, values in columns.items()}))
        return earliest(pa.concat_tables(tables)) if tables else None

    def _note(self, described: Field, codes: pa.Array) -> None:
        rejected, ignored = row_faults(codes)
        self.reasons = pc.coalesce(self.reasons, pc.if_else(rejected, codes, _NO_TEXT))
        self.faulty = pc.coalesce(self.faulty, pc.if_else(rejected, described.name, _NO_TEXT))
        for counted in codes.filter(ignored).value_counts().to_pylist():
            self.ignored[f"{described.name}.{counted['values']}"] += counted["counts"]
        if described.required:
            self.empty = pc.or_(self.empty, ignored)

    def kept(self) -> pa.Array:
        """Which rows become ledger rows; counts those that are left out because they tell of nothing."""
        bad = self.reasons.is_valid()
        self.ignored["row.nothing"] += pc.and_not(self.empty, bad).true_count
        return pc.invert(pc.or_(bad, self.empty))

    def rejects(self, lines: pa.Array) -> list[Reject]:
        """The rejected rows, given the line of each row."""
        listed = pa.table({"line": lines, "reason": self.reasons, "column": self.faulty})
        return [Reject(**row) for row in listed.filter(self.reasons.is_valid()).to_pylist()]


@dataclass(slots=True)
class Shaper:
    """Shapes the chunks of one file. `batch` names the file in every row."""

    record: FeedRecord
    reader: ColumnReader
    batch: str

    @property
    def wanted(self) -> dict[str, str]:
        """The file's name for each of our columns."""
        theirs = self.reader.mapping.theirs
        return {name: theirs.get(name, name) for name in self.record.names}

    def shape(self, chunk: Chunk) -> Shaped:
        """Ledger rows, rejects and counts of one chunk; InputError if the file as a whole must be refused."""
        lines, raw, left_out = self._only(chunk)
        rows = _Rows.of(len(lines))
        rows.ignored.update({"row.blank": chunk.blank, "row.only": left_out})
        for described, column in zip(self.record.fields, self._columns(raw, rows.count), strict=True):
            rows.add(described, column)
        if self.record.name == "payments":
            self._wallet(rows)
        dated = self._complete(rows, lines)
        kept = rows.kept()
        batch = self._batch(rows)
        if kept.false_count:
            batch = batch.filter(kept)
        total = len(chunk.lines) + len(chunk.rejects) + chunk.blank
        undated = len(batch) - dated.filter(kept).true_count
        rejects = [*chunk.rejects, *rows.rejects(lines)]
        return Shaped(batch, rejects, rows.ignored, total, undated, rows.found(kept))

    def _only(self, chunk: Chunk) -> tuple[pa.Array, dict[str, pa.Array], int]:
        lines, columns = chunk.lines, dict(chunk.columns)
        for name, value in self.reader.mapping.only.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            found = columns.get(name)
            kept = pa.array(np.zeros(len(lines), dtype=bool)) if found is None else _equals(found, text)
            lines = lines.filter(kept)
            columns = {key: column.filter(kept) for key, column in columns.items()}
        return lines, columns, len(chunk.lines) - len(lines)

    def _columns(self, raw: dict[str, pa.Array], count: int) -> list[Column]:
        """Every column of the feed, several read at a time; first those that say the kind of others."""
        given = {
            described.name: raw.get(self.wanted[described.name], pa.nulls(count, pa.string()))
            for described in self.record.fields
        }
        plain = [described for described in self.record.fields if not described.kind_from]
        read = self.reader.normalizer.each(lambda each: self.reader.read(each, given[each.name], each.form), plain)
        columns = {described.name: column for described, column in zip(plain, read, strict=True)}
        for described in self.record.fields:
            if described.kind_from:
                kinds = columns[described.kind_from].parts["value"]
                columns[described.name] = self._by_kind(described, given[described.name], kinds)
        return [columns[described.name] for described in self.record.fields]

    def _by_kind(self, described: Field, raw: pa.Array, kinds: pa.Array) -> Column:
        groups = [
            (kind, pc.indices_nonzero(pc.equal(kinds, kind))) for kind in pc.unique(kinds).drop_null().to_pylist()
        ]
        groups.append(("", pc.indices_nonzero(pc.is_null(kinds))))
        read = [(self._read_kind(described, kind, raw.take(places)), places) for kind, places in groups if len(places)]
        return _joined(read, described)

    def _read_kind(self, described: Field, kind: str, raw: pa.Array) -> Column:
        """Identifiers of one kind. What is no kind, such as a payment's rail `crypto`, has none: a value is ignored."""
        if kind in KIND_NAMES:
            return self.reader.read(described, raw, kind)
        given = self.reader.read(described, raw, "id").parts["value"]
        return Column({}, pc.if_else(pc.is_valid(given), "wrong_rail", _NO_TEXT) if kind else None)

    def _wallet(self, rows: _Rows) -> None:
        """One wallet from chain, address and memo, in the text form that observations have."""
        address = rows.columns["address"]
        chain = pc.fill_null(rows.columns["chain"], "")
        memo = rows.columns["memo"]
        tail = pc.fill_null(pc.binary_join_element_wise(pa.scalar(":"), memo, ""), "")
        text = pc.binary_join_element_wise(chain, pc.binary_join_element_wise(address, tail, ""), ":")
        described = Field("address", "wallet", (("value", "wallet"), ("has_memo", "has_memo")))
        rows.add(described, self.reader.read(described, text, "wallet"))

    def _complete(self, rows: _Rows, lines: pa.Array) -> pa.Array:
        """Fill in the columns that every feed has; returns which rows have a time of their own."""
        columns = rows.columns
        known = pc.coalesce(columns["known_at"], columns[self.record.event])
        columns["known_at"] = pc.fill_null(known, self.reader.now)
        columns["deleted"] = pc.fill_null(columns["deleted"], False)
        natural = [columns[name] for name in FEEDS[self.record.name].record]
        columns["record"] = pc.coalesce(*natural, columns["source_id"])
        columns["batch"] = pa.repeat(self.batch, rows.count)
        columns["line"] = lines
        return known.is_valid()

    def _batch(self, rows: _Rows) -> pa.RecordBatch:
        schema = FEEDS[self.record.name].schema
        arrays = [_typed(rows.columns.get(column.name), rows.count, column.type) for column in schema]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def earliest(found: pa.Table) -> pa.Table:
    """Each kind, identifier and code once, with the earliest time it was known."""
    grouped = found.group_by(["kind", "identifier", "code"], use_threads=False).aggregate([("known_at", "min")])
    return grouped.rename_columns({"known_at_min": "known_at"})


def _typed(values: pa.Array | None, rows: int, kind: pa.DataType) -> pa.Array:
    return pa.nulls(rows, kind) if values is None else values.cast(kind)


def _equals(values: pa.Array, text: str) -> pa.Array:
    if pa.types.is_binary(values.type):
        return pc.fill_null(pc.equal(values, text.encode()), False)
    return pc.fill_null(pc.equal(values.cast(pa.string()), text), False)


def _joined(read: list[tuple[Column, pa.Array]], described: Field) -> Column:
    """Columns of disjoint rows as one column in the order of the rows; `places` are where each one's rows belong."""
    if not read:
        return Column({}, None)
    if len(read) == 1:
        return read[0][0]
    order = pc.sort_indices(pa.chunked_array([places for _, places in read]))
    parts = {}
    parts_of_any = {part: None for column, _ in read for part in column.parts if part == "listed"}
    for part in [*(part for part, _ in described.outputs), *parts_of_any]:
        kind = next((column.parts[part].type for column, _ in read if part in column.parts), pa.null())
        pieces = [column.parts.get(part, pa.nulls(len(places), kind)) for column, places in read]
        parts[part] = pa.concat_arrays(pieces).take(order)
    pieces = [pa.nulls(len(places), pa.string()) if column.faults is None else column.faults for column, places in read]
    return Column(parts, pa.concat_arrays(pieces).take(order))
