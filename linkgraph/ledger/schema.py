"""Columns of the ledger: one table per feed, identifiers already replaced by tokens.

Times are epoch microseconds (UTC). Every row carries the `COMMON` columns. A row with the same `record` as an earlier
one replaces it from its own `known_at` on (a correction), and one with `deleted` set retracts it; nothing is ever
overwritten.
"""

from dataclasses import dataclass

import pyarrow as pa

TIME = pa.int64()
TOKEN = pa.string()
TEXT = pa.string()
MONEY = pa.decimal128(38, 18)

COMMON: tuple[tuple[str, pa.DataType], ...] = (
    ("known_at", TIME),
    ("source_id", TEXT),
    ("record", TEXT),
    ("deleted", pa.bool_()),
    ("batch", TEXT),
    ("line", pa.int64()),
)


_OWNERS = ("account_id", "from_account_id", "to_account_id", "buyer_id", "seller_id")


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed's ledger table. `record`: the columns that name the fact, so that a later row corrects an earlier."""

    name: str
    columns: tuple[tuple[str, pa.DataType], ...]
    record: tuple[str, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema of the table, own columns first, then `COMMON`."""
        return pa.schema([*self.columns, *COMMON])

    @property
    def owners(self) -> tuple[str, ...]:
        """Columns that say whose a row is: one, or both sides of what passed between two."""
        return tuple(name for name, _ in self.columns if name in _OWNERS)


def _columns(**types: pa.DataType) -> tuple[tuple[str, pa.DataType], ...]:
    return tuple(types.items())


FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        Feed(
            "observations",
            _columns(
                account_id=TEXT,
                kind=TEXT,
                identifier=TOKEN,
                ip_version=pa.int8(),
                at=TIME,
                session_id=TEXT,
                count=pa.int32(),
            ),
        ),
        Feed(
            "accounts",
            _columns(
                account_id=TEXT,
                created_at=TIME,
                country=TEXT,
                kyc_level=pa.int16(),
                name=TOKEN,
                surname=TOKEN,
                birth_year=pa.int16(),
                postal_address=TOKEN,
                email=TOKEN,
                email_stem=TOKEN,
                phone=TOKEN,
                document=TOKEN,
                referrer_id=TEXT,
                parent_account_id=TEXT,
                status=TEXT,
            ),
            record=("account_id",),
        ),
        Feed(
            "logins",
            _columns(
                account_id=TEXT,
                at=TIME,
                session_id=TEXT,
                kind=TEXT,
                device=TOKEN,
                device_length=pa.int16(),
                fingerprint=TOKEN,
                fingerprint_length=pa.int16(),
                ip=TOKEN,
                ip_exact=TOKEN,
                ip_version=pa.int8(),
                user_agent=TOKEN,
                asn=TEXT,
                result=TEXT,
                security_change=TEXT,
            ),
        ),
        Feed(
            "instruments",
            _columns(
                account_id=TEXT,
                at=TIME,
                kind=TEXT,
                token=TOKEN,
                issuer_country=TEXT,
                prepaid=pa.bool_(),
                name_match=TEXT,
            ),
        ),
        Feed(
            "payments",
            _columns(
                payment_id=TEXT,
                account_id=TEXT,
                at=TIME,
                direction=TEXT,
                rail=TEXT,
                amount=MONEY,
                currency=TEXT,
                instrument=TOKEN,
                chain=TEXT,
                wallet=TOKEN,
                has_memo=pa.bool_(),
                tx_hash=TEXT,
                status=TEXT,
                return_code=TEXT,
                eci=TEXT,
                session_id=TEXT,
                unlock_at=TIME,
                beneficiary_name=TOKEN,
                beneficiary_address=TOKEN,
            ),
            record=("payment_id",),
        ),
        Feed(
            "transfers",
            _columns(transfer_id=TEXT, from_account_id=TEXT, to_account_id=TEXT, at=TIME, amount=MONEY, currency=TEXT),
            record=("transfer_id",),
        ),
        Feed(
            "trades",
            _columns(trade_id=TEXT, market=TEXT, buyer_id=TEXT, seller_id=TEXT, price=MONEY, quantity=MONEY, at=TIME),
            record=("trade_id",),
        ),
        Feed(
            "p2p_orders",
            _columns(
                order_id=TEXT,
                buyer_id=TEXT,
                seller_id=TEXT,
                at=TIME,
                amount=MONEY,
                currency=TEXT,
                payer_name=TOKEN,
                payer=TOKEN,
                proof=TOKEN,
                proof_phash=TOKEN,
                bank_reference=TOKEN,
                state=TEXT,
                appealed_at=TIME,
            ),
            record=("order_id",),
        ),
        Feed(
            "disputes",
            _columns(
                dispute_id=TEXT,
                account_id=TEXT,
                opened_at=TIME,
                kind=TEXT,
                channel=TEXT,
                scheme=TEXT,
                reason_code=TEXT,
                amount=MONEY,
                currency=TEXT,
                payment_id=TEXT,
                order_id=TEXT,
                due_by=TIME,
                status=TEXT,
                language=TEXT,
            ),
            record=("dispute_id",),
        ),
        Feed("balances", _columns(account_id=TEXT, at=TIME, currency=TEXT, amount=MONEY, withdrawable_at=TIME)),
        Feed("bonuses", _columns(account_id=TEXT, at=TIME, campaign=TEXT, amount=MONEY, currency=TEXT)),
        Feed("staff_access", _columns(staff_id=TEXT, account_id=TEXT, at=TIME, case_id=TEXT)),
        Feed("labels", _columns(account_id=TEXT, label=TEXT, at=TIME, source=TEXT, typology=TEXT)),
    )
}

# What lists said, at ingest, of the value behind a token: a row per file, token, list and class. In force from
# `known_at`, and from `listed_until` on no more; the row with the newest `checked` holds. Times in epoch microseconds.
CLASSES = Feed(
    "classes",
    _columns(
        kind=TEXT,
        identifier=TOKEN,
        name=TEXT,
        list=TEXT,
        source=TEXT,
        listed_from=TIME,
        listed_until=TIME,
        checked=TIME,
    ),
)

TABLES: dict[str, Feed] = FEEDS | {CLASSES.name: CLASSES}
