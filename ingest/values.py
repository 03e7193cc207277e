"""Reads one raw column: every distinct value once, whatever its type in the file, then spread over the rows.

Text is checked (UTF-8, no NUL), trimmed, and passed through the column's map before the form of the field reads it.
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
    cards: dict[str, list[int]] = field(default_factory=dict)

    def read(self, described: Field, raw: pa.Array, form: str) -> Column:
        """Parts of `form` for each row of `raw`, with the rows' faults; InputError if the type cannot hold it."""
        encoded = _encode(raw)
        text = _text(described, encoded.dictionary)
        values = self._mapped(described, text.values)
        options = self._times(form, text) if form in ("time", "event") else described.options
        answer = self.normalizer.read(form, values, options)
        self._refuse_cards(described, answer)
        faults = self._faults(described, form, text, values, answer)
        parts = {
            part: answer[part].combine_chunks().take(encoded.indices) for part in FORMS[form].parts if part != "card"
        }
        return Column(parts, faults.take(encoded.indices) if faults.null_count < len(faults) else None)

    def _mapped(self, described: Field, values: pa.Array) -> pa.Array:
        theirs = self.mapping.theirs.get(described.name, described.name)
        values = pc.utf8_trim_whitespace(values)
        nulls = pa.array(["", *self.mapping.nulls.get(theirs, [])], pa.string())
        values = pc.if_else(pc.is_in(values, nulls), pa.scalar(None, pa.string()), values)
        for known, ours in self.mapping.values.get(described.name, {}).items():
            values = pc.if_else(pc.fill_null(pc.equal(values, known), False), ours, values)
        default = self.mapping.defaults.get(described.name)
        return values if default is None else pc.fill_null(values, default)

    def _times(self, form: str, text: "_Text") -> tuple[Any, ...]:
        latest = self.now + _DAY if form == "event" else _LATEST
        factor = self.mapping.factor if text.factor is None else text.factor
        return factor, self.mapping.naive_times is not None, _EARLIEST, latest

    def _faults(self, described: Field, form: str, text: "_Text", values: pa.Array, answer: pa.Table) -> pa.Array:
        faults = answer["fault"].combine_chunks()
        if form in ("time", "event") and text.naive and self.mapping.naive_times is None:
            faults = pc.if_else(pc.is_valid(values), "naive_time", faults)
        if described.required and described.name not in self.mapping.without:
            faults = pc.if_else(pc.is_null(values), "missing_value", faults)
        return pc.coalesce(text.faults, faults)

    def _refuse_cards(self, described: Field, answer: pa.Table) -> None:
        """Refuse the file once an id column looks like card numbers: one long numeric id in ten does by chance."""
        if "card" not in answer.column_names:
            return
        seen = self.cards.setdefault(described.name, [0, 0])
        seen[0] += pc.sum(answer["card"]).as_py() or 0
        seen[1] += pc.sum(pc.is_valid(answer["value"])).as_py() or 0
        cards, count = seen
        if (cards == count and count >= _CARDS_ALL) or (count >= _CARDS_MOST and cards * 5 >= count * 4):
            raise InputError(f"column {described.name} looks like full card numbers, which must not be stored")


def row_faults(codes: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Which rows have a code that rejects the row, and which one that ignores the value."""
    ignored = pc.is_in(codes, pa.array(list(IGNORED)))
    return pc.and_not(pc.is_valid(codes), ignored), ignored


@dataclass(frozen=True, slots=True)
class _Text:
    """Distinct values as text. `factor`: microseconds per unit where the type says it; `naive`: a time without zone."""

    values: pa.Array
    faults: pa.Array
    factor: float | None = None
    naive: bool = False


def _encode(raw: pa.Array) -> pa.DictionaryArray:
    if isinstance(raw, pa.ChunkedArray):
        raw = raw.combine_chunks()
    if pa.types.is_dictionary(raw.type):
        raw = raw.dictionary_decode()
    if pa.types.is_null(raw.type):
        raw = raw.cast(pa.string())
    if pa.types.is_nested(raw.type):
        return pa.DictionaryArray.from_arrays(pa.array(np.arange(len(raw)), pa.int32()), raw)
    return raw.dictionary_encode(null_encoding="encode")


def _text(described: Field, values: pa.Array) -> _Text:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _checked(values.cast(pa.binary()))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _checked(values.cast(pa.binary()))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _moments(described, values)
    if pa.types.is_floating(kind):
        return _clean(_from_float(described, values))
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        return _clean(values.cast(pa.string()))
    raise InputError(
        f"column {described.name} has the type {kind.id if kind.num_fields else kind}, which is no single value"
    )


def _clean(values: pa.Array, factor: float | None = None, *, naive: bool = False) -> _Text:
    return _Text(values, pa.nulls(len(values), pa.string()), factor, naive)


def _moments(described: Field, values: pa.Array) -> _Text:
    """Native times as epoch microseconds."""
    if described.form not in ("time", "event"):
        raise InputError(f"column {described.name} holds times, which is not what it is for")
    naive = getattr(values.type, "tz", None) is None
    zone = getattr(values.type, "tz", None)
    micro = values.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())
    return _clean(micro.cast(pa.string()), 1.0, naive=naive)


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
    return _Text(pc.if_else(nul, pa.scalar(None, pa.string()), raw.cast(pa.string())), faults)


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
