"""Reads one raw column: every distinct value once, whatever its type in the file, then spread over the rows.

Text is checked (UTF-8, no NUL), trimmed, and passed through the column's map before the form of the field reads it.
Native times that no map changes need no text.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.mapping import FileMap
from ingest.normalize import FORMS, Normalizer
from ingest.records import Field
from ingest.rejects import IGNORED
from linkgraph.errors import InputError

_EARLIEST = 946_684_800_000_000  # 2000-01-01, epoch microseconds: dates before it are placeholders
_LATEST = 253_402_300_799_000_000  # the end of year 9999
_DAY = 86_400_000_000
NOT_UTF8 = "\x1a"  # ASCII's own character for "this one was damaged"
_TIMES = ("time", "event")
_NO_TEXT = pa.scalar(None, pa.string())
_EXACT = 1000  # distinct ids remembered per column
_CARDS_ALL, _CARDS_MOST = 4, 10  # distinct ids from which "all of them" and "four in five" cannot be chance


@dataclass(frozen=True, slots=True)
class Column:
    """One column read. `faults`: a code per row, None where no row has one."""

    parts: dict[str, pa.Array]
    faults: pa.Array | None


@dataclass(slots=True)
class ColumnReader:
    """Reads the columns of one file. `now` in epoch microseconds."""

    normalizer: Normalizer
    mapping: FileMap
    now: int
    cards: dict[str, "_Cards"] = field(default_factory=dict)

    def read(self, described: Field, raw: pa.Array, form: str) -> Column:
        """Parts of `form` for each row of `raw`, with the rows' faults; InputError if the type cannot hold it."""
        if form in _TIMES and _is_moment(raw.type) and not self._is_mapped(described):
            return self._moments(described, raw, form)
        encoded = _encode(raw)
        text = _text(described, encoded.dictionary)
        values = self._mapped(described, text.values)
        answer = self.normalizer.read(form, values, self._options(described, form))
        self._refuse_cards(described, answer)
        faults = pc.coalesce(text.faults, self._missing(described, values, answer["fault"].combine_chunks()))
        parts = {
            part: answer[part].combine_chunks().take(encoded.indices)
            for part in (*FORMS[form].parts, "listed")
            if part != "card" and part in answer.column_names
        }
        return Column(parts, faults.take(encoded.indices) if faults.null_count < len(faults) else None)

    def _is_mapped(self, described: Field) -> bool:
        ours, mapping = described.name, self.mapping
        return ours in mapping.defaults or ours in mapping.values or self._theirs(described) in mapping.nulls

    def _theirs(self, described: Field) -> str:
        return self.mapping.theirs.get(described.name, described.name)

    def _mapped(self, described: Field, values: pa.Array) -> pa.Array:
        values = pc.utf8_trim_whitespace(values)
        nulls = pa.array(["", *self.mapping.nulls.get(self._theirs(described), [])], pa.string())
        values = pc.if_else(pc.is_in(values, nulls), _NO_TEXT, values)
        for known, ours in self.mapping.values.get(described.name, {}).items():
            values = pc.if_else(pc.fill_null(pc.equal(values, known), False), ours, values)
        default = self.mapping.defaults.get(described.name)
        return values if default is None else pc.fill_null(values, default)

    def _options(self, described: Field, form: str) -> tuple[Any, ...]:
        if form not in _TIMES:
            return described.options
        return self.mapping.factor, self.mapping.naive_times is not None, _EARLIEST, self._latest(form)

    def _latest(self, form: str) -> int:
        return self.now + _DAY if form == "event" else _LATEST

    def _moments(self, described: Field, raw: pa.Array, form: str) -> Column:
        """What `read_time` gives, for times that the file holds as such."""
        naive = getattr(raw.type, "tz", None) is None
        values = _micro(raw)
        faults = pc.if_else(pc.greater(values, self._latest(form)), "future_event", _NO_TEXT)
        faults = pc.if_else(pc.less(values, _EARLIEST), "bad_time", faults)
        if naive and self.mapping.naive_times is None:
            faults = pc.if_else(values.is_valid(), "naive_time", _NO_TEXT)
        faults = self._missing(described, values, faults)
        return Column({"value": values}, faults if faults.null_count < len(faults) else None)

    def _missing(self, described: Field, values: pa.Array, faults: pa.Array) -> pa.Array:
        if not described.required or described.name in self.mapping.without:
            return faults
        return pc.if_else(pc.is_null(values), "missing_value", faults)

    def _refuse_cards(self, described: Field, answer: pa.Table) -> None:
        if "card" not in answer.column_names:
            return
        given = answer.filter(answer["value"].is_valid())
        self.cards.setdefault(described.name, _Cards()).add(given["value"], given["card"])
        if self.cards[described.name].suspicious:
            raise InputError(f"column {described.name} looks like full card numbers, which must not be stored")


