"""The questions of a store, answered from the mapped tables of a run; each is named as its query in Neo4j is.

Rows come with the columns of that query, in its order. Accounts, identifiers and rings are numbered by their places in
the order of ids, so sorting by number sorts by id.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkgraph.model import Account, Identifier, Ring, RingEvent
from linkgraph.solved import Names
from linkgraph.store.mapped import Mapped

Rows = list[tuple[Any, ...]]

_ACCOUNT = tuple(field.name for field in fields(Account))
_IDENTIFIER = tuple(field.name for field in fields(Identifier))
_RING = tuple(field.name for field in fields(Ring))
_EVENT = tuple(field.name for field in fields(RingEvent))
_USE = ("first_seen", "last_seen", "n", "sessions", "days")
_PAIR = ("bits", "probability", "families", "shared", "shared_bits")


class Reads:
    """Asked by key; what does not exist is left out."""

    def __init__(self, tables: dict[str, Mapped]) -> None:
        self._tables = tables
        self._account_ids = tables["accounts"].names("account_id")
        self._keys = tables["identifiers"].names("key")
        self._ring_ids = tables["rings"].names("ring_id")

    def accounts(self, account_ids: Sequence[str]) -> Rows:
        """By id."""
        return self._tables["accounts"].rows(_places(self._account_ids, account_ids), _ACCOUNT)

    def flagged(self, limit: int) -> Rows:
        """Highest risk first."""
        return self._tables["accounts"].rows(self._tables["flagged"].numbers("account_no")[:limit], _ACCOUNT)

    def identifiers(self, keys: Sequence[str]) -> Rows:
        """By key."""
        columns = ("kind", "key", *_IDENTIFIER[2:])
        found = self._tables["identifiers"].rows(_places(self._keys, keys), columns)
        return [(kind, key[len(kind) + 1 :], *rest) for kind, key, *rest in found]

    def links(self, account_ids: Sequence[str], limit: int) -> Rows:
        """Per account, last seen first."""
        used = self._tables["used"]
        asked = _places(self._account_ids, account_ids)
        found = used.rows(_heads(used, "account_no", asked, limit), ("account_no", "identifier_no", *_USE))
        return self._uses(found)

    def users(self, keys: Sequence[str], limit: int) -> Rows:
        """Per identifier, last seen first."""
        used, used_by = self._tables["used"], self._tables["used_by"]
        heads = _heads(used_by, "identifier_no", _places(self._keys, keys), limit)
        return self._uses(used.rows(used_by.numbers("use")[heads], ("account_no", "identifier_no", *_USE)))

    def pairs(self, account_ids: Sequence[str], limit: int) -> Rows:
        """Most bits first, each once."""
        linked = self._tables["linked"]
        heads = _heads(linked, "account_no", _places(self._account_ids, account_ids), limit)
        return self._pairs(np.unique(linked.numbers("link")[heads]))

    def pairs_among(self, account_ids: Sequence[str], limit: int) -> Rows:
        """Most bits first, each once."""
        links = self._tables["links"]
        asked = _places(self._account_ids, account_ids)
        begun = _heads(links, "account_a_no", asked, len(links))
        return self._pairs(begun[np.isin(links.numbers("account_b_no")[begun], asked)], limit)

    def contributions(self, account_ids: Sequence[str]) -> Rows:
        """Per account, largest first."""
        table = self._tables["contributions"]
        asked = _places(self._account_ids, account_ids)
        columns = ("account_no", "block", "kind", "identifier", "other_account_id", "log_odds", "reason")
        found = table.rows(_heads(table, "account_no", asked, len(table)), columns)
        return self._named(found, "accounts", "account_id", 0)

    def rings(self, score: float, **which: Any) -> Rows:
        """Best score first, after this score and id."""
        return self._listed("rings_by_score", ("score", score), **which)

    def rings_by_size(self, size: int, **which: Any) -> Rows:
        """Largest first, after this size and id."""
        return self._listed("rings_by_size", ("size", size), **which)

    def rings_by_change(self, run_id: str, **which: Any) -> Rows:
        """Newest change first, after this run and id."""
        return self._listed("rings_by_change", ("last_changed_run", run_id), **which)

    def rings_by_id(self, ring_ids: Sequence[str]) -> Rows:
        """By id."""
        return self._tables["rings"].rows(_places(self._ring_ids, ring_ids), _RING)

    def members(self, ring_ids: Sequence[str]) -> Rows:
        """Per ring, surest first."""
        table = self._tables["ring_members"]
        heads = _heads(table, "ring_no", _places(self._ring_ids, ring_ids), len(table))
        found = table.rows(heads, ("ring_no", "account_no", "membership", "confidence"))
        return self._named(self._named(found, "rings", "ring_id", 0), "accounts", "account_id", 1)

    def ring_events(self, ring_ids: Sequence[str]) -> Rows:
        """By ring, time, event, account; with those that merged into these."""
        table, merged = self._tables["ring_events"], self._tables["merged"]
        own = [place for ring_id in ring_ids for place in table.named("ring_id", ring_id)]
        into = [place for ring_id in ring_ids for place in merged.named("other_ring_id", ring_id)]
        return table.rows(sorted({*own, *merged.column(into, "event_no")}), _EVENT)

    def ring_events_after(self, as_of: int) -> Rows:
        """In the same order."""
        table = self._tables["ring_events"]
        return table.rows(np.flatnonzero(table.numbers("as_of") > as_of), _EVENT)

    def _listed(
        self,
        order: str,
        place: tuple[str, Any],
        *,
        ring_id: str,
        status: str | None,
        typology: str | None,
        limit: int,
    ) -> Rows:
        """Rings of a status and a typology (None: of any) in an order, after a place: a column's value, and an id."""
        rings, numbers = self._tables["rings"], self._tables[order].numbers("ring_no")
        column, last = place

        def is_after(at: int) -> bool:
            [(value, name)] = rings.rows([numbers[at]], (column, "ring_id"))
            return bool(value < last or (value == last and name > ring_id))

        found = numbers[bisect_left(range(len(numbers)), x=True, key=is_after) :]
        for name, wanted in (("status", status), ("typology", typology)):
            if wanted is not None:
                found = found[[each == wanted for each in rings.column(found, name)]]
        return rings.rows(found[:limit], _RING)

    def _uses(self, found: Rows) -> Rows:
        account_ids = self._text_of((row[0] for row in found), "accounts", "account_id")
        keys = self._text_of((row[1] for row in found), "identifiers", "key")
        # A kind has no colon, a token may.
        return [(account_ids[row[0]], *keys[row[1]].split(":", 1), *row[2:]) for row in found]

    def _pairs(self, links: NDArray[Any], limit: int | None = None) -> Rows:
        table = self._tables["links"]
        # Rows of the table are in the order of both ends, which decides between equal bits.
        ordered = links[np.lexsort((links, -table.numbers("bits")[links]))][:limit]
        found = table.rows(ordered, ("account_a_no", "account_b_no", *_PAIR))
        return self._named(self._named(found, "accounts", "account_id", 0), "accounts", "account_id", 1)

    def _named(self, found: Rows, table: str, column: str, at: int) -> Rows:
        names = self._text_of((row[at] for row in found), table, column)
        return [(*row[:at], names[row[at]], *row[at + 1 :]) for row in found]

    def _text_of(self, numbers: Iterable[int], table: str, column: str) -> dict[int, str]:
        each = sorted(set(numbers))
        return dict(zip(each, self._tables[table].column(each, column), strict=True))


def _places(names: Names, asked: Sequence[str]) -> list[int]:
    return [place for place in map(names.place, asked) if place is not None]


def _heads(table: Mapped, column: str, numbers: Iterable[int], limit: int) -> NDArray[np.int64]:
    """The first `limit` rows of each of these numbers."""
    runs = [table.of(column, number)[:limit] for number in numbers]
    return np.array([place for run in runs for place in run], np.int64)
