"""Small worlds written as feed files: one function per fact, `feeds` to put them together, `night` to have them judged.

Days count back from `AS_OF`. Values are readable; readers of a store see tokens, so an identifier is asked for by who
used it.
"""

import csv
import hashlib
import io
import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.lists import import_lists
from ingest.normalize import Normalizer
from ingest.pipeline import ingest
from ingest.pseudonyms import KEY_NAMES, read_keys
from linkgraph.model import Account, Contribution, Identifier, Member, Pair, Ring
from linkgraph.nightly import Plan, run_night
from linkgraph.runs import Run
from linkgraph.settings import Settings, read_settings
from linkgraph.store import open_view

AS_OF = 1_777_593_600  # 2026-05-01
NOW = 1_780_000_000_000_000
DAY = 86_400
_PARTS = (0.95, 0.7, 0.5, 0.3, 0.2, 0.1, 0.02)  # when, of the time since an account was opened, its own device was used

Fact = tuple[str, dict[str, Any]]
Feeds = dict[str, list[dict[str, Any]]]


def at(days_ago: float) -> int:
    """A time in epoch seconds."""
    return round(AS_OF - days_ago * DAY)


def account(account_id: str, days_ago: float = 10, **columns: Any) -> Fact:
    """An accounts row, opened so many days ago."""
    return "accounts", {"account_id": account_id, "created_at": at(days_ago)} | columns


def login(account_id: str, days_ago: float = 1, **columns: Any) -> Fact:
    """A logins row: device_id, fingerprint, ip."""
    return "logins", {"account_id": account_id, "at": at(days_ago)} | columns


def customer(account_id: str, opened: float = 400, *, own: bool = True, **columns: Any) -> list[Fact]:
    """Somebody known to the exchange: name, address, country. `own`: with a phone, a tablet and a card of their own."""
    known = {"kyc_name": f"Kim {_word(account_id)}", "country": "ES", "postal_address": f"1 {_word(account_id)} Street"}
    facts = [account(account_id, opened, **(known | columns))]
    if own:
        facts += [login(account_id, opened * part, device_id=f"phone-of-{account_id}") for part in _PARTS]
        facts += [login(account_id, opened * part, device_id=f"tablet-of-{account_id}") for part in _PARTS[1::3]]
        facts.append(card(account_id, f"card-of-{account_id}", opened * 0.9))
    return facts


def together(*groups: list[Fact]) -> list[Fact]:
    """The facts of several, one after another."""
    return [fact for group in groups for fact in group]


def card(account_id: str, token: str, days_ago: float = 1) -> Fact:
    """A card that the account put on file."""
    return "instruments", {"account_id": account_id, "at": at(days_ago), "kind": "card", "token": token}


def crypto(account_id: str, address: str, direction: str = "out", days_ago: float = 1, **columns: Any) -> Fact:
    """A crypto payment to (out) or from (in) an address: memo."""
    row = {"payment_id": f"{account_id}/{address}/{direction}/{days_ago}", "account_id": account_id, "at": at(days_ago)}
    money = {"direction": direction, "rail": "crypto", "amount": 100, "currency": "USDT"}
    return "payments", row | money | {"chain": "tron", "address": address} | columns


def payment(account_id: str, payment_id: str, days_ago: float = 1, **columns: Any) -> Fact:
    """Money paid in by card."""
    row = {"payment_id": payment_id, "account_id": account_id, "at": at(days_ago), "direction": "in", "rail": "card"}
    return "payments", row | {"amount": 50, "currency": "EUR"} | columns


def transfer(sender: str, receiver: str, days_ago: float = 1) -> Fact:
    """Money sent inside the exchange."""
    row = {"from_account_id": sender, "to_account_id": receiver, "at": at(days_ago)}
    return "transfers", row | {"amount": 500, "currency": "USDT"}


def trade(buyer: str, seller: str, market: str, days_ago: float) -> Fact:
    """A trade on the order book."""
    row = {
        "trade_id": f"{buyer}/{seller}/{market}/{days_ago}",
        "buyer_id": buyer,
        "seller_id": seller,
        "market": market,
    }
    return "trades", row | {"price": 2, "quantity": 10, "at": at(days_ago)}


def sale(buyer: str, seller: str, days_ago: float = 1, **columns: Any) -> Fact:
    """A sale between people: payer_account, proof_hash."""
    row = {"order_id": f"{buyer}/{seller}", "buyer_id": buyer, "seller_id": seller, "at": at(days_ago)}
    return "p2p_orders", row | {"amount": 300, "currency": "EUR", "state": "completed"} | columns


