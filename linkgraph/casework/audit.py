"""The audit chain: who did what, appended only, each row bound to all before it by an HMAC.

hash_n = HMAC-SHA256(key, canonical row n || hash_{n-1}). Rows are numbered without gaps. The head, one row in a table
of its own, is locked, read and moved in the transaction that appends, on either database: nothing about the chain is
held in memory, and two writers cannot go on from the same row. That `prev` is unique is the second lock on that door.

`at` is whole microseconds, since a time that the database rounds would never verify again.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Integer, Table, Text, insert, select, update

from linkgraph.casework.database import METADATA
from linkgraph.errors import CaseworkError

START: Final = "0" * 64  # what stands before the first row

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("principal", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("object", Text, index=True),
    Column("purpose", Text),
    Column("request_id", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("status", Integer),
    Column("before", Text),
    Column("after", Text),
    Column("prev", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
)
HEAD: Final = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did, or was refused. No raw personal value may stand in it.

    principal: id of a key, `anonymous` or `command-line`. object: what it was about, as our own ids name it, or a
    `Chain.token` of what was asked for and is not ours. before, after: digests of the object, where it was changed.
    """

    principal: str
    role: str
    operation: str
    object: str | None
    purpose: str | None
    request_id: str
    decision: Literal["done", "refused", "failed"]
    status: int | None = None
    before: str | None = None
    after: str | None = None


class Row(NamedTuple):
    """A row of the chain, in the order of its columns."""

    seq: int
    at: int
    principal: str
    role: str
    operation: str
    object: str | None
    purpose: str | None
    request_id: str
    decision: str
    status: int | None
    before: str | None
    after: str | None
    prev: str
    hash: str


class Head(NamedTuple):
    """The last row's number and hash; number 0 before the first."""

    seq: int
    hash: str


class Chain:
    """Appends under one key, and says what a row's hash has to be."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def append(self, connection: Connection, acts: Sequence[Act], at: int) -> Head:
        """Add rows inside the caller's transaction, which commits them with what they tell of, or neither."""
        head = read_head(connection, lock=True)
        rows = []
        for act in acts:
            row = self.next_row(head, act, at)
            head = Head(row.seq, row.hash)
            rows.append(row._asdict())
        connection.execute(insert(AUDIT), rows)
        connection.execute(update(HEAD).values(seq=head.seq, hash=head.hash))
        return head

    def next_row(self, head: Head, act: Act, at: int) -> Row:
        """The row that goes on from `head`."""
        row = Row._make((head.seq + 1, at, *astuple(act), head.hash, ""))
        return row._replace(hash=self.hash(row))

    def hash(self, row: Sequence[Any]) -> str:
        """What the hash of a row (its columns in order) has to be."""
        return hmac.digest(self._key, (_encode(row[:-2]) + row[-2]).encode(), hashlib.sha256).hex()

    def token(self, text: str) -> str:
        """Stands for a text that may be anything, such as an account somebody asked for that is not there."""
        return "~" + hmac.digest(self._key, b"token\0" + text.encode(), hashlib.sha256).hex()[:32]

    def sign(self, text: str) -> str:
        """Signature of a text that is kept outside of the database."""
        return hmac.digest(self._key, b"anchor\0" + text.encode(), hashlib.sha256).hex()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of a key, about one of some objects, of an operation, before a number; None: of all."""

    principal: str | None = None
    objects: tuple[str, ...] | None = None
    operation: str | None = None
    before: int | None = None


def read_rows(connection: Connection, wanted: Wanted, limit: int) -> list[Row]:
    """The newest rows that are wanted, newest first."""
    statement = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
    if wanted.principal is not None:
        statement = statement.where(AUDIT.c.principal == wanted.principal)
    if wanted.objects is not None:
        statement = statement.where(AUDIT.c.object.in_(wanted.objects))
    if wanted.operation is not None:
        statement = statement.where(AUDIT.c.operation == wanted.operation)
    if wanted.before is not None:
        statement = statement.where(AUDIT.c.seq < wanted.before)
    return [Row(*row) for row in connection.execute(statement)]


def read_head(connection: Connection, lock: bool = False) -> Head:
    """The head; CaseworkError if it is gone. `lock`: nobody else moves it until this transaction ends."""
    statement = select(HEAD.c.seq, HEAD.c.hash)
    found = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    if found is None:
        raise CaseworkError("the head of the audit chain is gone: run `linkgraph audit verify`")
    return Head(*found)


# One encoder: the texts of a row as one JSON list, the same for the same row on every machine.
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
