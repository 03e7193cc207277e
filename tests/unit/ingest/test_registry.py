"""What lists say of raw values: look-ups against a scan, versions and their times, and the ledger's rows of classes."""

import ipaddress
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.lists import import_lists
from ingest.normalize import Normalizer
from ingest.pseudonyms import read_keys
from ingest.registry import Registry, open_registry
from linkgraph.ledger import Ledger
from tests.unit.ingest.feeding import ledger_rows, logins, take, write

DAY = 86_400_000_000
NEW_YEAR = 1_767_225_600_000_000  # 2026-01-01
MINUTE = 60_000_000


def lists(home: Path, *described: tuple[str, str, str, str]) -> None:
    """Take lists of (name, date, further lines of its table, content)."""
    text = []
    for number, (name, date, more, content) in enumerate(described):
        file = write(home / "files" / f"{name}-{date}-{number}.txt", content)
        text.append(f'[[list]]\nname = "{name}"\nfile = "{file}"\ndate = {date}\nsource = "s"\nlicence = "l"\n{more}\n')
    description = write(home / "files" / "lists.toml", "\n".join(text))
    with closing(Normalizer(read_keys(None, home), threads=1)) as normalizer:
        import_lists(description, home, normalizer)


IP, VPN = 'form = "ip"\n', 'form = "ip"\nclass = "vpn"'


def said(home: Path) -> list[tuple[Any, ...]]:
    """The ledger's classes: kind, class, list, known at, until and checked in days of 2026."""
    return [
        (row["kind"], row["name"], row["list"], *(_day(row[c]) for c in ("known_at", "listed_until", "checked")))
        for row in sorted(ledger_rows(home, "classes"), key=lambda row: (row["checked"], row["kind"], row["name"]))
    ]


def _day(moment: int | None) -> int | None:
    return None if moment is None else (moment - NEW_YEAR) // DAY


def numbers(address: int | str, version: int) -> int:
    """What an address is looked up by."""
    return int(ipaddress.ip_address(address)) >> (64 if version == 6 else 0)


