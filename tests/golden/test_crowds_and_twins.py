"""What the night itself learns to be shared by strangers, beside the ring most like it. No list names any of it."""

import pytest

from linkgraph.nightly import Plan, run_night
from linkgraph.runs import Run
from tests.golden.worlds import (
    AS_OF,
    DAY,
    Fact,
    Feeds,
    Judged,
    account,
    card,
    crypto,
    feeds,
    label,
    login,
    read,
    settle,
)

OFFICE = tuple(f"office-{n}" for n in range(8))
FARM = tuple(f"farm-{n}" for n in range(8))
CAFE = tuple(f"cafe-{n}" for n in range(9))
CARRIER = tuple(f"phone-{n:02}" for n in range(30))
DEPOSITORS = tuple(f"deposit-{n}" for n in range(7))
WITHDRAWERS = tuple(f"withdraw-{n}" for n in range(7))
SWEEP = tuple(f"sweep-{n}" for n in range(7))
STAFF = tuple(f"staff-{n}" for n in range(6))
MODEL = tuple(f"model-{n}" for n in range(6))
TESTED = tuple(f"tested-{n}" for n in range(6))
EVERYONE = (*OFFICE, *FARM, *CAFE, *CARRIER, *DEPOSITORS, *WITHDRAWERS, *SWEEP, *STAFF, *MODEL, *TESTED)

MIDNIGHT = AS_OF - AS_OF % DAY
WEEKDAYS = [day for day in range(1, 29) if (MIDNIGHT // DAY - day + 3) % 7 < 5]


def clock(days_ago: int, hour: float) -> float:
    """Days before the night at which that hour of that day was."""
    return (AS_OF - MIDNIGHT + days_ago * DAY - hour * 3600) / DAY


def places() -> list[Fact]:
    """People at work and at home, a farm of one phone that keeps office hours, a cafe, and a carrier's address."""
    facts = [
        login(one, clock(day, 8 + n), ip="8.8.8.1", device_id=one) for n, one in enumerate(OFFICE) for day in WEEKDAYS
    ]
    facts += [login(one, clock(2, 21), ip=f"9.9.9.{n}", device_id=one) for n, one in enumerate(OFFICE)]
    facts += [
        login(one, clock(day, 8 + n), ip="8.8.8.2", device_id="farm") for n, one in enumerate(FARM) for day in WEEKDAYS
    ]
    facts += [
        login(one, clock(2 * n + 1, 15), ip="8.8.8.3", device_id=one) for n, one in enumerate(CAFE) for _ in range(2)
    ]
    facts += [login("cafe-0", clock(day, 9), ip="8.8.8.3", device_id="cafe-0") for day in range(2, 24, 2)]
    facts += [
        login(one, clock(day, (7 * n + 5 * day) % 24), ip="8.8.8.4", device_id=one)
        for n, one in enumerate(CARRIER)
        for day in range(1, 25, 2)
    ]
    return facts


def money() -> list[Fact]:
    """A venue's wallet without memo, a ring's wallet, a payroll account, and a card of tests."""
    facts: list[Fact] = [login(one, device_id=one) for one in (*DEPOSITORS, *WITHDRAWERS, *SWEEP, *STAFF, *TESTED)]
    # Of those who pay one wallet, theirs or a venue's, as many are confirmed.
    facts += [label(one, "fraud") for group in (SWEEP, WITHDRAWERS) for one in group[:4]]
    facts += [crypto(one, "TVenue", "in") for one in DEPOSITORS]
    facts += [crypto(one, "TVenue") for one in WITHDRAWERS]
    facts += [crypto(one, "TSweep") for one in SWEEP]
    facts += [payment(one, "bank", "payroll-account", days, "settled") for one in STAFF for days in (3, 33, 64, 95)]
    facts += [payment(one, "card", "4242-token", days, "declined") for one in TESTED for days in (3, 4)]
    return facts


def payment(account_id: str, rail: str, token: str, days_ago: float, status: str) -> Fact:
    """Money in by card or bank."""
    row = {
        "payment_id": f"{account_id}/{token}/{days_ago}",
        "account_id": account_id,
        "at": round(AS_OF - days_ago * DAY),
    }
    money = {"direction": "in", "rail": rail, "amount": 100, "currency": "EUR", "instrument_token": token}
    return "payments", row | money | {"status": status}


@pytest.fixture(scope="module")
def world() -> Feeds:
    return feeds(
        *places(),
        *money(),
        *[login(one, ip=f"9.9.8.{n}", device_id=one, fingerprint="a-model-of-phone") for n, one in enumerate(MODEL)],
        *[account(one, country="DE") for one in EVERYONE],
        card("staff-0", "own-card"),
        label("office-0", "fraud"),
        label("farm-0", "fraud"),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, world: Feeds) -> tuple[Run, Judged]:
    settings = settle(tmp_path_factory.mktemp("crowds"), world)
    made = run_night(settings, Plan(as_of=AS_OF * 1_000_000))
    return made, read(settings, made, sorted(EVERYONE))


@pytest.fixture(scope="module")
def judged(run: tuple[Run, Judged]) -> Judged:
    return run[1]


def shared(judged: Judged, account_id: str, kind: str) -> tuple[str | None, bool, int]:
    """Class, counted and degree of the identifier of this kind that most share."""
    most = max((each for each in judged.used[account_id] if each.kind == kind), key=lambda each: each.degree)
    return most.class_name, most.counted, most.degree


@pytest.mark.parametrize(
    ("account_id", "kind", "name", "degree"),
    [
        ("office-1", "ip", "office", 8),
        ("cafe-1", "ip", "public_place", 9),
        ("phone-01", "ip", "carrier_nat", 30),
        ("withdraw-1", "wallet", "hot_wallet", 7),
        ("staff-1", "bank", "payroll", 6),
        ("tested-1", "card", "test_card", 6),
        ("model-1", "fingerprint", "fingerprint_collision", 6),
    ],
)
def test_what_strangers_share_is_named_and_does_not_count(
    account_id: str, kind: str, name: str, degree: int, judged: Judged
) -> None:
    assert shared(judged, account_id, kind) == (name, False, degree)


def test_what_a_ring_shares_counts(judged: Judged) -> None:
    assert shared(judged, "farm-1", "ip") == (None, True, 8)
    assert shared(judged, "farm-1", "device") == (None, True, 8)
    assert shared(judged, "sweep-1", "wallet") == (None, True, 7)


def test_the_rings_are_the_farm_and_the_sweep(judged: Judged) -> None:
    strangers = {*OFFICE, *CAFE, *CARRIER, *DEPOSITORS, *WITHDRAWERS, *STAFF, *MODEL, *TESTED}
    assert [group for group in judged.groups if group & strangers] == []
    assert sorted(map(sorted, judged.groups)) == [list(FARM), list(SWEEP)]
    assert judged.accounts["office-1"].risk == 0.0 < judged.accounts["farm-1"].risk


def test_why_says_the_rule_and_its_day(judged: Judged) -> None:
    whys = {each.why for each in judged.used["office-1"] if each.class_name}
    assert whys == {
        "address of a workplace (rule of 2026-05-01: used in working hours by people who also log in elsewhere)"
    }


def test_the_run_counts_what_it_learned(run: tuple[Run, Judged]) -> None:
    counts = run[0].record()["stages"]["project"]["counts"]
    assert counts["learned"] == 7
    assert (counts["class_office_ip"], counts["accounts_office_ip"]) == (1, 8)
