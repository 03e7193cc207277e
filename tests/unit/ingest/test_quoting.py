"""Blocks are cut where the parser, given the whole file, ends a row."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.quoting import end_of_rows, open_quote


@pytest.mark.parametrize(
    ("block", "rows"),
    [
        (b"", b""),
        (b"a,b", b""),
        (b"a,b\nc", b"a,b\n"),
        (b'a,"b\nc', b""),
        (b'x\na,"b\nc', b"x\n"),
        (b'x\n"a\n","b\n', b"x\n"),
        (b'x\n"a\n","b\n"', b"x\n"),
        (b'x\n"a\n","b\n"\n', b'x\n"a\n","b\n"\n'),
        (b'"a""\n', b""),
        (b'"a"""\nb', b'"a"""\n'),
        (b'5" screen\nb', b'5" screen\n'),
        (b'5" screen\n"a\n', b'5" screen\n'),
        (b'"a"b"c\n"d\n', b'"a"b"c\n'),
        (b"a\rb", b"a\r"),
        (b"a\r\nb\r", b"a\r\n"),
        (b'"\r\n"\r', b""),
    ],
)
def test_whole_rows(block: bytes, rows: bytes) -> None:
    assert block[: end_of_rows(block)] == rows


@pytest.mark.parametrize(
    ("block", "place"), [(b'a,"b"\n', None), (b'a,"b\n', 2), (b'"a","""b\n', 4), (b'5" a\n', None), (b'5" a\n"b', 5)]
)
def test_open_quotes(block: bytes, place: int | None) -> None:
    assert open_quote(block) == place


@given(st.lists(st.sampled_from(['"', ",", "\n", "a", '"a\n"', '""']), max_size=24).map("".join))
@example('a"\n"')
def test_the_cut_is_where_a_reader_of_csv_ends_a_row(text: str) -> None:
    """Cut there, the two parts read by themselves give the rows of the whole."""
    end = end_of_rows(text.encode())
    assert rows(text[:end]) + rows(text[end:]) == rows(text)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))
