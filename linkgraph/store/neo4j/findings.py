"""What a check of a Neo4j server found, judged. Pure: what was read comes in, findings with what to do go out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from linkgraph.store.drift import Difference
from linkgraph.store.neo4j.connection import OLDEST, version_problem
from linkgraph.store.server import SETTINGS
from linkgraph.tables import TABLES

SHOWN: Final = 20
"""So many of a sort are named; that there are more is said."""

MEMORY: Final = ("server.memory.heap.max_size", "server.memory.pagecache.size", "dbms.memory.transaction.total.max")

# Measured: 3.0 GB of store with indexes for 17.1 million nodes and relationships; a fifth to grow.
_CACHED_BYTES: Final = 1.2 * 176

_AGAIN: Final = "linkgraph publish --store neo4j"
_SIZE: Final = re.compile(r"([\d.]+)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_POWERS: Final = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
# Names of properties that are no column of a table: of the nodes Run and Pointer, stamps, and keys.
_OWN: Final = frozenset(
    {"id", "key", "since", "until", "changed"}
    | {"seq", "run_id", "status", "as_of", "config_hash", "cold_start", "tables", "counts"}
    | {"name", "previous_seq", "last_seq", "writing", "held_by", "epoch", "schema"}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for an operator. level: `ok`, `advice`, or `fault`, which makes the store unsound."""

    part: str
    level: Literal["ok", "advice", "fault"]
    text: str
    to_do: str = ""


class Pointer(NamedTuple):
    """What the pointer says, which run stands under its number, and whether a publish has begun and not ended."""

    seq: int | None
    run_id: str | None
    schema: int
    recorded: str | None
    is_writing: bool


def on_version(release: str, edition: str) -> Finding:
    """Of the server; one that is too old is not even read."""
    text = f"{release} {edition}"
    problem = version_problem(release, writing=True)
    if problem:
        return Finding("version", "fault", f"{text}: {problem}", "publish to a server of 5.26; readers may stay")
    if edition != "community" or not release.startswith(f"{OLDEST[0]}.{OLDEST[1]}."):
        return Finding("version", "advice", text, "tested is 5.26 Community alone")
    return Finding("version", "ok", text)


def on_no_pointer(is_empty: bool) -> Finding:
    """Of a database in which nothing of ours stands."""
    if is_empty:
        return Finding("pointer", "fault", "the database is empty", _AGAIN)
    return Finding("pointer", "fault", "the database holds data that linkgraph did not write", "give it an empty one")


def on_pointer(pointer: Pointer, published: str, known_schema: int) -> list[Finding]:
    """Of the run that readers are sent to."""
    found = []
    if pointer.schema > known_schema:
        found.append(Finding("pointer", "fault", "a newer linkgraph has written this graph", "update linkgraph"))
    if pointer.seq is None:
        found.append(Finding("pointer", "fault", "it names no run: the first publish has not ended", _AGAIN))
    elif pointer.recorded != pointer.run_id:
        text = f"it names run {pointer.run_id}, its number is that of run {pointer.recorded}"
        found.append(Finding("pointer", "fault", text, f"it was moved by hand: {_AGAIN}"))
    elif pointer.run_id != published:
        text = f"it names run {pointer.run_id}, published is run {published}"
        found.append(Finding("pointer", "fault", text, _AGAIN))
    if pointer.is_writing and pointer.seq is not None:
        text = "a publish has begun and not ended: it is being written, or was killed"
        found.append(Finding("pointer", "advice", text, "if none runs, the next publish clears it"))
    return found or [Finding("pointer", "ok", f"run {published}, the published one")]


def on_schema(statements: Mapping[str, str], states: Mapping[str, str], constraints: Iterable[str]) -> list[Finding]:
    """Of constraints and indexes. `statements`: what makes each, by name; `states`: of the indexes that are there."""
    held = set(constraints)
    found = []
    for name, text in statements.items():
        state = states.get(name, "missing")
        if state == "ONLINE" and name not in held and text.startswith("CREATE CONSTRAINT"):
            state = "an index without its constraint"
        if state == "missing":
            found.append(Finding("schema", "fault", f"{name}: missing", f"run: {text}"))
        elif state != "ONLINE":
            to_do = "wait for it" if state == "POPULATING" else f"drop it, then run: {text}"
            found.append(Finding("schema", "fault", f"{name}: {state}", to_do))
    return found or [Finding("schema", "ok", f"{len(statements)} constraints and indexes, all online")]


