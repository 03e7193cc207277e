"""Laws of ingest: the same rows give the same ledger in any packing, chunking, order and number of threads."""

import json
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingest import delimited
from ingest.delimited import CsvReader, JsonLinesReader
from ingest.mapping import FileMap
from ingest.normalize import FORMS, Normalizer
from ingest.observations import Shaper
from ingest.pseudonyms import KEY_NAMES
from ingest.readers import ParquetReader, Reader
from ingest.records import RECORDS
from ingest.values import ColumnReader
from linkgraph.kinds import KIND_NAMES
from tests.unit.ingest.feeding import NOW, hmac_keys, ledger_rows, logins, take, write

Row = dict[str, Any]
Taken = tuple[list[Row], list[tuple[int, str, str]]]

SUFFIXES = ("csv", "csv.gz", "csv.zst", "jsonl", "jsonl.gz", "jsonl.zst", "parquet")
RECORD = RECORDS["payments"]
SECRETS = [form for form, how in FORMS.items() if how.secret]

KEYS = "[keys]\n" + "".join(f'{name} = "{name.encode().ljust(16).hex()}"\n' for name in KEY_NAMES)

law = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def normalizer() -> Iterator[Normalizer]:
    made = Normalizer(hmac_keys(), threads=2)
    yield made
    made.close()


def payments() -> st.SearchStrategy[list[Row]]:
    """Rows of payments, some of them bad; every value as text, None for nothing."""
    text = st.one_of(
        st.none(),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
        st.text('",;\n\r\t \\ab\0\x1a€😀', min_size=1, max_size=6),
    )
    row = st.fixed_dictionaries(
        {
            "payment_id": st.integers(0, 99).map(lambda n: f"p{n}"),
            "account_id": text,
            "at": st.sampled_from(["2026-01-01T10:00:00Z", "2026-01-01 11:00:00+01:00", "1767261600", "soon", None]),
            "direction": st.sampled_from(["in", "OUT", "sideways"]),
            "rail": st.sampled_from(["card", "bank", "crypto"]),
            "amount": st.decimals(-10, 10**12, places=4).map(str),
            "currency": st.sampled_from(["EUR", "usd"]),
            "instrument_token": text,
            "chain": st.sampled_from(["ethereum", "Tron", None]),
            "address": text,
            "memo": text,
            "beneficiary_name": text,
        }
    )
    return st.lists(row, min_size=1, max_size=8)


def packed(path: Path, suffix: str, rows: list[Row]) -> Path:
    """The rows in a file of this suffix."""
    if suffix == "parquet":
        schema = pa.schema([(name, pa.string()) for name in rows[0]])
        return write(path / "payments.parquet", pa.Table.from_pylist(rows, schema))
    return write(path / f"payments.{suffix}", rows)


def taken(normalizer: Normalizer, path: Path) -> Taken:
    """Ledger rows of a file of payments, and the rejects by number of the row."""
    shaper = Shaper(RECORD, ColumnReader(normalizer, FileMap(), NOW), "batch")
    rows: list[Row] = []
    rejects: list[tuple[int, str, str]] = []
    for chunk in opened(normalizer, path).chunks(list(shaper.wanted.values())):
        shaped = shaper.shape(chunk)
        rows += shaped.batch.to_pylist()
        rejects += [(reject.line, reject.reason, reject.column) for reject in shaped.rejects]
    return rows, rejects


def opened(normalizer: Normalizer, path: Path) -> Reader:
    codec = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix)
    if ".parquet" in path.name:
        return ParquetReader(path)
    if ".csv" in path.name:
        return CsvReader(path, codec)
    return JsonLinesReader(path, codec, normalizer, ["amount"])


def without_lines(found: Taken) -> tuple[list[Row], list[tuple[str, str]]]:
    """A row of CSV may be several lines, so only Parquet and JSON Lines agree on them."""
    rows, rejects = found
    return [row | {"line": None} for row in rows], [(reason, column) for _, reason, column in rejects]


