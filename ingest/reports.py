"""What became of one file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Status = Literal["reading", "committed", "duplicate", "skipped", "refused"]


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file, or its state while it is being read.

    rows: rows read = accepted + rejected + ignored rows. reasons: rejected rows by reason code.
    ignored: rows and values left out on purpose, by `row.WHY` and `COLUMN.WHY`; a value left out keeps its row.
    error: one line, for a refused file; note: why a file was skipped, or what was assumed.
    """

    path: Path
    feed: str = ""
    status: Status = "reading"
    digest: str = ""
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    rejects_file: Path | None = None
    error: str = ""
    note: str = ""

    @property
    def duplicate(self) -> bool:
        """Whether the same bytes were taken before, so that nothing was done."""
        return self.status == "duplicate"

    def line(self) -> str:
        """All of it that is worth telling, in one line."""
        feed = f" as {self.feed}" if self.feed else ""
        words = [f"{self.path.name}{feed}: {self.status}, {self.accepted:,} of {self.rows:,} rows taken"]
        words += [f"rejected: {_counted(self.reasons)}"] if self.reasons else []
        words += [f"ignored: {_counted(self.ignored)}"] if self.ignored else []
        words += [f"see {self.rejects_file}"] if self.rejects_file else []
        return "; ".join([*words, *(each for each in (self.note, self.error) if each)])


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{each} {number:,}" for each, number in sorted(counts.items()))
