"""What is shared through money, beside what only looks shared: wallets, memos, payers, proofs, networks."""

import pytest

from tests.golden.worlds import Judged, crypto, customer, feeds, label, login, night, sale, together

SWEEP = ("sweep-1", "sweep-2", "sweep-3")
CUSTOMERS = ("memo-1", "memo-2", "memo-3")
CROWD = tuple(f"crowd-{n:02}" for n in range(51))
FAKERS = ("fake-1", "fake-2", "fake-3")
BUYERS = ("tri-1", "tri-2", "tri-3")
TRIOS = (SWEEP, CUSTOMERS, FAKERS, BUYERS)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    world = feeds(
        # Of each three two are confirmed, and each has a phone of its own: only what the money says tells them apart.
        *together(*[customer(one, 9 - n, own=False) for group in TRIOS for n, one in enumerate(group)]),
        *[login(one, 3, device_id=f"phone-of-{one}") for group in TRIOS for one in group],
        *[label(one, "fraud") for group in TRIOS for one in group[:2]],
        # Three sweep their money to one wallet; three others to one exchange, told apart by memo.
        *[crypto(one, "TSweep") for one in SWEEP],
        *[crypto(one, "TVenue", memo=one) for one in CUSTOMERS],
        *[crypto(one, "TShared", memo="77") for one in ("same-memo-1", "same-memo-2")],
        # A wallet that half the world pays to.
        *[crypto(one, "THot") for one in CROWD],
        # The same transfer receipt in three sales; one payer for three buyers; a wife who pays.
        *[sale(one, f"seller-of-{one}", proof_hash="ab12cd34ef56ab12cd34ef56ab12cd34") for one in FAKERS],
        *[sale(one, f"seller-of-{one}", payer_account="DE89370400440532013000") for one in BUYERS],
        *[sale(one, f"seller-of-{one}", payer_account="GB29NWBK60161331926819") for one in ("husband", "wife")],
        # Networks of version 6 are told apart by their first 64 bits.
        *[login(f"net-{n}", ip=f"2001:db8:1:1::{n}") for n in (1, 2)],
        *[login(f"far-net-{n}", ip=f"2001:db8:1:{n}::9") for n in (3, 4)],
        # Phones of one model look alike to a fingerprint.
        *[login(f"model-{n}", fingerprint="same-model-of-phone-and-browser") for n in range(4)],
    )
    return night(tmp_path_factory.mktemp("money"), world)


def test_the_rings_are_the_sweep_the_fakers_and_the_buyers(judged: Judged) -> None:
    assert sorted(map(sorted, judged.groups)) == [list(FAKERS), list(SWEEP), list(BUYERS)]


def test_an_address_with_other_memos_is_another_wallet(judged: Judged) -> None:
    assert judged.pair("memo-1", "memo-2") is None
    assert judged.identifier("memo-1", "wallet").degree == 1
    assert judged.pair("same-memo-1", "same-memo-2") is not None


def test_a_wallet_of_a_crowd_is_shown_and_not_counted(judged: Judged) -> None:
    wallet = judged.identifier("crowd-00", "wallet")
    assert (wallet.degree, wallet.counted, wallet.why) == (51, False, "used by more than 50 accounts")
    assert judged.pair("crowd-00", "crowd-01") is None


def test_a_couple_with_one_bank_account_is_a_pair_and_no_ring(judged: Judged) -> None:
    pair = judged.pair("husband", "wife")
    assert pair is not None
    assert pair.families == ("instrument=6.0",)
    assert judged.accounts["wife"].ring_id is None


def test_sellers_are_linked_to_nobody_by_the_proofs_of_their_buyers(judged: Judged) -> None:
    assert [pair for pair in judged.pairs if "seller" in pair.account_a + pair.account_b] == []


def test_networks_are_the_first_64_bits(judged: Judged) -> None:
    assert judged.identifier("net-1", "ip") == judged.identifier("net-2", "ip")
    assert judged.identifier("far-net-3", "ip") != judged.identifier("far-net-4", "ip")


def test_a_fingerprint_alone_links_nobody(judged: Judged) -> None:
    assert judged.identifier("model-0", "fingerprint").degree == 4
    assert judged.pair("model-0", "model-1") is None
