"""The last stage before publishing: each invariant, broken once in the tables of a good run, stops it and is named."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.errors import RunError
from linkgraph.ledger import Ledger
from linkgraph.nightly import Plan, run_night
from linkgraph.parameters import Parameters
from linkgraph.runs import Run
from linkgraph.stages.answering import check
from linkgraph.stages.night import Night
from tests.golden.worlds import AS_OF, feeds, label, login, settle

Change = Callable[[pa.Table], pa.Table]
CREW = ("a-1", "a-2", "a-3", "a-4", "a-5")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Run:
    world = feeds(
        *[login(one, device_id=device, ip="203.0.113.5") for one in CREW for device in ("phone", "tablet")],
        *[login(one, device_id="other-phone") for one in ("b-1", "b-2", "b-3")],
        *[label(one, "fraud") for one in ("a-1", "a-2", "a-3")],
        label("a-5", "victim"),
        login("quiet", device_id="own"),
    )
    return run_night(settle(tmp_path_factory.mktemp("good"), world), Plan(as_of=AS_OF * 1_000_000))


def checked(run: Run, home: Path) -> None:
    with DuckDBEngine(home / "tmp", "500MB", 1) as engine:
        check(Night(engine, Ledger(home / "ledger"), run, None, AS_OF * 1_000_000, 0, Parameters(), {}))


def put(column: str, account: str, value: object) -> Change:
    """One account's value of a column replaced."""

    def change(table: pa.Table) -> pa.Table:
        mine = pc.equal(table["account_id"], account)
        place = table.column_names.index(column)
        values = pc.if_else(mine, pa.scalar(value, table[column].type), table[column])
        return table.set_column(place, table.schema.field(column), values)

    return change


def without(account: str) -> Change:
    """No row of an account."""
    return lambda table: table.filter(pc.not_equal(table["account_id"], account))


def again(table: pa.Table) -> pa.Table:
    """The first row twice."""
    return pa.concat_tables([table.slice(0, 1), table])


def firmer(table: pa.Table) -> pa.Table:
    """More voltage without addresses than with them."""
    return table.set_column(
        table.column_names.index("voltage_firm"), "voltage_firm", pc.add(table["voltage_firm"], pa.scalar(0.5))
    )


def test_a_good_run_passes(good: Run, tmp_path: Path) -> None:
    accounts = pq.read_table(good.table("accounts")).to_pylist()
    assert {row["account_id"] for row in accounts if row["flagged"]} >= {"a-4"}
    checked(good, tmp_path)


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        ("contributions", put("log_odds", "a-4", 9.0), "contributions add up"),
        ("contributions", without("a-4"), "contributions add up"),
        ("accounts", put("risk", "a-4", 1.0), "risk is from 0 to below 1"),
        ("accounts", put("risk", "a-4", -0.1), "risk is from 0 to below 1"),
        ("accounts", put("risk", "quiet", 0.1), "no evidence, no risk"),
        ("accounts", put("flagged", "a-5", True), "nobody ruled innocent is flagged"),
        ("ring_members", again, "at most one ring"),
        ("account_evidence", firmer, "without IP addresses"),
    ],
)
def test_a_broken_invariant_stops_the_run_and_is_named(
    good: Run, tmp_path: Path, table: str, change: Change, named: str
) -> None:
    shutil.copytree(good.path, tmp_path / "run")
    run = Run(good.run_id, tmp_path / "run")
    path = run.table(table) if run.table(table).is_file() else run.work(table)
    pq.write_table(change(pq.read_table(path)), path)
    with pytest.raises(RunError, match=named):
        checked(run, tmp_path)
