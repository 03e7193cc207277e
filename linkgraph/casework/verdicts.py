"""Verdicts of reviewers: what was ruled, by whom, why, until when, and who agreed.

A verdict is proposed; it is in force at once, or when a second person approves it, if its effect is large. It ends by
rejection, withdrawal or expiry and is never deleted. Every change names the version it was made from, so that nobody
overwrites what they have not seen. Times are microseconds since 1970, UTC. The functions work inside the caller's
transaction, which also holds the audit row.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, Row, Table, Text, insert, or_, select, update

from linkgraph.casework.audit import Act
from linkgraph.casework.database import METADATA
from linkgraph.casework.keys import Principal
from linkgraph.casework.rulings import Ruling
from linkgraph.errors import ConflictError, NotFoundError, StaleError
from linkgraph.model import Verdict

VERDICTS: Final = Table(
    "verdicts",
    METADATA,
    Column("verdict_id", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("kind", Text),
    Column("identifier", Text),
    Column("accounts", Text, nullable=False),
    Column("class_name", Text),
    Column("reason", Text, nullable=False),
    Column("case_id", Text),
    Column("author", Text, nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("needs_second", Boolean, nullable=False),
    Column("effect", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", BigInteger),
    Column("ended_by", Text),
    Column("ended_at", BigInteger),
)

STATES: Final = ("proposed", "in_force", "rejected", "withdrawn", "expired")


@dataclass(frozen=True, slots=True)
class Effect:
    """What the preview said when a verdict was proposed: accounts that lose a flag, that gain one, rings that shrink.

    run_id: the run it was computed from.
    """

    run_id: str
    accounts_released: tuple[str, ...]
    accounts_condemned: tuple[str, ...]
    rings_shrinking: tuple[str, ...]

    @property
    def accounts(self) -> tuple[str, ...]:
        """Those that lose a flag, then those that gain one."""
        return self.accounts_released + self.accounts_condemned

    @property
    def size(self) -> int:
        """Accounts of which something else will be said."""
        return len(self.accounts)


@dataclass(frozen=True, slots=True)
class Record:
    """A verdict as kept. `state` as written: whether it has expired since is a matter of the time, see `state_at`.

    author, decided_by, ended_by: ids of keys, or `command-line`.
    """

    verdict_id: str
    ruling: Ruling
    author: str
    created_at: int
    state: str
    version: int
    needs_second: bool
    effect: Effect
    decided_by: str | None = None
    decided_at: int | None = None
    ended_by: str | None = None
    ended_at: int | None = None

    def state_at(self, now: int) -> str:
        """One of `STATES`. What was never decided expires too."""
        over = self.ruling.expires_at is not None and self.ruling.expires_at <= now
        return "expired" if over and self.state in ("proposed", "in_force") else self.state

    @property
    def digest(self) -> str:
        """Stands for all that the record says, in the audit chain."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def as_verdict(self) -> Verdict:
        """What a night acts on. It must have been decided."""
        ruled = self.ruling
        since = (self.decided_at or 0) // 1_000_000
        return Verdict(
            self.verdict_id, ruled.verdict, ruled.kind, ruled.identifier, ruled.accounts, ruled.class_name, since
        )


def needs_second(ruling: Ruling, effect: Effect, second_from: int) -> bool:
    """Whether a second person has to agree."""
    return ruling.verdict == "hub" or effect.size >= second_from


def act_of(operation: str, by: Principal, before: Record | None, after: Record, request_id: str) -> Act:
    """The audit row of a change, to be appended in its transaction."""
    return Act(
        principal=by.key_id,
        role=by.role,
        operation=operation,
        object=after.verdict_id,
        purpose=after.ruling.case_id,
        request_id=request_id,
        decision="done",
        before=before.digest if before else None,
        after=after.digest,
    )


def propose(
    connection: Connection, ruling: Ruling, effect: Effect, author: Principal, second_from: int, now: int
) -> Record:
    """Keep a verdict: in force at once, or waiting for a second person where it names a hub or touches at least
    `second_from` accounts.
    """
    waits = needs_second(ruling, effect, second_from)
    decided = {} if waits else {"decided_by": author.key_id, "decided_at": now}
    record = Record(
        verdict_id=f"v-{secrets.token_hex(6)}",
        ruling=ruling,
        author=author.key_id,
        created_at=now,
        state="proposed" if waits else "in_force",
        version=1,
        needs_second=waits,
        effect=effect,
        **decided,  # type: ignore[arg-type]
    )
    connection.execute(insert(VERDICTS).values(_values(record)))
    return record