@dataclass(slots=True)
class _Cards:
    """How many ids of a column look like card numbers: one long numeric id in ten does by chance, a whole column not.

    The first `_EXACT` distinct ids are counted once each, later ones once per chunk.
    """

    count: int = 0
    cards: int = 0
    known: set[str] = field(default_factory=set)

    def add(self, values: pa.ChunkedArray, cards: pa.ChunkedArray) -> None:
        """Count the distinct values of a chunk."""
        if len(self.known) < _EXACT:
            fresh = pc.invert(pc.is_in(values, pa.array(list(self.known), pa.string())))
            values, cards = values.filter(fresh), cards.filter(fresh)
            self.known.update(values.slice(0, _EXACT).to_pylist())
        self.count += len(values)
        self.cards += pc.sum(cards).as_py() or 0

    @property
    def suspicious(self) -> bool:
        """Whether all of a few, or four in five of more, look like card numbers."""
        all_of_them = self.cards == self.count and self.count >= _CARDS_ALL
        return all_of_them or (self.count >= _CARDS_MOST and self.cards * 5 >= self.count * 4)


def row_faults(codes: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Which rows have a code that rejects the row, and which one that ignores the value."""
    ignored = pc.is_in(codes, pa.array(list(IGNORED)))
    return pc.and_not(pc.is_valid(codes), ignored), ignored


@dataclass(frozen=True, slots=True)
class _Text:
    """Distinct values as text, with the fault of each that is none."""

    values: pa.Array
    faults: pa.Array


def _is_moment(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _micro(moments: pa.Array) -> pa.Array:
    """Native times as epoch microseconds."""
    if isinstance(moments, pa.ChunkedArray):
        moments = moments.combine_chunks()
    zone = getattr(moments.type, "tz", None)
    return moments.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())


def _encode(raw: pa.Array) -> pa.DictionaryArray:
    if isinstance(raw, pa.ChunkedArray):
        raw = raw.combine_chunks()
    if pa.types.is_dictionary(raw.type):
        return _compact(raw)
    if pa.types.is_null(raw.type):
        raw = raw.cast(pa.string())
    if pa.types.is_nested(raw.type):
        return pa.DictionaryArray.from_arrays(pa.array(np.arange(len(raw)), pa.int32()), raw)
    return raw.dictionary_encode(null_encoding="encode")


def _compact(raw: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same values by a dictionary of those that are used, null among them."""
    used = pc.unique(raw.indices)
    return pa.DictionaryArray.from_arrays(pc.index_in(raw.indices, used), raw.dictionary.take(used))


def _text(described: Field, values: pa.Array) -> _Text:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _checked(values.cast(pa.binary()))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _checked(values.cast(pa.binary()))
    if _is_moment(kind):
        return _clean(_iso(described, values))
    if pa.types.is_floating(kind):
        return _clean(_from_float(described, values))
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        return _clean(values.cast(pa.string()))
    plain = str(kind).split("<")[0]  # what a nested type is made of may be names from the file
    raise InputError(f"column {described.name} has the type {plain}, which is no single value")


def _clean(values: pa.Array) -> _Text:
    return _Text(values, pa.nulls(len(values), pa.string()))


def _iso(described: Field, values: pa.Array) -> pa.Array:
    """Native times as ISO 8601: days as such, moments with `Z` where they have a zone."""
    if described.form not in _TIMES:
        raise InputError(f"column {described.name} holds times, which is not what it is for")
    if pa.types.is_date(values.type):
        return values.cast(pa.date32()).cast(pa.string())
    zone = "UTC" if values.type.tz else None
    return values.cast(pa.timestamp("us", zone), safe=False).cast(pa.string())


def _from_float(described: Field, values: pa.Array) -> pa.Array:
    """Shortest decimal text of each number; NaN is none. Ids that are not whole numbers refuse the file."""
    wide = values.cast(pa.float64())
    wide = pc.if_else(pc.is_nan(wide), pa.scalar(None, pa.float64()), wide)
    try:
        return wide.cast(pa.int64()).cast(pa.string())
    except pa.ArrowInvalid:
        if described.form in ("id", "by_kind"):
            raise InputError(f"column {described.name} holds fractional numbers where ids belong") from None
        return values.cast(pa.string())


def _checked(raw: pa.Array) -> _Text:
    """Bytes as text; what is not UTF-8 or holds a NUL is nulled and said."""
    faults = pa.nulls(len(raw), pa.string())
    nul = pc.fill_null(pc.greater_equal(pc.find_substring(raw, "\0"), 0), False)
    if nul.true_count:
        faults = pc.if_else(nul, "nul_byte", faults)
    readable = pc.and_(_utf8_mask(raw), pc.fill_null(pc.less(pc.find_substring(raw, NOT_UTF8), 0), True))
    if readable.false_count:
        faults = pc.if_else(readable, faults, "invalid_encoding")
        raw = pc.if_else(readable, raw, pa.scalar(None, pa.binary()))
    return _Text(pc.if_else(nul, _NO_TEXT, raw.cast(pa.string())), faults)


def _utf8_mask(values: pa.Array) -> pa.Array:
    try:
        values.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_is_utf8(value) for value in values.to_pylist()], pa.bool_())
    return pa.array(np.ones(len(values), dtype=bool))


def _is_utf8(value: bytes | None) -> bool:
    try:
        (value or b"").decode()
    except UnicodeDecodeError:
        return False
    return True
