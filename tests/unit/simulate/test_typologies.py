"""Each typology and its innocent twin: groups share exactly what their row says."""

import datetime
import itertools
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from linkgraph.simulate import Twins, World, simulate
from linkgraph.simulate.designs import DESIGNS, GROUP_KINDS, shown_as

Row = dict[str, Any]
Groups = dict[str, list[list[str]]]

OWNED = {
    "device": [("logins", "account_id", "device_id")],
    "card": [("instruments", "account_id", "token")],
    "bank": [("instruments", "account_id", "token")],
    "wallet": [("payments", "account_id", "address")],
    "phone": [("observations", "account_id", "identifier")],
    "document": [("accounts", "account_id", "document")],
    "email": [("accounts", "account_id", "email")],
    "payer": [("p2p_orders", "buyer_id", "payer_account")],
    "proof": [("p2p_orders", "buyer_id", "proof_hash")],
}


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typologies")
    twins = Twins(**{name: 3 * getattr(Twins(), name) for name in Twins.__slots__})
    world = World(accounts=6_000, seed=11, ring_share=0.25, office_share=0.05, family_share=0.15, twins=twins)
    simulate(folder, world)
    return folder


@pytest.fixture(scope="module")
def feeds(varied: Path) -> dict[str, list[Row]]:
    return {file.stem: pq.read_table(file).to_pylist() for file in (varied / "feeds").glob("*.parquet")}


@pytest.fixture(scope="module")
def truth(varied: Path) -> list[Row]:
    members = defaultdict(list)
    for row in pq.read_table(varied / "truth" / "accounts.parquet").to_pylist():
        members[row["group_id"]].append(row["account_id"])
    groups = pq.read_table(varied / "truth" / "groups.parquet").to_pylist()
    return [group | {"members": members[group["group_id"]]} for group in groups]


@pytest.fixture(scope="module")
def groups(truth: list[Row]) -> Groups:
    found: Groups = defaultdict(list)
    for group in truth:
        found[group["design"]].append(group["members"])
    return found


@pytest.fixture(scope="module")
def users(feeds: dict[str, list[Row]]) -> dict[str, dict[str, set[str]]]:
    """Accounts by kind and identifier."""
    found: dict[str, dict[str, set[str]]] = {}
    for kind, sources in OWNED.items():
        found[kind] = defaultdict(set)
        for feed, account, column in sources:
            for row in feeds[feed]:
                paid_from = kind == "wallet" and row["direction"] == "in"
                other = kind in ("card", "bank") and row["kind"] != kind
                if row[column] and not paid_from and not other:
                    found[kind][row[column]].add(row[account])
    return found


def test_every_design_is_planted(groups: Groups) -> None:
    assert not [design.name for design in DESIGNS if not groups[design.name]]


def test_every_typology_has_a_ring_and_every_ring_a_typology() -> None:
    rings = {kind.name for kind in GROUP_KINDS if kind.is_ring}
    assert all(
        bool(design.typology) == (design.group_kind in rings | {"fraudster", "takeover", "scam"}) for design in DESIGNS
    )


def test_names_of_designs_are_unique() -> None:
    assert max(Counter(design.name for design in DESIGNS).values()) == 1


def test_nothing_is_shared_beside_what_the_row_says(truth: list[Row], users: dict[str, dict[str, set[str]]]) -> None:
    group_of = {account: group["group_id"] for group in truth for account in group["members"]}
    shares = {group["group_id"]: set(group["shares"]) for group in truth}
    for kind, accounts_of in users.items():
        for accounts in accounts_of.values():
            inside = {group_of.get(account) for account in accounts}
            group = inside.pop()
            if len(accounts) > 1 and group and not inside:
                assert kind in shares[group], (kind, accounts)


def test_truth_names_what_the_row_says(truth: list[Row]) -> None:
    rows = {design.name: design for design in DESIGNS}
    for group in truth:
        if design := rows.get(group["design"]):
            assert group["shares"] == shown_as(design)
            assert group["typology"] == design.typology
            assert group["size"] == len(group["members"])


