"""The description of look-up lists: a TOML file with one `[[list]]` table per list, checked before anything is read."""

import datetime
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from linkgraph.classes import CLASS_NAMES
from linkgraph.errors import UsageError
from linkgraph.kinds import KIND_NAMES


def _one_of(names: tuple[str, ...], what: str) -> Callable[[str], str]:
    def check(name: str) -> str:
        if name and name not in names:
            raise ValueError(f"there is no {what} of this name; there are {', '.join(names)}")
        return name

    return check


ClassName = Annotated[str, AfterValidator(_one_of(CLASS_NAMES, "class"))]
KindName = Annotated[str, AfterValidator(_one_of(KIND_NAMES, "kind"))]


class ListFormat(BaseModel):
    """What one list is and how its files are read."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$", description="its name, the same in every version")
    file: str = Field(min_length=1, description="its file, or a pattern for several, from the folder of the TOML file")
    form: Literal["ip", "asn", "address", "email_domain", "value"] = Field(description="how the file is read")
    source: str = Field(min_length=1, max_length=300, description="who publishes it")
    licence: str = Field(min_length=1, max_length=100, description="under which licence")
    date: datetime.date = Field(description="as of which day it is true; a newer day is a newer version")
    name_of_class: ClassName = Field("", alias="class", description="the class of what it names")
    labels: dict[ClassName, list[str]] = Field({}, description="class = labels of the column `label` that mean it")
    address: str = Field("address", description="column of crypto addresses")
    chain: str = Field("", description="column of their chain; without one, an address is meant on every chain")
    label: str = Field("", description="column of their label")
    kind: KindName = Field("", description="form `value`: the identifier kind, one value a line")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.name_of_class) == bool(self.labels):
            raise ValueError("needs either a class or labels")
        if bool(self.labels) != bool(self.label):
            raise ValueError("labels and the column label go together")
        if (self.form == "value") != bool(self.kind):
            raise ValueError("a kind goes with form value, and only with it")
        return self


def read_formats(path: Path) -> list[ListFormat]:
    """The lists that a TOML file describes; UsageError says what is wrong with it."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        formats = [ListFormat.model_validate(entry) for entry in table.get("list", [])]
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise UsageError(f"lists {path}: {wrong}") from None
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"lists {path}: cannot be read: {type(error).__name__}") from None
    if not formats or set(table) != {"list"}:
        raise UsageError(f"lists {path}: describes no list; one [[list]] table for each")
    names = [entry.name for entry in formats]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"lists {path}: described twice: {', '.join(twice)}")
    return formats