def names(registry: Registry, codes: pa.Array) -> list[list[str]]:
    """The classes of each code."""
    return [sorted(m.name for m in registry.memberships(code or 0)) for code in codes.to_pylist()]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_look_up_by_range_is_a_scan_of_the_list(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    edges = data.draw(st.lists(st.integers(1 << 25, (1 << 25) + 400), min_size=2, max_size=12, unique=True).map(sorted))
    ranges = list(zip(edges[::2], edges[1::2], strict=False))
    text = "".join(f"{ipaddress.ip_address(a)}-{ipaddress.ip_address(b)}\n" for a, b in ranges)
    home = tmp_path_factory.mktemp("home")
    lists(home, ("a", "2026-01-01", VPN, text), ("b", "2026-01-01", IP + 'class = "tor"', "2.0.0.0/26\n"))
    registry = open_registry(home)
    asked = data.draw(st.lists(st.integers((1 << 25) - 5, (1 << 25) + 405), min_size=1))
    codes = registry.find_ip(pa.array(asked, pa.uint64()), pa.array([4] * len(asked), pa.int32()))
    tor = range(1 << 25, (1 << 25) + 64)
    assert names(registry, codes) == [
        ["tor"] * (x in tor) + ["vpn"] * any(a <= x <= b for a, b in ranges) for x in asked
    ]


def test_both_versions_of_addresses_are_found(tmp_path: Path) -> None:
    lists(tmp_path, ("v", "2026-01-01", VPN, "8.8.8.0/24\n2a00:1:2:3::7\n2a01::/32\n"))
    registry = open_registry(tmp_path)
    asked = ["8.8.8.255", "8.8.9.0", "2a00:1:2:3::9", "2a00:1:2:4::7", "2a01:0:ffff::1", "0.0.0.0"]
    versions = [ipaddress.ip_address(x).version for x in asked]
    codes = registry.find_ip(
        pa.array([numbers(x, v) for x, v in zip(asked, versions, strict=True)], pa.uint64()), pa.array(versions)
    )
    assert [bool(each) for each in names(registry, codes)] == [True, False, True, False, True, False]


def test_a_mailbox_below_a_listed_host_is_listed(tmp_path: Path) -> None:
    lists(tmp_path, ("d", "2026-01-01", 'form = "email_domain"\nclass = "disposable_mail"', "Trash.example\n"))
    registry = open_registry(tmp_path)
    codes = registry.find_domain(pa.array(["trash.example", "a.b.trash.example", "nottrash.example", None, "example"]))
    assert [code is not None for code in codes.to_pylist()] == [True, True, False, False, False]


ETHER = "0x" + "ab" * 20


@pytest.mark.parametrize(
    ("of_list", "of_feed", "found"),
    [
        ("etherscan", f"eth:{ETHER}", True),
        ("etherscan", f"ERC20:{ETHER.upper().replace('X', 'x')}", True),
        ("etherscan", f"bsc:{ETHER}", False),
        ("etherscan", ETHER, True),
        ("etherscan", f"eth:{ETHER}:memo", False),
        ("mychain", f"mychain:{ETHER}", True),
        ("", f"bsc:{ETHER}", True),
        ("", ETHER, True),
    ],
)
def test_a_wallet_is_found_by_chain_and_address(of_list: str, of_feed: str, found: bool, tmp_path: Path) -> None:
    more = 'form = "address"\nchain = "chain"\nclass = "hot_wallet"'
    lists(tmp_path, ("w", "2026-01-01", more, f"chain,address\n{of_list},{ETHER}\n"))
    registry = open_registry(tmp_path)
    with closing(Normalizer(read_keys(None, tmp_path), threads=1, lists=registry)) as normalizer:
        [code] = normalizer.read("wallet", pa.array([of_feed]))["listed"].to_pylist()
    assert (code is not None) == found


def test_sanctions_bind_an_address_whatever_its_memo(tmp_path: Path) -> None:
    lists(tmp_path, ("s", "2026-01-01", 'form = "address"\nclass = "sanctioned"', f"address\n{ETHER}\n"))
    registry = open_registry(tmp_path)
    with closing(Normalizer(read_keys(None, tmp_path), threads=1, lists=registry)) as normalizer:
        answer = normalizer.read("wallet", pa.array([f"eth:{ETHER}", f"bsc:{ETHER}:7", "eth:0x1"]))
    assert "key" not in answer.column_names
    assert [code is not None for code in answer["listed"].to_pylist()] == [True, True, False]


def test_a_file_leaves_one_row_for_each_token_and_list(tmp_path: Path) -> None:
    lists(
        tmp_path,
        ("v", "2025-12-30", VPN, "8.8.8.0/24\n"),
        ("n", "2026-01-06", 'form = "asn"\nclass = "datacentre"', "AS64496 # ours\n"),
    )
    rows = [*logins(3, ip="8.8.8.8", asn="64496"), *logins(2, ip="9.9.9.9", asn="AS64497")]
    rows += logins(1, ip="nonsense", asn="AS64496 Name")
    [report] = take(tmp_path, write(tmp_path / "logins.jsonl", rows), settings={"reject_share": 0.5})
    assert (report.status, report.accepted, report.rejected) == ("committed", 5, 1)
    assert said(tmp_path) == [("ip", "vpn", "v", 0, None, -2), ("ip", "datacentre", "n", 5, None, 5)]
    token = ledger_rows(tmp_path)[0]["ip"]
    assert {row["identifier"] for row in ledger_rows(tmp_path, "classes")} == {token}
    before = [entry.path for entry in Ledger(tmp_path / "ledger").entries()]
    assert [again.status for again in take(tmp_path, tmp_path / "logins.jsonl")] == ["duplicate"]
    assert [entry.path for entry in Ledger(tmp_path / "ledger").entries()] == before


def test_every_feed_that_brings_a_listed_value_says_so(tmp_path: Path) -> None:
    lists(
        tmp_path,
        ("v", "2025-12-30", VPN, "8.8.8.0/24\n"),
        ("d", "2025-12-30", 'form = "email_domain"\nclass = "disposable_mail"', "trash.example\n"),
        ("w", "2025-12-30", 'form = "address"\nclass = "sanctioned"', f"address\n{ETHER}\n"),
        ("c", "2025-12-30", 'form = "value"\nkind = "card"\nclass = "test_card"', "tok-4242\n"),
    )
    at = "2026-01-01T10:00:00Z"
    money = {"account_id": "a", "at": at, "direction": "out", "amount": 1, "currency": "EUR"}
    files: dict[str, list[dict[str, Any]]] = {
        "observations": [
            {"account_id": "a", "kind": kind, "identifier": value, "at": at}
            for kind, value in (("ip", "8.8.8.8"), ("device", "d1"), ("card", "tok-4242"))
        ],
        "accounts": [{"account_id": "a", "created_at": at, "email": "x@trash.example"}],
        "instruments": [{"account_id": "a", "at": at, "kind": "card", "token": "tok-4242"}],
        "payments": [
            money | {"payment_id": "p1", "rail": "crypto", "chain": "eth", "address": ETHER, "instrument_token": ""},
            money | {"payment_id": "p2", "rail": "card", "chain": "", "address": "", "instrument_token": "tok-4242"},
        ],
    }
    for feed, rows in files.items():
        take(tmp_path, write(tmp_path / f"{feed}.csv", rows))
    tokens = {(row["kind"], row["name"]) for row in ledger_rows(tmp_path, "classes")}
    assert tokens == {("ip", "vpn"), ("email", "disposable_mail"), ("card", "test_card"), ("wallet", "sanctioned")}
    card = ledger_rows(tmp_path, "instruments")[0]["token"]
    listed = [row for row in ledger_rows(tmp_path, "classes") if row["kind"] == "card"]
    assert [row["identifier"] for row in listed] == [card] * 3


def test_an_entry_ends_with_the_version_that_lacks_it(tmp_path: Path) -> None:
    lists(tmp_path, ("v", "2026-01-01", VPN, "8.8.8.8\n9.9.9.9\n"))
    take(tmp_path, write(tmp_path / "logins-1.csv", logins(1, ip="8.8.8.8")))
    lists(tmp_path, ("v", "2026-01-11", VPN, "9.9.9.9\n"))
    take(tmp_path, write(tmp_path / "logins-2.csv", logins(1, ip="8.8.8.8", at="2026-01-21T00:00:00Z")))
    take(tmp_path, write(tmp_path / "logins-3.csv", logins(1, ip="9.9.9.9", at="2026-01-21T00:00:00Z")))
    assert sorted(said(tmp_path), key=repr) == [
        ("ip", "vpn", "v", 0, None, 0),
        ("ip", "vpn", "v", 20, 10, 10),
        ("ip", "vpn", "v", 20, None, 10),
    ]


def test_without_lists_nothing_is_looked_up(tmp_path: Path) -> None:
    assert not open_registry(tmp_path)
    take(tmp_path, write(tmp_path / "logins.csv", logins(2)))
    assert not (tmp_path / "ledger" / "classes").exists()


def test_classes_do_not_move_the_clock(tmp_path: Path) -> None:
    lists(tmp_path, ("v", "2030-01-01", VPN, "8.8.8.8\n"))
    take(tmp_path, write(tmp_path / "logins.csv", logins(1, ip="8.8.8.8")))
    ledger = Ledger(tmp_path / "ledger")
    assert len(ledger.entries("classes")) == 1
    newest = ledger.newest_known_at()
    assert newest is not None
    assert newest < NEW_YEAR + DAY


def test_killed_between_classes_and_rows_the_next_try_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists(tmp_path, ("v", "2025-12-30", VPN, "8.8.8.8\n"))
    path = write(tmp_path / "logins.csv", logins(1, ip="8.8.8.8"))
    commit: Callable[..., None] = Ledger._commit

    def dies(self: Ledger, feed: str, *rest: Any) -> None:
        if feed == "logins":
            raise KeyboardInterrupt
        commit(self, feed, *rest)

    monkeypatch.setattr(Ledger, "_commit", dies)
    with pytest.raises(KeyboardInterrupt):
        take(tmp_path, path)
    monkeypatch.undo()
    assert len(ledger_rows(tmp_path, "classes")) == 1
    take(tmp_path, path)
    assert (len(ledger_rows(tmp_path)), len(ledger_rows(tmp_path, "classes"))) == (1, 1)
