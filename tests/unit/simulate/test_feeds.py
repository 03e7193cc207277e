"""What is written: all feeds, their columns, times and ids, the same bytes every time."""

import datetime
import hashlib
import time
from dataclasses import asdict, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from linkgraph.ledger.schema import FEEDS
from linkgraph.simulate import Twins, World, simulate
from linkgraph.simulate.designs import DESIGNS
from linkgraph.simulate.feeds import SCHEMAS, parts, table

REQUIRED = {
    "observations": "account_id kind identifier at",
    "accounts": "account_id created_at",
    "logins": "account_id at",
    "instruments": "account_id at kind token",
    "payments": "payment_id account_id at direction rail amount currency",
    "transfers": "from_account_id to_account_id at amount currency",
    "trades": "market buyer_id seller_id price quantity at",
    "p2p_orders": "order_id buyer_id seller_id at amount currency state",
    "disputes": "dispute_id account_id opened_at kind",
    "balances": "account_id at currency amount",
    "bonuses": "account_id at campaign",
    "staff_access": "staff_id account_id at",
    "labels": "account_id label at",
}
PROMISES = {"due_by", "unlock_at", "withdrawable_at"}  # they may lie after the end of the world


def read(folder: Path, feed: str) -> pa.Table:
    return pq.read_table(folder / "feeds" / f"{feed}.parquet")


def digests(folder: Path) -> dict[str, str]:
    files = sorted(folder.glob("*/*.parquet"))
    return {file.name + file.parent.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def passes_luhn(text: str) -> bool:
    digits = [int(c) for c in reversed(text)]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


def test_same_world_gives_same_bytes(small: Path, tmp_path: Path, world: World) -> None:
    simulate(tmp_path, world)
    assert digests(tmp_path) == digests(small)


def test_another_seed_changes_every_feed(small: Path, tmp_path: Path, world: World) -> None:
    simulate(tmp_path, replace(world, seed=8))
    before, after = digests(small), digests(tmp_path)
    assert before.keys() == after.keys()
    assert not [name for name in before if before[name] == after[name]]


def test_counts_are_the_rows_written(tmp_path: Path) -> None:
    counts = simulate(tmp_path, World(accounts=500))
    assert counts == {feed: read(tmp_path, feed).num_rows for feed in FEEDS}
    assert counts["accounts"] == 500
    assert 10 <= counts["logins"] / 500 <= 15


def test_feeds_are_those_of_the_ledger() -> None:
    assert set(SCHEMAS) == set(FEEDS)


@pytest.mark.parametrize("feed", REQUIRED)
def test_required_columns_are_filled(small: Path, feed: str) -> None:
    rows = read(small, feed)
    assert rows.num_rows > 0
    for column in REQUIRED[feed].split():
        assert rows[column].null_count == 0, column


@pytest.mark.parametrize("feed", REQUIRED)
def test_every_column_says_something(small: Path, feed: str) -> None:
    rows = read(small, feed)
    assert not [name for name in rows.column_names if rows[name].null_count == rows.num_rows]


@pytest.mark.parametrize("feed", REQUIRED)
def test_times_lie_in_the_window(small: Path, world: World, feed: str) -> None:
    rows = read(small, feed)
    low, high = (datetime.datetime.fromtimestamp(t, datetime.UTC) for t in (world.start, world.end))
    for field in rows.schema:
        if pa.types.is_timestamp(field.type) and field.name not in PROMISES:
            seen = pc.min_max(rows[field.name]).as_py()
            assert low <= seen["min"] <= seen["max"] <= high, field.name


@pytest.mark.parametrize(
    ("feed", "at"), [("labels", "at"), ("disputes", "opened_at"), ("payments", "at"), ("p2p_orders", "at")]
)
def test_nothing_is_known_before_it_happens(small: Path, feed: str, at: str) -> None:
    rows = read(small, feed)
    assert pc.all(pc.greater_equal(rows["known_at"], rows[at])).as_py()
    assert pc.any(pc.greater(rows["known_at"], rows[at])).as_py()


def test_nobody_acts_before_the_account_is_opened(small: Path) -> None:
    accounts = read(small, "accounts").select(["account_id", "created_at"])
    for feed in ("logins", "payments", "instruments", "balances", "bonuses", "staff_access", "labels", "observations"):
        rows = read(small, feed).select(["account_id", "at"]).join(accounts, "account_id")
        assert pc.all(pc.greater_equal(rows["at"], rows["created_at"])).as_py(), feed


def test_ids_name_one_row_each(small: Path) -> None:
    names = {"payments": "payment_id", "p2p_orders": "order_id", "disputes": "dispute_id", "logins": "session_id"}
    names |= {"accounts": "account_id", "trades": "trade_id", "transfers": "transfer_id"}
    for feed, name in names.items():
        rows = read(small, feed)
        assert pc.count_distinct(rows[name]).as_py() == rows.num_rows, feed


def test_references_point_to_rows(small: Path) -> None:
    disputes, payments = read(small, "disputes"), read(small, "payments")
    for name, feed in (("payment_id", "payments"), ("order_id", "p2p_orders")):
        named = pc.drop_null(disputes[name])
        assert len(named) and pc.all(pc.is_in(named, read(small, feed)[name].combine_chunks())).as_py()
    sessions = read(small, "logins").select(["session_id", "account_id"])
    joined = payments.filter(pc.is_valid(payments["session_id"])).join(
        sessions, ["session_id", "account_id"], join_type="left anti"
    )
    assert joined.num_rows == 0


def test_no_text_looks_like_a_card_number(small: Path) -> None:
    for feed, schema in SCHEMAS.items():
        rows = read(small, feed)
        for field in schema:
            if field.type == pa.string():
                texts = pc.replace_substring_regex(pc.drop_null(pc.unique(rows[field.name])), "[ +-]", "")
                bare = texts.filter(pc.match_substring_regex(texts, "^[0-9]{13,19}$")).to_pylist()
                assert not any(passes_luhn(text) for text in bare), (feed, field.name)


def test_a_small_world_is_fast(tmp_path: Path) -> None:
    begin = time.perf_counter()
    simulate(tmp_path, World(accounts=1_000))
    assert time.perf_counter() - begin < 5


def test_the_shortest_world_keeps_its_window(tmp_path: Path) -> None:
    world = World(accounts=500, days=60, end=1_700_000_000)
    simulate(tmp_path, world)
    for feed in ("payments", "logins", "disputes", "bonuses"):
        at = pc.min_max(read(tmp_path, feed)["opened_at" if feed == "disputes" else "at"]).as_py()
        assert world.start <= at["min"].timestamp() <= at["max"].timestamp() <= world.end


def test_a_world_without_groups_still_has_customers(tmp_path: Path) -> None:
    twins = Twins(**dict.fromkeys(asdict(Twins()), 0.0))
    shares = {f"{kind}_share": 0.0 for kind in set(World().group_shares()) - set(asdict(twins))}
    world = World(accounts=300, twins=twins, **shares)  # type: ignore[arg-type]
    counts = simulate(tmp_path, world)
    assert counts["logins"] > 300
    assert read(tmp_path, "labels").filter(pc.field("label") == "fraud").num_rows == 0


@pytest.mark.parametrize("wrong", [{"accounts": 10}, {"days": 5}, {"family_share": 2.0}, {"ring_share": -0.1}])
def test_impossible_worlds_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"needs at least|shares"):
        World(**wrong)  # type: ignore[arg-type]


