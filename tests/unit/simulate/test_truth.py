"""The truth holds in the feeds: groups share what they are said to share, and the innocent look alike in their way."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from linkgraph.simulate.designs import DESIGNS

SOURCES = {
    "device": [("logins", "account_id", "device_id")],
    "ip": [("logins", "account_id", "ip")],
    "card": [("instruments", "account_id", "token")],
    "bank": [("instruments", "account_id", "token")],
    "wallet": [("payments", "account_id", "address")],
    "phone": [("observations", "account_id", "identifier")],
    "document": [("accounts", "account_id", "document")],
    "payer": [("p2p_orders", "buyer_id", "payer_account")],
    "proof": [("p2p_orders", "buyer_id", "proof_hash")],
}
IDENTIFIERS = set(SOURCES)  # the other ties, such as timing, have tests of their own


def rows(folder: Path, part: str, name: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / part / f"{name}.parquet").to_pylist()  # type: ignore[no-any-return]


def network(address: str) -> str:
    """The whole IPv4 address, the /64 of an IPv6 one."""
    return address[:19] if ":" in address else address


@pytest.fixture(scope="module")
def members(small: Path) -> dict[str, list[str]]:
    found = defaultdict(list)
    for account in rows(small, "truth", "accounts"):
        found[account["group_id"]].append(account["account_id"])
    return found


@pytest.fixture(scope="module")
def used(small: Path) -> dict[str, dict[str, set[str]]]:
    """Identifiers by kind and account."""
    found: dict[str, dict[str, set[str]]] = {}
    for kind, sources in SOURCES.items():
        found[kind] = defaultdict(set)
        for feed, account, column in sources:
            for row in rows(small, "feeds", feed):
                found[kind][row[account]].add(network(row[column]) if kind == "ip" else row[column])
    return found


def groups(folder: Path, *kinds: str) -> list[dict[str, Any]]:
    return [group for group in rows(folder, "truth", "groups") if group["group_kind"] in kinds]


def share_of_members_linked(accounts: list[str], identifiers: dict[str, set[str]]) -> float:
    counts = Counter(value for account in accounts for value in identifiers[account] if value)
    linked = [a for a in accounts if any(counts[value] > 1 for value in identifiers[a] if value)]
    return len(linked) / len(accounts)


def test_sizes_are_the_numbers_of_members(small: Path, members: dict[str, list[str]]) -> None:
    for group in groups(small, "ring", "family", "office", "payroll", "takeover", "fraudster"):
        assert len(members[group["group_id"]]) == group["size"]


@pytest.mark.parametrize("kind", ["ring", "takeover", "family", "office", "payroll", "colleagues"])
def test_members_share_what_the_group_says(
    small: Path, members: dict[str, list[str]], used: dict[str, dict[str, set[str]]], kind: str
) -> None:
    found = groups(small, kind)
    assert found
    for group in found:
        for shared in IDENTIFIERS & set(group["shares"]) - ({"ip"} if "timing" in group["shares"] else set()):
            linked = share_of_members_linked(members[group["group_id"]], used[shared])
            assert linked > 0.45, (group, shared, linked)


def test_the_first_shared_kind_joins_nearly_all_of_a_ring(
    small: Path, members: dict[str, list[str]], used: dict[str, dict[str, set[str]]]
) -> None:
    for group in groups(small, "ring"):
        if kinds := IDENTIFIERS & {next(d.shares[0][0] for d in DESIGNS if d.name == group["design"])}:
            best = max(share_of_members_linked(members[group["group_id"]], used[kind]) for kind in kinds)
            assert best == 1.0, group


def test_only_rings_are_rings(small: Path) -> None:
    every = rows(small, "truth", "groups")
    assert {group["group_kind"] for group in every if group["is_ring"]} == {"ring"}
    assert {"carrier", "cafe", "vpn"} < {group["group_kind"] for group in every}


def test_families_share_surname_and_address_and_others_rarely(small: Path, members: dict[str, list[str]]) -> None:
    people = {row["account_id"]: row for row in rows(small, "feeds", "accounts")}
    for family in groups(small, "family"):
        relatives = [people[account] for account in members[family["group_id"]]]
        assert len({person["kyc_name"].split()[-1] for person in relatives}) == 1
        assert len({person["postal_address"] for person in relatives}) == 1
    for ring in groups(small, "ring"):
        assert len({people[account]["postal_address"] for account in members[ring["group_id"]]}) == ring["size"]


def test_roles_follow_the_kind_of_group(small: Path) -> None:
    seen = defaultdict(set)
    for account in rows(small, "truth", "accounts"):
        seen[account["group_kind"]].add(account["role"])
    assert seen["ring"] == {"perpetrator", "mule"}
    assert seen["takeover"] == {"perpetrator", "victim"}
    assert seen["fraudster"] == {"perpetrator"}
    assert seen["scam"] == {"victim"}
    innocent = set(seen) - {"ring", "takeover", "fraudster", "scam"}
    assert len(innocent) > 10
    assert all(seen[kind] == {"none"} for kind in innocent)


def test_labels_agree_with_the_truth_and_leave_much_unknown(small: Path) -> None:
    role = {row["account_id"]: row["role"] for row in rows(small, "truth", "accounts")}
    labelled = defaultdict(list)
    for row in rows(small, "feeds", "labels"):
        labelled[row["label"]].append(row["account_id"])
    assert {role[a] for a in labelled["fraud"]} <= {"perpetrator", "mule"}
    assert {role[a] for a in labelled["cleared"]} == {"none"}
    assert {role[a] for a in labelled["victim"]} == {"victim"}
    guilty = [a for a in role if role[a] in {"perpetrator", "mule"}]
    assert 0.1 < len(labelled["fraud"]) / len(guilty) < 0.6


def test_some_rings_are_wholly_unlabelled(small: Path, members: dict[str, list[str]]) -> None:
    labelled = {row["account_id"] for row in rows(small, "feeds", "labels") if row["label"] == "fraud"}
    known = [bool(labelled & set(members[ring["group_id"]])) for ring in groups(small, "ring")]
    assert any(known) and not all(known)


def test_intruders_come_last_on_their_own_device_and_change_the_password(small: Path) -> None:
    role = {row["account_id"]: row["role"] for row in rows(small, "truth", "accounts")}
    takeovers = [row for row in rows(small, "truth", "accounts") if row["group_kind"] == "takeover"]
    taken_over = {row["account_id"] for row in takeovers if row["role"] == "victim"}
    users = defaultdict(set)
    logins = rows(small, "feeds", "logins")
    for row in logins:
        users[row["device_id"]].add(row["account_id"])
    intruded = set()
    for row in logins:
        alien = any(role[a] == "perpetrator" for a in users[row["device_id"]])
        if role[row["account_id"]] == "victim" and alien:
            assert row["security_change"] in {"password", "two_factor"}
            intruded.add(row["account_id"])
    assert intruded == taken_over


def test_crowds_and_popular_models_are_many(small: Path) -> None:
    accounts = defaultdict(set)
    for row in rows(small, "feeds", "logins"):
        accounts["ip", row["ip"]].add(row["account_id"])
        accounts["fingerprint", row["fingerprint"]].add(row["account_id"])
    most = {kind: max(len(a) for (k, _), a in accounts.items() if k == kind) for kind in ("ip", "fingerprint")}
    assert most["ip"] > 500
    assert most["fingerprint"] > 100
    assert any(":" in value for kind, value in accounts if kind == "ip")


def test_venue_wallets_tell_customers_apart_by_memo(small: Path) -> None:
    memos = defaultdict(set)
    for row in rows(small, "feeds", "payments"):
        if row["memo"]:
            memos[row["memo"]].add(row["account_id"])
    assert len(memos) > 50
    assert all(len(accounts) == 1 for accounts in memos.values())


def test_account_numbers_say_nothing_about_groups(small: Path) -> None:
    fraud = [i for i, row in enumerate(rows(small, "truth", "accounts")) if row["group_kind"] == "ring"]
    assert 0.4 < sum(fraud) / len(fraud) / 3_000 < 0.6


def test_chargebacks_come_weeks_after_the_payment_and_mostly_from_fraud(small: Path) -> None:
    role = {row["account_id"]: row["role"] for row in rows(small, "truth", "accounts")}
    paid = {row["payment_id"]: row["at"] for row in rows(small, "feeds", "payments")}
    disputes = [row for row in rows(small, "feeds", "disputes") if row["kind"] == "chargeback"]
    days = sorted((row["opened_at"] - paid[row["payment_id"]]).days for row in disputes)
    assert 30 < days[len(days) // 2] < 90
    false = sum(role[row["account_id"]] == "none" for row in disputes)
    assert 0 < false < len(disputes) / 2