def pairs_moved(feeds: dict[str, list[Row]]) -> dict[tuple[str, str], list[datetime.datetime]]:
    found = defaultdict(list)
    for row in feeds["transfers"]:
        found[row["from_account_id"], row["to_account_id"]].append(row["at"])
    return found


def hub(group: list[str], moved: dict[tuple[str, str], list[datetime.datetime]], outwards: bool) -> float:
    """Largest share of a group's other members that one member pays, or is paid by."""
    others = len(group) - 1
    found = [sum(((a, b) if outwards else (b, a)) in moved for b in group if b != a) / others for a in group]
    return max(found)


@pytest.mark.parametrize("design", ["funding_star", "prizes"])
def test_one_account_funds_the_others(design: str, groups: Groups, feeds: dict[str, list[Row]]) -> None:
    moved = pairs_moved(feeds)
    assert min(hub(group, moved, outwards=True) for group in groups[design]) >= 0.5


@pytest.mark.parametrize("design", ["collecting_star", "bonus_star", "charity"])
def test_all_pay_one_account(design: str, groups: Groups, feeds: dict[str, list[Row]]) -> None:
    moved = pairs_moved(feeds)
    found = [hub(group, moved, outwards=False) for group in groups[design]]
    assert sum(found) / len(found) > 0.7


