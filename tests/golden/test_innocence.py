"""Who must not be flagged, and what pulls a risk down."""

import pytest

from tests.golden.worlds import Judged, account, dispute, feeds, label, login, night

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
