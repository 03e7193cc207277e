"""The same rows give the same ledger rows, in whatever format and packing they come."""

from pathlib import Path

import pytest

from tests.unit.ingest.feeding import ledger_rows, logins, take, write

FILES = ("logins.csv", "logins.csv.gz", "logins.csv.zst", "logins.jsonl", "logins.jsonl.gz", "logins.jsonl.zst")


@pytest.mark.parametrize("name", [*FILES, "logins.parquet"])
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    source = [*logins(20), *logins(3, device_id=None, ip="2001:db8::1")]
    take(tmp_path, write(tmp_path / "plain" / "logins.csv", source))
    wanted = ledger_rows(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "keys.toml").write_bytes((tmp_path / "keys.toml").read_bytes())
    (other / "keys.toml").chmod(0o600)
    [report] = take(other, write(tmp_path / name, source))
    assert (report.status, report.rows, report.accepted) == ("committed", 23, 23)
    assert ledger_rows(other) == wanted
    assert len(wanted) == 23
