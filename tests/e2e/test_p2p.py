"""The real payments sample through the maps of `examples/p2p`: the facts of its note, and a night on it."""

import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ingest.pipeline import ingest
from ingest.reports import FileReport
from linkgraph.detect.graph import components
from linkgraph.explain.account import explain
from linkgraph.explain.text import render
from linkgraph.ledger import Ledger
from linkgraph.nightly import Plan, publish, run_night
from linkgraph.runs import Run
from linkgraph.settings import Settings, read_settings
from linkgraph.store import open_view
from linkgraph.store.base import GraphView
from tests.neo4j_server.server import Address
from tests.shared_data import shared

pytestmark = pytest.mark.shared

MAPS = Path(__file__).parents[2] / "examples" / "p2p" / "columns.toml"
WALL_CLOCK = 1_780_000_000_000_000  # years after the last row, as for every user of this sample


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return read_settings(home=tmp_path_factory.mktemp("p2p"))


@pytest.fixture(scope="module")
def reports(settings: Settings) -> dict[str, FileReport]:
    found = ingest([shared("p2p")], settings, WALL_CLOCK, columns=MAPS)
    return {report.feed: report for report in found if report.status != "skipped"}


@pytest.fixture(scope="module")
def night(settings: Settings, reports: dict[str, FileReport]) -> Run:
    return run_night(settings, Plan())


@pytest.fixture
def view(settings: Settings, night: Run) -> Iterator[GraphView]:
    with closing(open_view(settings, night)) as found:
        yield found


def test_every_row_is_taken_or_accounted_for(reports: dict[str, FileReport]) -> None:
    assert {feed: report.accepted for feed, report in reports.items()} == {
        "accounts": 33_732,
        "instruments": 128_066,
        "observations": 55_026,
        "transfers": 102_832,
        "labels": 239,
    }
    # Flagged users without a date cannot be placed in time; the others are not labels.
    assert reports["labels"].reasons == {"missing_value": 2}
    assert reports["labels"].ignored == {"row.only": 33_732 - 241}
    assert reports["labels"].note == "", "no row in the ledger is dated by the clock"


@pytest.mark.parametrize(
    ("feed", "first", "last"),
    [
        ("instruments", "2016-11-20", "2019-04-23"),
        ("observations", "2017-09-09", "2019-04-23"),
        ("transfers", "2017-01-08", "2019-04-26"),
        ("labels", "2017-04", "2019-03"),
    ],
)
def test_dates(settings: Settings, reports: dict[str, FileReport], feed: str, first: str, last: str) -> None:
    times = _ledger(settings, feed, ["at", "known_at"])
    assert times["at"].equals(times["known_at"])
    ends = pc.min_max(times["at"].cast(pa.timestamp("us"))).as_py()
    assert f"{ends['min']:%Y-%m-%d}".startswith(first)
    assert f"{ends['max']:%Y-%m-%d}".startswith(last)


def test_the_night_is_as_of_the_last_row_whatever_the_clock(night: Run) -> None:
    assert night.record()["as_of"] == 1_556_296_560  # 2019-04-26T16:36:00Z
    assert pq.read_metadata(night.table("accounts")).num_rows == 33_732


@pytest.mark.parametrize(("kind", "several", "most"), [("card", 8_490, 10), ("device", 2_745, 52)])
def test_shared_identifiers(night: Run, kind: str, several: int, most: int) -> None:
    used = pq.read_table(night.table("used"), filters=[("kind", "=", kind)])
    accounts = used.group_by("identifier").aggregate([("account_id", "count_distinct")])["account_id_count_distinct"]
    assert pc.sum(pc.greater_equal(accounts, 2)).as_py() == several
    assert pc.max(accounts).as_py() == most


