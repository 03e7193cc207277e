"""Parquet in bounded chunks, and the digest that names a file."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import readers
from ingest.readers import ParquetReader, content_digest
from linkgraph.errors import InputError


def written(path: Path, rows: int, group: int) -> Path:
    table = pa.table({"account_id": [f"a{n}" for n in range(rows)], "other": ["x" * 1000] * rows})
    pq.write_table(table, path, row_group_size=group)
    return path


@pytest.mark.parametrize(("size", "group"), [(1000, 3), (1200, 1000)])
def test_rows_are_numbered_through_all_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, group: int
) -> None:
    monkeypatch.setattr(readers, "_PARQUET_ROWS", size)
    reader = ParquetReader(written(tmp_path / "x.parquet", 2500, group))
    assert reader.names == ("account_id", "other")
    chunks = list(reader.chunks(["account_id", "not_there"]))
    assert max(len(chunk.lines) for chunk in chunks) <= size
    assert [line for chunk in chunks for line in chunk.lines.to_pylist()] == list(range(1, 2501))
    assert [value for chunk in chunks for value in chunk.columns["account_id"].to_pylist()] == [
        f"a{n}" for n in range(2500)
    ]
    assert set(chunks[0].columns) == {"account_id"}


def test_a_chunk_of_wide_rows_has_fewer_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_PARQUET_BYTES", 1)
    assert len(next(ParquetReader(written(tmp_path / "x.parquet", 3000, 3000)).chunks(["other"])).lines) == 1000


def test_a_digest_names_bytes_and_how_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"1")
    (tmp_path / "c").write_bytes(b"2")
    assert content_digest(tmp_path / "a", "logins") == content_digest(tmp_path / "b", "logins")
    names = {content_digest(tmp_path / name, *more) for name, *more in (("a",), ("a", "x"), ("a", "x", ""), ("c",))}
    assert len(names) == 4
    with pytest.raises(InputError, match="No such file"):
        content_digest(tmp_path / "none")


def test_a_long_value_is_held_once_however_many_rows_have_it(tmp_path: Path) -> None:
    long = pa.DictionaryArray.from_arrays(pa.array([0, 1] * 50_000), pa.array(["x" * 8000, "y" * 8000]))
    pq.write_table(pa.table({"user_agent": long}), tmp_path / "x.parquet", store_schema=False)
    chunks = list(ParquetReader(tmp_path / "x.parquet").chunks(["user_agent"]))
    assert sum(len(chunk.lines) for chunk in chunks) == 100_000
    assert sum(chunk.columns["user_agent"].nbytes for chunk in chunks) < 10 << 20  # as text 800 MB
    assert chunks[-1].columns["user_agent"][-1].as_py() == "y" * 8000


def test_small_row_groups_come_together(tmp_path: Path) -> None:
    [chunk] = ParquetReader(written(tmp_path / "x.parquet", 900, 10)).chunks(["account_id", "other"])
    assert chunk.columns["account_id"].to_pylist() == [f"a{n}" for n in range(900)]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.string_view()])
def test_text_of_every_type_is_read(tmp_path: Path, kind: pa.DataType) -> None:
    pq.write_table(pa.table({"account_id": pa.array(["a", None, "a"]).cast(kind)}), tmp_path / "x.parquet")
    [chunk] = ParquetReader(tmp_path / "x.parquet").chunks(["account_id"])
    assert chunk.columns["account_id"].cast(pa.string()).to_pylist() == ["a", None, "a"]