def test_varied_worlds_differ_in_their_parameters_and_can_be_built(tmp_path: Path) -> None:
    worlds = [World.varied(1_000, seed) for seed in range(30)]
    assert worlds == [World.varied(1_000, seed) for seed in range(30)]
    for name in ("ring_share", "family_share", "days", "end", "habits", "twins", "weights"):
        assert len({getattr(world, name) for world in worlds}) > 20, name
    assert simulate(tmp_path, worlds[0])["accounts"] == 1_000


def test_weights_choose_the_designs(tmp_path: Path) -> None:
    only = tuple((design.name, float(design.name == "hops")) for design in DESIGNS if design.group_kind == "ring")
    simulate(tmp_path, World(accounts=1_000, ring_share=0.1, weights=only))
    groups = pq.read_table(tmp_path / "truth" / "groups.parquet").to_pylist()
    assert {group["design"] for group in groups if group["is_ring"]} == {"hops"}


def test_a_world_in_parts_is_one_world(tmp_path: Path) -> None:
    counts = simulate(tmp_path, World(accounts=2_100, ring_share=0.1), part=500)
    assert counts["accounts"] == 2_100
    names = {"payments": "payment_id", "p2p_orders": "order_id", "disputes": "dispute_id", "logins": "session_id"}
    names |= {"accounts": "account_id", "trades": "trade_id", "transfers": "transfer_id"}
    for feed, name in names.items():
        rows = read(tmp_path, feed)
        assert pc.count_distinct(rows[name]).as_py() == rows.num_rows == counts[feed], feed
    people, groups = read(tmp_path, "accounts"), pq.read_table(tmp_path / "truth" / "groups.parquet")
    for column in ("email", "phone", "document"):
        assert pc.count_distinct(people[column]).as_py() > 0.95 * people.num_rows, column
    assert pc.count_distinct(groups["group_id"]).as_py() == groups.num_rows


def test_people_of_two_parts_share_nothing_but_public_things(tmp_path: Path) -> None:
    simulate(tmp_path, World(accounts=1_000), part=500)
    for feed, column in (
        ("logins", "device_id"),
        ("logins", "fingerprint"),
        ("instruments", "token"),
        ("logins", "ip"),
    ):
        rows = read(tmp_path, feed)
        late = pc.greater_equal(rows["account_id"], "A0000500")
        one, other = (set(rows.filter(mask)[column].to_pylist()) for mask in (late, pc.invert(late)))
        assert one and other and not one & other, column


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        table("labels", {"colour": pa.array(["red"])})


def test_parts_cover_all_rows() -> None:
    assert list(parts(5, 2)) == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert list(parts(0, 2)) == [slice(0, 0)]
