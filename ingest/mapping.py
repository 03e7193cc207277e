"""The map a file is read through when its columns are not named as ours (`--columns map.toml`).

A map is one table, or one `[[files]]` table per sort of file in a folder; a file named by two of them is read twice.
Nothing is guessed: what the map does not say is read by our names.
"""

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.records import RECORDS, FeedRecord
from linkgraph.errors import UsageError

_MICROSECONDS = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}


class FileMap(BaseModel):
    """How one sort of file is read; `theirs` and `ours` are column names."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    file: str = Field("*", description="shell pattern of the file names this map is for")
    feed: str | None = Field(None, description="the feed the file becomes; default: by file or folder name")
    columns: dict[str, str] = Field({}, description="theirs = ours")
    defaults: dict[str, str] = Field({}, description="ours = text taken where the file has no value")
    values: dict[str, dict[str, str]] = Field({}, description="ours.THEIR_VALUE = our value")
    nulls: dict[str, list[str]] = Field({}, description="theirs = values that mean none")
    only: dict[str, str | int | bool] = Field(
        {}, description="theirs = the value of the rows to take; others are ignored"
    )
    without: list[str] = Field([], description="required columns of ours that this source does not have")
    naive_times: Literal["UTC"] | None = Field(
        None, description="zone of times without offset; default: they are rejected"
    )
    unit: Literal["s", "ms", "us", "ns"] = Field("s", description="unit of times given as numbers since 1970")

    @property
    def factor(self) -> float:
        """Microseconds in one unit of a numeric time."""
        return _MICROSECONDS[self.unit]

    @property
    def theirs(self) -> dict[str, str]:
        """The foreign name of each of our columns that is renamed."""
        return {ours: theirs for theirs, ours in self.columns.items()}

    def check(self, record: FeedRecord) -> None:
        """UsageError if the map names columns that the feed does not have, or one column twice."""
        ours = [*self.columns.values(), *self.defaults, *self.values, *self.without]
        unknown = sorted(set(ours) - set(record.names))
        if unknown:
            raise UsageError(f"column map: feed {record.name} has no column {', '.join(unknown)}")
        if len(self.theirs) < len(self.columns):
            raise UsageError(f"column map: two columns become the same column of feed {record.name}")


def read_maps(path: Path) -> list[FileMap]:
    """The maps of a TOML file; UsageError says what is wrong with it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        tables = table["files"] if set(table) == {"files"} else [table]
        maps = [FileMap.model_validate(entry) for entry in tables]
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise UsageError(f"column map {path}: {wrong}") from None
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"column map {path}: cannot be read: {type(error).__name__}: {error}") from None
    for entry in maps:
        if entry.feed is not None and entry.feed not in RECORDS:
            raise UsageError(f"column map {path}: there is no feed {entry.feed}; feeds: {', '.join(RECORDS)}")
    return maps


def maps_for(name: str, maps: list[FileMap]) -> list[FileMap]:
    """The maps whose pattern fits a file name."""
    return [entry for entry in maps if fnmatchcase(name, entry.file)]
