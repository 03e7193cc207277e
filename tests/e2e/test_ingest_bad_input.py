"""Bad files, one sort of damage each: what becomes of them is the table of `ingest/BAD_INPUT.md`, row by row.

All of them come in one call, beside good files and on top of a ledger that has content; that content must not change.
"""

import gzip
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.reports import FileReport
from linkgraph.ledger import FEEDS, Ledger
from tests.unit.ingest.feeding import csv_text, json_text, ledger_rows, logins, take, write

TABLE = Path(__file__).parents[2] / "ingest" / "BAD_INPUT.md"
CARD = "4111111111111111"  # a published test number
GOOD = 120  # good rows before the bad one, so that one reject is below the bound
AT = "2026-01-01T10:00:00Z"

OUTCOMES = {"refused": "file refused", "duplicate": "no-op"}


@dataclass(frozen=True)
class Case:
    """One bad file. `said`: reason code of the rejected row, or words of the file's error or note; `line`: where."""

    title: str
    outcome: str
    said: str
    name: str
    content: Any
    line: int = 0
    shown: tuple[str, ...] = field(default=())


def row(title: str, said: str, bad: str | bytes, feed: str = "logins") -> Case:
    """A CSV file whose last row alone is bad."""
    raw = bad.encode() if isinstance(bad, str) else bad
    return Case(title, "row rejected", said, f"{feed}.csv", GOODS[feed].encode() + raw + b"\n", GOOD + 2)


def line(title: str, said: str, bad: str) -> Case:
    """A JSON Lines file whose last line alone is bad."""
    return Case(title, "row rejected", said, "logins.jsonl", json_text(logins(GOOD)) + bad + "\n", GOOD + 1)


def refused(title: str, said: str, name: str, content: Any) -> Case:
    """A file of which nothing is taken."""
    return Case(title, "file refused", said, name, content)


def taken(title: str, said: str, name: str, content: Any, *shown: str) -> Case:
    """A file that is taken whole. `shown`: what the report lists as unknown columns."""
    return Case(title, "taken", said, name, content, shown=shown)


def repeated(header: str, values: str) -> str:
    return header + "\n" + "".join(values.format(n=n) + "\n" for n in range(GOOD))


PAYMENTS = "payment_id,account_id,at,direction,rail,amount,currency"
GOODS = {
    "logins": csv_text(logins(GOOD)),
    "accounts": repeated("account_id,created_at,kyc_level,kyc_name", "a{n}," + AT + ",1,Ann Example"),
    "observations": repeated("account_id,kind,identifier,at", "a{n},device,d{n}," + AT),
    "instruments": repeated("account_id,at,kind,token", "a{n}," + AT + ",card,tok_{n}"),
    "payments": repeated(PAYMENTS, "p{n},a{n}," + AT + ",in,card,1.50,EUR"),
}
LONG_LINE = "line of a gigabyte"
ZSTD = pa.compress(GOODS["logins"].encode() * 500, "zstd", asbytes=True)
PARQUET = pa.table({"account_id": [f"a{n}" for n in range(5000)], "at": [AT] * 5000})