def approve(connection: Connection, verdict_id: str, version: int, by: Principal, now: int) -> Record:
    """Put a proposed verdict in force; ConflictError for its author, or if it is not proposed any more."""
    record = _locked(connection, verdict_id, version)
    _must_be(record, now, "proposed")
    if by.key_id == record.author:
        raise ConflictError("nobody approves a verdict of their own")
    return _changed(connection, replace(record, state="in_force", decided_by=by.key_id, decided_at=now))


def reject(connection: Connection, verdict_id: str, version: int, by: Principal, now: int) -> Record:
    """Refuse a proposed verdict; ConflictError for its author, who withdraws it instead."""
    record = _locked(connection, verdict_id, version)
    _must_be(record, now, "proposed")
    if by.key_id == record.author:
        raise ConflictError("a verdict of one's own is withdrawn, not rejected")
    return _changed(connection, replace(record, state="rejected", ended_by=by.key_id, ended_at=now))


def withdraw(connection: Connection, verdict_id: str, version: int, by: Principal, now: int) -> Record:
    """Take a verdict back, from the next night on; ConflictError unless it is one's own or one leads."""
    record = _locked(connection, verdict_id, version)
    _must_be(record, now, "proposed", "in_force")
    if by.key_id != record.author and by.role != "lead":
        raise ConflictError("a verdict is withdrawn by its author or by a lead")
    return _changed(connection, replace(record, state="withdrawn", ended_by=by.key_id, ended_at=now))


def read_verdict(connection: Connection, verdict_id: str) -> Record:
    """One verdict; NotFoundError if there is none."""
    row = connection.execute(select(VERDICTS).where(VERDICTS.c.verdict_id == verdict_id)).one_or_none()
    if row is None:
        raise NotFoundError("no such verdict")
    return _record(row)


def list_verdicts(connection: Connection, limit: int, after: tuple[int, str] | None = None) -> list[Record]:
    """Verdicts, the newest first; `after`: time and id of the last one seen."""
    wanted = select(VERDICTS).order_by(VERDICTS.c.created_at.desc(), VERDICTS.c.verdict_id).limit(limit)
    if after is not None:
        at, verdict_id = after
        same = (VERDICTS.c.created_at == at) & (VERDICTS.c.verdict_id > verdict_id)
        wanted = wanted.where(or_(VERDICTS.c.created_at < at, same))
    return [_record(row) for row in connection.execute(wanted)]


def in_force(connection: Connection, at: int) -> tuple[Verdict, ...]:
    """The verdicts that were known and in force at a time, in the order of their ids."""
    table = VERDICTS.c
    wanted = select(VERDICTS).where(
        table.decided_at <= at,
        or_(table.ended_at.is_(None), table.ended_at > at),
        or_(table.expires_at.is_(None), table.expires_at > at),
    )
    return tuple(_record(row).as_verdict() for row in connection.execute(wanted.order_by(table.verdict_id)))


def _locked(connection: Connection, verdict_id: str, version: int) -> Record:
    row = connection.execute(
        select(VERDICTS).where(VERDICTS.c.verdict_id == verdict_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("no such verdict")
    if row.version != version:
        raise StaleError("the verdict has changed since it was read")
    return _record(row)


def _must_be(record: Record, now: int, *states: str) -> None:
    if record.state_at(now) not in states:
        raise ConflictError(f"the verdict is not {' or '.join(states).replace('_', ' ')} any more")


def _changed(connection: Connection, record: Record) -> Record:
    after = replace(record, version=record.version + 1)
    found = connection.execute(
        update(VERDICTS)
        .where(VERDICTS.c.verdict_id == record.verdict_id, VERDICTS.c.version == record.version)
        .values(_values(after))
    )
    if found.rowcount != 1:
        raise StaleError("the verdict has changed since it was read")
    return after


def _values(record: Record) -> dict[str, Any]:
    values = asdict(record)
    ruling, effect = values.pop("ruling"), values.pop("effect")
    values |= ruling
    return values | {"accounts": json.dumps(ruling["accounts"]), "effect": json.dumps(effect)}


def _record(row: Row[Any]) -> Record:
    values = dict(row._mapping)
    ruled = {name: values.pop(name) for name in ("verdict", "kind", "identifier", "class_name", "reason")}
    ruled |= {name: values.pop(name) for name in ("expires_at", "case_id")}
    ruling = Ruling(accounts=tuple(json.loads(values.pop("accounts"))), **ruled)
    told = json.loads(values.pop("effect"))
    effect = Effect(told.pop("run_id"), **{name: tuple(each) for name, each in told.items()})
    return Record(ruling=ruling, effect=effect, **values)


def summary(records: Sequence[Record], now: int) -> dict[str, int]:
    """How many verdicts are in each state."""
    states = [record.state_at(now) for record in records]
    return {state: states.count(state) for state in STATES if state in states}
