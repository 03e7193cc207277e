"""A sample of a run, and in what a view differs from it."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from linkgraph.settings import read_settings
from linkgraph.store.drift import Sample, compared, differences
from linkgraph.store.embedded import EmbeddedView
from linkgraph.tables import TABLES
from tests.builders import WORLD, Tables, account, tables, write_run
from tests.conftest import Store


def sampled(content: Tables, size: int, seed: int = 0, batch: int = 5) -> Sample:
    """A sample of a world, offered a few rows at a time."""
    sample = Sample(seed, size)
    for table in TABLES:
        for part in content[table].to_batches(max_chunksize=batch):
            sample.offer(table, part)
    return sample


def found(home: Path, sample: Sample, content: Tables) -> list[str]:
    """What the embedded store of a run of `content` differs in."""
    Store(read_settings(home=home, store="embedded", threads=1)).publish_again(write_run(home, content))
    with closing(EmbeddedView(home / "runs" / "r-1" / "graph")) as view:
        return [str(each) for each in differences(sample, view)]


def changed(table: str, at: int | None = None, **values: Any) -> Tables:
    """The world with one row changed, or with the last one gone."""
    rows: dict[str, Any] = {name: WORLD[name].to_pylist() for name in WORLD}
    if at is None:
        rows[table].pop()
    else:
        rows[table][at] |= values
    return tables(**rows)


def test_a_store_that_holds_the_run_does_not_differ(home: Path) -> None:
    sample = sampled(WORLD, 100)
    assert sample.size == sum(WORLD[table].num_rows for table in sample.rows)
    assert found(home, sample, WORLD) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (changed("accounts", 0, risk=0.5, headline="Else."), "accounts a1: risk, headline"),
        (changed("accounts", 0, probability=None), "accounts a1: probability"),
        (changed("identifiers", 0, degree=4), "identifiers device d1: degree"),
        (changed("rings", 0, score=0.8), "rings r1: score"),
        (changed("used", 0, n=4), "used a1 device d1: n"),
        (changed("used"), "used h11 ip hub: missing"),
        (changed("ring_members", 0, confidence=0.1), "ring_members r1 a3: confidence"),
        (changed("links", 0, families=["else=1"]), "families"),
        (changed("contributions", 0, log_odds=9.0), "log_odds"),
    ],
)
def test_every_changed_value_and_missing_row_is_named(home: Path, content: Tables, says: str) -> None:
    (said,) = found(home, sampled(WORLD, 100), content)
    assert says in said


def test_a_row_too_many_is_found(home: Path) -> None:
    assert found(home, sampled(changed("used"), 100), WORLD) == ["used h11 ip hub: extra"]


def test_rows_of_one_key_are_compared_together() -> None:
    row = ("a1", "one_hop", None, None, None, 1.0, "why")
    other = (*row[:5], 2.0, "why")
    assert list(compared("contributions", [row, other], [other, row])) == []
    assert [each.what for each in compared("contributions", [row, row], [row, other])] == ["log_odds"]
    assert [each.what for each in compared("contributions", [row, other], [row])] == ["missing"]


def test_a_sample_follows_the_seed_and_not_the_batches() -> None:
    world = tables(accounts=[account(f"a{number}") for number in range(500)])
    one, again, cut = sampled(world, 20), sampled(world, 20), sampled(world, 20, batch=333)
    assert one.names("accounts") == again.names("accounts") == cut.names("accounts")
    assert len(one.names("accounts")) == 20
    assert one.names("accounts") != sampled(world, 20, seed=1).names("accounts")


def test_every_row_has_the_same_chance() -> None:
    world = tables(accounts=[account(f"a{number}") for number in range(40)])
    drawn = [name for seed in range(400) for name in sampled(world, 10, seed).names("accounts")]
    # Expected 100 each, with a deviation of 8.7; 5 deviations either way.
    assert all(56 <= drawn.count(f"a{number}") <= 144 for number in range(40))
