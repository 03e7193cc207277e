"""Page cursors: where a list goes on, signed so that only what we issued comes back.

A cursor names its run, so that all pages of a list are of one run, whatever is published in between. The key comes
from the audit key: a list goes on in another process, and after a restart.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from linkgraph.explain.folding import Place as EventPlace

_SIGNATURE_BYTES: Final = 16
_VERDICT: Final = 2
_EVENT: Final = 5
# Base64 of the signature and a dot; the rest is the place.
PATTERN: Final = r"^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]+$"


@dataclass(frozen=True, slots=True)
class Place:
    """The last ring already seen: the run it was seen in, the order, what it is ordered by there, and its id."""

    run_id: str
    sort: str
    value: float | str
    ring_id: str


class Cursors:
    """Writes and reads cursors under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, place: Place) -> str:
        """The cursor of a place."""
        return self._write([place.run_id, place.sort, place.value, place.ring_id])

    def read(self, cursor: str) -> Place | None:
        """The place of a cursor, None if it is not one of ours."""
        found = self._read(cursor)
        return Place(*found) if found is not None and len(found) == len(fields(Place)) else None

    def write_row(self, seq: int) -> str:
        """The cursor of a row of the audit."""
        return self._write([seq])

    def read_row(self, cursor: str) -> int | None:
        """The row of a cursor, None if it is not one of ours."""
        found = self._read(cursor)
        return found[0] if found is not None and len(found) == 1 else None

    def write_verdict(self, created_at: int, verdict_id: str) -> str:
        """The cursor of a verdict."""
        return self._write([created_at, verdict_id])

    def read_verdict(self, cursor: str) -> tuple[int, str] | None:
        """The verdict of a cursor, None if it is not one of ours."""
        found = self._read(cursor)
        return (found[0], found[1]) if found is not None and len(found) == _VERDICT else None

    def write_event(self, run_id: str, place: EventPlace) -> str:
        """The cursor of an event of an account, as the run tells it."""
        return self._write([run_id, *place])

    def read_event(self, cursor: str) -> tuple[str, EventPlace] | None:
        """The run and the event of a cursor, None if it is not one of ours."""
        found = self._read(cursor)
        if found is None or len(found) != _EVENT:
            return None
        run_id, when, feed, batch, line = found
        return run_id, (when, feed, batch, line)

    def _write(self, parts: Sequence[str | float]) -> str:
        body = json.dumps(parts, separators=(",", ":")).encode()
        return f"{_text(self._sign(body))}.{_text(body)}"

    def _read(self, cursor: str) -> list[Any] | None:
        signature, _, body = cursor.partition(".")
        try:
            signed, place = _bytes(signature), _bytes(body)
        except ValueError:
            return None
        if not hmac.compare_digest(signed, self._sign(place)):
            return None
        found: list[Any] = json.loads(place)
        return found

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)[:_SIGNATURE_BYTES]


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
