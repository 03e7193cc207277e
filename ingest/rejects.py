"""Rows that were not taken: stable reason codes, and the file that lists them by line, column and reason, never by
value."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

REASONS: dict[str, str] = {
    "missing_value": "a required column is empty",
    "bad_time": "not ISO 8601 nor epoch seconds, or before 2000",
    "naive_time": "a time without offset, and no zone declared for it",
    "future_event": "more than a day after the clock",
    "bad_amount": "not a decimal number of at most 20 digits before the point",
    "negative_amount": "an amount below zero",
    "unknown_kind": "not a kind of identifier",
    "bad_enum": "not one of the column's words",
    "bad_ip": "not an IP address",
    "bad_boolean": "neither true nor false",
    "bad_integer": "not a whole number, or outside the column's bounds",
    "card_number": "a full card number where a token or free text belongs",
    "too_long": "longer than the column may be",
    "nul_byte": "a NUL byte in the value",
    "invalid_encoding": "not UTF-8",
    "malformed_row": "another number of fields than the header",
    "bad_json": "the line is not a JSON object",
    "nested_value": "an object or array where one value belongs",
}

# A value dropped for one of these leaves its row; where the column is required, the row is ignored, not rejected.
IGNORED: dict[str, str] = {
    "placeholder": "stands for nothing: unknown, null, zeros",
    "private_address": "an address of a private or own network",
    "malformed": "not an address of its sort",
    "wrong_rail": "an instrument on a crypto payment",
}

LISTED_AT_MOST = 1_000_000  # rejects listed per file, so that a hopeless file cannot fill the disk


@dataclass(frozen=True, slots=True)
class Reject:
    """One refused row. `column` is empty where the whole row is at fault."""

    line: int
    reason: str
    column: str = ""


@dataclass(slots=True)
class RejectFile:
    """Writes rejects as JSON Lines beside `path` and puts the list in its place on leaving; no file without rejects."""

    path: Path
    source: str
    reasons: Counter[str] = field(default_factory=Counter)
    first: dict[tuple[str, str], int] = field(default_factory=dict)
    by_column: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.reasons:
            return
        unlisted = self.total - LISTED_AT_MOST
        if unlisted > 0:
            self._write([json.dumps({"file": self.source, "not_listed": unlisted})])
        self._partial.replace(self.path)

    @property
    def total(self) -> int:
        """Rows rejected so far."""
        return self.reasons.total()

    def add(self, rejects: Iterable[Reject]) -> None:
        """Count rejects and list them."""
        lines = []
        for reject in rejects:
            key = (reject.reason, reject.column)
            self.reasons[reject.reason] += 1
            self.by_column[key] += 1
            self.first[key] = min(reject.line, self.first.get(key, reject.line))
            if self.total <= LISTED_AT_MOST:
                lines.append(self._line(reject))
        if lines:
            self._write(lines)

    def summary(self, most: int = 3) -> str:
        """The most frequent reasons with their column and first line, for one line of an error."""
        parts = []
        for (reason, column), count in self.by_column.most_common(most):
            where = f" in {column}" if column else ""
            parts.append(f"{reason}{where} {count} (first at line {self.first[reason, column]})")
        return ", ".join(parts)

    @property
    def _partial(self) -> Path:
        return self.path.with_suffix(".partial")

    def _line(self, reject: Reject) -> str:
        listed = {"file": self.source, "line": reject.line, "reason": reject.reason, "column": reject.column or None}
        return json.dumps(listed, ensure_ascii=False)

    def _write(self, lines: list[str]) -> None:
        mode = "a" if self.total > len(lines) else "w"
        with self._partial.open(mode, encoding="utf-8") as out:
            out.writelines(f"{line}\n" for line in lines)
