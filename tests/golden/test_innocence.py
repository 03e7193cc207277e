"""Who must not be flagged, and what pulls a risk down."""

import pytest

from tests.golden.worlds import Judged, account, dispute, feeds, label, login, night, sale

NETWORKS = tuple(f"2001:db8:0:{n}::1" for n in range(1, 9))
CREW = ("bad-1", "bad-2", "other", "target")
BAD = tuple(f"bad-{n}" for n in range(9))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    world = feeds(
        # Nine confirmed frauds and a stranger behind the same eight networks; nothing else is shared.
        *[label(one, "fraud") for one in BAD],
        *[login(one, 1, ip=ip) for one in (*BAD, "neighbour") for ip in NETWORKS],
        # The same standing with a device.
        *[login(one, 1, device_id="bad-phone") for one in ("bad-0", "accomplice")],
        # Four on two devices, two of them fraud; the second time one of the others has been cleared.
        *[login(f"plain-{who}", 1, device_id=device) for who in CREW for device in ("plain-phone", "plain-tablet")],
        *[login(f"clear-{who}", 1, device_id=device) for who in CREW for device in ("clear-phone", "clear-tablet")],
        *[label(one, "fraud") for one in ("plain-bad-1", "plain-bad-2", "clear-bad-1", "clear-bad-2")],
        label("clear-other", "cleared"),
        # Someone whose account was taken over and whose card was then charged back.
        account("robbed", 700),
        *[login(one, 3, device_id="robber-phone") for one in ("robbed", "robber", "robber-2")],
        label("robber", "fraud"),
        label("robber-2", "fraud"),
        dispute("robbed", "takeover_report", 4),
        dispute("robbed", "chargeback", 3, reason_code="10.4"),
        # People changed their mind: the ruling known last holds.
        label("pardoned", "fraud", 20),
        label("pardoned", "cleared", 10),
        label("relapsed", "cleared", 20),
        label("relapsed", "fraud", 10),
        label("torn", "fraud", 10),
        label("torn", "victim", 10),
        # A mere suspicion, with and without a fact beside it.
        dispute("charged", "chargeback", 60, reason_code="10.4"),
        dispute("reported", "takeover_report", 60),
        label("pardoned-once", "cleared", 20),
        *[label(one, "suspected", 10) for one in ("charged", "reported", "pardoned-once", "talked-of")],
        # Charged back twice, the second time just now.
        dispute("twice", "chargeback", 60, reason_code="10.4"),
        dispute("twice", "chargeback", 5, reason_code="10.4", dispute_id="second"),
        *[login(one, device_id="twice-phone") for one in ("twice", "near-twice")],
        # Each suspect shares a device with somebody.
        *[login(one, device_id="charged-phone") for one in ("charged", "near-charged")],
        *[login(one, device_id="talked-phone") for one in ("talked-of", "near-talked")],
        # Money in a sale between people: the buyer is a fraud, the seller is not.
        label("buyer", "fraud", 30),
        sale("buyer", "seller", 2),
    )
    return night(tmp_path_factory.mktemp("innocence"), world)


def test_no_flag_rests_on_addresses_alone(judged: Judged) -> None:
    assert judged.accounts["neighbour"].risk > 0.8
    assert not judged.accounts["neighbour"].flagged
    assert judged.accounts["accomplice"].flagged


def test_addresses_alone_pair_nobody(judged: Judged) -> None:
    assert judged.pair("bad-1", "bad-2") is None
    assert judged.identifier("accomplice", "device").counted


def test_a_cleared_account_pulls_its_neighbours_down(judged: Judged) -> None:
    plain, clear = judged.accounts["plain-target"], judged.accounts["clear-target"]
    assert 0 < clear.risk < plain.risk


def test_a_cleared_account_is_not_flagged_whatever_it_touches(judged: Judged) -> None:
    assert judged.accounts["plain-other"].flagged
    assert judged.accounts["clear-other"].risk > 0.8
    assert not judged.accounts["clear-other"].flagged


def test_a_takeover_report_outweighs_a_chargeback(judged: Judged) -> None:
    robbed = judged.accounts["robbed"]
    assert (robbed.label, robbed.role, robbed.flagged) == ("victim", "victim", False)


def test_the_ruling_known_last_holds_and_doubt_favours_innocence(judged: Judged) -> None:
    assert {one: judged.accounts[one].label for one in ("pardoned", "relapsed", "torn")} == {
        "pardoned": "cleared",
        "relapsed": "fraud",
        "torn": "victim",
    }


def test_a_suspicion_takes_nothing_from_a_fact(judged: Judged) -> None:
    assert judged.accounts["charged"].label == "chargeback"
    assert judged.accounts["reported"].label == "victim"
    assert judged.accounts["pardoned-once"].label == judged.accounts["talked-of"].label == "suspected"
    assert judged.accounts["near-charged"].risk > judged.accounts["near-talked"].risk > 0


def test_selling_to_a_fraud_raises_no_risk(judged: Judged) -> None:
    assert judged.accounts["seller"].risk == 0


def test_a_second_chargeback_takes_nothing_from_the_first(judged: Judged) -> None:
    assert judged.accounts["near-twice"].risk == judged.accounts["near-charged"].risk
