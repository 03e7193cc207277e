"""Identifiers that lists know, beside rings on identifiers that no list knows; and lists that come later."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.pipeline import ingest
from linkgraph.cli import app
from linkgraph.explain.account import explain
from linkgraph.explain.text import render
from linkgraph.nightly import Plan, run_night
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.store import open_view
from tests.golden.worlds import (
    AS_OF,
    DAY,
    Fact,
    Feeds,
    Judged,
    account,
    crypto,
    csv_text,
    customer,
    feeds,
    label,
    login,
    read,
    settle,
    take_lists,
    together,
)

VPN = tuple(f"vpn-{n}" for n in range(8))
RING = ("ring-1", "ring-2", "ring-3", "ring-4")
HOT = ("hot-1", "hot-2", "hot-3")
SWEEP = ("sweep-1", "sweep-2", "sweep-3")
SANCTIONED = ("bad-1", "bad-2", "bad-3")
JUDGED_ORDINARY = ("own-1", "own-2", "own-3")
TRIOS = (HOT, SWEEP, SANCTIONED, JUDGED_ORDINARY)

LISTS = {
    "vpn": ('form = "ip"\nclass = "vpn"\ndate = 2026-01-01', "8.8.8.0/24\n"),
    "wallets": (
        'form = "address"\nchain = "chain"\nclass = "hot_wallet"\ndate = 2026-02-01',
        "chain,address\ntrx,THot\ntrx,TVenue\ntrx,TOwn\n",
    ),
    "sanctions": ('form = "address"\nclass = "sanctioned"\ndate = 2026-03-01', "address\nTBad\n"),
    "reviewed": ('form = "address"\nclass = "ordinary"\ndate = 2026-04-01', "address\nTOwn\n"),
}


def described(folder: Path, **lists: tuple[str, str]) -> Path:
    """A TOML file of the lists."""
    folder.mkdir(parents=True, exist_ok=True)
    text = ""
    for name, (more, content) in lists.items():
        (folder / f"{name}.txt").write_text(content)
        text += f'[[list]]\nname = "{name}"\nfile = "{name}.txt"\nsource = "a test"\nlicence = "none"\n{more}\n'
    (folder / "lists.toml").write_text(text)
    return folder / "lists.toml"


def exits() -> list[Fact]:
    """Eight customers of a VPN, one of them a confirmed fraud, and a ring at home behind one address."""
    return [
        label("vpn-0", "fraud"),
        *[login(one, n / 24, ip="8.8.8.8") for n, one in enumerate(VPN)],
        *[login(one, ip="9.9.9.9", device_id="the-phone") for one in RING],
    ]


@pytest.fixture(scope="module")
def world() -> Feeds:
    return feeds(
        *exits(),
        # Of each three two are confirmed: only what a list says of their wallet tells them apart.
        *together(*[customer(one, 9 - n, own=False) for group in TRIOS for n, one in enumerate(group)]),
        *[login(one, 3, device_id=f"phone-of-{one}") for group in TRIOS for one in group],
        *[label(one, "fraud") for group in TRIOS for one in group[:2]],
        *together(*[customer(one, 9 - n, own=False) for n, one in enumerate(RING)]),
        *[crypto(one, "THot") for one in HOT],
        *[crypto(one, "TVenue", memo="5") for one in ("memo-1", "memo-2")],
        *[crypto(one, "TSweep") for one in SWEEP],
        *[crypto(one, "TBad") for one in SANCTIONED],
        *[crypto(one, "TOwn") for one in JUDGED_ORDINARY],
        crypto("paid-1", "TBad", "in"),
        account("mail-1", email="a@x.org"),
        label("ring-1", "fraud"),
    )


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, world: Feeds) -> Settings:
    folder = tmp_path_factory.mktemp("lists")
    return settle(folder, world, described(folder / "lists", **LISTS))


@pytest.fixture(scope="module")
def run(settings: Settings) -> Run:
    return run_night(settings, Plan(as_of=AS_OF * 1_000_000))


@pytest.fixture(scope="module")
def judged(settings: Settings, run: Run) -> Judged:
    return read(
        settings, run, sorted({*VPN, *RING, *HOT, *SWEEP, *SANCTIONED, *JUDGED_ORDINARY, "paid-1", "memo-1", "memo-2"})
    )


def test_the_rings_are_those_that_no_list_explains(judged: Judged) -> None:
    assert sorted(map(sorted, judged.groups)) == [list(SANCTIONED), list(JUDGED_ORDINARY), list(RING), list(SWEEP)]


def test_an_exit_of_a_vpn_links_nobody_however_few_its_customers(judged: Judged) -> None:
    exit_node = judged.identifier("vpn-0", "ip")
    assert (exit_node.degree, exit_node.class_name, exit_node.counted) == (8, "vpn", False)
    assert exit_node.why == "exit of a VPN (list vpn of 2026-01-01, a test)"
    assert [pair for pair in judged.pairs if pair.account_a in VPN] == []
    assert [judged.accounts[one].risk for one in VPN[1:]] == [0.0] * 7


def test_a_ring_on_one_home_address_and_phone_stays_linked(judged: Judged) -> None:
    home = judged.identifier("ring-1", "ip")
    assert (home.class_name, home.counted, home.why) == (None, True, None)
    pair = judged.pair("ring-1", "ring-2")
    assert pair is not None
    assert judged.accounts["ring-2"].risk > 0.3


def test_a_hot_wallet_links_nobody_and_with_a_memo_it_is_none(judged: Judged) -> None:
    wallet = judged.identifier("hot-1", "wallet")
    assert (wallet.degree, wallet.class_name, wallet.counted) == (3, "hot_wallet", False)
    assert judged.pair("hot-1", "hot-2") is None
    assert judged.identifier("memo-1", "wallet").class_name is None
    assert judged.pair("memo-1", "memo-2") is not None


def test_a_verdict_beats_the_list(judged: Judged) -> None:
    wallet = judged.identifier("own-1", "wallet")
    assert (wallet.class_name, wallet.counted) == ("ordinary", True)
    assert judged.pair("own-1", "own-2") is not None


def test_a_sanctioned_address_links_and_is_named(settings: Settings, run: Run, judged: Judged) -> None:
    wallet = judged.identifier("bad-1", "wallet")
    assert (wallet.class_name, wallet.counted) == ("sanctioned", True)
    assert judged.pair("bad-1", "bad-2") is not None
    with closing(open_view(settings, run)) as view:
        text = render(explain(view, "bad-1"))
    assert "paid to a sanctioned address" in judged.accounts["bad-1"].headline
    assert judged.accounts["paid-1"].headline == "no evidence, received from a sanctioned address"
    assert "under sanctions (list sanctions of 2026-03-01, a test)" in text


def test_the_status_shows_the_age_of_every_list(settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKGRAPH_HOME", str(settings.home))
    held = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)["lists"]
    assert [(each["name"], each["date"], each["versions"]) for each in held] == [
        ("reviewed", "2026-04-01", 1),
        ("sanctions", "2026-03-01", 1),
        ("vpn", "2026-01-01", 1),
        ("wallets", "2026-02-01", 1),
    ]
    assert all(each["age_days"] > 30 for each in held)


def test_the_run_counts_classes_and_whom_they_touch(run: Run) -> None:
    counts = run.record()["stages"]["project"]["counts"]
    assert (counts["class_vpn_ip"], counts["accounts_vpn_ip"]) == (1, 8)
    assert (counts["class_sanctioned_wallet"], counts["accounts_sanctioned_wallet"]) == (1, 3)
    assert (counts["class_hot_wallet_wallet"], counts["class_ordinary_wallet"]) == (1, 1)


def test_a_list_that_comes_later_changes_no_earlier_night(tmp_path: Path) -> None:
    """The list is older than the night, and read only with an observation that comes after it."""
    settings = settle(tmp_path, feeds(*exits()))
    before = run_night(settings, Plan(as_of=AS_OF * 1_000_000))
    tables = before.record()["tables"]
    take_lists(settings, described(tmp_path / "lists", vpn=LISTS["vpn"]))
    later = [row for _, row in (login("vpn-0", -2, ip="8.8.8.8"), login("new-1", -2, device_id="x"))]
    (tmp_path / "feeds" / "logins-2.csv").write_text(csv_text(later))
    ingest([tmp_path / "feeds" / "logins-2.csv"], settings, (AS_OF + 9 * DAY) * 1_000_000)
    again = run_night(settings, Plan(as_of=AS_OF * 1_000_000))
    assert (again.run_id, again.record()["tables"]) == (before.run_id, tables)
    after = run_night(settings, Plan(as_of=(AS_OF + 3 * DAY) * 1_000_000))
    then, now = (read(settings, run, ["vpn-1"]) for run in (before, after))
    assert (then.identifier("vpn-1", "ip").class_name, now.identifier("vpn-1", "ip").class_name) == (None, "vpn")
    assert then.accounts["vpn-1"].risk > now.accounts["vpn-1"].risk == 0.0
