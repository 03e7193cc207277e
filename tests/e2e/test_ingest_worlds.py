"""Whole worlds are taken without a reject, and long files keep each token on its own row on any number of threads."""

import hmac
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from ingest.pseudonyms import KEY_NAMES
from linkgraph.ledger import FEEDS, Ledger
from linkgraph.simulate import World, simulate
from tests.unit.ingest.feeding import ledger_rows, take, write

ACCOUNTS = 12_000  # enough instruments that some tokens hold digits which pass for a card number
ROWS = 300_000  # in one chunk several batches of the engine, which hands them back in any order
SECRET = "0123456789abcdef" * 2
FIRST = 1_767_225_600  # 2026-01-01, epoch seconds


def test_a_world_is_taken_without_a_reject(tmp_path: Path) -> None:
    simulate(tmp_path / "world", World(accounts=ACCOUNTS, seed=1))
    reports = take(tmp_path, tmp_path / "world" / "feeds", settings={"threads": 2})
    assert sorted(report.feed for report in reports) == sorted(FEEDS)
    for report in reports:
        rows_left_out = [why for why in report.ignored if why.startswith("row.")]
        assert (report.status, report.reasons, rows_left_out) == ("committed", {}, []), report
        assert report.accepted == pq.read_metadata(report.path).num_rows


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = "[keys]\n" + "".join(f'{name} = "{SECRET}"\n' for name in KEY_NAMES)
    path = write(tmp_path_factory.mktemp("keys") / "keys.toml", text)
    path.chmod(0o600)
    return path


def as_csv(table: pa.Table, folder: Path, feed: str) -> Path:
    path = folder / f"{feed}.csv"
    pacsv.write_csv(table, path)
    return path


def as_json(table: pa.Table, folder: Path, feed: str) -> Path:
    lines = (json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in table.to_pylist())
    return write(folder / f"{feed}.jsonl", "".join(lines))


@pytest.mark.parametrize("convert", [as_csv, as_json])
def test_every_feed_is_the_same_in_every_format(
    tmp_path: Path, keys: Path, convert: Callable[[pa.Table, Path, str], Path]
) -> None:
    """Native times, decimals and booleans of Parquet against their texts."""
    simulate(tmp_path / "world", World(accounts=200, seed=3))
    feeds = tmp_path / "world" / "feeds"
    paths = [convert(pq.read_table(feeds / f"{feed}.parquet"), tmp_path, feed) for feed in sorted(FEEDS)]
    settings = {"keys_file": keys}
    for home, given in (("native", [feeds]), ("text", paths)):
        assert {report.status for report in take(tmp_path / home, *given, settings=settings)} == {"committed"}
    for feed in FEEDS:
        assert ledger_rows(tmp_path / "text", feed) == ledger_rows(tmp_path / "native", feed), feed


@pytest.fixture(scope="module")
def tokens() -> list[str]:
    """Tokens of the devices `d0`, `d1`, ..., by the standard library."""
    secret = bytes.fromhex(SECRET)
    return [hmac.digest(secret, b"d%d" % n, "sha256").hex()[:32] for n in range(ROWS)]


def rows() -> pa.Table:
    numbers = pa.array(np.arange(ROWS))
    return pa.table(
        {"account_id": texts("a"), "at": pa.array(FIRST + np.arange(ROWS)), "device_id": texts("d"), "asn": numbers}
    )


def texts(prefix: str) -> pa.Array:
    return pa.array([f"{prefix}{n}" for n in range(ROWS)])


def long_file(folder: Path, suffix: str) -> Path:
    path = folder / f"logins.{suffix}"
    if suffix == "csv":
        pacsv.write_csv(rows(), path)
    elif suffix == "parquet":
        pq.write_table(rows(), path)
    else:
        line = '{{"account_id":"a{0}","at":{1},"device_id":"d{0}","asn":{0}}}\n'
        write(path, "".join(line.format(n, FIRST + n) for n in range(ROWS)))
    return path


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_long_files_keep_their_rows(tmp_path: Path, keys: Path, tokens: list[str], suffix: str, threads: int) -> None:
    settings = {"threads": threads, "keys_file": keys}
    [report] = take(tmp_path, long_file(tmp_path, suffix), settings=settings)
    assert (report.status, report.accepted) == ("committed", ROWS)
    [entry] = Ledger(tmp_path / "ledger").entries("logins")
    found = pq.read_table(entry.path, partitioning=None)
    assert found["account_id"].combine_chunks() == texts("a")
    assert found["at"].to_numpy().tolist() == ((FIRST + np.arange(ROWS)) * 1_000_000).tolist()
    assert found["asn"].to_pylist() == [str(n) for n in range(ROWS)]
    assert found["device"].to_pylist() == tokens
    assert np.array_equal(found["line"].to_numpy(), np.arange(ROWS) + (2 if suffix == "csv" else 1))
