"""Columns of the thirteen feeds as they are written, and the writer of files."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

_TIME = pa.timestamp("us", tz="UTC")
_MONEY = pa.decimal128(38, 2)
_FINE = pa.decimal128(38, 8)
_WHOLE = pa.int32()
_TYPES: Final[dict[str, pa.DataType]] = {
    **dict.fromkeys(("at", "created_at", "opened_at", "appealed_at", "due_by", "known_at"), _TIME),
    **dict.fromkeys(("unlock_at", "withdrawable_at"), _TIME),
    **dict.fromkeys(("amount", "price"), _MONEY),
    **dict.fromkeys(("count", "kyc_level", "birth_year"), _WHOLE),
    "quantity": _FINE,
    "prepaid": pa.bool_(),
}

_COLUMNS: Final[dict[str, str]] = {
    "observations": "account_id kind identifier at session_id count",
    "accounts": "account_id created_at country kyc_level kyc_name birth_year postal_address email phone document"
    " referrer_id parent_account_id status",
    "logins": "account_id at session_id kind device_id fingerprint ip user_agent asn result security_change",
    "instruments": "account_id at kind token issuer_country prepaid name_match",
    "payments": "payment_id account_id at direction rail amount currency instrument_token chain address memo tx_hash"
    " status return_code eci session_id unlock_at beneficiary_name beneficiary_address known_at",
    "transfers": "transfer_id from_account_id to_account_id at amount currency",
    "trades": "trade_id market buyer_id seller_id price quantity at",
    "p2p_orders": "order_id buyer_id seller_id at amount currency payer_name payer_account proof_hash proof_phash"
    " bank_reference state appealed_at known_at",
    "disputes": "dispute_id account_id opened_at kind channel scheme reason_code amount currency payment_id order_id"
    " due_by status language known_at",
    "balances": "account_id at currency amount withdrawable_at",
    "bonuses": "account_id at campaign amount currency",
    "staff_access": "staff_id account_id at case_id",
    "labels": "account_id label at source typology known_at",
}

SCHEMAS: Final[dict[str, pa.Schema]] = {
    feed: pa.schema([(name, _TYPES.get(name, pa.string())) for name in columns.split()])
    for feed, columns in _COLUMNS.items()
}

CHUNK: Final = 500_000  # rows per part: bounds the memory that text takes


def table(feed: str, columns: dict[str, pa.Array]) -> pa.Table:
    """Rows of a feed from its columns; those not given are null, unknown ones an error."""
    schema = SCHEMAS[feed]
    if unknown := set(columns) - set(schema.names):
        raise KeyError(f"{feed} has no columns {sorted(unknown)}")
    rows = len(next(iter(columns.values())))
    arrays = [columns[f.name] if f.name in columns else pa.nulls(rows, f.type) for f in schema]
    return pa.table(arrays, schema=schema)


def parts(rows: int, size: int = CHUNK) -> Iterator[slice]:
    """Slices that cover so many rows; one empty slice for none."""
    for low in range(0, max(rows, 1), size):
        yield slice(low, min(low + size, rows))


class Files:
    """Parquet files of a folder, written table by table; a context that closes them. rows: written so far, by name."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}

    def __enter__(self) -> "Files":
        """Write inside the context."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Close what is open."""
        for writer in self._writers.values():
            writer.close()

    def write(self, name: str, tables: Iterable[pa.Table]) -> None:
        """Append tables of one schema to the file of that name."""
        for part in tables:
            if name not in self._writers:
                path = self._folder / f"{name}.parquet"
                self._writers[name] = pq.ParquetWriter(path, part.schema, compression="zstd")
            self._writers[name].write_table(part)
            self.rows[name] = self.rows.get(name, 0) + part.num_rows
