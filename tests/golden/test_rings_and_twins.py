"""Rings that share things, each beside the innocent group that looks like it. One world: none touches another."""

import pytest

from tests.golden.worlds import (
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
    together,
    transfer,
)

FARM = ("farm-1", "farm-2", "farm-3", "farm-4")
FAMILY = ("home-anna", "home-ben", "home-cleo")
THIEVES = ("thief-1", "thief-2", "thief-3")
CREW = ("crew-1", "crew-2", "crew-3", "crew-4")
CARD_FAMILY = ("card-mum", "card-dad", "card-kid")
OFFICE = tuple(f"office-{n:02}" for n in range(30))
STAFF = tuple(f"staff-{n}" for n in range(6))
FIRM = ("firm-main", "firm-sub-1", "firm-sub-2")
DESKS = ("desk-main", "desk-sub-1", "desk-sub-2", "desk-sub-3")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    world = feeds(
        # A farm: strangers opened in one week on one phone, who all cash out to one wallet.
        *together(*[customer(one, 9 - n, own=False) for n, one in enumerate(FARM)]),
        *[login(one, day, device_id="farm-phone", ip="203.0.113.1") for one in FARM for day in (5, 4, 3, 2)],
        *[crypto(one, "TFarm") for one in FARM],
        # A family: one tablet, one address at home, one surname; to each a phone and years of their own.
        *together(
            *[
                customer(one, 900 - 260 * n, kyc_name=f"{one[5:]} Okafor", postal_address="3 Elm Street, Springfield")
                for n, one in enumerate(FAMILY)
            ]
        ),
        *[login(one, day, device_id="home-tablet", ip="203.0.113.2") for one in FAMILY for day in (2, 30, 60)],
        # One stolen card and one phone on three accounts, one of them charged back.
        *together(*[customer(one, 7 - n, own=False) for n, one in enumerate(THIEVES)]),
        *[card(one, "stolen-token", 5) for one in THIEVES],
        *[login(one, day, device_id="thief-phone") for one in THIEVES for day in (4, 3, 2)],
        # A crew on one phone alone, one of them confirmed.
        *together(*[customer(one, 8 - n, own=False) for n, one in enumerate(CREW)]),
        *[login(one, day, device_id="crew-phone") for one in CREW for day in (5, 4, 3, 2)],
        label("crew-1", "fraud", typology="bonus_abuse"),
        dispute("thief-1", "chargeback", reason_code="10.4", amount=900, currency="EUR"),
        dispute("thief-1", "inquiry", amount="12.5", currency="EUR"),
        dispute("thief-2", "inquiry", amount="0.005", currency="BTC"),
        dispute("thief-3", "inquiry", amount="20", currency="BTC"),
        # The family card: the same sharing, one postal address, nobody charged back.
        *together(
            *[
                customer(one, 900 - 200 * n, postal_address="1 Elm Street, Springfield")
                for n, one in enumerate(CARD_FAMILY)
            ]
        ),
        *[card(one, "family-token") for one in CARD_FAMILY],
        # An office: thirty people behind one address; two of them also know each other.
        *[account(one, 400) for one in OFFICE],
        *[login(one, day, ip="198.51.100.7", device_id=f"pc-{one}") for one in OFFICE for day in (1, 2, 3)],
        # Staff are paid from one wallet; it is nobody's own.
        *[crypto(one, "TPayroll", "in") for one in STAFF],
        # A trading desk with declared sub-accounts on one device.
        account("desk-main"),
        *[account(one, parent_account_id="desk-main") for one in DESKS[1:]],
        *[login(one, device_id="desk-terminal") for one in DESKS],
        # Another desk whose terminal one outsider uses too: four accounts, two hands.
        *[account(one, parent_account_id="firm-main") for one in FIRM[1:]],
        *[login(one, device_id="firm-terminal") for one in (*FIRM, "outsider")],
        # A takeover: the intruder's phone was on the victim's account.
        account("victim", 700),
        account("intruder", 5),
        *[login(one, 3, device_id="intruder-phone") for one in ("victim", "intruder")],
        dispute("victim", "takeover_report"),
        label("intruder", "fraud"),
        # Money from and to a confirmed perpetrator.
        *[fact for one in ("payer", "receiver", "paid-before-it-began", "paid-between") for fact in customer(one)],
        label("crook", "fraud", 30),
        transfer("crook", "receiver", 2),
        transfer("payer", "crook", 2),
        # A perpetrator confirmed twice was one from the first time on.
        *[label("old-crook", "fraud", day) for day in (30, 1)],
        transfer("old-crook", "paid-between", 10),
        transfer("crook", "paid-before-it-began", 60),
    )
    return night(tmp_path_factory.mktemp("twins"), world)


