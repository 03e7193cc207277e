"""Money in and out: the `instruments` and `payments` feeds."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkgraph.simulate import texts
from linkgraph.simulate.draws import Bools, Ints, fractions, mix, pair_code, stream
from linkgraph.simulate.feeds import parts, table
from linkgraph.simulate.logins import session_ids
from linkgraph.simulate.population import COUNTRIES, Population
from linkgraph.simulate.render import account_ids, chosen, constant, hex_text, instants, known, money, numbered
from linkgraph.simulate.scene import Scene
from linkgraph.simulate.sessions import INTRUSIONS
from linkgraph.simulate.sharing import MEMO_WALLETS

CARD, BANK, CRYPTO = range(3)
RAILS: Final = ("card", "bank", "crypto")
CURRENCIES: Final = ("EUR", "GBP", "USD", "USDT", "USDC")
STATUSES: Final = ("settled", "declined", "reversed")

_MINUTE = 60
_DAY = 86_400
_MATCHES: Final = ("full", "partial", "none")
_ECIS: Final = ("05", "06", "07")
_RETURNS: Final = ("R01", "R10", "R29")
_HASTE = 0.8  # part of the withdrawals of a hasty account that follow a deposit at once
_HASTY_TRADERS = 0.05
_REPORTED = 100_000  # cents: from here on a withdrawal names its beneficiary


@dataclass(frozen=True, slots=True)
class Payments:
    """One entry per payment, by time. at: epoch seconds. rail, status: indices. cents: amount.

    instrument, wallet, session: codes, -1 for none. incoming: money comes in.
    """

    account: Ints
    at: Ints
    incoming: Bools
    rail: Ints
    cents: Ints
    instrument: Ints
    wallet: Ints
    session: Ints
    status: Ints

    def __len__(self) -> int:
        """Number of payments."""
        return len(self.at)


def pay(scene: Scene) -> Payments:
    """Draw all payments of a world, in order of time."""
    deposits = _join([_by_instrument(scene, "card", CARD), _by_instrument(scene, "bank", BANK)])
    deposits = _taken(deposits, np.argsort(deposits.account, kind="stable"))
    everything = _join([deposits, _withdrawals(scene, deposits), _thefts(scene), _wages(scene)])
    return _taken(everything, np.argsort(everything.at, kind="stable"))


def _join(blocks: list[Payments]) -> Payments:
    return Payments(*(np.concatenate([getattr(b, f.name) for b in blocks]) for f in fields(Payments)))


def _taken(payments: Payments, rows: Ints) -> Payments:
    return Payments(*(getattr(payments, f.name)[rows] for f in fields(Payments)))


def _by_instrument(scene: Scene, kind: str, rail: int) -> Payments:
    """Deposits: each card and bank account is used once or more."""
    rng, held = stream(scene.world, f"deposits {kind}"), scene.holdings[kind]
    uses = 1 + rng.poisson(0.6, len(held))
    account, rows = np.repeat(held.account, uses), int(uses.sum())
    session = scene.sessions.draw(scene.people, account, rng.random(rows))
    at = np.minimum(scene.sessions.at[session] + rng.integers(30, 20 * _MINUTE, rows), scene.world.end)
    status = np.where(rng.random(rows) < 0.04, 1, np.where(rng.random(rows) < 0.01 * (rail == BANK), 2, 0))
    status[np.cumsum(uses) - uses] = 0  # the first use of each succeeds
    cents = (rng.lognormal(9.5, 1.0, rows)).astype(np.int64) + 500
    none, code = np.full(rows, -1, dtype=np.int64), np.repeat(held.code, uses)
    return Payments(account, at, none < 0, none * 0 + rail, cents, code, none, session, status.astype(np.int64))


def _withdrawals(scene: Scene, deposits: Payments) -> Payments:
    """Withdrawals: each wallet is used once or more, by the hasty within the hour of a deposit."""
    rng, held = stream(scene.world, "withdrawals"), scene.holdings["wallet"]
    uses = 1 + rng.poisson(0.4, len(held))
    account, rows = np.repeat(held.account, uses), int(uses.sum())
    own = scene.sessions.draw(scene.people, account, rng.random(rows))
    low, high = np.searchsorted(deposits.account, account), np.searchsorted(deposits.account, account, side="right")
    source = low + ((high - low) * rng.random(rows)).astype(np.int64)
    quick = _hasty(scene)[account] & (high > low) & (rng.random(rows) < _HASTE)
    source = np.where(quick, source, 0)
    session = np.where(quick, deposits.session[source], own)
    begin = np.where(quick, deposits.at[source], scene.sessions.at[own])
    at = np.minimum(begin + rng.integers(4 * _MINUTE, 50 * _MINUTE, rows), scene.world.end)
    drawn = rng.lognormal(9.8, 1.1, rows).astype(np.int64) + 1_000
    cents = np.where(quick, deposits.cents[source] * 9 // 10, drawn)
    return _crypto(account, at, cents, np.repeat(held.code, uses), session)


def _hasty(scene: Scene) -> Bools:
    """Accounts whose money leaves within the hour of a deposit: some ways of fraud, and traders in a hurry."""
    accounts = np.arange(len(scene.people), dtype=np.int64)
    return scene.people.having("quick") | (fractions(accounts, 82) < _HASTY_TRADERS)


def _crypto(account: Ints, at: Ints, cents: Ints, wallet: Ints, session: Ints, incoming: bool = False) -> Payments:
    """Settled payments over a chain."""
    none = np.full(len(account), -1, dtype=np.int64)
    way = np.full(len(account), incoming)
    return Payments(account, at, way, none * 0 + CRYPTO, cents, none, wallet, session, none * 0)


def _thefts(scene: Scene) -> Payments:
    """What an intruder sends from each account taken over: to its own wallet, within three days."""
    people, rng = scene.people, stream(scene.world, "thefts")
    victim = np.flatnonzero(people.intruder >= 0)
    session = scene.sessions.start[victim + 1] - INTRUSIONS + 1
    at = np.minimum(scene.sessions.at[session] + rng.integers(_MINUTE, 3 * _DAY, len(victim)), scene.world.end)
    cents = rng.lognormal(11.5, 0.8, len(victim)).astype(np.int64) + 5_000
    wallet = scene.holdings["wallet"].last()[people.intruder[victim]]
    return _crypto(victim, at, cents, wallet, session)


def _wages(scene: Scene) -> Payments:
    """Monthly pay from an employer's wallet: no session, the money just arrives."""
    held, rng = scene.holdings["payroll"], stream(scene.world, "wages")
    months = max(2, min(6, scene.world.days // 30))
    account, code = np.repeat(held.account, months), np.repeat(held.code, months)
    turn = np.tile(np.arange(months, dtype=np.int64), len(held))
    at = scene.world.end - _DAY * (3 + 30 * turn) + rng.integers(0, 6 * 3_600, len(turn))
    paid = at > scene.people.created[account]
    # An account opened after every payday still gets the last pay, on the day it opens.
    at = np.where(paid, at, scene.people.created[account] + 600)
    kept = paid | (turn == 0)
    cents = (150_000 + 300_000 * fractions(account, 71)).astype(np.int64)
    none = np.full(len(turn), -1, dtype=np.int64)
    wages = _crypto(account, at, cents, code + texts.PAYROLL_WALLETS, none, incoming=True)
    return _taken(wages, np.flatnonzero(kept))


def payment_feed(scene: Scene, payments: Payments) -> Iterator[pa.Table]:
    """The `payments` feed."""
    for part in parts(len(payments)):
        rows = np.arange(part.start, part.stop, dtype=np.int64)
        some = _taken(payments, rows)
        yield table("payments", _money_columns(scene, some, rows) | _rail_columns(some, rows))


def payment_ids(rows: Ints) -> pa.Array:
    """Public ids of payments; null where the row is negative."""
    return known(numbered("P", rows, 9), rows >= 0)


def currency_of(people: Population, accounts: Ints) -> Ints:
    """Index of the money of an account's country."""
    country = people.country[accounts]
    return np.where(country == COUNTRIES.index("GB"), 1, np.where(country < COUNTRIES.index("TR"), 0, 2))


def _money_columns(scene: Scene, some: Payments, rows: Ints) -> dict[str, pa.Array]:
    account, crypto = some.account, some.rail == CRYPTO
    coin = np.where(fractions(rows, 72) < 0.8, 3, 4)
    delay = (60 * fractions(rows, 73)).astype(np.int64)
    named = crypto & ~some.incoming & (some.cents >= _REPORTED)
    people = scene.people
    return {
        "payment_id": payment_ids(rows),
        "account_id": account_ids(account),
        "at": instants(some.at),
        "direction": chosen(("in", "out"), (~some.incoming).astype(np.int64)),
        "rail": chosen(RAILS, some.rail),
        "amount": money(some.cents),
        "currency": chosen(CURRENCIES, np.where(crypto, coin, currency_of(people, account))),
        "status": chosen(STATUSES, some.status),
        "session_id": known(session_ids(some.session), some.session >= 0),
        "unlock_at": instants(some.at + _DAY, some.incoming & ~crypto),
        "beneficiary_name": known(texts.full_name(people, account), named),
        "beneficiary_address": known(texts.postal_address(people.home[account]), named),
        "known_at": instants(np.minimum(some.at + delay, scene.world.end)),
    }


def _rail_columns(some: Payments, rows: Ints) -> dict[str, pa.Array]:
    card, bank = some.rail == CARD, some.rail == BANK
    chain, address = texts.wallet(some.wallet)
    memo = (some.wallet >= 0) & (some.wallet < MEMO_WALLETS)
    return {
        "instrument_token": tokens(some.instrument, some.rail),
        "chain": chain,
        "address": address,
        "memo": known(numbered("", (some.account * 7_919 + 100_003) % 10**9, 9), memo),
        "tx_hash": known(hex_text("0x", rows, 74, 64), some.wallet >= 0),
        "eci": chosen(_ECIS, np.where(card, _third(rows, 75), -1)),
        "return_code": chosen(_RETURNS, np.where(bank & (some.status == 2), _third(rows, 76), -1)),
    }


def tokens(instruments: Ints, rails: Ints) -> pa.Array:
    """Token of each card or bank account; null on other rails."""
    bank = known(texts.instrument(instruments, False), rails == BANK)
    return pc.if_else(pa.array(rails == CARD), texts.instrument(instruments, True), bank)


def _third(rows: Ints, salt: int) -> Ints:
    return (mix(rows, salt) % np.uint64(3)).astype(np.int64)


def instrument_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `instruments` feed: cards and bank accounts as accounts add them, cards first."""
    for rail, kind in ((CARD, "card"), (BANK, "bank")):
        held = scene.holdings[kind]
        for part in parts(len(held)):
            yield _instrument_part(scene, rail, held.account[part], held.code[part])


def _instrument_part(scene: Scene, rail: int, account: Ints, code: Ints) -> pa.Table:
    """Names on a card or account match its holder's, except where the card is stolen or somebody else's."""
    people = scene.people
    stolen = people.having("stolen")[account]
    odd = np.where(stolen, 0.8, 0.04)
    draw = fractions(pair_code(account, code), 77 + rail)
    match = np.where(draw < odd, 2, np.where(draw < odd + 0.1, 1, 0))
    abroad = stolen & (fractions(code, 79) < 0.5)
    issuer = np.where(abroad, _third(code, 80), people.country[account])
    columns = {
        "account_id": account_ids(account),
        "at": instants(people.created[account] + 1_200),
        "kind": constant(RAILS[rail], len(account)),
        "token": tokens(code, np.full(len(code), rail)),
        "issuer_country": chosen(COUNTRIES, issuer),
        "prepaid": pa.array((rail == CARD) & (fractions(code, 81) < 0.06)),
        "name_match": chosen(_MATCHES, match),
    }
    return table("instruments", columns)
