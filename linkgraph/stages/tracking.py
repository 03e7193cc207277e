"""track: the ids that tonight's rings carry on from the night before, and what happened to every ring since.

The public table `ring_events` is the whole log: each night's events follow those of the nights before. A ring's events
give its members at any time and say what became of its id, so no id that was ever given is lost.
"""

import hashlib
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph.detect import lineage, ring_events
from linkgraph.detect.lineage import NONE, Accounts, Fronts, Groups, Ints
from linkgraph.detect.ring_events import Changes, Events
from linkgraph.errors import RunError
from linkgraph.stages.night import Counts, Night
from linkgraph.tables import LINKS, RING_EVENTS

_FRONTS = pa.schema([("ring_id", pa.string()), ("account_id", pa.string()), ("weight", pa.int64())])
_KNOWN = pa.schema(
    [
        ("ring_id", pa.string()),
        ("first_seen_run", pa.string()),
        ("last_changed_run", pa.string()),
        ("born", pa.int64()),
        ("idle", pa.int64()),
    ]
)
_CONFIRMED = ("fraud", "chargeback")
_UNKNOWN = np.iinfo(np.int64).max  # when an account was opened, if nobody has told us
_ID_DIGITS = 12
_FATES = {"merged": "alias", "dormant": "dormant", "retired": "retired", "returned": "alive"}
_TURN = ("ring_id", "event", "other_ring_id")


class _Memory(NamedTuple):
    """What earlier nights leave: rings alive or dormant, their last members, and all events."""

    known: pa.Table
    fronts: pa.Table
    log: pa.Table


def track(night: Night) -> Counts:
    """Tonight's groups -> the ring ids they carry on, and what happened to every ring since the night before."""
    memory, members = _memory(night), _members(night)
    ids = _distinct(memory.fronts["account_id"], members["account_id"])
    accounts = _accounts(night, ids)
    fronts = _remembered(memory, ids)
    now = _found(night, members, ids, accounts)
    found = lineage.trace(fronts, now, accounts, night.parameters)
    changes = _changes(night, ids)
    events = ring_events.tell(fronts, now, found, _ends(changes), night.parameters.dormant_nights)
    ring_of = ring_events.ring_numbers(fronts.rows.count, found)
    names = _names(night, memory, members, ring_of)
    told = _told(night, events, names, ids, changes)
    night.keep_public("ring_events", pa.concat_tables([memory.log, told]))
    known = _known_now(night, memory, names, told, ring_of)
    _keep(night, memory, known, names.take(pa.array(ring_of)), members.append_column("weight", pa.array(now.weight)))
    counts = Counter(ring_events.NAMES[event] for event in events.event.tolist())
    return {**dict(sorted(counts.items())), "events": len(told), "unexplained": events.unexplained}


def _memory(night: Night) -> _Memory:
    previous = night.previous
    if previous is None:
        return _Memory(_KNOWN.empty_table(), _FRONTS.empty_table(), RING_EVENTS.empty_table())
    paths = (previous.work("rings_known"), previous.work("ring_fronts"), previous.table("ring_events"))
    if not all(path.is_file() for path in paths):
        raise RunError(f"run {previous.run_id}, the night before, has no ring ledger: no ring id can be carried on")
    known, fronts, log = (pq.read_table(path) for path in paths)
    return _Memory(known.cast(_KNOWN), fronts.cast(_FRONTS), log.cast(RING_EVENTS))


def _members(night: Night) -> pa.Table:
    """Members of tonight's groups: number of the group, id of the account, membership."""
    rows = pq.read_table(night.run.work("ring_groups"), columns=["number", "account", "membership"])
    names = pq.read_table(night.run.work("roster"), columns=["account_id"])["account_id"]
    return rows.append_column("account_id", names.take(rows["account"])).drop_columns(["account"])


