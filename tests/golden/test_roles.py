"""Who did it and who was used: each fraud with the people it uses, beside those who only look alike."""

from pathlib import Path

import pytest

from tests.golden.worlds import (
    Fact,
    Judged,
    account,
    card,
    crypto,
    customer,
    dispute,
    feeds,
    label,
    login,
    night,
    payment,
    sale,
    together,
    transfer,
)  # fmt: skip

VICTIMS = ("taken-1", "taken-2", "taken-3", "taken-4")
OPERATORS = tuple(f"operator-{n}" for n in range(1, 7))
BUYERS = ("buyer-1", "buyer-2", "buyer-3")
MULES = ("mule-1", "mule-2", "mule-3")
CLIENTS = tuple(f"client-{n}" for n in range(8))


def takeover(one: str, day: float) -> list[Fact]:
    """Years of one's own phone; then the intruder's device, a changed password, and money to the intruder's wallet."""
    old = [account(one, 900), *[login(one, 800 - 100 * n, device_id=f"phone-of-{one}") for n in range(8)]]
    intruder = [login(one, day, device_id="d-intruder", security_change="password")]
    return [*old, *intruder, crypto(one, "TIntruder", days_ago=day - 0.5)]


def triangulation() -> list[Fact]:
    """Three buyers on one phone whose orders strangers pay, and honest sellers; a husband whose wife pays."""
    orders = [
        sale(
            buyer,
            f"seller-{buyer[-1]}-{n}",
            2 + n,
            payer_account=f"scammed-{buyer}-{n}",
            payer_name=f"Stranger {n} {buyer}",
        )
        for buyer in BUYERS
        for n in range(3)
    ]
    people = [account(buyer, 20, kyc_name=f"Buyer {buyer}") for buyer in BUYERS]
    shared = [login(buyer, 2, device_id="d-buyers") for buyer in BUYERS]
    shared += [crypto(buyer, "TBuyers", days_ago=1.5) for buyer in BUYERS]
    spouse = [
        sale("husband", f"seller-h-{n}", 5 + 60 * n, payer_account="DE89370400440532013000", payer_name="Ann Wife")
        for n in range(4)
    ]
    return [*people, *shared, *orders, account("husband", 400, kyc_name="Bob Husband"), *spouse]


def passing_through() -> list[Fact]:
    """Mules on one phone: cards of many pay in and all leaves within the hour. A desk: the same, but both ways."""
    facts: list[Fact] = []
    for one in MULES:
        facts += [account(one, 40), login(one, 3, device_id="d-mules")]
        facts += [transfer(f"payer-{one}-{n}", one, 3 + n / 100) for n in range(6)]
        facts.append(crypto(one, "TMules", days_ago=2.9))
    for n, client in enumerate(CLIENTS):
        facts += [transfer(client, "desk", 3 + n / 100), transfer("desk", client, 20 + n / 100)]
    return [*facts, account("desk", 700), crypto("desk", "TDesk", days_ago=2.9)]


