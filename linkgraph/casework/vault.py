"""The vault: what stands behind a token, encrypted, for those who may ask. It is off unless a key file is named.

AES-256-GCM with a nonce for each value, bound to kind and token, so that one value cannot be put in another's place.
Ingest fills it file by file: what a refused file brought is taken out again. While its key is changed it opens values
under the old key too, and seals under the new one alone.
"""

import hashlib
import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

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
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
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
# Tokens of one statement; SQLite takes no more than some tens of thousands.
_NAMED: Final = 500

Named = tuple[str, str]  # kind and token


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values were sealed anew, are now under the key in all, and open under neither key."""

    resealed: int = 0
    already: int = 0
    unreadable: int = 0


class Vault:
    """Seals values under one key of 32 bytes, and opens them under it or an old one. Safe to share between threads."""

    def __init__(self, database: Database, key: bytes, old_key: bytes | None = None) -> None:
        self._database, self._lock = database, threading.Lock()
        self._cipher, self._old = AESGCM(key), AESGCM(old_key) if old_key else None
        # Of 32 random bytes a digest tells nothing.
        self.key_name = hashlib.sha256(b"vault key" + key).hexdigest()[:12]

    @property
    def is_rotating(self) -> bool:
        """Whether it opens values under an old key too."""
        return self._old is not None

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

    def reseal(self, progress: Callable[[int], None] = lambda rows: None) -> Resealed:
        """Seal under the key whatever is under the old one; killed halfway, it goes on when it is called again.

        A value erased or replaced meanwhile stays so. Passes over everything until one finds nothing more to do, since
        a process that still has the old key may have gone on sealing under it.
        """
        resealed = 0
        while (found := self._pass(progress)).resealed:
            resealed += found.resealed
        return replace(found, resealed=resealed)

    def erase(self, connection: Connection, tokens: Collection[str]) -> list[Named]:
        """Take out what stands behind tokens of any kind; which of them there were, in order."""
        found: list[Named] = []
        ordered = iter(sorted(tokens))
        while some := list(islice(ordered, _NAMED)):
            rows = connection.execute(select(VALUES.c.kind, VALUES.c.token).where(VALUES.c.token.in_(some)))
            found += [(row.kind, row.token) for row in rows]
            connection.execute(delete(VALUES).where(VALUES.c.token.in_(some)))
        return sorted(found)

    def _pass(self, progress: Callable[[int], None]) -> Resealed:
        total, last = Counter[str](), ("", "")
        while page := self._page(last):
            states = [self._state(row) for row in page]
            total.update(states)
            old = [row for row, state in zip(page, states, strict=True) if state == "resealed"]
            if old:
                self._replace(old)
            last = (page[-1].kind, page[-1].token)
            progress(total.total())
        return Resealed(**total)

    def _page(self, last: Named) -> Sequence[Any]:
        place = tuple_(VALUES.c.kind, VALUES.c.token)
        with self._database.read() as connection:
            return connection.execute(
                select(VALUES).where(place > last).order_by(VALUES.c.kind, VALUES.c.token).limit(_ROWS)
            ).all()

    def _state(self, row: Any) -> str:
        bound = _bound(row.kind, row.token)
        for name, cipher in (("already", self._cipher), ("resealed", self._old)):
            if cipher is not None and _decrypted(cipher, row.sealed, bound) is not None:
                return name
        return "unreadable"

    def _replace(self, rows: Sequence[Any]) -> None:
        same = [VALUES.c.kind == bindparam("of_kind"), VALUES.c.token == bindparam("of_token")]
        statement = update(VALUES).where(*same, VALUES.c.sealed == bindparam("old")).values(sealed=bindparam("new"))
        changes = [
            {
                "of_kind": row.kind,
                "of_token": row.token,
                "old": row.sealed,
                "new": self._sealed(row.kind, row.token, self._opened(row.kind, row.token, row.sealed)),
            }
            for row in rows
        ]
        with self._database.write() as connection:
            connection.execute(statement, changes)

    def _row(self, batch: str, kind: str, token: str, value: str) -> Mapping[str, object]:
        return {"kind": kind, "token": token, "sealed": self._sealed(kind, token, value), "batch": batch}

    def _sealed(self, kind: str, token: str, value: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, value.encode(), _bound(kind, token))

    def _opened(self, kind: str, token: str, sealed: bytes) -> str:
        for cipher in (self._cipher, self._old):
            value = _decrypted(cipher, sealed, _bound(kind, token)) if cipher else None
            if value is not None:
                return value.decode()
        _LOG.error("a sealed value cannot be opened", extra={"fields": {"kind": kind}})
        raise CaseworkError("a sealed value cannot be opened: another key, or not what was sealed")


class Filling:
    """What is handed to ingest for one file: called with a kind, tokens, and the values behind them."""

    def __init__(self, vault: Vault, batch: str) -> None:
        self._vault, self._batch = vault, batch

    def __call__(self, kind: str, tokens: Sequence[str], values: Sequence[str]) -> None:
        self._vault.keep(self._batch, kind, tokens, values)


def note_reveal(connection: Connection, reveal: Mapping[str, object]) -> None:
    """Keep who was told what of whom, and why."""
    connection.execute(insert(REVEALS).values(reveal))


def _decrypted(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes | None:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
    except (InvalidTag, ValueError):
        return None


def _bound(kind: str, token: str) -> bytes:
    return f"{kind}:{token}".encode()
