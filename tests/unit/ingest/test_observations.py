"""Rows of a feed as ledger rows: known times, records, wallets, identifiers by kind, and rows left out."""

from pathlib import Path

from tests.unit.ingest.feeding import NOW, ledger_rows, take, write

DAY = 86_400_000_000
AT = {"at": "2026-01-01T00:00:00Z"}
MIDNIGHT = 1_767_225_600_000_000


def test_a_row_is_known_from_its_event_on_unless_it_says_otherwise(tmp_path: Path) -> None:
    rows = [{"account_id": "a1", **AT}, {"account_id": "a2", **AT, "known_at": "2026-01-02T00:00:00Z"}]
    take(tmp_path, write(tmp_path / "logins.csv", [rows[1], rows[0]]))
    assert [row["known_at"] - row["at"] for row in ledger_rows(tmp_path)] == [DAY, 0]


def test_only_rows_that_were_taken_count_as_dated_by_the_clock(tmp_path: Path) -> None:
    text = 'without = ["created_at"]\nfeed = "accounts"\n'
    columns = write(tmp_path / "map.toml", text)
    rows = [
        {"account_id": "a1", "country": "DE", "created_at": None},
        {"account_id": "", "country": "DE"},
        {"account_id": "", "country": "DE", "created_at": "2026-01-01T00:00:00Z"},
        {"account_id": "a2", "country": "DE", "created_at": "2026-01-01T00:00:00Z"},
    ]
    [report] = take(tmp_path, write(tmp_path / "x.csv", rows), columns=columns, settings={"reject_share": 1.0})
    assert (report.accepted, report.rejected) == (2, 2)
    assert report.note == "1 rows without a time are dated by the clock"
    assert [row["known_at"] for row in ledger_rows(tmp_path, "accounts")] == [NOW, MIDNIGHT]


def test_records_are_named_by_the_feed_or_the_source(tmp_path: Path) -> None:
    take(tmp_path, write(tmp_path / "logins.csv", [{"account_id": "a1", **AT, "source_id": "s1", "deleted": "true"}]))
    take(tmp_path, write(tmp_path / "accounts.csv", [{"account_id": "a1", "created_at": AT["at"], "source_id": "s1"}]))
    take(tmp_path, write(tmp_path / "bonuses.csv", [{"account_id": "a1", **AT, "campaign": "c"}]))
    found = {feed: ledger_rows(tmp_path, feed)[0] for feed in ("logins", "accounts", "bonuses")}
    assert {feed: row["record"] for feed, row in found.items()} == {"logins": "s1", "accounts": "a1", "bonuses": None}
    assert [row["deleted"] for row in found.values()] == [True, False, False]


def test_an_identifier_has_the_same_token_in_every_feed(tmp_path: Path) -> None:
    wallet = "ethereum:0x" + "Ab" * 20
    seen = [
        {"account_id": "a1", **AT, "kind": "device", "identifier": "d-1"},
        {"account_id": "a1", **AT, "kind": "wallet", "identifier": f"{wallet}:7"},
        {"account_id": "a1", **AT, "kind": "ip", "identifier": "192.0.2.1"},
        {"account_id": "a1", **AT, "kind": "card", "identifier": "d-1"},
    ]
    login = {"account_id": "a1", **AT, "device_id": "d-1", "ip": "192.0.2.1"}
    paid = {"payment_id": "p1", "account_id": "a1", **AT, "direction": "out", "amount": 1, "currency": "EUR"}
    crypto = paid | {"rail": "crypto", "chain": "Ethereum", "address": wallet.split(":")[1].lower(), "memo": "7"}
    by_card = paid | {"payment_id": "p2", "rail": "card", "instrument_token": "d-1"}
    take(
        tmp_path,
        write(tmp_path / "observations.jsonl", seen),
        write(tmp_path / "logins.jsonl", [login]),
        write(tmp_path / "payments.jsonl", [crypto, by_card]),
    )
    tokens = [row["identifier"] for row in ledger_rows(tmp_path, "observations")]
    [row] = ledger_rows(tmp_path)
    payments = ledger_rows(tmp_path, "payments")
    assert tokens == [row["device"], payments[0]["wallet"], row["ip"], payments[1]["instrument"]]
    assert len(set(tokens)) == 4
    assert [payment["has_memo"] for payment in payments] == [True, None]


def test_an_instrument_on_a_crypto_payment_is_ignored(tmp_path: Path) -> None:
    row = {"payment_id": "p1", "account_id": "a1", **AT, "direction": "in", "rail": "crypto", "amount": 1}
    [report] = take(tmp_path, write(tmp_path / "payments.csv", [row | {"currency": "BTC", "instrument_token": "t"}]))
    assert (report.accepted, report.ignored) == (1, {"instrument_token.wrong_rail": 1})


def test_an_observation_of_nothing_is_ignored_and_a_login_keeps_the_rest(tmp_path: Path) -> None:
    seen = [
        {"account_id": "a1", **AT, "kind": "device", "identifier": "unknown"},
        {"account_id": "a1", **AT, "kind": "ip", "identifier": "10.0.0.1"},
        {"account_id": "a1", **AT, "kind": "device", "identifier": "d-1"},
    ]
    login = {"account_id": "a1", **AT, "device_id": "unknown", "ip": "192.0.2.1"}
    reports = take(tmp_path, write(tmp_path / "observations.csv", seen), write(tmp_path / "logins.csv", [login]))
    assert [(report.rows, report.accepted) for report in reports] == [(3, 1), (1, 1)]
    assert reports[0].ignored == {"identifier.placeholder": 1, "identifier.private_address": 1, "row.nothing": 2}
    assert reports[1].ignored == {"device_id.placeholder": 1}
    assert [row["device"] is None and row["ip"] is not None for row in ledger_rows(tmp_path)] == [True]


def test_the_first_fault_in_the_order_of_columns_is_the_reason(tmp_path: Path) -> None:
    rows = [{"account_id": "", "at": "soon", "ip": "x"}, {"account_id": "a1", "at": "soon", "ip": "x"}]
    [report] = take(tmp_path, write(tmp_path / "logins.csv", rows), settings={"reject_share": 1.0})
    assert report.reasons == {"missing_value": 1, "bad_time": 1}