def _accounts(night: Night, ids: pa.Array) -> Accounts:
    """What tells groups and rings apart where overlaps tie."""
    roster = pq.read_table(night.run.work("roster"), columns=["account_id", "created_at"])
    rows = pc.index_in(ids, _whole(roster["account_id"]))
    seeds = pq.read_table(night.run.work("seeds"), columns=["account", "label"])
    confirmed = seeds.filter(pc.is_in(seeds["label"], pa.array(_CONFIRMED)))["account"]
    fraud = pc.is_in(pc.fill_null(rows, NONE), _whole(confirmed))
    return Accounts(
        _ints(pc.fill_null(roster["created_at"].take(rows), _UNKNOWN)),
        np.asarray(fraud.to_numpy(zero_copy_only=False), dtype=bool),
    )


def _remembered(memory: _Memory, ids: pa.Array) -> Fronts:
    known, fronts = memory.known, memory.fronts
    ring, account = _places(fronts["ring_id"], _whole(known["ring_id"])), _places(fronts["account_id"], ids)
    rows = Groups(len(known), ring, account, _ints(fronts["weight"]))
    return Fronts(rows, _ints(known["born"]), _ints(known["idle"]))


def _found(night: Night, members: pa.Table, ids: pa.Array, accounts: Accounts) -> Groups:
    account = _places(members["account_id"], ids)
    words = members["membership"].to_numpy()
    weight = lineage.weights(words, accounts.fraud[account], night.parameters)
    return Groups(night.size("ring_facts"), _ints(members["number"]), account, weight)


def _changes(night: Night, ids: pa.Array) -> pa.Table:
    """Pairs with an end among these accounts whose evidence is another than the night before."""
    numbers = {"account_id": ids, "number": pa.array(range(len(ids)), pa.int32())}
    night.engine.table("ring_accounts", pa.table(numbers))
    night.show(night.run.table("links"))
    before = [night.previous.table("links")] if night.previous else []
    night.engine.files("links_before", before, LINKS)
    night.work("pair_changes")
    return pq.read_table(night.run.work("pair_changes"))


def _ends(changes: pa.Table) -> Changes:
    return Changes(_ints(changes["a"]), _ints(changes["b"]), changes["bits"].to_numpy())


def _names(night: Night, memory: _Memory, members: pa.Table, ring_of: Ints) -> pa.Array:
    """Ids of the rings known before, then by group one that nobody has had before; unused where the group has an heir.

    A new id is made from the night and all founding members, so that no other ring of the night has a part in it.
    """
    issued = set(memory.log["ring_id"].to_pylist())
    founders: dict[int, list[str]] = {}
    for number, account_id in zip(members["number"].to_pylist(), members["account_id"].to_pylist(), strict=True):
        founders.setdefault(number, []).append(account_id)
    names: list[str | None] = memory.known["ring_id"].to_pylist()
    for group, ring in enumerate(ring_of.tolist()):
        fresh = ring >= len(memory.known)
        names.append(_new_name(f"{night.clock}:{night.seed}", founders[group], issued) if fresh else None)
    return pa.array(names, pa.string())


def _new_name(night_key: str, founders: list[str], issued: set[str]) -> str:
    digest = hashlib.sha256("\n".join([night_key, *sorted(founders)]).encode()).hexdigest()
    name = next(name for n in range(_ID_DIGITS, len(digest) + 1) if (name := f"R-{digest[:n]}") not in issued)
    issued.add(name)
    return name


