"""Money in and out, as it is drawn: deposits, withdrawals, thefts and wages."""

import numpy as np

from linkgraph.simulate.draws import Bools, fractions, stream
from linkgraph.simulate.hops import hops, returns, vaults
from linkgraph.simulate.payments import BANK, CARD, DECLINED, REVERSED, SETTLED, Payments, crypto, joined
from linkgraph.simulate.scene import Scene
from linkgraph.simulate.sessions import INTRUSIONS
from linkgraph.simulate.texts import PAYROLL_WALLETS

_MINUTE = 60
_DAY = 86_400
_BY_PROGRAM = 0.2  # withdrawals ordered by an interface for programs, outside any session
_LIMIT = 100_000  # cents: the sum from which withdrawals are reported
_SIZE_OF_PAY = 0.02
_TINY = 300  # cents: what is charged to see whether a card works
_TRIED_IN_VAIN = 0.7  # charges to cards that many try, or that a tester tries, which are declined


def pay(scene: Scene) -> Payments:
    """Draw all payments of a world, in order of time."""
    deposits = joined([_by_instrument(scene, "card", CARD), _by_instrument(scene, "bank", BANK)])
    deposits = deposits.taken(np.argsort(deposits.account, kind="stable"))
    round_about = [hops(scene), vaults(scene), returns(scene)]
    everything = joined([deposits, _withdrawals(scene, deposits), _thefts(scene), _wages(scene), *round_about])
    return everything.taken(np.argsort(everything.at, kind="stable"))


def _by_instrument(scene: Scene, kind: str, rail: int) -> Payments:
    """Deposits: each card and bank account is used once or more."""
    rng, held = stream(scene.world, f"deposits {kind}"), scene.holdings[kind]
    uses = 1 + rng.poisson(rng.gamma(0.5, 1.2, len(held)))
    account, rows = np.repeat(held.account, uses), int(uses.sum())
    session = scene.sessions.draw(scene.people, account, rng.random(rows))
    at = np.minimum(scene.sessions.at[session] + rng.integers(30, 20 * _MINUTE, rows), scene.world.end)
    none, code = np.full(rows, -1, dtype=np.int64), np.repeat(held.code, uses)
    tried = ((code >= held.public[0]) & (code < held.public[1])) | scene.people.having("tests_cards")[account]
    tried &= rail == CARD
    reversed_later = (rng.random(rows) < 0.01) & (rail == BANK)
    status = np.where(rng.random(rows) < 0.04, DECLINED, np.where(reversed_later, REVERSED, SETTLED))
    status[np.cumsum(uses) - uses] = SETTLED  # the first use of each succeeds
    status[tried & (rng.random(rows) < _TRIED_IN_VAIN)] = DECLINED
    cents = np.where(tried, _TINY * rng.random(rows), rng.lognormal(9.5, 1.0, rows) + 500).astype(np.int64) + 100
    return Payments(account, at, none < 0, none * 0 + rail, cents, code, none, session, status.astype(np.int64))


def _withdrawals(scene: Scene, deposits: Payments) -> Payments:
    """Withdrawals: each wallet is used once or more, by the hasty within the hour of a deposit."""
    rng, held = stream(scene.world, "withdrawals"), scene.holdings["wallet"]
    uses = 1 + rng.poisson(rng.gamma(0.5, 1.2, len(held)))
    account, rows = np.repeat(held.account, uses), int(uses.sum())
    own = scene.sessions.draw(scene.people, account, rng.random(rows))
    low, high = np.searchsorted(deposits.account, account), np.searchsorted(deposits.account, account, side="right")
    source = low + ((high - low) * rng.random(rows)).astype(np.int64)
    quick = _hasty(scene)[account] & (high > low) & (rng.random(rows) < scene.world.habits.haste)
    source = np.where(quick, source, 0)
    session = np.where(quick, deposits.session[source], own)
    begin = np.where(quick, deposits.at[source], scene.sessions.at[own])
    at = np.minimum(begin + rng.integers(4 * _MINUTE, 50 * _MINUTE, rows), scene.world.end)
    drawn = rng.lognormal(9.8, 1.1, rows).astype(np.int64) + 1_000
    cents = np.where(quick, deposits.cents[source] * 9 // 10, drawn)
    cents = np.where(
        _below_limits(scene)[account], _LIMIT - (1 + _LIMIT // 12 * rng.random(rows)).astype(np.int64), cents
    )
    session = np.where(rng.random(rows) < _BY_PROGRAM, -1, session)
    return crypto(account, at, cents, np.repeat(held.code, uses), session)


def _hasty(scene: Scene) -> Bools:
    """Accounts whose money leaves within the hour of a deposit: some ways of fraud, and traders in a hurry."""
    others = fractions(scene.world, np.arange(len(scene.people), dtype=np.int64), 82) < scene.world.habits.hasty
    return np.logical_or(scene.people.having("quick"), others)


def _below_limits(scene: Scene) -> Bools:
    """Accounts whose sums stay just below a limit: on purpose, or since their pay is of that size."""
    others = fractions(scene.world, np.arange(len(scene.people), dtype=np.int64), 84) < _SIZE_OF_PAY
    return np.logical_or(scene.people.having("just_under"), others)


def _thefts(scene: Scene) -> Payments:
    """What an intruder sends from each account taken over: to its own wallet, within three days."""
    people, rng = scene.people, stream(scene.world, "thefts")
    victim = np.flatnonzero(people.intruder >= 0)
    session = scene.sessions.start[victim + 1] - INTRUSIONS + 1
    at = np.minimum(scene.sessions.at[session] + rng.integers(_MINUTE, 3 * _DAY, len(victim)), scene.world.end)
    cents = rng.lognormal(11.5, 0.8, len(victim)).astype(np.int64) + 5_000
    wallet = scene.holdings["wallet"].last()[people.intruder[victim]]
    return crypto(victim, at, cents, wallet, session)


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
    cents = (150_000 + 300_000 * fractions(scene.world, account, 71)).astype(np.int64)
    wages = crypto(account, at, cents, code + PAYROLL_WALLETS)
    return wages.taken(np.flatnonzero(kept))