def test_the_rings_are_the_farm_the_thieves_the_crew_and_nobody_else(judged: Judged) -> None:
    assert sorted(map(sorted, judged.groups)) == [sorted(CREW), sorted(FARM), sorted(THIEVES)]


def test_a_farm_shares_a_device_and_a_wallet_by_name(judged: Judged) -> None:
    pair = judged.pair("farm-1", "farm-2")
    assert pair is not None
    assert pair.bits == 7 + 10  # device and wallet of 3-4 accounts; the address is the device's family
    assert pair.families == ("access=7.0", "wallet=10.0")
    assert sorted(key.partition(":")[0] for key in pair.shared) == ["device", "ip", "wallet"]


def test_a_family_is_linked_but_no_ring(judged: Judged) -> None:
    assert judged.pair("home-anna", "home-ben") is not None
    assert {judged.accounts[one].ring_id for one in FAMILY} == {None}


def test_a_family_card_is_linked_but_no_ring(judged: Judged) -> None:
    assert judged.pair("card-mum", "card-dad") is not None
    assert {judged.accounts[one].ring_id for one in CARD_FAMILY} == {None}


def test_a_stolen_card_carries_the_chargeback_to_the_others(judged: Judged) -> None:
    assert judged.accounts["thief-2"].risk == judged.accounts["thief-3"].risk > 0.5
    ring = next(ring for ring in judged.rings if ring.ring_id == judged.accounts["thief-1"].ring_id)
    assert (ring.exposure, ring.currency) == (20.005, "BTC")
    assert ring.exposures == ("BTC=20.005", "EUR=912.50")
    assert ", 20.005 BTC and 912.50 EUR in dispute; " in ring.headline
    assert ring.typology is None


def test_a_ring_has_the_typology_that_most_of_its_confirmed_fraud_is_labelled_with(judged: Judged) -> None:
    ring = next(ring for ring in judged.rings if ring.ring_id == judged.accounts["crew-1"].ring_id)
    assert (ring.typology, ring.exposures) == ("bonus_abuse", ())


def test_an_office_address_is_shown_and_not_counted(judged: Judged) -> None:
    address = judged.identifier("office-00", "ip")
    assert (address.degree, address.counted, address.why) == (30, False, "used by more than 10 accounts")
    assert not [pair for pair in judged.pairs if pair.account_a.startswith("office")]


def test_a_wallet_that_pays_people_links_nobody(judged: Judged) -> None:
    assert judged.pair("staff-0", "staff-1") is None
    assert not [each for each in judged.used["staff-0"] if each.kind == "wallet"]


def test_declared_sub_accounts_of_one_owner_are_no_pairs(judged: Judged) -> None:
    assert judged.pair("desk-sub-1", "desk-sub-2") is judged.pair("desk-main", "desk-sub-1") is None
    assert {judged.accounts[one].ring_id for one in DESKS} == {None}


def test_an_owner_with_sub_accounts_and_one_other_are_a_pair_and_no_ring(judged: Judged) -> None:
    assert judged.pair("firm-sub-1", "outsider") is not None
    assert {judged.accounts[one].ring_id for one in (*FIRM, "outsider")} == {None}


def test_a_takeover_victim_is_a_victim_and_never_flagged(judged: Judged) -> None:
    victim = judged.accounts["victim"]
    assert (victim.role, victim.label, victim.flagged) == ("victim", "victim", False)
    assert judged.accounts["intruder"].role == "perpetrator"


def test_a_perpetrator_is_told_apart_from_what_others_say_of_it(judged: Judged) -> None:
    crook = judged.accounts["crook"]
    assert (crook.role, crook.risk, crook.headline) == ("perpetrator", 0, "no evidence, labelled fraud")
    assert judged.accounts["payer"].headline == "no evidence"


def test_money_from_a_perpetrator_raises_risk_and_paying_one_does_not(judged: Judged) -> None:
    assert judged.accounts["receiver"].risk > 0
    assert judged.accounts["payer"].risk == 0
    assert judged.accounts["paid-before-it-began"].risk == 0
    assert judged.accounts["paid-between"].risk > 0
    assert judged.accounts["receiver"].one_hop > 0 == judged.accounts["receiver"].propagated


def test_without_evidence_risk_is_exactly_nothing(judged: Judged) -> None:
    quiet = (*FAMILY, *CARD_FAMILY, *OFFICE, *STAFF, *DESKS, "payer")
    assert {judged.accounts[one].risk for one in quiet} == {0.0}


def test_a_ring_is_as_fragile_as_the_things_that_could_hold_it_alone(judged: Judged) -> None:
    """An address makes no pair: a farm that loses device and wallet is no ring, whatever address it still has."""
    fragility = {ring.ring_id: ring.fragility for ring in judged.rings}
    assert fragility[judged.accounts["farm-1"].ring_id or ""] == 2
    assert fragility[judged.accounts["crew-1"].ring_id or ""] == 1
