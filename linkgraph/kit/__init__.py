"""The kit for people who look at the graph in the Neo4j Browser: a style, saved queries, a start guide, and guides of
single rings and accounts. Static files, made without a server.

Guides hold what the run says of a ring or account: tokens and ids, no value behind a token.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from linkgraph import queries
from linkgraph.kit import guides, style
from linkgraph.store.base import GraphView

# Longest file name we make; most file systems end at 255.
_LONGEST = 200
# A zip cannot hold an earlier day; the same kit is the same bytes whenever it is written.
_DAY = (1980, 1, 1, 0, 0, 0)


def fixed_files() -> dict[str, bytes]:
    """Style, start guide, and saved queries, as files and zipped (to be dropped on the Browser), by path."""
    texts = {"style.grass": style.text(), "start.html": guides.start_guide()}
    texts |= {f"queries/{name}": text for name, text in saved_queries()}
    return {name: text.encode() for name, text in texts.items()} | {"queries.zip": _zipped()}


def write_kit(folder: Path) -> list[Path]:
    """The kit but for guides of rings and accounts; the files written."""
    return [_write(folder / name, content) for name, content in fixed_files().items()]


def write_guides(folder: Path, view: GraphView, ring_ids: Sequence[str], account_ids: Sequence[str]) -> list[Path]:
    """Guides of these rings and accounts of a run; NotFoundError if it has none of that id."""
    rings = [(folder / "rings" / _file_name(each), guides.ring_guide(view, each)) for each in ring_ids]
    accounts = [(folder / "accounts" / _file_name(each), guides.account_guide(view, each)) for each in account_ids]
    return [_write(path, text.encode()) for path, text in [*rings, *accounts]]


def saved_queries() -> Iterator[tuple[str, str]]:
    """Name in its folder and text of each; the first line is its title, by which the Browser lists it."""
    for name in queries.names("browser"):
        title = guides.title_of(name)
        set_before = guides.command_of({each: guides.DEFAULTS[each] for each in queries.load("browser", name).params})
        text = f"// {title}\n// Set before: {set_before}\n{queries.source('browser', name)}"
        yield f"{name.partition('/')[0]}/{title}.cypher", text


def _file_name(name: str) -> str:
    """A file name for an id that may hold anything: as it is where it is plain, encoded elsewhere."""
    plain = quote(name, safe="")
    if len(plain) > _LONGEST:
        plain = hashlib.sha256(name.encode()).hexdigest()
    return f"{plain}.html"


def _zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as zipped:
        for name, text in saved_queries():
            zipped.writestr(zipfile.ZipInfo(name, _DAY), text)
    return held.getvalue()


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
