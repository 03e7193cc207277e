"""Anchors: heads of the audit chain, signed and kept outside of the database, a line each.

Whoever holds the database and the key can write the whole chain anew; what was anchored before gives it away. For that
the file must lie where he cannot write: on another system, write once.
"""

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from linkgraph.casework.audit import Chain, Head
from linkgraph.errors import CaseworkError

_EVERY_SECONDS: Final = 3_600
# So that the rows after the newest anchor can be verified within one request.
_EVERY_ROWS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head as it was at a time (microseconds)."""

    seq: int
    hash: str
    at: int


class Anchors:
    """The file, read and added to; lines are added whole, by several processes too."""

    def __init__(self, path: Path, chain: Chain) -> None:
        self._path = path
        self._chain = chain
        self._lock = threading.Lock()
        self._newest: Anchor | None = None

    def read(self) -> list[Anchor]:
        """All of them, oldest first; CaseworkError if a line is not one of ours. A torn last line is passed over."""
        try:
            lines = self._path.read_text(encoding="ascii").splitlines(keepends=True)
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise CaseworkError(f"the anchors of the audit cannot be read: {type(error).__name__}") from None
        return [self._parsed(line) for line in lines if line.endswith("\n")]

    def keep(self, head: Head, at: int) -> bool:
        """Add a head if the newest anchor is old; whether it was added. CaseworkError if it cannot be written."""
        with self._lock:
            if self._newest is None:
                self._newest = next(iter(self.read()[::-1]), Anchor(0, "", 0))
            newest = self._newest
            if head.seq - newest.seq < _EVERY_ROWS and at - newest.at < _EVERY_SECONDS * 1_000_000:
                return False
            self._newest = Anchor(head.seq, head.hash, at)
            self._add(self._newest)
            return True

    def _add(self, anchor: Anchor) -> None:
        body = json.dumps(asdict(anchor), separators=(",", ":"))
        line = json.dumps({"anchor": body, "signature": self._chain.sign(body)}, separators=(",", ":")) + "\n"
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line.encode("ascii"))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise CaseworkError(f"the anchor of the audit cannot be written: {type(error).__name__}") from None

    def _parsed(self, line: str) -> Anchor:
        try:
            found = json.loads(line)
            if found["signature"] != self._chain.sign(found["anchor"]):
                raise ValueError
            return Anchor(**json.loads(found["anchor"]))
        except (ValueError, KeyError, TypeError):
            raise CaseworkError("the anchors of the audit hold a line that this key did not sign") from None
