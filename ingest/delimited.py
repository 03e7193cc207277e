"""Reads CSV and JSON Lines in blocks of whole rows, and knows the line of every row.

Lines are counted in the file itself: a quoted line break, a blank line and a row that cannot be read all count. No line
may be longer than a block, so that memory stays bounded whatever the file holds.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from ingest.normalize import Normalizer
from ingest.quoting import end_of_rows, open_quote
from ingest.readers import Chunk
from ingest.rejects import Reject
from ingest.values import NOT_UTF8
from linkgraph.errors import InputError

Lines: TypeAlias = np.ndarray[Any, Any]

_BLOCK = 16 << 20  # bytes; also the longest line
_HEADER = 1 << 20  # bytes; the longest header
_COLUMNS = 4096  # each costs some kilobytes a block, whatever is in it
_SPACES = np.frombuffer(b" \t\r", np.uint8)
_NOT_TEXT = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"PAR1": "Parquet", b"PK\x03\x04": "zip"}


def _mark(error: UnicodeError) -> tuple[str, int]:
    """As many marks as there are bytes."""
    assert isinstance(error, UnicodeDecodeError)
    return NOT_UTF8 * (error.end - error.start), error.end


_MARK = "linkgraph.mark"
codecs.register_error(_MARK, _mark)


class Stream:
    """Bytes of a file, decompressed; what was looked at is given back. `line`: where the next block begins."""

    def __init__(self, path: Path, codec: str | None) -> None:
        self._path = path
        try:
            self._source = pa.input_stream(str(path), compression=codec)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path}: cannot be read: {type(error).__name__}") from None
        self._held = b""
        self.line = 1

    def peek(self, size: int) -> bytes:
        """Up to `size` bytes from the start, which stay to be read."""
        self._held = self._take(size)
        return self._held

    def skip(self, size: int) -> None:
        """Drop bytes that were looked at."""
        self._held = self._held[size:]

    def blocks(self, *, csv_rows: bool) -> Iterator[bytes]:
        """Blocks that end where a row of CSV ends, or a line; the caller moves `line` on after each.

        Each byte that is not UTF-8 is read as `NOT_UTF8`, because the parser cannot show a refused row otherwise.
        """
        with self._source:
            while more := self._take(_BLOCK):
                self._held += more
                end = end_of_rows(self._held) if csv_rows else self._held.rfind(b"\n") + 1
                block, self._held = self._held[:end], self._held[end:]
                if block:
                    yield _readable(block)
                if len(self._held) > _BLOCK:
                    also = ", or a quote is never closed" if csv_rows else ""
                    raise InputError(f"{self._path}: line {self.line} is longer than {_BLOCK >> 20} MiB{also}")
            if csv_rows and (place := open_quote(self._held)) is not None:
                line = self.line + len(re.findall(rb"\r\n|\r|\n", self._held[:place]))
                raise InputError(f"{self._path}: a quote opened on line {line} is never closed")
            if self._held:
                yield _readable(self._held)

    def _take(self, size: int) -> bytes:
        try:
            return bytes(self._source.read(size))
        except (pa.ArrowException, OSError):
            raise InputError(f"{self._path}: damaged or cut short inside its compression") from None


def _readable(block: bytes) -> bytes:
    try:
        pa.array([block], pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return block.decode(errors=_MARK).encode()
    return block


class CsvReader:
    """A CSV file (RFC 4180, UTF-8). Its header is read on opening."""

    def __init__(self, path: Path, codec: str | None) -> None:
        self._stream = Stream(path, codec)
        header, size = _header(path, self._stream.peek(_HEADER))
        self._stream.skip(size)
        self._stream.line = 2 + header.count("\n")
        cells = next(csv.reader(io.StringIO(header, newline="")), [])
        if len(cells) > _COLUMNS:
            raise InputError(f"{path}: line 1: more than {_COLUMNS} columns")
        self.names: tuple[str, ...] | None = tuple(cell.strip() for cell in cells)

    def chunks(self, wanted: Sequence[str]) -> Iterator[Chunk]:
        """One chunk per block."""
        for block in self._stream.blocks(csv_rows=True):
            yield self._chunk(block, wanted)

    def _chunk(self, block: bytes, wanted: Sequence[str]) -> Chunk:
        refused: list[tuple[int, int]] = []
        rows = _parse(block, len(self.names or ()), refused)
        lines, bad, self._stream.line = _places(self._stream.line, _breaks(block, rows, len(refused)), refused)
        filled = _filled(rows)
        kept = rows.filter(filled) if filled.false_count else rows
        columns = {name: kept[place] for place, name in enumerate(self.names or ()) if name in set(wanted)}
        rejects = [Reject(line, "malformed_row") for line in bad.tolist()]
        return Chunk(pa.array(lines).filter(filled), columns, rejects, filled.false_count)


def _parse(block: bytes, width: int, refused: list[tuple[int, int]]) -> pa.RecordBatch:
    """Rows of `width` fields, every value as bytes. `refused` gets number (from 1) and line breaks of the others."""

    def refuse(row: Any) -> str:
        refused.append((row.number, row.text.count("\n")))
        return "skip"

    names = [str(place) for place in range(width)]
    table = pacsv.read_csv(
        pa.BufferReader(block),
        read_options=pacsv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
        parse_options=pacsv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=refuse),
        convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary())),
    )
    return pa.RecordBatch.from_arrays([column.combine_chunks() for column in table.columns], names=names)


def _breaks(block: bytes, rows: pa.RecordBatch, refused: int) -> Lines:
    """Line breaks inside each row."""
    if b"\r" not in block and block.count(b"\n") == len(rows) + refused:
        return np.zeros(len(rows), dtype=np.int64)
    counts: Lines = reduce(np.add, (pc.count_substring(column, "\n").to_numpy() for column in rows.columns))
    return counts


def _filled(rows: pa.RecordBatch) -> pa.Array:
    """Which rows have any value."""
    filled = pa.array(np.zeros(len(rows), dtype=bool))
    for column in rows.columns:
        filled = pc.or_(filled, pc.greater(pc.binary_length(column), 0))
        if filled.false_count == 0:
            break
    return filled


def _places(line: int, breaks: Lines, refused: Sequence[tuple[int, int]]) -> tuple[Lines, Lines, int]:
    """Lines of the good rows, given the line breaks inside each, of the refused rows, and of the next row."""
    inside = np.zeros(len(breaks) + len(refused), dtype=np.int64)
    bad = np.array([number - 1 for number, _ in refused], dtype=np.int64)
    good = np.delete(np.arange(len(inside)), bad)
    inside[good] = breaks
    inside[bad] = [count for _, count in refused]
    ends = line + np.cumsum(inside + 1)
    starts = ends - inside - 1
    return starts[good], starts[bad], int(ends[-1])


class JsonLinesReader:
    """A JSON Lines file: one object per line, each with its own keys."""

    names: tuple[str, ...] | None = None

    def __init__(self, path: Path, codec: str | None, normalizer: Normalizer, exact: Sequence[str]) -> None:
        """`exact`: the keys whose numbers must not pass through a binary fraction."""
        self._normalizer, self._exact = normalizer, set(exact)
        self._stream = Stream(path, codec)
        start = self._stream.peek(_HEADER)
        _check_text(path, start)
        self._stream.skip(3 if start.startswith(b"\xef\xbb\xbf") else 0)

    def chunks(self, wanted: Sequence[str]) -> Iterator[Chunk]:
        """One chunk per block."""
        for block in self._stream.blocks(csv_rows=False):
            yield self._chunk(block, wanted)

    def _chunk(self, block: bytes, wanted: Sequence[str]) -> Chunk:
        texts = _lines(block)
        lines = pa.array(np.arange(len(texts)) + self._stream.line)
        self._stream.line += len(texts)
        filled = pc.and_(pc.not_equal(texts, ""), pc.not_equal(texts, "\n"))
        blank = filled.false_count
        lines, texts = lines.filter(filled), texts.filter(filled)
        rejects = []
        for reason, character in (("nul_byte", "\0"), ("invalid_encoding", NOT_UTF8)):
            if character.encode() in block:
                mask = pc.less(pc.find_substring(texts, character), 0)
                rejects += [Reject(line, reason) for line in lines.filter(pc.invert(mask)).to_pylist()]
                lines, texts = lines.filter(mask), texts.filter(mask)
        answer = self._normalizer.call("read_json_line", {"line": texts}, [_pointers(wanted)]).combine_chunks()
        faults = pc.struct_field(answer, "fault")
        bad = faults.is_valid()
        if bad.true_count:
            faulty = zip(lines.filter(bad).to_pylist(), faults.filter(bad).to_pylist(), strict=True)
            rejects += [Reject(line, reason) for line, reason in faulty]
            lines, texts, answer = (each.filter(pc.invert(bad)) for each in (lines, texts, answer))
        columns = self._columns(texts, pc.struct_field(answer, "texts").flatten(), wanted)
        keys = pc.unique(pc.struct_field(answer, "keys").flatten())
        return Chunk(lines, columns, rejects, blank, frozenset(keys.to_pylist()))

    def _columns(self, texts: pa.Array, values: pa.Array, wanted: Sequence[str]) -> dict[str, pa.Array]:
        """The columns whose values come in turn, one of each wanted key for each line."""
        columns = {}
        for place, name in enumerate(wanted):
            columns[name] = values.take(pa.array(np.arange(place, len(values), len(wanted))))
            if name in self._exact:
                columns[name] = self._exactly(texts, name, columns[name])
        return columns

    def _exactly(self, texts: pa.Array, name: str, extracted: pa.Array) -> pa.Array:
        pattern = f'"{re.escape(name)}"\\s*:\\s*(-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)'
        columns = {"line": texts, "extracted": extracted}
        answer = self._normalizer.call("json_number", columns, [pattern])
        return answer.combine_chunks()


def _lines(block: bytes) -> pa.Array:
    """The lines of a block, each with its end; without white space around them where one begins with any."""
    raw = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(raw == ord("\n")) + 1
    if not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(block)]
    texts = pa.Array.from_buffers(pa.string(), len(ends), buffers)
    return pc.utf8_trim_whitespace(texts) if np.isin(raw[offsets[:-1]], _SPACES).any() else texts


def _pointers(keys: Sequence[str]) -> list[str]:
    return ["/" + key.replace("~", "~0").replace("/", "~1") for key in keys]


def _header(path: Path, start: bytes) -> tuple[str, int]:
    """The text of the header and its size in bytes with the line break."""
    if not start:
        raise InputError(f"{path}: empty file, not even a header")
    _check_text(path, start)
    match = re.match(rb'(?:\xef\xbb\xbf)?((?:"[^"]*"|[^"\r\n])*)(?:\r\n|\r|\n|\Z)', start)
    if match is None or (match.end() == len(start) == _HEADER):
        raise InputError(f"{path}: line 1: the header does not end, or a quote in it is never closed")
    try:
        return match.group(1).decode(), match.end()
    except UnicodeDecodeError:
        raise InputError(f"{path}: line 1: the header is not UTF-8") from None


def _check_text(path: Path, start: bytes) -> None:
    for magic, name in _NOT_TEXT.items():
        if start.startswith(magic):
            raise InputError(f"{path}: this is {name} data; give it the suffix of its format")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: line 1: UTF-16, not UTF-8")
    if b"\0" in start.split(b"\n", 1)[0]:
        raise InputError(f"{path}: line 1: a NUL byte; this is not a text file")
