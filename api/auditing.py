"""What a request leaves in the audit: one row, written before the answer begins, whatever the answer is.

An object that was found is named as our own ids name it; what was asked for in vain may be any text, a person's address
among them, and stands as a keyed token. A route that changes something writes its row itself, with the change.
"""

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote, unquote

from api.security import Entry
from linkgraph.casework.audit import Act, Chain

_NOBODY: Final = "anonymous"


@dataclass(slots=True)
class Note:
    """What a route adds to its row. `written`: it has written the row itself."""

    object: str | None = None
    purpose: str | None = None
    written: bool = False


def act_of(entry: Entry, note: Note, request_id: str, status: int, chain: Chain) -> Act:
    """The row of a request that was answered with `status`."""
    who = entry.principal
    return Act(
        principal=who.key_id if who else _NOBODY,
        role=who.role if who else _NOBODY,
        operation=entry.operation or "unknown",
        object=_object(entry, note, chain, found=status < 400),
        purpose=note.purpose,
        request_id=request_id,
        decision=_decision(status),
        status=status,
    )


def named(*ids: str) -> str:
    """Ids as one object of the audit: percent-encoded, a slash between them."""
    return "/".join(quote(each, safe="") for each in ids)


def _object(entry: Entry, note: Note, chain: Chain, found: bool) -> str | None:
    name = note.object or (named(*map(unquote, entry.asked_for)) if entry.asked_for else None)
    return name if found or name is None else chain.token(name)


def _decision(status: int) -> Literal["done", "refused", "failed"]:
    return "done" if status < 400 else "refused" if status < 500 else "failed"