def label(account_id: str, word: str, days_ago: float = 5, **columns: Any) -> Fact:
    """A ruling of people."""
    return "labels", {"account_id": account_id, "label": word, "at": at(days_ago)} | columns


def dispute(account_id: str, kind: str, days_ago: float = 5, **columns: Any) -> Fact:
    """A claim from outside."""
    row = {"dispute_id": f"{account_id}/{kind}", "account_id": account_id, "opened_at": at(days_ago), "kind": kind}
    return "disputes", row | columns


def feeds(*facts: Fact) -> Feeds:
    """The facts by feed, in order."""
    found: Feeds = {}
    for feed, row in facts:
        found.setdefault(feed, []).append(row)
    return found


def shuffled(world: Feeds, seed: int) -> Feeds:
    """The same rows in another order."""
    draw = random.Random(seed)
    return {feed: draw.sample(rows, len(rows)) for feed, rows in world.items()}


def csv_text(rows: Sequence[dict[str, Any]]) -> str:
    """A feed file."""
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass(frozen=True)
class Judged:
    """What a night said, as a reader of its store sees it."""

    accounts: dict[str, Account]
    rings: list[Ring]
    members: list[Member]
    pairs: list[Pair]
    contributions: list[Contribution]
    used: dict[str, list[Identifier]]

    @property
    def groups(self) -> list[set[str]]:
        """The rings as sets of accounts."""
        return [{each.account_id for each in self.members if each.ring_id == ring.ring_id} for ring in self.rings]

    def pair(self, a: str, b: str) -> Pair | None:
        """The linked pair of two accounts, if they are linked."""
        return next((each for each in self.pairs if {each.account_a, each.account_b} == {a, b}), None)

    def identifier(self, account_id: str, kind: str) -> Identifier:
        """The one identifier of a kind that an account used."""
        (found,) = [each for each in self.used[account_id] if each.kind == kind]
        return found

    def flagged(self) -> set[str]:
        """Accounts with a flag."""
        return {account_id for account_id, account in self.accounts.items() if account.flagged}


def take_lists(settings: Settings, description: Path) -> None:
    """Take the look-up lists that a TOML file describes."""
    with closing(Normalizer(read_keys(settings.keys_file, settings.home))) as normalizer:
        import_lists(description, settings.home, normalizer)


def settle(folder: Path, world: Feeds, lists: Path | None = None) -> Settings:
    """Ingest the world's files into an empty home below `folder`, after taking look-up lists."""
    (folder / "feeds").mkdir(parents=True)
    settings = read_settings(home=folder / "home", threads=1, keys_file=_keys(folder / "keys.toml"))
    for feed, rows in world.items():
        (folder / "feeds" / f"{feed}.csv").write_text(csv_text(rows), encoding="utf-8")
    if lists is not None:
        take_lists(settings, lists)
    ingest([folder / "feeds"], settings, NOW)
    return settings


def night(folder: Path, world: Feeds, seed: int = 0, lists: Path | None = None) -> Judged:
    """Ingest the world, run the night of `AS_OF`, and read its store."""
    settings = settle(folder, world, lists)
    run = run_night(settings, Plan(as_of=AS_OF * 1_000_000, seed=seed))
    return read(settings, run, sorted(_mentioned(world)))


def read(settings: Settings, run: Run, ids: Sequence[str]) -> Judged:
    """What the run's store says of the accounts."""
    with closing(open_view(settings, run)) as view:
        rings = view.rings(1000)
        keys = {one: [f"{link.kind}:{link.identifier}" for link in view.links([one], 1000)] for one in ids}
        return Judged(
            accounts={each.account_id: each for each in view.accounts(ids)},
            rings=rings,
            members=view.members([ring.ring_id for ring in rings]),
            pairs=view.pairs(ids, 1000),
            contributions=view.contributions(ids),
            used={one: view.identifiers(keys[one]) for one in ids},
        )


def _word(account_id: str) -> str:
    """A name that nobody else has."""
    digest = hashlib.sha256(account_id.encode()).digest()
    return "".join(chr(ord("a") + byte % 26) for byte in digest[:10]).title()


def _keys(path: Path) -> Path:
    """The same keys for every world, so that tokens can be compared."""
    lines = [f'{name} = "{hashlib.sha256(name.encode()).hexdigest()}"' for name in KEY_NAMES]
    path.write_text("\n".join(["[keys]", *lines]), encoding="utf-8")
    path.chmod(0o600)
    return path


def _mentioned(world: Feeds) -> set[str]:
    columns = ("account_id", "from_account_id", "to_account_id", "buyer_id", "seller_id")
    return {row[name] for rows in world.values() for row in rows for name in columns if name in row}