def on_memory(settings: Mapping[str, str | None], elements: int) -> list[Finding]:
    """Of the memory the server was given, for a graph of so many nodes and relationships."""
    found = []
    advised = {setting.key: setting.value for setting in SETTINGS}
    heap, cache, limit = (_bytes(settings.get(key)) for key in MEMORY)
    needed = int(elements * _CACHED_BYTES)
    if not cache or cache < needed:
        text = f"page cache {settings.get(MEMORY[1])}, {needed >> 20:,} MiB hold the whole store"
        found.append(Finding("memory", "advice", text, f"set {MEMORY[1]}, as {advised[MEMORY[1]]}"))
    if not heap or heap < (_bytes(advised[MEMORY[0]]) or 0):
        text = f"heap {settings.get(MEMORY[0])}, {advised[MEMORY[0]]} carry a publish of 10 million links"
        found.append(Finding("memory", "advice", text, f"set {MEMORY[0]} where publishes are that large"))
    if not limit or (heap and limit >= heap):
        text = f"transactions may take {settings.get(MEMORY[2]) if limit else 'any amount'}: one could take the heap"
        found.append(Finding("memory", "advice", text, f"set {MEMORY[2]}, as {advised[MEMORY[2]]}"))
    seen = ", ".join(f"{name} {settings.get(key)}" for name, key in zip(("heap", "page cache"), MEMORY, strict=False))
    return found or [Finding("memory", "ok", f"{seen}, transactions {settings.get(MEMORY[2])}")]


def on_plans(plans: Mapping[str, set[str]]) -> list[Finding]:
    """Of how the server means to answer each read: from an index, never by looking at everything."""
    found = []
    for name, operators in plans.items():
        bad = sorted(each for each in operators if "Scan" in each or each == "CartesianProduct")
        if bad:
            to_do = "mend the schema, then CALL db.clearQueryCaches()"
            found.append(Finding("plans", "fault", f"{name}: {', '.join(bad)}", to_do))
    return found or [Finding("plans", "ok", f"{len(plans)} reads, none looks at everything")]


def on_counts(expected: Mapping[str, int], found: Mapping[str, int]) -> list[Finding]:
    """Of the rows a reader can find, against those of run.json."""
    wrong = [
        Finding("counts", "fault", f"{table}: the run has {rows:,} rows, {found.get(table, 0):,} are stored", _AGAIN)
        for table, rows in expected.items()
        if table in TABLES and found.get(table, 0) != rows
    ]
    return wrong or [Finding("counts", "ok", f"{sum(found.values()):,} rows in {len(found)} tables, as in run.json")]


def on_drift(differences: Sequence[Difference], compared: int) -> list[Finding]:
    """Of the values that were compared with the run's."""
    found = [
        Finding("drift", "fault", f"{each}", f"changed by hand; the run's value comes back with: {_AGAIN}")
        for each in differences
    ]
    return _cut(found) or [Finding("drift", "ok", f"{compared:,} rows read back, all as in the run")]


def on_foreign(nodes: Sequence[Sequence[Any]], links: Sequence[Sequence[Any]]) -> list[Finding]:
    """Of what no publish has made; rows of `check/foreign_nodes` and `check/foreign_links`."""
    found = [*_cut([_on_node(*row) for row in nodes]), *_cut([_on_link(*row) for row in links])]
    return found or [Finding("foreign", "ok", "nothing but what publishes have made")]


def foreign_names(names: Iterable[str]) -> list[str]:
    """Those names of properties that no publish writes."""
    columns = {name for schema in TABLES.values() for name in schema.names}
    return sorted(name for name in names if name.removeprefix("was_") not in columns | _OWN)


def _on_node(id_: str, held: list[str], more: list[str], less: list[str], properties: list[str], ours: bool) -> Finding:
    name = f"{':'.join(['', *held])} {id_}"
    if not ours:
        return Finding("foreign", "fault", f"{name}: not of a publish", "no publish removes it: delete it by hand")
    says = [("label", more), ("label missing", less), ("property", properties)]
    text = "; ".join(f"{what} {', '.join(names)}" for what, names in says if names)
    return Finding("foreign", "fault", f"{name}: {text}", "set by hand, and no publish mends it: take it back by hand")


def _on_link(start: str, kind: str, end: str, element: str, properties: list[str], ours: bool) -> Finding:
    name = f"({start})-[:{kind}]->({end}) {element}"
    if not ours:
        return Finding("foreign", "fault", f"{name}: not of a publish", "no publish removes it: delete it by hand")
    text = f"{name}: property {', '.join(properties)}"
    return Finding("foreign", "fault", text, "set by hand, and no publish mends it: take it back by hand")


def _cut(found: list[Finding]) -> list[Finding]:
    more = [Finding(found[0].part, "fault", f"and more than these {SHOWN}")] if len(found) > SHOWN else []
    return [*found[:SHOWN], *more]


def _bytes(text: str | None) -> int | None:
    match = _SIZE.fullmatch(text or "")
    return int(float(match[1]) * 1024 ** _POWERS[match[2].upper()]) if match else None