def test_a_desk_pays_and_is_paid(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    moved = pairs_moved(feeds)
    for group in groups["otc_desk"]:
        assert hub(group, moved, outwards=True) > 0.5
        assert hub(group, moved, outwards=False) > 0.5


@pytest.mark.parametrize("design", ["bonus_star", "bonus_home", "influencer", "invited"])
def test_the_first_brought_the_others(design: str, groups: Groups, feeds: dict[str, list[Row]]) -> None:
    people = {row["account_id"]: row for row in feeds["accounts"]}
    named, members = 0, 0
    for group in groups[design]:
        brought = Counter(people[account]["referrer_id"] for account in group)
        referrer, count = max(((r, c) for r, c in brought.items() if r in group), key=lambda rc: rc[1], default=("", 0))
        named, members = named + count, members + len(group) - 1
        assert all(people[a]["created_at"] >= people[referrer]["created_at"] for a in group if referrer)
    assert named > 0.8 * members


def test_a_chain_brings_each_the_next(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    referrer = {row["account_id"]: row["referrer_id"] for row in feeds["accounts"]}
    for group in groups["bonus_chain"]:
        inside = [referrer[account] for account in group if referrer[account] in group]
        assert len(set(inside)) == len(inside) >= (len(group) - 1) / 2


def hop_pairs(feeds: dict[str, list[Row]], group: list[str]) -> set[tuple[str, str]]:
    """Pairs of members of which one pays out to a wallet that pays the other within a week."""
    out: dict[str, list[tuple[str, datetime.datetime]]] = defaultdict(list)
    back: dict[str, list[tuple[str, datetime.datetime]]] = defaultdict(list)
    for row in feeds["payments"]:
        if row["address"] and row["account_id"] in group:
            (out if row["direction"] == "out" else back)[row["address"]].append((row["account_id"], row["at"]))
    week = datetime.timedelta(days=7)
    return {
        (a, b)
        for address, givers in out.items()
        for a, left in givers
        for b, came in back[address]
        if a != b and datetime.timedelta() < came - left < week
    }


def test_coins_hop_from_member_to_member(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    for design in ("hops", "hops_to_one"):
        joined, wanted = 0, 0
        for group in groups[design]:
            pairs = hop_pairs(feeds, group)
            joined, wanted = joined + len(pairs), wanted + len(group) - 1
            takers = {b for _, b in pairs}
            assert design == "hops" or len(takers) <= 1
        assert joined > 0.8 * wanted


def test_a_household_vault_is_slow(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    quick = sum(bool(hop_pairs(feeds, group)) for group in groups["cold_wallet"])
    assert quick < 0.9 * len(groups["cold_wallet"])


def inner_trades(feeds: dict[str, list[Row]], group: list[str]) -> list[Row]:
    return [row for row in feeds["trades"] if row["buyer_id"] in group and row["seller_id"] in group]


def test_wash_trades_go_both_ways_within_seconds_and_leave_little(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    for group in groups["wash"]:
        trades = inner_trades(feeds, group)
        assert len(trades) > 10
        assert Counter(row["market"] for row in trades).most_common(1)[0][1] > 0.9 * len(trades)
        moved: dict[str, float] = defaultdict(float)
        for row in trades:
            moved[row["buyer_id"]] += float(row["quantity"])
            moved[row["seller_id"]] -= float(row["quantity"])
        assert sum(map(abs, moved.values())) < 0.6 * sum(2 * float(row["quantity"]) for row in trades)


def test_losses_flow_to_the_first(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    for group in groups["losing_trades"]:
        gained: dict[str, float] = defaultdict(float)
        for row in inner_trades(feeds, group):
            gained[row["buyer_id"]] -= float(row["quantity"]) * float(row["price"])
            gained[row["seller_id"]] += float(row["quantity"]) * float(row["price"])
        assert max(gained, key=lambda account: gained[account], default=None) is not None


def test_market_makers_declare_their_accounts_and_trade_with_the_public(
    groups: Groups, feeds: dict[str, list[Row]]
) -> None:
    parent = {row["account_id"]: row["parent_account_id"] for row in feeds["accounts"]}
    for group in groups["market_maker"]:
        assert sum(parent[account] in group for account in group) == len(group) - 1
        mine = [row for row in feeds["trades"] if row["buyer_id"] in group or row["seller_id"] in group]
        assert len(inner_trades(feeds, group)) < 0.4 * len(mine)


def stem(address: str) -> str:
    return address.split("@")[0].rstrip("0123456789")


@pytest.mark.parametrize("design", ["chain_farm", "market_maker"])
def test_addresses_of_a_farm_are_alike(design: str, groups: Groups, feeds: dict[str, list[Row]]) -> None:
    email = {row["account_id"]: row["email"] for row in feeds["accounts"]}
    alike = [Counter(stem(email[a]) for a in group).most_common(1)[0][1] / len(group) for group in groups[design]]
    assert sum(alike) / len(alike) > 0.75


def test_nobody_else_has_the_same_address_but_namesakes_have_its_stem(feeds: dict[str, list[Row]]) -> None:
    addresses = [row["email"] for row in feeds["accounts"]]
    assert len(set(addresses)) == len(addresses)
    natural = [stem(address) for address in addresses if "." in stem(address)]
    assert 0 < len(natural) - len(set(natural)) < 0.25 * len(natural)


def test_farms_open_minutes_apart_and_so_do_promotions(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    created = {row["account_id"]: row["created_at"] for row in feeds["accounts"]}
    for design in ("chain_farm", "promotion"):
        quick = 0
        for group in groups[design]:
            days = sorted(created[account] for account in group)
            gaps = sorted((b - a).total_seconds() for a, b in itertools.pairwise(days))
            quick += gaps[len(gaps) // 2] < 3_600
        assert quick >= len(groups[design]) / 3


def test_slow_rings_take_months(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    created = {row["account_id"]: row["created_at"] for row in feeds["accounts"]}
    for group in groups["slow_device"] + groups["slow_wallet"]:
        days = sorted(created[account] for account in group)
        assert (days[-1] - days[0]).days > 10 * (len(group) - 1) / 3


def test_second_hand_devices_are_never_used_by_both_at_once(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    sold = 0
    times = defaultdict(lambda: defaultdict(list))  # type: ignore[var-annotated]
    for row in feeds["logins"]:
        times[row["device_id"]][row["account_id"]].append(row["at"])
    everyone = {account for group in groups["second_hand"] for account in group}
    for uses in times.values():
        if len(uses) == 2 and set(uses) <= everyone:
            first, second = sorted(uses.values(), key=min)
            assert max(first) <= min(second)
            sold += 1
    assert sold > len(groups["second_hand"]) / 2


def test_relatives_pay_in_their_own_name_and_strangers_for_triangulators(
    groups: Groups, feeds: dict[str, list[Row]]
) -> None:
    name = {row["account_id"]: row["kyc_name"] for row in feeds["accounts"]}
    kin = {account: {name[a] for a in group} for group in groups["spouse_pays"] for account in group}
    rings = {account for group in groups["triangulation"] for account in group}
    honest = [row["payer_name"] in kin[row["buyer_id"]] for row in feeds["p2p_orders"] if row["buyer_id"] in kin]
    strange = [row["payer_name"] != name[row["buyer_id"]] for row in feeds["p2p_orders"] if row["buyer_id"] in rings]
    assert sum(honest) > 0.85 * len(honest) > 0
    assert sum(strange) > 0.7 * len(strange) > 0


def test_disputers_dispute_cards_of_their_own(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    serial = {account for group in groups["disputers"] for account in group}
    mine = [row for row in feeds["disputes"] if row["account_id"] in serial]
    assert len(mine) > len(serial) / 4
    matches = [
        row["name_match"] for row in feeds["instruments"] if row["account_id"] in serial and row["kind"] == "card"
    ]
    assert matches.count("full") > 3 * matches.count("none")


def test_card_testers_are_declined_small_sums(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    testers = {account for group in groups["card_tester"] for account in group}
    mine = [row for row in feeds["payments"] if row["account_id"] in testers and row["rail"] == "card"]
    assert sum(row["status"] == "declined" for row in mine) > len(mine) / 2
    assert max(float(row["amount"]) for row in mine) < 10


def test_camouflaged_rings_keep_cards_of_their_own(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    hidden = {account for group in groups["camouflaged"] for account in group}
    with_card = {row["account_id"] for row in feeds["instruments"] if row["kind"] == "card"} & hidden
    assert len(with_card) > len(hidden) / 2


def test_reversers_have_bank_payments_recalled(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    ring = {account for group in groups["reversers"] for account in group}
    recalled = [row for row in feeds["disputes"] if row["kind"] == "bank_recall"]
    assert sum(row["account_id"] in ring for row in recalled) > len(ring) / 8


def test_structurers_stay_below_a_limit_and_so_do_some_others(groups: Groups, feeds: dict[str, list[Row]]) -> None:
    ring = {account for group in groups["structurers"] for account in group}
    below = [row["account_id"] in ring for row in feeds["payments"] if 910 < row["amount"] < 1_000 and row["address"]]
    mine = [row for row in feeds["payments"] if row["account_id"] in ring and row["direction"] == "out"]
    assert sum(below) > len(mine) / 2
    assert below.count(False) > 5


def test_victims_of_swindlers_pay_one_address_and_are_labelled_as_victims(
    groups: Groups, feeds: dict[str, list[Row]], users: dict[str, dict[str, set[str]]]
) -> None:
    victims = {account for group in groups["scam_address"] for account in group}
    assert max(len(accounts & victims) for accounts in users["wallet"].values()) > 2
    words = {row["label"] for row in feeds["labels"] if row["account_id"] in victims}
    assert "victim" in words and "fraud" not in words


def test_helpers_on_the_staff_read_without_a_case_before_the_takeover(
    truth: list[Row], feeds: dict[str, list[Row]]
) -> None:
    victims = {a for group in truth if group["group_kind"] == "takeover" for a in group["members"][1:]}
    without = [row["account_id"] in victims for row in feeds["staff_access"] if row["case_id"] is None]
    assert sum(without) > 0


def test_instruments_are_added_before_they_are_used(feeds: dict[str, list[Row]]) -> None:
    added = {(row["account_id"], row["token"]): row["at"] for row in feeds["instruments"]}
    paid = [row for row in feeds["payments"] if row["instrument_token"]]
    assert all(added[row["account_id"], row["instrument_token"]] <= row["at"] for row in paid)
    days = [(added[row["account_id"], row["instrument_token"]] - row["at"]).days for row in paid]
    assert len(set(days)) > 20