def disputers() -> list[Fact]:
    """Three accounts on one card that dispute most of what they pay; a merchant with as many disputes in many sales."""
    facts: list[Fact] = []
    for one in ("claims-1", "claims-2", "claims-3"):
        facts += [account(one, 100), card(one, "card-of-claims", 50), login(one, 4, device_id="d-claims")]
        facts += [payment(one, f"{one}/{n}", 10 + n) for n in range(5)]
        facts += [dispute(one, "inquiry", 3 + n, dispute_id=f"{one}/{n}") for n in range(3)]
    facts += [payment("merchant", f"m/{n}", 5 + n / 10) for n in range(100)]
    return [*facts, *[dispute("merchant", "inquiry", 3 + n, dispute_id=f"m/{n}") for n in range(3)]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    world = feeds(
        *[fact for n, one in enumerate(VICTIMS) for fact in takeover(one, 10 + n)],
        *together(*[customer(one, 14 - n, own=False) for n, one in enumerate(OPERATORS)]),
        *[login(one, day, device_id="d-intruder") for one in OPERATORS for day in (9, 8, 7, 6)],
        *[crypto(one, "TIntruder", days_ago=8) for one in OPERATORS],
        *[label(f"operator-{n}", "fraud", 4, typology="stolen_card_ring") for n in (1, 4, 5, 6)],
        dispute("taken-1", "takeover_report", 6),
        dispute("taken-2", "takeover_report", 6),
        dispute("taken-2", "chargeback", 5, reason_code="10.4", dispute_id="cb"),
        *triangulation(),
        *passing_through(),
        *disputers(),
    )
    return night(tmp_path_factory.mktemp("roles"), world)


def roles(judged: Judged, *names: str) -> set[str]:
    return {judged.accounts[name].role for name in names}


def test_the_taken_over_are_victims_reported_or_not_and_in_a_ring_or_not(judged: Judged) -> None:
    assert roles(judged, *VICTIMS) == {"victim"}
    assert judged.accounts["taken-1"].role_reason == "ruled a victim, or reported as taken over"
    assert "marks of a takeover" in judged.accounts["taken-3"].role_reason
    assert judged.accounts["taken-3"].ring_id is not None


def test_the_one_confirmed_did_it_and_company_alone_is_no_proof(judged: Judged) -> None:
    assert judged.accounts["operator-1"].role_reason == "confirmed fraud (stolen_card_ring)"
    assert roles(judged, "operator-2", "operator-3") == {"unknown"}
    assert "no act of its own" in judged.accounts["operator-2"].role_reason


def test_buyers_whom_strangers_pay_did_it_and_their_sellers_only_sold(judged: Judged) -> None:
    assert roles(judged, *BUYERS) == {"perpetrator"}
    assert "paid by somebody new" in judged.accounts["buyer-1"].role_reason
    assert roles(judged, *(f"seller-{n}-{m}" for n in (1, 2, 3) for m in range(3))) == {"counterparty"}
    assert judged.accounts["seller-1-0"].role_reason == "nothing but P2P order with a suspect"
    assert roles(judged, "husband", "seller-h-0") == {"unknown"}


def test_money_that_passes_one_way_is_a_mules_and_both_ways_a_desks(judged: Judged) -> None:
    assert roles(judged, *MULES) == {"mule"}
    assert "one-way sources" in judged.accounts["mule-1"].role_reason
    assert roles(judged, "desk", *CLIENTS) == {"unknown"}


def test_a_disputer_is_known_by_the_rate_not_the_count(judged: Judged) -> None:
    assert roles(judged, "claims-1", "claims-2", "claims-3") == {"perpetrator"}
    assert roles(judged, "merchant") == {"unknown"}


def test_the_intruders_device_carries_the_guilt_and_the_victims_own_does_not(tmp_path: Path) -> None:
    """Reported twice, nobody ruled a fraud; a third account on the intruder's device, and the victims' wives."""
    world = feeds(
        *[fact for n, one in enumerate(VICTIMS[:2]) for fact in takeover(one, 10 + n)],
        *[dispute(one, "takeover_report", 6) for one in VICTIMS[:2]],
        *[login(f"wife-{one}", 3, device_id=f"phone-of-{one}") for one in VICTIMS[:2]],
        login("stranger", 8, device_id="d-intruder"),
        # What the customer buys after the report is the customer's.
        *[login(one, 2, device_id="d-new") for one in ("taken-1", "wife-taken-1")],
    )
    judged = night(tmp_path, world)
    assert judged.accounts["stranger"].propagated > 0
    assert [judged.accounts[f"wife-{one}"].risk for one in VICTIMS[:2]] == [0, 0]
    assert roles(judged, *VICTIMS[:2]) == {"victim"}
    assert roles(judged, "stranger", "wife-taken-1") == {"unknown"}
    assert not judged.flagged() & set(VICTIMS)
