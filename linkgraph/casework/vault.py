"""The vault: what stands behind a token, encrypted, for those who may ask. It is off unless a key file is named.

AES-256-GCM with a nonce for each value, bound to kind and token, so that one value cannot be put in another's place.
Ingest fills it file by file: what a refused file brought is taken out again.
"""

import logging
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    delete,
    insert,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from linkgraph.casework.database import METADATA, Database
from linkgraph.errors import CaseworkError

VALUES: Final = Table(
    "vault",
    METADATA,
    Column("kind", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("batch", Text, nullable=False, index=True),
    PrimaryKeyConstraint("kind", "token"),
)
REVEALS: Final = Table(
    "reveals",
    METADATA,
    Column("reveal_id", Text, primary_key=True),
    Column("principal", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("tokens", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
_LOG: Final = logging.getLogger("linkgraph.casework")
_NONCE: Final = 12
# Rows of one transaction: readers of the API wait for no longer one on SQLite.
_ROWS: Final = 2_000

Named = tuple[str, str]  # kind and token


class Vault:
    """Seals and opens values under one key of 32 bytes. Safe to share between threads."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._cipher, self._lock = database, AESGCM(key), threading.Lock()

    @contextmanager
    def filling(self, batch: str) -> Iterator["Filling"]:
        """Takes what a file brings; all of it is taken out again if the block raises."""
        try:
            yield Filling(self, batch)
        except BaseException:
            self.discard(batch)
            raise

    def keep(self, batch: str, kind: str, tokens: Sequence[str], values: Sequence[str]) -> None:
        """Seal values; those whose token is there already are left as they are."""
        with self._lock:
            for start in range(0, len(tokens), _ROWS):
                some = range(start, min(start + _ROWS, len(tokens)))
                rows = [self._row(batch, kind, tokens[place], values[place]) for place in some]
                with self._database.write() as connection:
                    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
                    connection.execute(dialect.insert(VALUES).on_conflict_do_nothing(), rows)

    def discard(self, batch: str) -> None:
        """Take out what a file brought that nothing had brought before."""
        with self._database.write() as connection:
            connection.execute(delete(VALUES).where(VALUES.c.batch == batch))

    def open(self, connection: Connection, named: Sequence[Named]) -> Mapping[Named, str]:
        """The values of those that are here; CaseworkError if one is not what was sealed under its token."""
        statement = select(VALUES).where(tuple_(VALUES.c.kind, VALUES.c.token).in_(named))
        found = connection.execute(statement).all()
        return {(row.kind, row.token): self._opened(row.kind, row.token, row.sealed) for row in found}

    def _row(self, batch: str, kind: str, token: str, value: str) -> Mapping[str, object]:
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, value.encode(), _bound(kind, token))
        return {"kind": kind, "token": token, "sealed": sealed, "batch": batch}

    def _opened(self, kind: str, token: str, sealed: bytes) -> str:
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(kind, token)).decode()
        except InvalidTag:
            _LOG.error("a sealed value cannot be opened", extra={"fields": {"kind": kind}})
            raise CaseworkError("a sealed value cannot be opened: another key, or not what was sealed") from None


class Filling:
    """What is handed to ingest for one file: called with a kind, tokens, and the values behind them."""

    def __init__(self, vault: Vault, batch: str) -> None:
        self._vault, self._batch = vault, batch

    def __call__(self, kind: str, tokens: Sequence[str], values: Sequence[str]) -> None:
        self._vault.keep(self._batch, kind, tokens, values)


def note_reveal(connection: Connection, reveal: Mapping[str, object]) -> None:
    """Keep who was told what of whom, and why."""
    connection.execute(insert(REVEALS).values(reveal))


def _bound(kind: str, token: str) -> bytes:
    return f"{kind}:{token}".encode()
