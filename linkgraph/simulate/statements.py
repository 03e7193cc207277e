"""The `instruments` and `payments` feeds as they are written."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkgraph.simulate import texts
from linkgraph.simulate.draws import Ints, fractions, mix, pair_code
from linkgraph.simulate.feeds import parts, table
from linkgraph.simulate.payments import BANK, CARD, CRYPTO, CURRENCIES, RAILS, REVERSED, STATUSES, Payments
from linkgraph.simulate.population import COUNTRIES, Population
from linkgraph.simulate.render import chosen, constant, hex_text, instants, known, money, numbered
from linkgraph.simulate.scene import Scene
from linkgraph.simulate.sharing import MEMO_WALLETS, Holdings

_DAY = 86_400
_MATCHES: Final = ("full", "partial", "none")
_ECIS: Final = ("05", "06", "07")
_RETURNS: Final = ("R01", "R10", "R29")
_UNCHECKED = 0.3  # instruments whose name nobody compared
_REPORTED = 100_000  # cents: from here on a withdrawal names its beneficiary


def payment_feed(scene: Scene, payments: Payments) -> Iterator[pa.Table]:
    """The `payments` feed."""
    for part in parts(len(payments)):
        rows = np.arange(part.start, part.stop, dtype=np.int64)
        some = payments.taken(rows)
        yield table("payments", _money_columns(scene, some, rows) | _rail_columns(scene, some, rows))


def currency_of(people: Population, accounts: Ints) -> Ints:
    """Index of the money of an account's country."""
    country = people.country[accounts]
    return np.where(country == COUNTRIES.index("GB"), 1, np.where(country < COUNTRIES.index("TR"), 0, 2))


def _money_columns(scene: Scene, some: Payments, rows: Ints) -> dict[str, pa.Array]:
    account, crypto = some.account, some.rail == CRYPTO
    coin = np.where(fractions(scene.world, rows, 72) < 0.8, 3, 4)
    delay = (60 * fractions(scene.world, rows, 73)).astype(np.int64)
    named = crypto & ~some.incoming & (some.cents >= _REPORTED)
    people = scene.people
    return {
        "payment_id": scene.numbered("P", rows),
        "account_id": scene.account_ids(account),
        "at": instants(some.at),
        "direction": chosen(("in", "out"), (~some.incoming).astype(np.int64)),
        "rail": chosen(RAILS, some.rail),
        "amount": money(some.cents),
        "currency": chosen(CURRENCIES, np.where(crypto, coin, currency_of(people, account))),
        "status": chosen(STATUSES, some.status),
        "session_id": known(scene.numbered("S", some.session), some.session >= 0),
        "unlock_at": instants(some.at + _DAY, some.incoming & ~crypto),
        "beneficiary_name": known(texts.full_name(people, account), named),
        "beneficiary_address": known(texts.postal_address(people.home[account] + scene.world.part.first), named),
        "known_at": instants(np.minimum(some.at + delay, scene.world.end)),
    }


def _rail_columns(scene: Scene, some: Payments, rows: Ints) -> dict[str, pa.Array]:
    card, bank = some.rail == CARD, some.rail == BANK
    chain, address = texts.wallet(some.wallet)
    memo = (some.wallet >= 0) & (some.wallet < MEMO_WALLETS)
    return {
        "instrument_token": tokens(some.instrument, some.rail),
        "chain": chain,
        "address": address,
        "memo": known(numbered("", ((some.account + scene.world.part.first) * 7_919 + 100_003) % 10**9, 9), memo),
        "tx_hash": known(hex_text("0x", rows + scene.world.part.code(32), 74, 64), some.wallet >= 0),
        "eci": chosen(_ECIS, np.where(card, _third(rows, 75), -1)),
        "return_code": chosen(_RETURNS, np.where(bank & (some.status == REVERSED), _third(rows, 76), -1)),
    }


def tokens(instruments: Ints, rails: Ints) -> pa.Array:
    """Token of each card or bank account; null on other rails."""
    bank = known(texts.instrument(instruments, False), rails == BANK)
    return pc.if_else(pa.array(rails == CARD), texts.instrument(instruments, True), bank)


def _third(rows: Ints, salt: int) -> Ints:
    return (mix(rows, salt) % np.uint64(3)).astype(np.int64)


def instrument_feed(scene: Scene, payments: Payments) -> Iterator[pa.Table]:
    """The `instruments` feed: cards and bank accounts as accounts add them, before the first use; cards first."""
    for rail, kind in ((CARD, "card"), (BANK, "bank")):
        held = scene.holdings[kind]
        at = _added(scene, payments, rail, held)
        for part in parts(len(held)):
            yield _instrument_part(scene, rail, held.account[part], held.code[part], at[part])


def _added(scene: Scene, payments: Payments, rail: int, held: Holdings) -> Ints:
    """When each holding was added: up to an hour before its first payment. Payments are in order of time."""
    rows = np.flatnonzero(payments.rail == rail)
    used, first = np.unique(pair_code(payments.account[rows], payments.instrument[rows]), return_index=True)
    link = pair_code(held.account, held.code)
    before = 30 + (3_600 * fractions(scene.world, link, 85)).astype(np.int64)
    at: Ints = payments.at[rows[first]][np.searchsorted(used, link)] - before
    return np.maximum(at, scene.people.created[held.account] + 20)


def _instrument_part(scene: Scene, rail: int, account: Ints, code: Ints, at: Ints) -> pa.Table:
    """Names on a card or account match its holder's, except where the card is stolen or somebody else's."""
    people = scene.people
    stolen = people.having("stolen")[account]
    odd = np.where(stolen, 0.6, 0.06)
    draw = fractions(scene.world, pair_code(account, code), 77 + rail)
    match = np.where(draw < odd, 2, np.where(draw < odd + 0.1, 1, 0))
    abroad = stolen & (fractions(scene.world, code, 79) < 0.5)
    issuer = np.where(abroad, _third(code, 80), people.country[account])
    columns = {
        "account_id": scene.account_ids(account),
        "at": instants(at),
        "kind": constant(RAILS[rail], len(account)),
        "token": tokens(code, np.full(len(code), rail)),
        "issuer_country": chosen(COUNTRIES, issuer),
        "prepaid": pa.array((rail == CARD) & (fractions(scene.world, code, 81) < 0.06)),
        "name_match": chosen(_MATCHES, np.where(fractions(scene.world, code, 83) < _UNCHECKED, -1, match)),
    }
    return table("instruments", columns)
