"""Dumps of the graph's home and loads of them, with a checksum beside; Community dumps stopped servers only.

DIR/neo4j.dump    DIR/neo4j.dump.sha256, as `sha256sum` writes it    DIR/linkgraph.json, the record of the home
"""

import json
import secrets
import shutil
from contextlib import closing
from pathlib import Path
from typing import Final

from linkgraph.errors import StoreError, UsageError
from linkgraph.runs import digest_of
from linkgraph.store.neo4j.connection import Connection, wait_for
from linkgraph.store.neo4j.homes import RECORD, Place
from linkgraph.store.neo4j.loader import Load
from linkgraph.store.neo4j.writer import OLDEST_SCHEMA, SCHEMA

_DUMP: Final = "neo4j.dump"


def dump(place: Place, folder: Path) -> Path:
    """Dump the graph into `folder`, which appears when all of it is there; returns the dump's file."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty")
    with place.held():
        place.home.must_be_whole()
        place.refuse_served()
        beside = folder.with_name(f".{folder.name}.dumping")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        place.home.admin("database", "dump", "neo4j", f"--to-path={beside.resolve()}")
        (beside / f"{_DUMP}.sha256").write_text(f"{digest_of(beside / _DUMP)}  {_DUMP}\n", encoding="ascii")
        shutil.copy(place.home.path / RECORD, beside)
        beside.replace(folder)
    return folder / _DUMP


def load(into: Load, folder: Path) -> str:
    """Load a dump into a fresh home, put it in the place of the one in use and start it; returns the run it holds."""
    record = checked(folder)
    place = into.place
    with place.held():
        into.refuse_what_is_in_use()
        place.prepare_next(into.configuration, into.login.password)
        into.at("load")
        place.next.admin("database", "load", "neo4j", f"--from-path={folder.resolve()}")
        place.next.finish(record)
        into.at("switch")
        place.switch()
        into.at("start")
        place.home.start()
        wait_for(into.login)
        held = _run_held(into)
    if held is None:
        raise StoreError(f"{folder}: the dump holds no run of linkgraph")
    return held


def _run_held(into: Load) -> str | None:
    """The run that the pointer names. Views that were open before the load are made to notice it."""
    # A newer server is not written to, so its epochs stay as they are.
    writing = into.place.newer is None
    with closing(Connection(into.login, writing=writing)) as connection:
        if writing:
            connection.write(("pointer/restart", {"epoch": secrets.randbits(48)}), fenced=False)
        [held] = connection.read(("pointer/held", {}))
    return held[0][1] if held else None


def checked(folder: Path) -> dict[str, object]:
    """The record of a dump; StoreError unless it is whole, unchanged, and of a schema that can be read."""
    try:
        record: dict[str, object] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        wanted = (folder / f"{_DUMP}.sha256").read_text(encoding="ascii").split()[0]
        found = digest_of(folder / _DUMP)
    except (OSError, ValueError, IndexError):
        raise StoreError(f"{folder} holds no dump of linkgraph") from None
    if found != wanted:
        raise StoreError(f"{folder / _DUMP} is not what its checksum says")
    schema = record.get("schema", 0) if isinstance(record, dict) else 0
    if not isinstance(schema, int):
        raise StoreError(f"{folder} holds no dump of linkgraph")
    if not OLDEST_SCHEMA <= schema <= SCHEMA:
        version = "a newer" if schema > SCHEMA else "an earlier"
        raise StoreError(f"{folder}: {version} version of linkgraph has made this dump: publish with --full instead")
    return record
