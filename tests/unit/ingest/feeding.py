"""Small files in, ledger rows out: what tests of ingest are written with."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.pipeline import ingest
from ingest.pseudonyms import KEY_NAMES, Key
from ingest.reports import FileReport
from linkgraph.errors import InputError
from linkgraph.ledger import Ledger
from linkgraph.settings import read_settings

NOW = 1_780_000_000_000_000  # 2026-05-28
Row = dict[str, Any]


def hmac_keys() -> dict[str, Key]:
    """A key for every name, each another."""
    return {name: Key.of(name.encode().ljust(16)) for name in KEY_NAMES}


def logins(count: int, **changes: Any) -> list[Row]:
    """Login rows of as many accounts, one each, a minute apart."""
    return [
        {"account_id": f"a{n}", "at": f"2026-01-01T10:{n % 60:02}:00Z", "device_id": f"device-{n}", "ip": "192.0.2.1"}
        | changes
        for n in range(count)
    ]


def csv_text(rows: Sequence[Row], names: Sequence[str] | None = None) -> str:
    """Rows as CSV, every value quoted; None as nothing."""
    names = names or list(rows[0])
    lines = [",".join(names)]
    for row in rows:
        cells = [row.get(name) for name in names]
        lines.append(",".join("" if cell is None else '"' + str(cell).replace('"', '""') + '"' for cell in cells))
    return "\n".join(lines) + "\n"


def json_text(rows: Sequence[Row]) -> str:
    """Rows as JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def write(path: Path, content: str | bytes | pa.Table | Sequence[Row]) -> Path:
    """A file of what the content is: text, bytes, or rows in the format that the name says; gzip and zstd likewise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, pa.Table):
        pq.write_table(content, path)
        return path
    if not isinstance(content, str | bytes):
        if path.suffix == ".parquet":
            return write(path, pa.Table.from_pylist(list(content)))
        content = json_text(content) if ".jsonl" in path.name else csv_text(content)
    raw = content.encode() if isinstance(content, str) else content
    packed = {".gz": gzip.compress, ".zst": lambda data: pa.compress(data, "zstd", asbytes=True)}
    path.write_bytes(packed[path.suffix](raw) if path.suffix in packed else raw)
    return path


def take(home: Path, *paths: Path, **options: Any) -> list[FileReport]:
    """Reports of ingesting files into the ledger of `home`, refused ones too."""
    reports: dict[tuple[Path, str], FileReport] = {}
    settings = read_settings(**{"home": home, "threads": 1} | options.pop("settings", {}))

    def keep(report: FileReport) -> None:
        reports[report.path, report.feed] = report

    try:
        return ingest(paths, settings, options.pop("now", NOW), progress=keep, **options)
    except InputError:
        return list(reports.values())


def ledger_rows(home: Path, feed: str = "logins", *, provenance: bool = False) -> list[Row]:
    """All rows of a feed in the order of the file they came in, without batch and line unless asked for."""
    paths = [entry.path for entry in Ledger(home / "ledger").entries(feed)]
    rows: list[Row] = [row for path in paths for row in pq.read_table(path, partitioning=None).to_pylist()]
    return rows if provenance else [{k: v for k, v in row.items() if k not in ("batch", "line")} for row in rows]