def _told(night: Night, events: Events, names: pa.Array, ids: pa.Array, changes: pa.Table) -> pa.Table:
    """The night's events as rows of the public table, by ring, event, account."""

    def of(values: pa.Array | pa.ChunkedArray, places: Ints) -> pa.Array | pa.ChunkedArray:
        return values.take(pa.array(places, mask=places == NONE))

    count = len(events.ring)
    columns = [
        names.take(pa.array(events.ring)),
        pa.array([night.run.run_id] * count, pa.string()),
        pa.array([night.clock // 1_000_000] * count, pa.int64()),
        pa.array(ring_events.NAMES).take(pa.array(events.event)),
        of(names, events.other),
        of(ids, events.account),
        *(of(changes[column], events.cause) for column in ("kind", "identifier", "bits")),
    ]
    rows = pa.table(columns, schema=RING_EVENTS)
    return rows.sort_by([(name, "ascending") for name in ("ring_id", "event", "account_id", "other_ring_id")])


def _known_now(night: Night, memory: _Memory, names: pa.Array, told: pa.Table, ring_of: Ints) -> pa.Table:
    """Rings alive or dormant after tonight, by id."""
    ended = pc.is_in(told["event"], pa.array(["merged", "retired"]))
    gone, changed = set(told.filter(ended)["ring_id"].to_pylist()), set(told["ring_id"].to_pylist())
    before = {row["ring_id"]: row for row in memory.known.to_pylist()}
    alive = set(names.take(pa.array(ring_of)).to_pylist())
    fresh = {"first_seen_run": night.run.run_id, "born": night.clock // 1_000_000}
    rows = []
    for ring_id in sorted((before.keys() | alive) - gone):
        row = before.get(ring_id, {"ring_id": ring_id, "idle": 0} | fresh)
        idle = 0 if ring_id in alive else row["idle"] + 1
        latest = {"last_changed_run": night.run.run_id} if ring_id in changed else {}
        rows.append(row | {"idle": idle} | latest)
    return pa.Table.from_pylist(rows, _KNOWN)


def _keep(night: Night, memory: _Memory, known: pa.Table, ring_ids: pa.Array, members: pa.Table) -> None:
    """What the stages of tonight need, and what the next night needs."""
    night.keep("rings_known", known)
    at = pc.index_in(ring_ids, _whole(known["ring_id"]))
    named = known.select(["ring_id", "first_seen_run", "last_changed_run"]).take(at)
    night.keep("ring_names", named.add_column(0, "number", pa.array(range(len(ring_ids)), pa.int32())))
    night.work("members_named")
    asleep = known.filter(pc.greater(known["idle"], 0))["ring_id"]
    kept = memory.fronts.filter(pc.is_in(memory.fronts["ring_id"], _whole(asleep)))
    alive = [ring_ids.take(_whole(members["number"])), members["account_id"], members["weight"]]
    fronts = pa.concat_tables([kept, pa.table(alive, schema=_FRONTS)])
    night.keep("ring_fronts", fronts.sort_by([("ring_id", "ascending"), ("account_id", "ascending")]))


def ledger_is_whole(night: Night) -> bool:
    """Whether every ring id that the log has ever named is exactly one of alive, dormant, retired, or an alias that
    leads to one of these; and whether the log of the night before is the beginning of tonight's.
    """
    log = pq.read_table(night.run.table("ring_events"))
    earlier = _memory(night).log
    known = pq.read_table(night.run.work("rings_known"), columns=["ring_id", "idle"])
    fates: dict[str, tuple[str, str]] = dict.fromkeys(log["ring_id"].to_pylist(), ("alive", ""))
    turns = log.filter(pc.is_in(log["event"], pa.array(list(_FATES))))
    for ring_id, event, other in zip(*(turns[name].to_pylist() for name in _TURN), strict=True):
        fates[ring_id] = (_FATES[event], other)
    awake = {row["ring_id"]: "alive" if row["idle"] == 0 else "dormant" for row in known.to_pylist()}
    resolved = {ring_id: fate for ring_id, (fate, _) in fates.items() if fate in ("alive", "dormant")}
    leads = {ring_id: other for ring_id, (fate, other) in fates.items() if fate == "alias"}
    return resolved == awake and _ends_well(leads, fates.keys()) and log.slice(0, len(earlier)).equals(earlier)


def _ends_well(leads: dict[str, str], ids: Collection[str]) -> bool:
    """Whether every alias leads to an id that is none, without going round in circles."""
    for ring_id in leads:
        seen = {ring_id}
        while ring_id in leads:
            ring_id = leads[ring_id]
            if ring_id in seen or ring_id not in ids:
                return False
            seen.add(ring_id)
    return True


def _distinct(*columns: pa.ChunkedArray) -> pa.Array:
    """All account ids in them, sorted."""
    ids = pc.unique(pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string()))
    return ids.take(pc.sort_indices(ids))


def _places(values: pa.ChunkedArray, among: pa.Array) -> Ints:
    return _ints(pc.fill_null(pc.index_in(values, among), NONE))


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _ints(column: pa.Array | pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64)
