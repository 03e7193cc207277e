"""Blocks taken apart: every row has a cause, and the rows of an account add up to its score."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.detect.scoring import Blocks, summed
from linkgraph.explain.contributions import LinkEvidence, Transfers, contributions

ACCOUNTS, IDENTIFIERS = 5, 4
Share = st.floats(0, 1e3).map(lambda value: value if value > 1e-12 else 0.0)
Links = st.dictionaries(
    st.tuples(st.integers(0, ACCOUNTS - 1), st.integers(0, IDENTIFIERS - 1)), st.tuples(Share, Share), max_size=12
)
Money = st.dictionaries(st.tuples(st.integers(0, ACCOUNTS - 1), st.integers(0, ACCOUNTS - 1)), Share, max_size=6)
Rings = st.lists(Share, min_size=ACCOUNTS, max_size=ACCOUNTS)
Wanted = st.lists(st.booleans(), min_size=ACCOUNTS, max_size=ACCOUNTS)


def link_evidence(links: dict[tuple[int, int], tuple[float, float]]) -> LinkEvidence:
    keys = sorted(links)
    return LinkEvidence(
        np.array([a for a, _ in keys], np.int32),
        np.array([x for _, x in keys], np.int32),
        np.array([links[key][0] for key in keys]),
        np.array([links[key][1] for key in keys]),
    )


def transfers(money: dict[tuple[int, int], float]) -> Transfers:
    keys = sorted(money)
    return Transfers(
        np.array([a for a, _ in keys], np.int32),
        np.array([s for _, s in keys], np.int32),
        np.array([money[key] for key in keys]),
    )


def scores(links: LinkEvidence, money: Transfers, ring: list[float]) -> Blocks:
    """Blocks as the score makes them: a function of what reaches the account, 0 only where nothing does."""
    return Blocks(
        np.log1p(summed(links.account, links.met, ACCOUNTS)),
        np.log1p(summed(money.account, money.weight, ACCOUNTS)),
        np.log1p(20 * summed(links.account, links.flow, ACCOUNTS)),
        np.array(ring),
        np.zeros(ACCOUNTS),
    )


def rows(table: pa.Table) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in ("account", "block", "identifier", "sender")) for row in table.to_pylist()]


@given(Links, Money, Rings, Wanted)
def test_the_rows_of_an_account_add_up_to_its_blocks(
    links: dict[tuple[int, int], tuple[float, float]],
    money: dict[tuple[int, int], float],
    ring: list[float],
    wanted: list[bool],
) -> None:
    through, paid = link_evidence(links), transfers(money)
    made = scores(through, paid, ring)
    table = contributions(through, paid, made, np.array(wanted))
    for name, block in (
        ("one_hop", made.shared + made.transfer),
        ("propagated", made.propagated),
        ("ring", made.ring),
    ):
        mine = table.filter(pa.compute.equal(table["block"], name))
        added = summed(mine["account"].to_numpy(), mine["log_odds"].to_numpy(), ACCOUNTS)
        assert added == pytest.approx(np.where(wanted, block, 0.0), abs=1e-9)


@given(Links, Money, Rings, Wanted)
def test_every_row_has_one_cause_and_a_share_above_nothing(
    links: dict[tuple[int, int], tuple[float, float]],
    money: dict[tuple[int, int], float],
    ring: list[float],
    wanted: list[bool],
) -> None:
    through, paid = link_evidence(links), transfers(money)
    table = contributions(through, paid, scores(through, paid, ring), np.array(wanted))
    found = rows(table)
    assert len(set(found)) == len(found)
    for (_, block, identifier, sender), share in zip(found, table["log_odds"].to_pylist(), strict=True):
        assert share > 0
        assert sum(cause is not None for cause in (identifier, sender)) == (0 if block == "ring" else 1)


def test_shares_are_in_proportion_to_what_each_link_carries() -> None:
    links = link_evidence({(0, 0): (0.3, 0.0), (0, 1): (0.1, 2.0), (1, 0): (0.5, 0.0)})
    nothing = np.zeros(2)
    made = Blocks(np.array([0.6, 0.0]), nothing, np.array([0.8, 9.0]), nothing, nothing)
    table = contributions(links, transfers({}), made, np.array([True, False]))
    assert rows(table) == [(0, "propagated", 0, None), (0, "propagated", 1, None), (0, "one_hop", 1, None)]
    assert table["log_odds"].to_pylist() == pytest.approx([0.6, 0.2, 0.6])


def test_money_names_its_sender_and_a_ring_nobody() -> None:
    made = Blocks(np.zeros(3), np.array([0.0, 0.0, 0.9]), np.zeros(3), np.array([0.0, 0.0, 0.4]), np.zeros(3))
    table = contributions(link_evidence({}), transfers({(2, 0): 1.0, (2, 1): 2.0}), made, np.ones(3, dtype=bool))
    assert rows(table) == [(2, "one_hop", None, 0), (2, "one_hop", None, 1), (2, "ring", None, None)]
    assert table["log_odds"].to_pylist() == pytest.approx([0.3, 0.6, 0.4])


def test_nobody_wanted_no_rows() -> None:
    links = link_evidence({(0, 0): (1.0, 1.0)})
    made = scores(links, transfers({}), [1.0] * ACCOUNTS)
    assert len(contributions(links, transfers({}), made, np.zeros(ACCOUNTS, dtype=bool))) == 0
