"""Rings that hang on money, trades or referrals alone, each beside the innocent crowd that does the same. One world."""

import random

import pytest

from tests.golden.worlds import Fact, Judged, account, crypto, feeds, label, login, night, trade, transfer

MULES = ("mule-1", "mule-2", "mule-3", "mule-4")
CHAIN = ("hop-1", "hop-2", "hop-3")
WASHERS = ("wash-1", "wash-2", "wash-3")
HUNTERS = ("hunter-1", "hunter-2", "hunter-3")
SUBS = ("house-1", "house-2")


def crowd(name: str, size: int = 30) -> tuple[str, ...]:
    return tuple(f"{name}-{n:02}" for n in range(size))


DONORS, CLIENTS, WORKERS, TRADERS, FANS = (crowd(name) for name in ("donor", "client", "worker", "trader", "fan"))
PAID, SENDERS, FRIENDS = crowd("paid"), crowd("sender"), crowd("friend", 3)


def money() -> list[Fact]:
    """A collector and its mules; a charity, an OTC desk, an employer, an exchange's wallet that pays many."""
    return [
        *[transfer(one, "collector", 3) for one in MULES],
        *[login(one, 3, ip="203.0.113.9") for one in (*MULES, "collector")],
        *[login(one, day, device_id="mule-phone") for one in MULES for day in (3, 2)],
        *[transfer(one, "charity", day) for one in DONORS for day in (3, 33)],
        *[fact for one in CLIENTS for fact in (transfer(one, "otc-desk", 4), transfer("otc-desk", one, 2))],
        *[transfer("employer", one, day) for one in WORKERS for day in (5, 35)],
        # Money hops: out to an address, and in from it a day later.
        *[crypto(one, f"THop{one}", "out", 5 - n) for n, one in enumerate(CHAIN[:-1])],
        *[crypto(one, f"THop{CHAIN[n]}", "in", 4.5 - n) for n, one in enumerate(CHAIN[1:])],
        *[crypto(one, "TExchange", "out", 5) for one in SENDERS],
        *[crypto(one, "TExchange", "in", 4) for one in PAID],
        # Paid from one address, and nobody paid to it.
        *[crypto(one, "TEmployer", "in", 3) for one in WORKERS],
        # The same address months apart is no hop.
        crypto("early", "TLater", "out", 200),
        crypto("late", "TLater", "in", 3),
    ]


def trades() -> list[Fact]:
    """Wash traders in a market where others trade too; a market maker on the other side of everybody; sub-accounts."""
    draw = random.Random(5)
    met = [draw.sample(TRADERS, 2) for _ in range(200)]
    some = [trade(buyer, seller, "AAA-USDT", draw.uniform(1, 80)) for buyer, seller in met]
    made = [trade(one, "maker", "BBB-USDT", draw.uniform(1, 80)) for one in TRADERS for _ in range(12)]
    pairs = [(one, other) for one in WASHERS for other in WASHERS if one != other]
    wash = [trade(one, other, "AAA-USDT", draw.uniform(1, 40)) for one, other in pairs for _ in range(5)]
    house = [trade(one, other, "AAA-USDT", draw.uniform(1, 40)) for one, other in (SUBS, SUBS[::-1]) for _ in range(9)]
    return [*some, *made, *wash, *house, *[account(one, parent_account_id="house-0") for one in SUBS]]


def referrals() -> list[Fact]:
    """Accounts brought by one, whose bonus goes to one purse; a popular referrer; friends who keep their bonus."""
    return [
        account("head", 60),
        *[account(one, 20, referrer_id="head") for one in HUNTERS],
        *[crypto(one, "TBonus", "out", 18) for one in HUNTERS],
        account("star", 400),
        *[account(one, 100, referrer_id="star") for one in FANS],
        *[crypto(one, f"TFan{one}", "out", 50) for one in FANS],
        account("host", 400),
        *[account(one, 100, referrer_id="host") for one in FRIENDS],
        *[crypto(one, "TExchange", "out", 95) for one in FRIENDS],
    ]


def rulings() -> list[Fact]:
    """Half and more of the guilty are confirmed."""
    return [label(one, "fraud", 1) for one in (*MULES[:3], *CHAIN, *WASHERS[:2])]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return night(tmp_path_factory.mktemp("families"), feeds(*money(), *trades(), *referrals(), *rulings()))


def names(judged: Judged, a: str, b: str) -> tuple[list[str], list[str]]:
    """Families of a linked pair, and what it shares, without bits and tokens."""
    pair = judged.pair(a, b)
    assert pair is not None
    return [each.partition("=")[0] for each in pair.families], [each.partition(" ")[0] for each in pair.shared]


@pytest.mark.parametrize(
    ("a", "b", "family", "sign"),
    [
        ("hop-1", "hop-2", "money", "money:hop"),
        ("hop-2", "hop-3", "money", "money:hop"),
        ("wash-1", "wash-2", "trade", "trade:matched"),
    ],
)
def test_what_accounts_do_with_each_other_links_them(judged: Judged, a: str, b: str, family: str, sign: str) -> None:
    assert names(judged, a, b) == ([family], [sign])


def test_a_payment_links_with_little_beside_it(judged: Judged) -> None:
    families, shared = names(judged, "mule-1", "collector")
    assert (families, shared[1:]) == (["access", "money"], ["money:transfer"])


def test_rings_of_money_and_trades_stand_whole(judged: Judged) -> None:
    found = judged.groups
    assert {*MULES, "collector"} in found and set(CHAIN) in found and set(WASHERS) in found


def test_a_bonus_that_goes_one_way_links_those_who_were_brought(judged: Judged) -> None:
    families, shared = names(judged, "hunter-1", "hunter-2")
    assert (families, "referral:swept" in shared) == (["referral", "wallet"], True)


@pytest.mark.parametrize("innocent", [DONORS, CLIENTS, WORKERS, TRADERS, FANS, PAID, SENDERS, FRIENDS, SUBS])
def test_crowds_that_do_the_same_are_not_linked(judged: Judged, innocent: tuple[str, ...]) -> None:
    linked = [pair for pair in judged.pairs if {pair.account_a, pair.account_b} & set(innocent)]
    assert not [pair for pair in linked if pair.probability >= 0.5]
    assert len(linked) <= 1, "chance alone makes hardly a weak pair"


def test_an_old_payment_is_no_hop(judged: Judged) -> None:
    assert judged.pair("early", "late") is None


def test_nobody_innocent_is_in_a_ring(judged: Judged) -> None:
    guilty = {*MULES, *CHAIN, *WASHERS, *HUNTERS, "head", "collector"}
    assert set().union(*judged.groups) <= guilty
