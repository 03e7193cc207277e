"""Idempotency keys: a change that is sent twice happens once, and both get the same answer.

The answer is kept in the transaction of the change, so that there is one exactly when there is the other. Keys belong
to the principal that sent them and are kept for a day.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

from linkgraph.casework.database import METADATA
from linkgraph.casework.keys import DAY

ANSWERS: Final = Table(
    "idempotent_answers",
    METADATA,
    Column("principal", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("tag", Text),
    Column("created_at", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("principal", "idempotency_key"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A change as it was asked for. digest: of operation, address and body."""

    principal: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered. tag: the version that the answer shows, as an entity tag."""

    status: int
    body: str
    tag: str | None


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer, and the digest of what it was an answer to."""

    digest: str
    answer: Answered


def claim(connection: Connection, sent: Sent) -> bool:
    """Whether nobody else is at work on the same key; where there is one writer at a time, nobody can be."""
    if connection.dialect.name != "postgresql":
        return True
    name = func.hashtextextended(f"{sent.principal}/{sent.key}", 0)
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(name))).scalar_one())


def recall(connection: Connection, sent: Sent, now: int) -> Remembered | None:
    """What this key was answered within the last day."""
    statement = select(ANSWERS).where(
        ANSWERS.c.principal == sent.principal,
        ANSWERS.c.idempotency_key == sent.key,
        ANSWERS.c.created_at > now - DAY,
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else Remembered(row.digest, Answered(row.status, row.body, row.tag))


def keep(connection: Connection, sent: Sent, answer: Answered, now: int) -> None:
    """Remember an answer, and forget what is older than a day."""
    connection.execute(delete(ANSWERS).where(ANSWERS.c.created_at <= now - DAY))
    row = {"principal": sent.principal, "idempotency_key": sent.key, "digest": sent.digest, "created_at": now}
    row |= {"status": answer.status, "body": answer.body, "tag": answer.tag}
    connection.execute(insert(ANSWERS).values(row))