def parquet_bytes(table: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(table, out)
    return bytes(out.getvalue())


def damaged(raw: bytes) -> bytes:
    """The same file with its first pages overwritten; its end, where Parquet says what is where, is whole."""
    return raw[:4] + b"\xff" * 400 + raw[404:]


def cards(count: int) -> Iterator[str]:
    """Numbers that pass for card numbers."""
    for n in range(count):
        digits = f"411111{n:09}"
        doubled = sum(sum(divmod(int(d) * (2 - place % 2), 10)) for place, d in enumerate(digits))
        yield f"{digits}{-doubled % 10}"


CASES = [
    refused("semicolons between fields", "is the delimiter a comma?", "logins.csv", "account_id;at\na1;" + AT + "\n"),
    refused("required column missing", "line 1: missing column at", "logins.csv", "account_id,ip\na1,192.0.2.1\n"),
    refused(
        "column twice", "line 1: column at is there more than once", "logins.csv", f"account_id,at,at\na,{AT},{AT}\n"
    ),
    refused("empty CSV file", "empty file, not even a header", "logins.csv", ""),
    taken("empty JSON Lines file", "no rows", "logins.jsonl", ""),
    taken("CSV header alone", "no rows", "logins.csv", "account_id,at\n"),
    refused("UTF-16", "line 1: UTF-16, not UTF-8", "logins.csv", "account_id,at\n".encode("utf-16")),
    refused("NUL byte in the header", "line 1: a NUL byte", "logins.csv", "acc\0ount_id,at\n"),
    taken("byte order mark", "", "logins.csv", b"\xef\xbb\xbf" + GOODS["logins"].encode()),
    refused("5,000 columns", "line 1: more than 4096 columns", "logins.csv", "account_id,at" + ",x" * 5000 + "\n"),
    refused("quote never closed", "line 122 is never closed", "logins.csv", GOODS["logins"] + 'a,"x\nb,c\n'),
    refused("gzip under the name of a CSV file", "this is gzip data", "logins.csv", gzip.compress(b"account_id,at\n")),
    refused("text under the name of a gzip file", "damaged or cut short", "logins.csv.gz", b"account_id,at\na1,0\n"),
    refused("gzip cut short", "damaged or cut short", "logins.csv.gz", gzip.compress(GOODS["logins"].encode())[:-9]),
    refused("zstd cut short", "damaged or cut short", "logins.csv.zst", ZSTD[:-9]),
    refused("Parquet cut short", "not a Parquet file, or cut short", "logins.parquet", parquet_bytes(PARQUET)[:-9]),
    refused("Parquet page damaged", "damaged at or after row 1", "logins.parquet", damaged(parquet_bytes(PARQUET))),
    refused(
        "Parquet column of lists",
        "column account_id has the type list, which is no single value",
        "logins.parquet",
        parquet_bytes(pa.table({"account_id": [["a"]], "at": [AT]})),
    ),
    refused("unknown suffix", "unknown suffix", "logins.xlsx", "x"),
    refused("no feed of that name", "no feed is known for it", "users.csv", "account_id,at\n"),
    refused("more rejects than the bound", "1 of 2 rows rejected", "logins.csv", f"account_id,at\na,{AT}\na,x\n"),
    refused("no row that can be read", "2 of 2 rows rejected", "payments.csv", PAYMENTS + "\na,b\nc\n"),
    refused(
        "Parquet column name that is not UTF-8",
        "not a Parquet file, or cut short",
        "logins.parquet",
        parquet_bytes(PARQUET).replace(b"account_id", b"account_\xff\xff"),
    ),
    refused(
        "id column of card numbers",
        "column account_id looks like full card numbers",
        "logins.csv",
        "account_id,at\n" + "".join(f"{card},{AT}\n" for card in cards(20)),
    ),
    row("wrong number of fields", "malformed_row", "a,b"),
    row("wrong number of fields, and not UTF-8", "malformed_row", b"\xe9,b"),
    row("Latin-1 among UTF-8", "invalid_encoding", b"a1," + AT.encode() + b",Andr\xe9,192.0.2.1"),
    row("NUL byte in a value", "nul_byte", f"a1,{AT},d\0x,192.0.2.1"),
    row("date that does not exist", "bad_time", "a1,2026-02-30T10:00:00Z,d,192.0.2.1"),
    row("time without offset", "naive_time", "a1,2026-01-01T10:00:00,d,192.0.2.1"),
    row("event in the future", "future_event", "a1,2026-08-01T10:00:00Z,d,192.0.2.1"),
    row("negative amount", "negative_amount", f"p,a1,{AT},in,card,-1.50,EUR", "payments"),
    row("number out of bounds", "bad_integer", f"a1,{AT},99999,Ann", "accounts"),
    row("card number as a name", "card_number", f"a1,{AT},1,{CARD}", "accounts"),
    row("card number inside a name", "card_number", f"a1,{AT},1,Ann 4111 1111-1111.1111 x", "accounts"),
    row("card number as a card token", "card_number", f"a1,{AT},card,{CARD}", "instruments"),
    row("unknown kind", "unknown_kind", f"a1,passport,x,{AT}", "observations"),
    row("card number as a kind", "unknown_kind", f"a1,{CARD},x,{AT}", "observations"),
    row("value of a megabyte", "too_long", f"a1,{AT},{'x' * (1 << 20)},192.0.2.1"),
    line("line that is not JSON", "bad_json", '{"account_id":'),
    line("object where a value belongs", "nested_value", '{"account_id":{"x":1},"at":"' + AT + '"}'),
    line("NUL character in JSON", "nul_byte", '{"account_id":"a\\u0000","at":"' + AT + '"}'),
    taken("card number as an unknown column", "", "logins.csv", f"account_id,at,{CARD}\na,{AT},1\n", "(a card number)"),
    taken("account in no accounts file", "", "logins.csv", f"account_id,at\nnobody,{AT}\n"),
    taken("label before its account", "", "labels.csv", "account_id,label,at\na9,fraud,2020-01-01T00:00:00Z\n"),
    Case("the same file again", "no-op", "the same file was taken before", "logins.csv", logins(50)),
]


@dataclass(frozen=True)
class Outcome:
    """A home after all cases: reports by title, and its first files with the digest they had before."""

    home: Path
    reports: dict[str, FileReport]
    before: dict[Path, str]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("bad")
    home = folder / "home"
    accounts = write(folder / "accounts.csv", f"account_id,created_at\na9,{AT}\n")
    assert [r.status for r in take(home, write(folder / "logins.csv", logins(50)), accounts)] == ["committed"] * 2
    before = {entry.path: digest(entry.path) for entry in Ledger(home / "ledger").entries()}
    paths = [put(folder / str(number) / case.name, case.content) for number, case in enumerate(CASES)]
    reports = take(home, *paths)
    assert [report.path for report in reports] == paths
    return Outcome(home, {case.title: report for case, report in zip(CASES, reports, strict=True)}, before)


def put(path: Path, content: Any) -> Path:
    """A file of these very bytes, also where its name says that they are compressed."""
    if not isinstance(content, bytes):
        return write(path, content)
    path.parent.mkdir()
    path.write_bytes(content)
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_file_says_what_became_of_it(outcome: Outcome, case: Case) -> None:
    report = outcome.reports[case.title]
    path = f"{report.path}: "
    if case.outcome == "row rejected":
        assert (report.status, report.accepted, report.reasons) == ("committed", GOOD, {case.said: 1})
        assert report.rejects_file is not None
        assert f'"line": {case.line}, "reason": "{case.said}"' in report.rejects_file.read_text()
    elif case.outcome == "file refused":
        assert (report.status, report.error.startswith(path)) == ("refused", True)
        assert case.said in report.error
    else:
        assert report.status == OUTCOMES.get(case.outcome, "committed" if case.outcome == "taken" else "duplicate")
        assert (report.rejected, report.note, report.unknown_columns) == (0, case.said, case.shown)


def test_nothing_of_a_refused_file_is_in_the_ledger(outcome: Outcome) -> None:
    committed = {entry.digest for entry in Ledger(outcome.home / "ledger").entries()}
    refused = {report.digest for report in outcome.reports.values() if report.status == "refused"}
    on_disk = {path.name.split("-")[0] for path in (outcome.home / "ledger").rglob("*.parquet")}
    assert on_disk == committed
    assert not refused & committed


def test_what_was_in_the_ledger_is_as_it_was(outcome: Outcome) -> None:
    still = {entry.path for entry in Ledger(outcome.home / "ledger").entries()}
    assert outcome.before.keys() <= still
    assert {path: digest(path) for path in outcome.before} == outcome.before


def test_no_card_number_is_anywhere(outcome: Outcome) -> None:
    """Neither in reports, nor in lists of rejects, nor in the ledger; also not in groups."""
    said = [repr(outcome.reports), *(path.read_text() for path in (outcome.home / "rejects").iterdir())]
    kept = [repr(ledger_rows(outcome.home, feed)) for feed in FEEDS]
    bare = re.sub(r"[ .\-]", "", "".join([*said, *kept]))
    assert CARD not in bare
    assert not [card for card in cards(20) if card in bare]


def test_the_document_has_a_row_for_each_case() -> None:
    found = re.findall(r"^\| (.+?) \| (.+?) \| (.*?) ?\|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)[2:]
    documented = {(title, result, said.strip("`")) for title, result, said in found}
    assert documented == {(case.title, case.outcome, case.said) for case in CASES} | {
        (LONG_LINE, "file refused", "longer than 16 MiB")
    }


GENERATE = """
import resource, sys
from pathlib import Path
import pyarrow as pa
from tests.unit.ingest.feeding import take
path, block = Path(sys.argv[1]), b"x" * (16 << 20)
with pa.CompressedOutputStream(str(path), "zstd") as out:
    out.write(b"account_id,at\\na,")
    for _ in range(64):
        out.write(block)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
[report] = take(path.parent / "home", path)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, report.error)
"""


def test_memory_does_not_grow_with_a_line(tmp_path: Path) -> None:
    """A line of a gigabyte, a few kilobytes as a file: refused once a second block of it is read."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", GENERATE, str(tmp_path / "logins.csv.zst")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    grown, error = done.stdout.split(maxsplit=1)
    assert "line 2 is longer than 16 MiB" in error
    assert int(grown) < 200 << 10
