"""Access keys: `lks_<id>_<secret>`. Only the secret's SHA-256 is kept, so that a copy of the database opens nothing.

The secret is 32 random bytes: a plain hash of it cannot be searched, a slow one would add nothing. Times are
microseconds since 1970, UTC.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, get_args

from sqlalchemy import BigInteger, Column, Connection, Row, Table, Text, insert, select, update

from linkgraph.casework.database import METADATA
from linkgraph.errors import NotFoundError, UsageError

Role = Literal["viewer", "investigator", "lead", "compliance", "admin", "service"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

DAY: Final = 86_400_000_000
# Use within so many microseconds of the last one noted is not noted again: it would be a write per request.
_NOTED_EVERY: Final = 60_000_000
_FORM: Final = re.compile(r"lks_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}")
_OPERATION: Final = re.compile(r"[a-z][a-z_]{0,63}")

KEYS: Final = Table(
    "keys",
    METADATA,
    Column("key_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("replaces", Text),
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `scope`: the operations a service may use; empty for people, whom only their role limits."""

    key_id: str
    name: str
    role: Role
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it may be shown: without its secret. `replaces`: the key it was made for by rotation."""

    key_id: str
    name: str
    role: Role
    scope: tuple[str, ...]
    created_at: int
    expires_at: int
    last_used_at: int | None
    revoked_at: int | None
    replaces: str | None

    @property
    def principal(self) -> Principal:
        """Who uses it."""
        return Principal(self.key_id, self.name, self.role, self.scope)

    def state(self, now: int) -> str:
        """`live`, `revoked` or `expired`."""
        return "revoked" if self.revoked_at is not None else "expired" if self.expires_at <= now else "live"


def new_key(name: str, role: str, scope: Sequence[str], days: int, now: int) -> Key:
    """A key with an id of its own, not kept yet; UsageError says what is wrong with it."""
    if role not in ROLES:
        raise UsageError(f"a key's role is one of {', '.join(ROLES)}")
    if not _NAME.fullmatch(name):
        raise UsageError("a key's name has 1 to 64 letters, digits, spaces and . _ @ -")
    if (role == "service") != bool(scope) or not all(_OPERATION.fullmatch(each) for each in scope):
        raise UsageError("a service's key, and no other, needs a scope: the operations it may use")
    return Key(secrets.token_hex(6), name, role, tuple(sorted(set(scope))), now, now + days * DAY, None, None, None)


def successor(connection: Connection, key_id: str, days: int, now: int) -> Key:
    """A key like `key_id`, to take its place; both are live until the old one is revoked or expires.

    UsageError if the old one is not live, or has a live successor already: there are never more than two.
    """
    old = read_key(connection, key_id)
    if old.state(now) != "live":
        raise UsageError("only a live key can be rotated")
    if any(each.replaces == key_id and each.state(now) == "live" for each in list_keys(connection)):
        raise UsageError("that key has a live successor already: revoke one of them first")
    return replace(new_key(old.name, old.role, old.scope, days, now), replaces=key_id)


def create(connection: Connection, key: Key) -> str:
    """Keep a key and return its text, which is shown this once and kept nowhere."""
    secret = secrets.token_urlsafe(32)
    row = {**asdict(key), "scope": " ".join(key.scope), "secret_hash": _hash(secret)}
    connection.execute(insert(KEYS).values(row))
    return f"lks_{key.key_id}_{secret}"


def revoke(connection: Connection, key_id: str, now: int) -> None:
    """End a key; NotFoundError if there is none. One that was revoked before keeps its time."""
    read_key(connection, key_id)
    connection.execute(update(KEYS).where(KEYS.c.key_id == key_id, KEYS.c.revoked_at.is_(None)).values(revoked_at=now))


def list_keys(connection: Connection) -> list[Key]:
    """All keys, oldest first."""
    return [_key(row) for row in connection.execute(select(KEYS).order_by(KEYS.c.created_at, KEYS.c.key_id))]


def read_key(connection: Connection, key_id: str) -> Key:
    """One key; NotFoundError if there is none."""
    row = connection.execute(select(KEYS).where(KEYS.c.key_id == key_id)).one_or_none()
    if row is None:
        raise NotFoundError("no such key")
    return _key(row)


def find(connection: Connection, text: str) -> Key | None:
    """The key that `text` is, whatever its state; None if its secret is not ours. Takes as long for a wrong one."""
    parts = _FORM.fullmatch(text)
    key_id, secret = parts.groups() if parts else ("", "")
    row = connection.execute(select(KEYS).where(KEYS.c.key_id == key_id)).one_or_none()
    known = row.secret_hash if row is not None else ""
    return _key(row) if hmac.compare_digest(_hash(secret), known) and row is not None else None


def note_use(connection: Connection, key: Key, now: int) -> None:
    """Keep when a key was last used, to the minute."""
    connection.execute(update(KEYS).where(KEYS.c.key_id == key.key_id).values(last_used_at=now))


def is_noted(key: Key, now: int) -> bool:
    """Whether the use of a key at `now` need not be noted again."""
    return key.last_used_at is not None and now - key.last_used_at < _NOTED_EVERY


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Row[Any]) -> Key:
    values = {name: value for name, value in row._mapping.items() if name != "secret_hash"}
    return Key(**{**values, "scope": tuple(row.scope.split())})
