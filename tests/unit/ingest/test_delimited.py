"""Every line of a text file is a row, a reject with its line, or a reason to refuse the file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import delimited
from ingest.delimited import CsvReader, JsonLinesReader
from ingest.normalize import Normalizer
from ingest.readers import Chunk
from linkgraph.errors import InputError
from tests.unit.ingest.feeding import write

Found = tuple[list[int], list[tuple[int, str]], int]


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few lines, so that every small file has several."""
    monkeypatch.setattr(delimited, "_BLOCK", 64)


def csv(path: Path, content: str | bytes) -> Found:
    """Lines of the rows, lines and reasons of the rejects, and how many were blank."""
    return found(CsvReader(write(path / "x.csv", content), None).chunks(["a", "b"]))


def jsonl(path: Path, content: str | bytes) -> Found:
    """The same of JSON Lines."""
    reader = JsonLinesReader(write(path / "x.jsonl", content), None, Normalizer({}, threads=1), ["n"])
    return found(reader.chunks(["a", "n"]))


def found(chunks: Iterator[Chunk]) -> Found:
    lines: list[int] = []
    rejects: list[tuple[int, str]] = []
    blank = 0
    for chunk in chunks:
        lines += chunk.lines.to_pylist()
        rejects += [(reject.line, reject.reason) for reject in chunk.rejects]
        blank += chunk.blank
    return lines, sorted(rejects), blank


def test_rows_know_their_lines(tmp_path: Path) -> None:
    assert csv(tmp_path, "a,b\n1,2\n\n3,4\n") == ([2, 4], [], 1)


def test_a_quoted_line_break_counts_as_a_line(tmp_path: Path) -> None:
    assert csv(tmp_path, 'a,b\n1,"2\n2"\n3,4\n') == ([2, 4], [], 0)


def test_a_header_may_break_inside_quotes(tmp_path: Path) -> None:
    assert csv(tmp_path, '"a","b\nc"\n1,2\n') == ([3], [], 0)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_one(tmp_path: Path, ending: str) -> None:
    assert csv(tmp_path, ending.join(["a,b", "1,2", "3", "5,6", ""])) == ([2, 4], [(3, "malformed_row")], 0)


def test_the_last_row_is_a_reject_like_any_other(tmp_path: Path) -> None:
    assert csv(tmp_path, "a,b\n1,2\n3\n") == ([2], [(3, "malformed_row")], 0)


def test_only_malformed_rows(tmp_path: Path) -> None:
    assert csv(tmp_path, "a,b\n1\n2\n") == ([], [(2, "malformed_row"), (3, "malformed_row")], 0)


def test_rows_in_every_place_of_every_block(tmp_path: Path, blocks: None) -> None:
    """Three kinds of row in turn over many blocks: good, of two lines, with a field too many."""
    turn = ["1,2\n", '1,"2\n2"\n', "1,2,3\n"]
    lines, rejects, _ = csv(tmp_path, "a,b\n" + "".join(turn) * 100)
    assert lines == [line for start in range(2, 402, 4) for line in (start, start + 1)]
    assert rejects == [(start + 3, "malformed_row") for start in range(2, 402, 4)]


def test_a_malformed_row_that_is_not_utf8(tmp_path: Path) -> None:
    assert csv(tmp_path, b"a,b\n1,2\n\xe9\n3,4\n") == ([2, 4], [(3, "malformed_row")], 0)


def test_characters_across_blocks_stay_whole(tmp_path: Path, blocks: None) -> None:
    rows = "".join(f"{'x' * (n % 7)}€,😀\n" for n in range(200))
    chunks = list(CsvReader(write(tmp_path / "x.csv", "a,b\n" + rows), None).chunks(["a", "b"]))
    texts = [value.decode() for chunk in chunks for value in chunk.columns["a"].to_pylist()]
    assert texts == [f"{'x' * (n % 7)}€" for n in range(200)]


@pytest.mark.parametrize("last", ['1,"2\n', '1,"2', '1,"2,3\n5,6\n'])
def test_an_open_quote_refuses_the_file(tmp_path: Path, last: str) -> None:
    """It would swallow all that follows."""
    with pytest.raises(InputError, match="line 3 is never closed"):
        csv(tmp_path, f"a,b\n1,2\n{last}\n7,8\n")


def test_json_lines_know_their_lines(tmp_path: Path) -> None:
    text = '{"a":"1"}\n\n[1]\n{"a":{"b":1}}\nnot json\n{"a":"2"}\n'
    assert jsonl(tmp_path, text) == ([1, 6], [(3, "bad_json"), (4, "nested_value"), (5, "bad_json")], 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\xff", "invalid_encoding"),
        (b"\0", "nul_byte"),
        (b'{"a":"\x1f"}', "bad_json"),
        (b'{"a":"\\ud800"}', "bad_json"),
        (b'{"a":1} {"a":2}', "bad_json"),
        (b"[" * 50_000, "bad_json"),
    ],
)
@pytest.mark.parametrize("rest", [b"\n", b'\n{"a":"2"}\n'])
def test_lines_that_are_no_objects(tmp_path: Path, line: bytes, reason: str, rest: bytes) -> None:
    lines, rejects, _ = jsonl(tmp_path, b'{"a":"1"}\n' + line + rest)
    assert rejects == [(2, reason)]
    assert lines == [1, 3][: rest.count(b"\n")]


def test_amounts_keep_every_digit(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"a":"x","n":12345678901234567.123456789}\n{"n":"0.10"}\n')
    [chunk] = JsonLinesReader(path, None, Normalizer({}, threads=1), ["n"]).chunks(["a", "n"])
    assert chunk.columns["n"].to_pylist() == ["12345678901234567.123456789", "0.10"]
    assert chunk.keys == {"a", "n"}
