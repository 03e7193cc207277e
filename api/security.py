"""Who may do what: the one table from operations to roles, and the door that asks for a key before any route runs.

Everything needs a key but `OPEN`. An operation without a row is refused to everybody, and fails a test. Keys are looked
up in the casework database at most every `KEY_SECONDS`: so long a revoked one may still be taken.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final, NamedTuple, TypeVar

import anyio
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from api.problems import FORBIDDEN, UNAUTHENTICATED, Kind
from linkgraph.casework import keys
from linkgraph.casework.database import Database
from linkgraph.casework.keys import ROLES, Key, Principal, Role
from linkgraph.errors import CaseworkError

OPEN: Final = ("/livez", "/readyz", "/metrics", "/openapi.json")
KEY_SECONDS: Final = 10.0
# Within the four seconds that a request may take in all.
_PATIENCE_SECONDS: Final = 3.0
# Look-ups at once: a database that hangs holds so many threads and no more.
_LOOKUPS: Final = 4

_PEOPLE: Final[frozenset[Role]] = frozenset(("viewer", "investigator", "lead", "compliance"))
_READERS: Final[frozenset[Role]] = _PEOPLE | {"service"}
_REVIEWERS: Final[frozenset[Role]] = frozenset(("investigator", "lead"))

# Operation -> roles. A service needs the operation in its key's scope besides. Administrators read no customer data.
ACCESS: Final[Mapping[str, frozenset[Role]]] = {
    "read_account": _READERS,
    "explain_account": _READERS,
    "what_if": _READERS,
    "why_linked": _READERS,
    "read_neighbourhood": _READERS,
    "read_timeline": _READERS,
    "list_rings": _READERS,
    "read_ring": _READERS,
    "read_ring_graph": _READERS,
    "read_ring_history": _READERS,
    "read_current_run": frozenset(ROLES),
    "read_run": frozenset(ROLES),
    "preview_verdict": _REVIEWERS,
    "propose_verdict": _REVIEWERS,
    "list_verdicts": _REVIEWERS | {"compliance"},
    "read_verdict": _REVIEWERS | {"compliance"},
    "read_verdict_outcome": _REVIEWERS | {"compliance"},
    "approve_verdict": frozenset(("lead",)),
    "reject_verdict": frozenset(("lead",)),
    "withdraw_verdict": _REVIEWERS,
    "search": frozenset(("investigator", "lead", "compliance")),
    "reveal": frozenset(("investigator", "compliance")),
    "read_audit": frozenset(("investigator", "lead", "compliance")),
    "verify_audit": frozenset(("compliance", "admin")),
}

Found = TypeVar("Found")


class Entry(NamedTuple):
    """Who asks for what, and why not, where it is refused. No principal: no key of ours, or none that is live.

    asked_for: the parts of the path that name an object, as they were sent. takes_body: the operation reads one.
    """

    principal: Principal | None
    operation: str | None
    asked_for: tuple[str, ...]
    takes_body: bool
    refusal: Kind | None


class Door:
    """Lets requests in, by key and role. `clock` counts seconds for the age of what is remembered of a key."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], float],
        routes: Iterable[APIRoute],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._now = now
        self._routes = list(routes)
        self._clock = clock
        self._known: dict[bytes, tuple[Key, float]] = {}
        self._lookups = anyio.CapacityLimiter(_LOOKUPS)

    async def enter(self, scope: Scope) -> Entry:
        """Whether a request may go on. CaseworkError if its key cannot be looked up."""
        entry = self._entry(scope)
        key = await self._key(_presented(scope))
        if key is None or key.state(self._microseconds()) != "live":
            return entry._replace(principal=key.principal if key else None, refusal=UNAUTHENTICATED)
        allowed = entry.operation is None or may(key.principal, entry.operation)
        return entry._replace(principal=key.principal, refusal=None if allowed else FORBIDDEN)

    def _entry(self, scope: Scope) -> Entry:
        """The operation that the router will choose, and what for; none where it will answer that there is none."""
        for route in self._routes:
            match, found = route.matches(scope)
            if match is Match.FULL:
                asked_for = tuple(found["path_params"].values())
                return Entry(None, route.operation_id, asked_for, route.body_field is not None, None)
        return Entry(None, None, (), takes_body=False, refusal=None)

    async def _key(self, text: str | None) -> Key | None:
        if text is None:
            return None
        digest = hashlib.sha256(text.encode()).digest()
        known = self._known.get(digest)
        if known is not None and self._clock() - known[1] < KEY_SECONDS:
            return known[0]
        asked = self._clock()
        key = await in_time(
            anyio.to_thread.run_sync(self._look_up, text, abandon_on_cancel=True, limiter=self._lookups)
        )
        # What is not ours is not remembered, so that made-up keys fill nothing.
        self._known.pop(digest, None)
        if key is not None:
            self._known[digest] = (key, asked)
        return key

    def _look_up(self, text: str) -> Key | None:
        with self._database.read() as connection:
            key = keys.find(connection, text)
        now = self._microseconds()
        if key is not None and key.state(now) == "live" and not keys.is_noted(key, now):
            with self._database.write() as connection:
                keys.note_use(connection, key, now)
        return key

    def _microseconds(self) -> int:
        return int(self._now() * 1e6)


def may(principal: Principal, operation: str) -> bool:
    """Whether the role has the operation, and a service's key names it."""
    allowed = principal.role in ACCESS.get(operation, frozenset())
    return allowed and (principal.role != "service" or operation in principal.scope)


async def in_time(work: Awaitable[Found]) -> Found:
    """The result of something the casework database does; CaseworkError if it takes longer than a caller waits."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await work
    except TimeoutError:
        raise CaseworkError("the casework database did not answer in time") from None


def _presented(scope: Scope) -> str | None:
    sent = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, text = sent[0].partition(b" ") if len(sent) == 1 else (b"", b"", b"")
    return text.strip().decode("latin-1") if scheme.lower() == b"bearer" else None
