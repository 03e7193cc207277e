"""Reads CSV and JSON Lines in blocks of a fixed size, and knows the line of every row.

Lines are counted in the file itself: a quoted line break, a blank line and a row that cannot be read all count. No line
may be longer than a block, so that memory stays bounded whatever the file holds.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from ingest.normalize import Normalizer
from ingest.readers import Chunk
from ingest.rejects import Reject
from ingest.values import NOT_UTF8
from linkgraph.errors import InputError

_BLOCK = 16 << 20  # bytes; also the longest line
_HEADER = 1 << 20  # bytes; the longest header
_UNUSED = "\x1f"  # a control character that no JSON line may hold, so that a line is one column
_NOT_TEXT = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"PAR1": "Parquet", b"PK\x03\x04": "zip"}


def _mark(error: UnicodeError) -> tuple[str, int]:
    """As many marks as there are bytes, so that no block grows."""
    assert isinstance(error, UnicodeDecodeError)
    return NOT_UTF8 * (error.end - error.start), error.end


_MARK = "linkgraph.mark"
codecs.register_error(_MARK, _mark)


class Stream:
    """Bytes of a file, decompressed; what was looked at is given back. Counts the quotes that pass.

    Each byte that is not UTF-8 is read as `NOT_UTF8`, because the parser cannot show a refused row otherwise. Has the
    few methods that Arrow asks of a file.
    """

    def __init__(self, path: Path, codec: str | None) -> None:
        self._path = path
        try:
            self._source = pa.input_stream(str(path), compression=codec)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path}: cannot be read: {type(error).__name__}") from None
        self._held = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")(_MARK)
        self.quotes = 0
        self.closed = False

    def peek(self, size: int) -> bytes:
        """Up to `size` bytes from the start, which stay to be read."""
        self._held = self._take(size)
        return self._held

    def peek_more(self) -> bool:
        """Whether anything is left to be read."""
        self._held = self._held or self._take(_HEADER)
        return bool(self._held)

    def skip(self, size: int) -> None:
        """Drop bytes that were looked at."""
        self._held = self._held[size:]

    def read(self, size: int) -> bytes:
        """The next bytes; empty at the end."""
        found, self._held = self._held[:size], self._held[size:]
        if len(found) < size:
            found += self._take(size - len(found))
        found = self._decoder.decode(found, final=len(found) < size).encode()
        self.quotes += found.count(b'"')
        return found

    def close(self) -> None:
        """Release the file."""
        self.closed = True
        self._source.close()

    def _take(self, size: int) -> bytes:
        try:
            return bytes(self._source.read(size))
        except (pa.ArrowException, OSError):
            raise InputError(f"{self._path}: damaged or cut short inside its compression") from None


@dataclass(slots=True)
class _Rows:
    """Places of rows: which rows the parser refused (number, line breaks inside), and where the next row is."""

    line: int
    row: int = 1
    refused: list[tuple[int, int]] = field(default_factory=list)
    first_break: int = 0

    def refuse(self, row: Any) -> str:
        """Called by the parser for a row with a wrong number of fields."""
        self.refused.append((row.number, row.text.count("\n")))
        return "skip"

    def place(self, breaks: np.ndarray[Any, Any], *, last: bool = False) -> tuple[np.ndarray[Any, Any], list[int]]:
        """Lines of the next good rows, given the line breaks inside each, and of the refused rows among them.

        Refused rows after the last of the good rows wait for the next call, unless there is none.
        """
        count, earlier = len(breaks), 0
        numbers = np.array([number for number, _ in self.refused], dtype=np.int64)
        while earlier < (found := len(numbers) if last else int((numbers < self.row + count + earlier).sum())):
            earlier = found
        taken, self.refused = self.refused[:earlier], self.refused[earlier:]
        extra = np.zeros(count + earlier, dtype=np.int64)
        bad = numbers[:earlier] - self.row
        good = np.setdiff1d(np.arange(count + earlier), bad, assume_unique=True)
        extra[good] = breaks
        extra[bad] = [breaks_inside for _, breaks_inside in taken]
        lines = self.line + np.arange(count + earlier) + np.concatenate([[0], np.cumsum(extra)[:-1]])
        if not self.first_break and extra.any():
            self.first_break = int(lines[np.flatnonzero(extra)[0]])
        self.row += count + earlier
        self.line += count + earlier + int(extra.sum())
        return lines[good], [int(line) for line in lines[bad]]

    def rest(self) -> list[int]:
        """Lines of the refused rows after the last good one."""
        return self.place(np.zeros(0, dtype=np.int64), last=True)[1]


class CsvReader:
    """A CSV file (RFC 4180, UTF-8). Its header is read on opening."""

    def __init__(self, path: Path, codec: str | None) -> None:
        self._path = path
        self._stream = Stream(path, codec)
        header, size = _header(path, self._stream.peek(_HEADER))
        self._stream.skip(size)
        self._breaks = header.count("\n")
        cells = next(csv.reader(io.StringIO(header, newline="")), [])
        self.names: tuple[str, ...] | None = tuple(cell.strip() for cell in cells)

    def chunks(self, wanted: Sequence[str]) -> Iterator[Chunk]:
        """One chunk per block."""
        names = [str(place) for place in range(len(self.names or ()))]
        rows = _Rows(line=2 + self._breaks)
        for batch in _batches(self._path, self._stream, names, rows, quote='"'):
            yield self._chunk(batch, rows, wanted)
        if lines := rows.rest():
            yield Chunk(pa.array([], pa.int64()), {}, [Reject(line, "malformed_row") for line in lines])
        if self._stream.quotes % 2 and rows.first_break:
            raise InputError(f"{self._path}: a quote opened on line {rows.first_break} or later is never closed")

    def _chunk(self, batch: pa.RecordBatch, rows: _Rows, wanted: Sequence[str]) -> Chunk:
        breaks = reduce(np.add, (pc.count_substring(column, "\n").to_numpy() for column in batch.columns))
        lines, refused = rows.place(breaks)
        empty = reduce(pc.and_, (pc.equal(pc.binary_length(column), 0) for column in batch.columns))
        kept = batch.filter(pc.invert(empty)) if empty.true_count else batch
        columns = {name: kept[place] for place, name in enumerate(self.names or ()) if name in set(wanted)}
        lines = pa.array(lines[~np.asarray(empty)] if empty.true_count else lines)
        return Chunk(lines, columns, [Reject(line, "malformed_row") for line in refused], empty.true_count)


class JsonLinesReader:
    """A JSON Lines file: one object per line, each with its own keys."""

    names: tuple[str, ...] | None = None

    def __init__(self, path: Path, codec: str | None, normalizer: Normalizer, exact: Sequence[str]) -> None:
        """`exact`: the keys whose numbers must not pass through a binary fraction."""
        self._path, self._normalizer, self._exact = path, normalizer, set(exact)
        self._stream = Stream(path, codec)
        start = self._stream.peek(_HEADER)
        _check_text(path, start)
        self._stream.skip(3 if start.startswith(b"\xef\xbb\xbf") else 0)

    def chunks(self, wanted: Sequence[str]) -> Iterator[Chunk]:
        """One chunk per block."""
        rows = _Rows(line=1)
        for batch in _batches(self._path, self._stream, ["line"], rows, quote=False):
            lines, refused = rows.place(np.zeros(len(batch), dtype=np.int64))
            yield self._chunk(pa.array(lines), batch["line"], refused, wanted)
        if rest := rows.rest():
            yield Chunk(pa.array([], pa.int64()), {}, [Reject(line, "bad_json") for line in rest])

    def _chunk(self, lines: pa.Array, texts: pa.Array, refused: list[int], wanted: Sequence[str]) -> Chunk:
        filled = pc.greater(pc.binary_length(texts), 0)
        blank = len(texts) - filled.true_count
        lines, texts = lines.filter(filled), texts.filter(filled)
        rejects = [Reject(line, "bad_json") for line in refused]
        for reason, character in (("nul_byte", "\0"), ("invalid_encoding", NOT_UTF8)):
            mask = pc.less(pc.find_substring(texts, character), 0)
            rejects += [Reject(line.as_py(), reason) for line in lines.filter(pc.invert(mask))]
            lines, texts = lines.filter(mask), texts.filter(mask)
        answer = self._read(texts.cast(pa.string()), wanted)
        bad = answer["fault"].is_valid()
        rejects += [
            Reject(line.as_py(), reason.as_py())
            for line, reason in zip(lines.filter(bad), answer["fault"].filter(bad), strict=True)
        ]
        kept = answer.filter(pc.invert(bad))
        columns = {name: kept[name] for name in wanted}
        keys = frozenset(pc.unique(pc.list_flatten(kept["keys"])).to_pylist())
        return Chunk(lines.filter(pc.invert(bad)), columns, rejects, blank, keys)

    def _read(self, texts: pa.Array, wanted: Sequence[str]) -> pa.RecordBatch:
        pointers = ["/" + name.replace("~", "~0").replace("/", "~1") for name in wanted]
        answer = self._normalizer.call("read_json_line", {"line": texts}, [pointers])
        rows = answer.combine_chunks()
        columns = {"fault": rows.field("fault"), "keys": rows.field("keys")}
        listed = rows.field("texts")
        for place, name in enumerate(wanted):
            columns[name] = _element(listed, place, len(wanted))
            if name in self._exact:
                columns[name] = self._exactly(texts, name, columns[name])
        return pa.RecordBatch.from_pydict(columns)

    def _exactly(self, texts: pa.Array, name: str, extracted: pa.Array) -> pa.Array:
        pattern = f'"{re.escape(name)}"\\s*:\\s*(-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)'
        columns = {"line": texts, "extracted": extracted}
        answer = self._normalizer.call("json_number", columns, [pattern])
        return answer.combine_chunks()


def _element(lists: pa.ListArray, place: int, width: int) -> pa.Array:
    """The value at `place` of each list; null where there is no list. Lists are of `width` or missing."""
    present = lists.is_valid()
    values = lists.drop_null().flatten()
    rank = pc.subtract(pc.cumulative_sum(present.cast(pa.int64())), 1)
    places = pc.if_else(present, pc.add(pc.multiply(rank, width), place), pa.scalar(None, pa.int64()))
    return values.take(places)


def _batches(
    path: Path, stream: Stream, names: list[str], rows: _Rows, *, quote: str | bool
) -> Iterator[pa.RecordBatch]:
    """Blocks of rows, every value as bytes."""
    if not stream.peek_more():
        return
    try:
        reader = pacsv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pacsv.ReadOptions(column_names=names, use_threads=False, block_size=_BLOCK),
            parse_options=pacsv.ParseOptions(
                delimiter="," if quote else _UNUSED,
                quote_char=quote,
                newlines_in_values=bool(quote),
                ignore_empty_lines=False,
                invalid_row_handler=rows.refuse,
            ),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary())),
        )
        yield from reader
    except pa.ArrowInvalid as error:
        if "straddling" not in str(error):
            raise InputError(f"{path}: cannot be read after line {rows.line - 1}") from None
        also = ", or a quote is never closed" if quote else ""
        raise InputError(f"{path}: a line after line {rows.line - 1} is longer than {_BLOCK >> 20} MiB{also}") from None
    finally:
        stream.close()


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
