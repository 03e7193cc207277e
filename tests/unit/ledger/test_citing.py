"""What is cited of a use is its first and its last observation, as the run knew it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from linkgraph.ledger import FEEDS, Known, Ledger, cite
from linkgraph.model import Observation, Use

MILLION = 1_000_000


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def put(ledger: Ledger, feed: str, *rows: dict[str, Any]) -> None:
    """Rows of a file; `at` and `known_at` in seconds."""
    digest = f"d{len(ledger.entries())}"
    made = [
        {"source_id": f"s{n}", "deleted": False, "batch": digest, "line": n, "known_at": row["at"]} | row
        for n, row in enumerate(rows, 1)
    ]
    times = [each | {name: each[name] * MILLION for name in ("at", "known_at")} for each in made]
    ledger.append(feed, digest, iter([pa.RecordBatch.from_pylist(times, FEEDS[feed].schema)]))


def known_at(ledger: Ledger, as_of: int) -> Known:
    """All that the ledger holds now, as known at a time."""
    entries = ledger.entries()
    return Known(as_of, frozenset((each.feed, each.digest) for each in entries), sum(each.rows for each in entries))


def cited(ledger: Ledger, uses: Sequence[Use], as_of: int) -> dict[Use, list[Observation]]:
    """What is cited of some uses."""
    return cite(ledger, uses, known_at(ledger, as_of)) or {}


def test_a_file_that_the_run_did_not_read_is_not_cited_though_it_says_it_was_known(ledger: Ledger) -> None:
    seen = {"account_id": "a", "device": "d", "at": 3}
    put(ledger, "logins", seen)
    known, use = known_at(ledger, 9), ("a", "device", "d")
    put(ledger, "logins", seen | {"at": 1, "known_at": 1})
    assert cite(ledger, [use], known) == {use: [Observation("logins", "s1", "d0", 1, 3)]}
    assert [each.at for each in cited(ledger, [use], 9)[use]] == [1, 3]


def test_the_first_and_the_last_of_a_use_and_of_no_other(ledger: Ledger) -> None:
    put(
        ledger,
        "logins",
        *[{"account_id": "a", "device": "d", "ip": "i", "at": at} for at in (5, 3, 9)],
        {"account_id": "b", "device": "d", "at": 1},
        {"account_id": "a", "device": "e", "at": 1},
    )
    assert cited(ledger, [("a", "device", "d"), ("b", "device", "d"), ("c", "device", "d"), ("a", "ip", "d")], 10) == {
        ("a", "device", "d"): [Observation("logins", "s2", "d0", 2, 3), Observation("logins", "s3", "d0", 3, 9)],
        ("b", "device", "d"): [Observation("logins", "s4", "d0", 4, 1)],
    }


def test_what_was_not_known_yet_is_not_cited(ledger: Ledger) -> None:
    put(
        ledger,
        "logins",
        {"account_id": "a", "device": "d", "at": 3},
        {"account_id": "a", "device": "d", "at": 4, "known_at": 8},
    )
    use = ("a", "device", "d")
    for as_of, times in ((2, []), (3, [3]), (7, [3]), (8, [3, 4])):
        assert [each.at for each in cited(ledger, [use], as_of).get(use, [])] == times


def test_a_corrected_row_stands_as_corrected_and_a_retracted_one_for_nothing(ledger: Ledger) -> None:
    paid = {"account_id": "a", "direction": "out", "rail": "crypto", "wallet": "w", "record": "p1", "at": 1}
    put(ledger, "payments", paid)
    put(
        ledger, "payments", paid | {"account_id": "b", "known_at": 5}, paid | {"record": "p2", "deleted": True, "at": 2}
    )
    uses = [("a", "wallet", "w"), ("b", "wallet", "w")]
    assert list(cited(ledger, uses, 4)) == uses[:1]
    assert list(cited(ledger, uses, 5)) == uses[1:]


def test_an_address_that_was_paid_from_is_nobodys(ledger: Ledger) -> None:
    put(ledger, "payments", {"account_id": "a", "direction": "in", "rail": "crypto", "wallet": "w", "at": 1})
    assert cite(ledger, [("a", "wallet", "w")], known_at(ledger, 9)) == {}


def test_without_a_ledger_or_above_the_bound_nothing_is_read(ledger: Ledger) -> None:
    assert cite(ledger, [("a", "device", "d")], known_at(ledger, 9)) is None
    put(ledger, "logins", *[{"account_id": "a", "device": "d", "at": 1}] * 3)
    assert cite(ledger, [("a", "device", "d")], known_at(ledger, 9), most_rows=2) is None
    assert cite(ledger, [("a", "device", "d")], known_at(ledger, 9), most_rows=3) is not None
