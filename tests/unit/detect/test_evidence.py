"""What sharing is worth: the level tables hold every value that can occur, and strength fades as stated."""

import numpy as np
import pytest

from linkgraph.detect.evidence import (
    UNITS_PER_BIT,
    EvidenceLinks,
    clock_table,
    cold_bits,
    conductance,
    kind_table,
    level_tables,
)
from linkgraph.kinds import KIND_NAMES, KINDS, Kind
from linkgraph.parameters import Parameters

DAY = 86_400
PARAMETERS = Parameters()
BITS = cold_bits(PARAMETERS)


def strength(kind: str, degree: int = 2, age_days: float = 0, gap_days: float = 0, version: int = 4) -> float:
    """Conductance of one link."""
    code = KIND_NAMES.index(kind)
    link = EvidenceLinks(
        np.zeros(1, np.int32),
        np.zeros(1, np.int32),
        np.array([code], np.int8),
        np.array([version if kind == "ip" else 0], np.int8),
        np.array([degree], np.int32),
        np.array([round(age_days * DAY)]),
        np.array([round(gap_days * DAY)]),
    )
    assert len(link) == 1
    return float(conductance(link, PARAMETERS)[0])


def degree_bits(kind: str) -> dict[int, float]:
    code = KIND_NAMES.index(kind)
    rows = level_tables(PARAMETERS, BITS)["degree_levels"].to_pylist()
    return {row["degree"]: row["units"] / UNITS_PER_BIT for row in rows if row["code"] == code}


def age_bits(kind: str) -> list[float]:
    code = KIND_NAMES.index(kind)
    rows = level_tables(PARAMETERS, BITS)["age_levels"].to_pylist()
    return [row["units"] / UNITS_PER_BIT for row in rows if row["code"] == code]


@pytest.mark.parametrize("kind", KINDS, ids=KIND_NAMES)
def test_every_counted_degree_has_a_level_and_no_other(kind: Kind) -> None:
    assert sorted(degree_bits(kind.name)) == list(range(2, kind.cap + 1))


def test_degree_bins_end_where_the_table_says() -> None:
    device = degree_bits("device")
    assert [device[d] for d in (2, 3, 4, 5, 9, 10, 24, 25, 50)] == [6, 7, 7, 9, 9, 10, 10, 0, 0]


def test_an_identifier_of_more_accounts_is_no_better_for_addresses_and_prints() -> None:
    for kind in ("ip", "fingerprint"):
        bits = list(degree_bits(kind).values())
        assert bits == sorted(bits, reverse=True)
        assert max(bits) + PARAMETERS.prior_bits < -1.3  # alone below tau = 0.3


def test_gaps_only_take_away() -> None:
    rows = level_tables(PARAMETERS, BITS)["gap_levels"].to_pylist()
    bits = [row["units"] / UNITS_PER_BIT for row in rows]
    assert [row["days"] for row in rows] == list(range(32))
    assert (bits[0], bits[1], bits[7], bits[8], bits[30], bits[31]) == (0, -1, -1, -2, -2, -4)


def test_age_takes_less_from_what_lasts() -> None:
    device, card = age_bits("device"), age_bits("card")
    assert len(device) == len(card) == 92
    assert (device[30], device[31], device[90], device[91]) == (0, -1, -1, -2)
    assert (card[30], card[31], card[91]) == (0, -1, -1)


def test_kinds_keep_their_windows_and_caps_in_seconds() -> None:
    rows = {row["kind"]: row for row in kind_table(PARAMETERS, BITS).to_pylist()}
    assert list(rows) == list(KIND_NAMES)
    assert (rows["ip"]["max_age"], rows["ip"]["lease"], rows["ip"]["cap"]) == (90 * DAY, DAY, 10)
    assert (rows["device"]["max_age"], rows["device"]["lease"], rows["device"]["cap"]) == (365 * DAY, None, 50)
    assert [row["code"] for row in rows.values() if row["is_ip"]] == [KIND_NAMES.index("ip")]


def test_an_address_or_a_print_alone_links_nobody() -> None:
    rows = kind_table(PARAMETERS, BITS).to_pylist()
    assert [row["kind"] for row in rows if not row["links_alone"]] == ["fingerprint", "ip", "stem"]
    bold = kind_table(Parameters(tau=0.1), BITS).to_pylist()
    assert all(row["links_alone"] for row in bold)


def test_the_clock_knows_the_last_level() -> None:
    assert clock_table(17, PARAMETERS).to_pylist() == [{"as_of": 17, "gap_top": 31, "age_top": 91}]


def test_a_fresh_device_of_two_is_the_unit() -> None:
    assert strength("device") == 1.0


@pytest.mark.parametrize(("kind", "half_life"), [(kind.name, kind.half_life) for kind in KINDS])
def test_strength_halves_with_the_half_life_and_with_twice_the_accounts(kind: str, half_life: int) -> None:
    assert strength(kind, age_days=half_life) == pytest.approx(strength(kind) / 2)
    assert strength(kind, degree=4) == pytest.approx(strength(kind) / 2)


def test_a_lease_that_moved_on_fades_by_the_week() -> None:
    assert strength("ip", gap_days=7) == pytest.approx(strength("ip") / 2)


def test_a_network_of_version_6_is_worth_more_than_an_address_of_version_4() -> None:
    assert (strength("ip", version=6), strength("ip", version=4)) == (0.4, 0.15)
    assert strength("ip", version=0) == 0.15
