"""The statement that weighs pairs against the same rules in plain Python, on random links."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.evidence import clock_table, cold_bits, kind_table, level_tables, sign_table
from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.kinds import BY_NAME, FAMILIES, KIND_NAMES, Kind
from linkgraph.parameters import Parameters

HOUR, DAY = 3_600, 86_400
AS_OF = 1_777_593_600
PARAMETERS = Parameters()
BITS = cold_bits(PARAMETERS)
ACCOUNTS = 6


@dataclass(frozen=True)
class Use:
    """One account's link to one identifier, in epoch seconds."""

    account: int
    first: int
    last: int


@dataclass(frozen=True)
class Shared:
    """An identifier, how many accounts it is said to have, and those of its links that are looked at."""

    kind: str
    degree: int
    uses: tuple[Use, ...]


@st.composite
def shared(draw: st.DrawFn) -> Shared:
    kind = BY_NAME[draw(st.sampled_from(["device", "ip", "ip", "fingerprint", "card", "wallet", "phone"]))]
    accounts = draw(st.sets(st.integers(0, ACCOUNTS - 1), min_size=2, max_size=4))
    hours = st.integers(0, 100 * 24)
    spans = [sorted((draw(hours), draw(hours))) for _ in accounts]
    uses = [
        Use(account, AS_OF - ago * HOUR, AS_OF - recent * HOUR)
        for account, (recent, ago) in zip(sorted(accounts), spans, strict=True)
    ]
    return Shared(kind.name, draw(st.integers(len(accounts), kind.cap)), tuple(uses))


NO_SIGNS = pa.schema(
    [("a", pa.int32()), ("b", pa.int32()), ("sign", pa.int8()), ("value", pa.int32()), ("most", pa.int32())]
).empty_table()
APART = pa.schema([("a", pa.int32()), ("b", pa.int32()), ("identifier", pa.int32())]).empty_table()
Worlds = st.lists(shared(), max_size=8)
Owners = st.lists(st.sampled_from("pqrstu"), min_size=ACCOUNTS, max_size=ACCOUNTS)


def binned(value: float, edges: tuple[int, ...], values: tuple[float, ...]) -> float:
    """The value of the first bin whose upper edge is not below."""
    return next((found for edge, found in zip(edges, values, strict=False) if value <= edge), values[-1])


def worth(kind: Kind, degree: int, one: Use, other: Use) -> float:
    """Bits of one shared identifier: its level, less penalties, never below nothing."""
    apart = max(other.first - one.last, one.first - other.last) - (kind.lease or 0)
    gap = math.ceil(max(0, apart) / DAY) if kind.lease is not None else 0
    age = max(0, AS_OF - min(one.last, other.last)) // DAY
    bits = binned(degree, PARAMETERS.degree_bins, kind.bits) + binned(gap, PARAMETERS.gap_bins, PARAMETERS.gap_bits)
    return max(0.0, bits + max(-kind.max_age_penalty, binned(age, PARAMETERS.age_bins, PARAMETERS.age_bits)))


def expected(world: list[Shared], owners: list[str]) -> list[dict[str, int]]:
    best: dict[tuple[int, int], dict[str, tuple[float, float]]] = defaultdict(dict)
    for each in world:
        kind = BY_NAME[each.kind]
        for one, other in combinations(each.uses, 2):
            bits = worth(kind, each.degree, one, other)
            most, firm = best[one.account, other.account].get(kind.family, (0.0, 0.0))
            without = 0.0 if each.kind == "ip" else bits
            best[one.account, other.account][kind.family] = max(most, bits), max(firm, without)
    found = []
    for (a, b), families in sorted(best.items()):
        bits, firm = (round(1024 * math.fsum(column)) for column in zip(*families.values(), strict=True))
        if owners[a] != owners[b] and bits:
            worthy = sum(most > 0 for most, _ in families.values())
            by_family = {name: round(1024 * families.get(name, (0.0, 0.0))[0]) for name in FAMILIES}
            found.append({"a": a, "b": b, "units": bits, "firm": firm, "families": worthy} | by_family)
    return found


def links_table(world: list[Shared]) -> pa.Table:
    """The work table `evidence_links`."""
    rows = [
        {
            "account": use.account,
            "identifier": number,
            "kind_code": KIND_NAMES.index(each.kind),
            "ip_version": 0,
            "degree": each.degree,
            "first_seen": use.first,
            "last_seen": use.last,
        }
        for number, each in enumerate(world)
        for use in each.uses
    ]
    types = [pa.int32(), pa.int32(), pa.int8(), pa.int8(), pa.int32(), pa.int64(), pa.int64()]
    names = ("account", "identifier", "kind_code", "ip_version", "degree", "first_seen", "last_seen")
    return pa.Table.from_pylist(rows, pa.schema(list(zip(names, types, strict=True))))


def weighed(engine: DuckDBEngine, world: list[Shared], owners: list[str]) -> list[dict[str, int]]:
    engine.table("evidence_links", links_table(world))
    engine.table("apart", APART)
    engine.table("roster", pa.table({"id": pa.array(range(ACCOUNTS), pa.int32()), "owner": owners}))
    engine.view("shared_uses", "shared_uses")
    rows: list[dict[str, int]] = engine.read("pair_evidence").to_pylist()
    return rows


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(Path(tmp_path_factory.mktemp("engine")), "500MB", 1) as opened:
        opened.table("clock", clock_table(AS_OF * 1_000_000, PARAMETERS))
        opened.table("kinds", kind_table(PARAMETERS, BITS))
        opened.table("signs", sign_table())
        opened.table("pair_signs", NO_SIGNS)
        for name, table in level_tables(PARAMETERS, BITS).items():
            opened.table(name, table)
        yield opened


@given(Worlds, Owners)
def test_pairs_are_weighed_as_in_plain_python(engine: DuckDBEngine, world: list[Shared], owners: list[str]) -> None:
    assert weighed(engine, world, owners) == expected(world, owners)


@given(Worlds)
def test_pairs_have_no_direction(engine: DuckDBEngine, world: list[Shared]) -> None:
    """Numbering the accounts the other way round turns each pair round and changes nothing else."""
    owners = [str(number) for number in range(ACCOUNTS)]
    top = ACCOUNTS - 1
    turned = [
        Shared(each.kind, each.degree, tuple(Use(top - u.account, u.first, u.last) for u in each.uses))
        for each in world
    ]
    back = [row | {"a": top - row["b"], "b": top - row["a"]} for row in weighed(engine, turned, owners)]
    assert sorted(back, key=lambda row: (row["a"], row["b"])) == weighed(engine, world, owners)


@given(Worlds, shared())
def test_one_more_shared_thing_weakens_no_pair(engine: DuckDBEngine, world: list[Shared], more: Shared) -> None:
    owners = [str(number) for number in range(ACCOUNTS)]
    after = {(row["a"], row["b"]): row for row in weighed(engine, [*world, more], owners)}
    for row in weighed(engine, world, owners):
        now = after[row["a"], row["b"]]
        assert all(now[name] >= row[name] for name in ("units", "firm", "families", *FAMILIES))
        assert now["firm"] <= now["units"]