@law
@given(rows=payments())
def test_every_packing_gives_the_same_rows(normalizer: Normalizer, rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = {suffix: taken(normalizer, packed(Path(folder), suffix, rows)) for suffix in SUFFIXES}
    for suffix, answer in found.items():
        assert without_lines(answer) == without_lines(found["parquet"]), suffix
    assert found["jsonl"] == found["jsonl.gz"] == found["jsonl.zst"]
    assert found["csv"] == found["csv.gz"] == found["csv.zst"]


@law
@given(amounts=st.lists(st.decimals(-(10**19), 10**19, places=9), min_size=1, max_size=20))
def test_amounts_are_exact_in_every_type(normalizer: Normalizer, amounts: list[Decimal]) -> None:
    fixed = {"account_id": "a", "at": 1767261600, "currency": "EUR"}
    header, line = ",".join([*fixed, "amount"]), ",".join(map(str, fixed.values()))
    objects = [json.dumps(fixed)[:-1] + f', "amount": {amount:f}}}' for amount in amounts]
    typed = pa.table(
        {name: [value] * len(amounts) for name, value in fixed.items()}
        | {"amount": pa.array(amounts, pa.decimal128(38, 9))}
    )
    contents = {
        "balances.csv": "\n".join([header, *(f"{line},{amount}" for amount in amounts)]),
        "balances.jsonl": "\n".join(objects),
        "balances.parquet": typed,
    }
    shaper = Shaper(RECORDS["balances"], ColumnReader(normalizer, FileMap(), NOW), "batch")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in contents.items():
            path = write(Path(folder) / name, content)
            chunks = opened(normalizer, path).chunks(list(shaper.wanted.values()))
            found = [row["amount"] for chunk in chunks for row in shaper.shape(chunk).batch.to_pylist()]
            assert found == amounts, name


@law
@given(rows=payments(), size=st.integers(1500, 6000))
def test_chunks_change_nothing(normalizer: Normalizer, rows: list[Row], size: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as small:
        paths = [packed(Path(folder), suffix, rows * 5) for suffix in ("csv", "jsonl", "parquet")]
        whole = [taken(normalizer, path) for path in paths]
        small.setattr(delimited, "_BLOCK", size)
        small.setattr(ParquetReader, "_rows", lambda reader: 1 + size % 7)
        assert [taken(normalizer, path) for path in paths] == whole


PIECES = {
    "ip": ["192.0.2.1", "::ffff:", "2001:db8::", "1", "fe80::1", ":", "0", "203.0.113.9", "2001:0DB8:0:0:1::7"],
    "email": ["Ann", ".", "+x", "@", "gmail.com", "googlemail.com", "example.org", "7", "É", " "],
    "phone": ["+", "00", "43", "(0)", "664", " ", "-", "1234567", "/"],
    "wallet": ["ethereum", ":", "0x" + "Ab" * 20, "bitcoin:", "bc1QAB", "memo", "null", "XRP", " ", "7"],
    "payer": ["AT61 1904", "-", "de", "/", "0000", "3002 3457 3201"],
    "document": ["P", " ", "123-456", ".", "x"],
    "name": ["Ann", " ", "STRASSE", "straße", "\u00a0", "É", "e\u0301", "'"],
    "address": ["Main St", ",", " ", "5", "-", "Straße", ".", "\n"],
}


def of_pieces(form: str) -> st.SearchStrategy[str]:
    pieces = st.lists(st.sampled_from(PIECES.get(form, ["d-1", " ", "Ü", "x" * 9])), max_size=6).map("".join)
    return st.one_of(pieces, st.text(max_size=12))


def value_of(normalizer: Normalizer, form: str, text: str, *, tokens: bool = False) -> Any:
    """The value in its one spelling; of an IP address all of it, not only what links."""
    row = normalizer.read(form, pa.array([text], pa.string()), tokens=tokens).to_pylist()[0]
    return row["exact" if form == "ip" else "value"] if row["fault"] is None else None


@law
@given(data=st.data(), form=st.sampled_from(SECRETS))
def test_normalising_is_idempotent(normalizer: Normalizer, data: st.DataObject, form: str) -> None:
    value = value_of(normalizer, form, data.draw(of_pieces(form)))
    assume(value is not None)
    assert value_of(normalizer, form, value) == value


@law
@given(data=st.data(), form=st.sampled_from(SECRETS))
def test_tokens_are_the_same_where_values_are(normalizer: Normalizer, data: st.DataObject, form: str) -> None:
    texts = data.draw(st.lists(of_pieces(form), min_size=2, max_size=6))
    values = [value_of(normalizer, form, text) for text in texts]
    tokens = [value_of(normalizer, form, text, tokens=True) for text in texts]
    assert [(a == b) for a in values for b in values] == [(a == b) for a in tokens for b in tokens]
    assert not {*values} & {*tokens} - {None}


@law
@given(text=st.text("abc0189é", min_size=6, max_size=12).map(lambda text: f"x{text}"))
def test_tokens_differ_between_kinds(normalizer: Normalizer, text: str) -> None:
    tokens = [value_of(normalizer, kind, text, tokens=True) for kind in KIND_NAMES]
    given_one = [token for token in tokens if token is not None]
    assert len(given_one) == len(set(given_one)) >= 3


def test_the_order_of_files_and_a_second_time_change_nothing(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"logins-{n}.csv", logins(n, session_id=f"s{n}")) for n in (1, 2, 3)]
    found = []
    for name, order in (("a", paths), ("b", paths[::-1])):
        home = tmp_path / name
        write(home / "keys.toml", KEYS).chmod(0o600)
        take(home, *order)
        first = ledger_rows(home, provenance=True)
        assert [report.status for report in take(home, *paths)] == ["duplicate"] * 3
        assert ledger_rows(home, provenance=True) == first
        found.append(first)
    assert found[0] == found[1]
    assert len(found[0]) == 6
