"""The `disputes` feed: chargebacks and reports of fraud, weeks after the payment, most right and some false."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from linkgraph.simulate.draws import Ints, mix, stream
from linkgraph.simulate.feeds import table
from linkgraph.simulate.p2p import P2P_CURRENCY, Orders
from linkgraph.simulate.payments import BANK, CARD, CURRENCIES, Payments
from linkgraph.simulate.render import chosen, instants, known, money
from linkgraph.simulate.scene import Scene
from linkgraph.simulate.sessions import takeover_times
from linkgraph.simulate.statements import currency_of

KINDS: Final = ("chargeback", "fraud_report", "takeover_report", "p2p_appeal", "bank_recall", "inquiry")
_CHARGEBACK, _REPORT, _TAKEOVER, _APPEAL, _RECALL, _INQUIRY = range(len(KINDS))

_DAY = 86_400
_CHANNELS: Final = ("psp", "psp", "app", "chat", "bank", "email")  # by kind
_SCHEMES: Final = ("visa", "mastercard")
_REASONS: Final = ("10.4", "4837")
_ANSWER_DAYS: Final = (30, 45)  # by scheme
_STATUSES: Final = ("needs_response", "under_review", "won", "lost")
_LANGUAGES: Final = ("de", "fr", "en", "es", "pl", "tr", "pt", "en", "vi", "en")  # by country
_RECALLED_FRAUD, _RECALLED_OTHERS = 0.2, 0.0005
_UNDERSTOOD = 0.5  # victims of swindlers who report it


@dataclass(frozen=True, slots=True)
class _Cases:
    """Disputes of one origin. opened: epoch seconds. payment, order: rows of theirs, -1 for none."""

    kind: Ints
    account: Ints
    opened: Ints
    cents: Ints
    payment: Ints
    order: Ints


def dispute_table(scene: Scene, payments: Payments, orders: Orders) -> pa.Table:
    """The feed: what was opened, and has become known, by the end of the world, in order of opening."""
    blocks = [_of_payments(scene, payments), _of_takeovers(scene), _of_scams(scene), _of_orders(orders)]
    names = ("kind", "account", "opened", "cents", "payment", "order")
    cases = _Cases(*(np.concatenate([getattr(b, name) for b in blocks]) for name in names))
    late = (3 * _DAY * stream(scene.world, "disputes").random(len(cases.kind)) ** 2).astype(np.int64) + 60
    order = np.argsort(cases.opened, kind="stable")
    rows = order[(cases.opened + late)[order] <= scene.world.end]
    kept = _Cases(*(getattr(cases, name)[rows] for name in names))
    return table("disputes", _columns(scene, kept) | {"known_at": instants(kept.opened + late[rows])})


def _columns(scene: Scene, cases: _Cases) -> dict[str, pa.Array]:
    numbers = np.arange(len(cases.kind), dtype=np.int64)
    scheme = (mix(cases.payment, 111) % np.uint64(2)).astype(np.int64)
    by_card = (cases.kind == _CHARGEBACK) | (cases.kind == _REPORT)
    people = scene.people
    currency = np.where(cases.order >= 0, P2P_CURRENCY, currency_of(people, cases.account))
    return {
        "dispute_id": scene.numbered("D", numbers),
        "account_id": scene.account_ids(cases.account),
        "opened_at": instants(cases.opened),
        "kind": chosen(KINDS, cases.kind),
        "channel": chosen(_CHANNELS, cases.kind),
        "scheme": chosen(_SCHEMES, np.where(by_card, scheme, -1)),
        "reason_code": chosen(_REASONS, np.where(by_card, scheme, -1)),
        "amount": known(money(cases.cents), cases.cents >= 0),
        "currency": chosen(CURRENCIES, np.where(cases.cents >= 0, currency, -1)),
        "payment_id": scene.numbered("P", cases.payment),
        "order_id": scene.numbered("O", cases.order),
        "due_by": instants(cases.opened + np.array(_ANSWER_DAYS)[scheme] * _DAY, by_card),
        "status": chosen(_STATUSES, (mix(numbers, 112) % np.uint64(len(_STATUSES))).astype(np.int64)),
        "language": chosen(_LANGUAGES, people.country[cases.account]),
    }


def _of_payments(scene: Scene, payments: Payments) -> _Cases:
    """Card payments are charged back or reported, bank payments recalled; honest holders rarely do it, or only ask."""
    rng = stream(scene.world, "disputed")
    people, habits = scene.people, scene.world.habits
    bad, card = people.having("stolen")[payments.account], payments.rail == CARD
    serial, recalls = (people.having(way)[payments.account] for way in ("disputes", "recalls"))
    bank = (payments.rail == BANK) & payments.incoming
    chance = np.where(card, np.where(bad | serial, habits.disputed, habits.falsely_disputed), 0.0)
    chance = np.where(
        bank, np.where(recalls, habits.disputed, np.where(bad, _RECALLED_FRAUD, _RECALLED_OTHERS)), chance
    )
    rows = np.flatnonzero((rng.random(len(payments)) < chance) & (payments.status == 0))
    reported = np.where((bad | serial)[rows], _REPORT, _INQUIRY)
    kind = np.where(bank[rows], _RECALL, np.where(rng.random(len(rows)) < 0.7, _CHARGEBACK, reported))
    days = rng.gamma(3.0, habits.dispute_days / 3, len(rows)) + 1
    opened = payments.at[rows] + (_DAY * days).astype(np.int64)
    return _Cases(kind, payments.account[rows], opened, payments.cents[rows], rows, np.full(len(rows), -1))


def _of_takeovers(scene: Scene) -> _Cases:
    """Most victims report within days."""
    people, rng = scene.people, stream(scene.world, "takeover reports")
    account = np.flatnonzero((people.intruder >= 0) & (rng.random(len(people)) < 0.8))
    opened = takeover_times(scene.world, people)[account] + rng.integers(3_600, 5 * _DAY, len(account))
    none = np.full(len(account), -1, dtype=np.int64)
    return _Cases(none * 0 + _TAKEOVER, account, opened, none, none, none)


def _of_scams(scene: Scene) -> _Cases:
    """Some who paid a swindler understand it, weeks later."""
    people, rng = scene.people, stream(scene.world, "scam reports")
    account = np.flatnonzero(people.in_kind("scam") & (rng.random(len(people)) < _UNDERSTOOD))
    life = scene.world.end - people.created[account]
    opened = people.created[account] + (life * (0.3 + 0.7 * rng.random(len(account)))).astype(np.int64)
    none = np.full(len(account), -1, dtype=np.int64)
    return _Cases(none * 0 + _REPORT, account, opened, none, none, none)


def _of_orders(orders: Orders) -> _Cases:
    """Appeals are opened by the seller."""
    rows = np.flatnonzero(orders.appealed >= 0)
    none = np.full(len(rows), -1, dtype=np.int64)
    return _Cases(none * 0 + _APPEAL, orders.seller[rows], orders.appealed[rows], orders.cents[rows], none, rows)
