"""Loads the statements of `queries/`: one per file, file name = query name, declared parameters checked.

A header is a run of comment lines: what the statement answers, then `params: a, b` and `returns: x, y` where it has
any.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from linkgraph.errors import UsageError

_SUFFIXES = {
    "relational": ".sql",
    "embedded": ".sql",
    "delta": ".sql",
    "ingest": ".sql",
    "neo4j": ".cypher",
    "browser": ".cypher",
}
_COMMENT = {".sql": "--", ".cypher": "//"}
_USED = re.compile(r"\$([a-z_][a-z_0-9]*)")


@dataclass(frozen=True, slots=True)
class Query:
    """One statement. `params` and `returns` as declared in its header."""

    name: str
    text: str
    params: tuple[str, ...]
    returns: tuple[str, ...]

    def bind(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` as parameters of this statement; UsageError if they are not exactly the declared ones."""
        if set(values) != set(self.params):
            raise UsageError(f"query {self.name}: takes {sorted(self.params)}, was given {sorted(values)}")
        return dict(values)


def folder() -> Path:
    """Where the statements live: inside an installed wheel, else in the checkout."""
    installed = Path(__file__).parent / "_queries"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "queries"


@cache
def load(backend: str, name: str) -> Query:
    """The statement `name` of `backend` (relational, delta, neo4j, ... as above); a name may have a folder."""
    return parse(name, source(backend, name), _COMMENT[_SUFFIXES[backend]])


def source(backend: str, name: str) -> str:
    """The file of that statement as it is, header and all."""
    path = folder() / backend / f"{name}{_SUFFIXES[backend]}"
    if not path.is_file():
        raise UsageError(f"no query {backend}/{name}")
    return path.read_text(encoding="utf-8")


def names(backend: str, subfolder: str = "") -> list[str]:
    """Names of all statements of a backend (below `subfolder`), sorted."""
    root = folder() / backend
    paths = (root / subfolder).rglob(f"*{_SUFFIXES[backend]}")
    return sorted(str(path.relative_to(root).with_suffix("")) for path in paths)


def parse(name: str, text: str, comment: str) -> Query:
    """Split header from statement and check that declared parameters are the used ones."""
    header = [line[len(comment) :].strip() for line in text.splitlines() if line.startswith(comment)]
    body = "\n".join(line for line in text.splitlines() if not line.startswith(comment)).strip().rstrip(";")
    params = _declared(header, "params:")
    if set(params) != set(_USED.findall(body)):
        raise UsageError(f"query {name}: declared and used parameters differ")
    return Query(name, body, params, _declared(header, "returns:"))


def _declared(header: list[str], word: str) -> tuple[str, ...]:
    rest = " ".join(line.removeprefix(word) for line in header if line.startswith(word))
    return tuple(part.strip() for part in rest.split(",") if part.strip())
