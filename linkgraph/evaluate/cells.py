"""What a report is shown in: sections of sentences and tables, whose cells are text already."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Report = dict[str, Any]
Form = Callable[[Any], str]

NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """heads and rows of the same width; the first column names what a row is of."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """chart: name of the chart that goes with it, empty for none."""

    title: str
    text: str = ""
    tables: tuple[Table, ...] = ()
    chart: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, the key of its value in a row of the report, and how the value is written."""

    head: str
    key: str
    form: Form


def count(value: Any) -> str:
    """A whole number."""
    return NOTHING if value is None else f"{value:,}"


def percent(value: Any) -> str:
    """A share."""
    return NOTHING if value is None else f"{100 * value:.1f} %"


def fraction(value: Any) -> str:
    """A figure that is usually small."""
    return NOTHING if value is None else f"{value:.4f}"


def rounded(value: Any) -> str:
    """A figure of ordinary size."""
    return NOTHING if value is None else f"{value:.1f}"


def ends(form: Form) -> Form:
    """An interval."""
    return lambda both: NOTHING if both is None else f"{form(both[0])} to {form(both[1])}"


def table(first: str, columns: Sequence[Column], rows: Iterable[tuple[str, Report]], title: str = "") -> Table:
    """A table of named rows: what names them is called `first`."""
    shown = tuple((name, *(each.form(row.get(each.key)) for each in columns)) for name, row in rows)
    return Table((first, *(each.head for each in columns)), shown, title)