def test_components(settings: Settings, night: Run) -> None:
    alone, ends = _graph(settings, night)
    accounts = len(alone)
    together = components(ends.max() + 1, *ends)[:accounts]
    sizes = np.bincount(together)
    assert np.count_nonzero(sizes) == 27_209
    assert sizes.max() == 247
    flagged = pq.read_table(shared("p2p") / "User.parquet", filters=[("fraudMoneyTransfer", "=", 1)])["id"]
    at = np.searchsorted(alone, flagged.cast(pa.string()).to_numpy(zero_copy_only=False).astype(alone.dtype))
    seeds = np.bincount(together[at])
    assert seeds[seeds > 1].sum() == 31
    money = _transfers(settings, alone)
    assert np.bincount(components(ends.max() + 1, *np.hstack([ends, money]))[:accounts]).max() == 12_972


def test_pairs_with_a_transfer_and_a_shared_card(settings: Settings, night: Run) -> None:
    used = pq.read_table(night.table("used"), columns=["account_id", "identifier"], filters=[("kind", "=", "card")])
    pairs = used.join(used, "identifier", join_type="inner", right_suffix="_other").select(
        ["account_id", "account_id_other"]
    )
    pairs = pairs.group_by(["account_id", "account_id_other"]).aggregate([])
    paid = _ledger(settings, "transfers", ["from_account_id", "to_account_id"])
    paid = paid.filter(pc.not_equal(paid["from_account_id"], paid["to_account_id"]))
    paid = paid.group_by(["from_account_id", "to_account_id"]).aggregate([])
    both = paid.join(pairs, ["from_account_id", "to_account_id"], ["account_id", "account_id_other"], "left semi")
    assert len(both) == 6_240


def test_flagged_accounts_are_explained_to_the_last_digit(view: GraphView) -> None:
    flagged = view.flagged(1_000)
    assert any(account.label is None for account in flagged), "known fraud is no discovery"
    for account in flagged:
        found = explain(view, account.account_id)
        added = math.fsum([found.base, *(each.log_odds for each in found.contributions)])
        assert added == pytest.approx(found.score, abs=1e-9)
        assert account.risk == pytest.approx(-math.expm1(-found.score), abs=1e-9)
    text = render(explain(view, flagged[0].account_id))
    assert "Identifiers that count" in text
    assert "Strongest pairs" in text


@pytest.mark.neo4j
def test_both_stores_explain_the_same(settings: Settings, night: Run, view: GraphView, empty_neo4j: Address) -> None:
    server = {"neo4j_uri": empty_neo4j.uri, "neo4j_user": empty_neo4j.user, "neo4j_password": empty_neo4j.password}
    there = read_settings(home=settings.home, store="neo4j", **server)
    publish(there, night)
    with closing(open_view(there, night)) as other:
        assert other.rings(2_000) == view.rings(2_000)
        flagged = view.flagged(1_000)
        assert other.flagged(1_000) == flagged
        for account in flagged:
            assert explain(other, account.account_id) == explain(view, account.account_id)


def _graph(settings: Settings, night: Run) -> tuple[np.ndarray, np.ndarray]:
    """Account ids, sorted; and the ends of each use, accounts by their place, identifiers after them."""
    alone = np.sort(pq.read_table(night.table("accounts"))["account_id"].to_numpy().astype(str))
    used = pq.read_table(night.table("used"), columns=["account_id", "kind", "identifier"])
    things = pc.binary_join_element_wise(used["kind"], used["identifier"], ":").combine_chunks().dictionary_encode()
    a = np.searchsorted(alone, used["account_id"].to_numpy().astype(str))
    return alone, np.vstack([a, things.indices.to_numpy() + len(alone)]).astype(np.int32)


def _transfers(settings: Settings, alone: np.ndarray) -> np.ndarray:
    paid = _ledger(settings, "transfers", ["from_account_id", "to_account_id"])
    ends = [np.searchsorted(alone, column.to_numpy().astype(str)) for column in paid.columns]
    return np.vstack(ends).astype(np.int32)


def _ledger(settings: Settings, feed: str, columns: list[str]) -> pa.Table:
    return pa.concat_tables(
        pq.read_table(path, columns=columns) for path in Ledger(settings.ledger_folder).files(feed, WALL_CLOCK)
    )
