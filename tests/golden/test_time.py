"""What time does to evidence: leases that move on, links that expire, labels that come too late."""

import pytest

from tests.golden.worlds import Judged, account, at, feeds, label, login, night

SAME_TIME, FAR_APART = ("near-1", "near-2"), ("far-1", "far-2")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    world = feeds(
        # An address and a mailbox shared by two: on the same day, and forty days apart.
        *[account(one, email="near@example.org") for one in SAME_TIME],
        *[login(one, 1, ip="203.0.113.10") for one in SAME_TIME],
        *[account(one, email="far@example.org") for one in FAR_APART],
        login("far-1", 41, ip="203.0.113.11"),
        login("far-2", 1, ip="203.0.113.11"),
        # A phone number of two people today, and one handed on after four years.
        account("phone-now-1", 5, phone="+14155550101"),
        account("phone-now-2", 5, phone="+14155550101"),
        account("phone-old", 1460, phone="+14155550102"),
        account("phone-new", 5, phone="+14155550102"),
        # A device sold on: its first owner was last seen on it over a year ago, and was a fraud.
        login("sold-by", 366, device_id="second-hand"),
        login("sold-to", 1, device_id="second-hand"),
        label("sold-by", "fraud", 300),
        # The same, a day inside the window.
        login("lent-by", 364, device_id="lent-hand"),
        login("lent-to", 1, device_id="lent-hand"),
        label("lent-by", "fraud", 300),
        # Labels of after the as-of: known later, and about later.
        *[login(one, device_id="late-phone") for one in ("late-known", "late-near")],
        label("late-known", "fraud", 5, known_at=at(-10)),
        *[login(one, device_id="early-phone") for one in ("early-known", "early-near")],
        label("early-known", "fraud", 5, known_at=at(0)),
        # A sign-in that a later row of the same source moves to after the as-of: it has not happened yet.
        login("moved-1", 1, device_id="moved", source_id="m"),
        login("moved-1", -5, device_id="moved", source_id="m", known_at=at(0.5)),
        login("moved-2", 1, device_id="moved"),
        # The same, moved within the past.
        login("kept-1", 3, device_id="kept", source_id="k"),
        login("kept-1", 2, device_id="kept", source_id="k", known_at=at(0.5)),
        login("kept-2", 1, device_id="kept"),
    )
    return night(tmp_path_factory.mktemp("time"), world)


def test_an_address_counts_for_those_who_held_it_at_the_same_time(judged: Judged) -> None:
    pair = judged.pair(*SAME_TIME)
    assert pair is not None
    assert pair.families == ("access=3.0", "contact=6.0")


def test_an_address_that_moved_on_is_no_evidence(judged: Judged) -> None:
    pair = judged.pair(*FAR_APART)
    assert pair is not None
    assert (pair.bits, pair.families) == (6.0, ("contact=6.0",))
    assert [key.partition(":")[0] for key in pair.shared] == ["email"]


def test_a_phone_number_links_until_its_window_has_passed(judged: Judged) -> None:
    assert judged.pair("phone-now-1", "phone-now-2") is not None
    assert judged.pair("phone-old", "phone-new") is None
    assert judged.identifier("phone-new", "phone").degree == 1


def test_a_link_older_than_its_window_carries_nothing(judged: Judged) -> None:
    assert judged.pair("sold-by", "sold-to") is None
    assert judged.accounts["sold-to"].risk == 0
    lent = judged.pair("lent-by", "lent-to")
    assert lent is not None and lent.families == ("access=4.0",)  # 6 bits less 2 for age
    assert 0 < judged.accounts["lent-to"].risk < 0.5


def test_a_label_known_after_the_night_changes_nothing(judged: Judged) -> None:
    late, near = judged.accounts["late-known"], judged.accounts["late-near"]
    assert (late.label, late.risk, near.risk) == (None, 0, 0)


def test_a_label_known_at_the_very_moment_counts(judged: Judged) -> None:
    assert judged.accounts["early-known"].label == "fraud"
    assert judged.accounts["early-near"].risk > 0.5


def test_a_correction_to_a_day_to_come_takes_the_event_away(judged: Judged) -> None:
    assert judged.pair("kept-1", "kept-2") is not None
    assert judged.pair("moved-1", "moved-2") is None
