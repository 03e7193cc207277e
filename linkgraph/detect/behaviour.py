"""Behavioural signals: a table of what is looked at, and how far each account stands above the rest of the population.

Each signal turns the whole numbers of one statement into one value per account. With median_j over all accounts
u_j = max(0, ln((1 + x_j) / (1 + median_j))); the block is the sum of weight * u. A signal whose feed or column holds
nothing is not evaluated, which is not the value 0.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.parameters import Parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = Mapping[str, Ints]

FADED = 1024  # whole parts of one, so that sums have no order
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND


@dataclass(frozen=True, slots=True)
class Signal:
    """One behavioural test.

    step: the statement whose columns it reads. value: the figure per row of them. seen: the column that counts the
    independent observations behind it. needs: what must hold something, else it is not evaluated. window: days.
    text: the reason, with {value}. points_to: the role it speaks for, from the value `notable` on (starting values of
    domain.md M9). weight: what it is worth before any label was learned from, relative to the other signals. novel: it
    counts what was not there before, which says nothing until its inputs reach back beyond the window.
    """

    name: str
    step: str
    value: Callable[[Columns], Floats]
    seen: str
    needs: tuple[str, ...]
    window: int
    text: str
    points_to: str = ""
    notable: float = np.inf
    weight: float = 0.0
    novel: bool = False


def number(column: str) -> Callable[[Columns], Floats]:
    """The figure of one column."""
    return lambda columns: columns[column].astype(np.float64)


def faded(column: str) -> Callable[[Columns], Floats]:
    """A count in which each fades with age, from 1/1024."""
    return lambda columns: columns[column] / FADED


def percent(column: str) -> Callable[[Columns], Floats]:
    """A column in per mille, as per cent."""
    return lambda columns: columns[column] / 10.0


def share(part: str, whole: str, least: int = 3) -> Callable[[Columns], Floats]:
    """Per cent of `whole` that is `part`; 0 below `least` observations, where a share says nothing."""
    return lambda columns: np.where(columns[whole] >= least, 100.0 * columns[part] / np.maximum(columns[whole], 1), 0.0)


def surge(recent: str, past: str) -> Callable[[Columns], Floats]:
    """How many more there were in the last 30 days than the account's own pace before would give."""

    def value(columns: Columns) -> Floats:
        months_before = np.maximum(columns["days"] - 30, 30) / 30.0
        return np.asarray(np.maximum(0.0, columns[recent] - columns[past] / months_before), dtype=np.float64)

    return value


def lift(columns: Columns) -> Floats:
    """Trades with the most met counterparty over what chance would give; 0 below three, where it says nothing."""
    expected = np.maximum(columns["expected"], 1) / 1000.0
    return np.where(columns["matched"] >= 3, columns["matched"] / np.maximum(expected, 1.0), 0.0)


_PACE, _FLOW, _PAID = "behaviour_pace", "behaviour_flow", "behaviour_payments"
_ORDERS, _TRADES, _REFERRED = "behaviour_orders", "behaviour_trades", "behaviour_referrals"
_CLAIMS, _SECURITY = "behaviour_disputes", "behaviour_security"
_PERPETRATOR, _MULE, _VICTIM = "perpetrator", "mule", "victim"

SIGNALS: tuple[Signal, ...] = (
    Signal("new_cards", _PACE, faded("fresh_cards"), "cards_180", ("used.card",), 180,
           "{value:.1f} new cards, old ones fading", weight=1.0, novel=True),
    Signal("new_cards_30", _PACE, number("cards_30"), "cards_30", ("used.card",), 30,
           "{value:.0f} new cards", novel=True),
    Signal("new_cards_14", _PACE, number("cards_14"), "cards_14", ("used.card",), 14, "{value:.0f} new cards",
           _PERPETRATOR, 4, novel=True),
    Signal("card_surge", _PACE, surge("cards_30", "cards_past"), "cards_30", ("used.card",), 30,
           "{value:.1f} new cards more than its own pace before", novel=True),
    Signal("new_devices", _PACE, faded("fresh_devices"), "devices_180", ("used.device",), 180,
           "{value:.1f} new devices, old ones fading", novel=True),
    Signal("device_surge", _PACE, surge("devices_30", "devices_past"), "devices_30", ("used.device",), 30,
           "{value:.1f} new devices more than its own pace before", novel=True),
    Signal("new_wallets", _PACE, faded("fresh_wallets"), "wallets_180", ("used.wallet",), 180,
           "{value:.1f} new withdrawal addresses, old ones fading", novel=True),
    Signal("payment_surge", _PAID, surge("payments_30", "payments_past"), "payments_30", ("payments",), 30,
           "{value:.1f} payments more than its own pace before", novel=True),
    Signal("declined_cards", _PAID, number("declined_cards"), "declined", ("payments.status",), 180,
           "{value:.0f} cards declined", _PERPETRATOR, 3),
    Signal("declined_share", _PAID, share("declined", "payments_180"), "payments_180", ("payments.status",), 180,
           "{value:.0f} % of payments declined"),
    Signal("below_limit", _PAID, number("below_limit"), "below_limit", ("payments",), 180,
           "{value:.0f} amounts just under a reporting limit"),
    Signal("out_within_hour", _FLOW, percent("within_hour"), "deposits", ("payments",), 180,
           "{value:.0f} % of the value paid in was followed by money out within the hour", _MULE, 80),
    Signal("out_within_day", _FLOW, percent("within_day"), "deposits", ("payments",), 180,
           "{value:.0f} % of the value paid in was followed by money out within the day"),
    Signal("sent", _FLOW, faded("fresh_sent"), "payees", ("moves",), 180,
           "money sent {value:.1f} times, old ones fading", novel=True),
    Signal("sent_surge", _FLOW, surge("sent_30", "sent_past"), "sent_30", ("moves",), 30,
           "money sent {value:.1f} times more than at its own pace before", novel=True),
    Signal("gathered", _FLOW, number("gathered"), "inflows", ("moves",), 180,
           "money from {value:.0f} one-way sources in the day before some went out", _MULE, 5),
    Signal("cancelled_after_paid", _ORDERS, share("cancelled_after_paid", "orders"), "orders", ("p2p_orders",), 180,
           "{value:.0f} % of its orders called paid and yet cancelled", _PERPETRATOR, 50),
    Signal("reused_proofs", _ORDERS, number("reused_proofs"), "orders", ("p2p_orders.proof",), 180,
           "{value:.0f} orders with a proof of payment seen in another order", _PERPETRATOR, 2),
    Signal("payer_reuse", _ORDERS, number("payer_buyers"), "orders", ("p2p_orders.payer",), 180,
           "{value:.0f} other buyers on its payer account"),
    Signal("strangers_paid", _ORDERS, number("strangers_paid"), "sellers",
           ("p2p_orders.payer_name", "accounts.name"), 180, "{value:.0f} orders paid by somebody new, not the buyer",
           _PERPETRATOR, 2),
    Signal("matched_orders", _TRADES, lift, "matched", ("trades",), 180,
           "{value:.0f} times as many trades with one counterparty as chance gives"),
    Signal("lost_to_one", _TRADES, share("lost", "trades"), "lost", ("trades",), 180,
           "{value:.0f} % of its trades lost money to one counterparty"),
    Signal("signed_up_together", _REFERRED, number("burst"), "burst", ("accounts.referrer_id", "accounts.created_at"),
           180, "{value:.0f} others of its referrer opened within ten minutes of it", _PERPETRATOR, 3),
    Signal("referred", _REFERRED, number("referred_30"), "referred_30", ("accounts.referrer_id", "accounts.created_at"),
           30, "{value:.0f} accounts referred"),
    Signal("referral_chain", _REFERRED, number("chain"), "chain", ("accounts.referrer_id", "accounts.created_at"), 30,
           "{value:.0f} referred accounts that refer others"),
    Signal("disputes", _CLAIMS, number("disputes"), "disputes", ("disputes",), 180, "{value:.0f} disputes"),
    Signal("dispute_rate", _CLAIMS, share("disputes", "events"), "disputes", ("disputes",), 180,
           "{value:.0f} % of its payments and orders disputed", _PERPETRATOR, 30),
    Signal("security_changes", _SECURITY, number("changed"), "changed", ("logins.security_change",), 180,
           "{value:.0f} security settings changed"),
    Signal("failed_logins", _SECURITY, number("failed"), "failed", ("logins.result",), 180,
           "{value:.0f} failed logins"),
    Signal("takeover_marks", _SECURITY, number("marks"), "changed", ("logins.security_change", "used.device"), 180,
           "{value:.0f} marks of a takeover around a security change (new device before, new withdrawal address after)",
           _VICTIM, 2),
)  # fmt: skip

NAMES: tuple[str, ...] = tuple(signal.name for signal in SIGNALS)
STEPS: tuple[str, ...] = tuple(dict.fromkeys(signal.step for signal in SIGNALS))
_BY_NAME = {signal.name: signal for signal in SIGNALS}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where accounts stand above the median in one signal, by account; everybody else does not.

    excess: u. rate: share of all accounts whose value is at least as high. seen: independent observations.
    """

    account: NDArray[np.int32]
    value: Floats
    excess: Floats
    rate: Floats
    seen: Ints
    median: float


def stand(signal: Signal, columns: Columns, population: int) -> Standing:
    """Evaluate a signal on the columns of its statement (`account` among them), out of `population` accounts."""
    values = signal.value(columns)
    rank = np.sort(values[values > 0])
    middle = (population - 1) // 2 - (population - len(rank))
    median = float(rank[middle]) if middle >= 0 else 0.0
    above = np.flatnonzero(values > median)
    above = above[np.argsort(columns["account"][above], kind="stable")]
    value = values[above]
    return Standing(
        columns["account"][above].astype(np.int32),
        value,
        np.log((1.0 + value) / (1.0 + median)),
        (len(rank) - np.searchsorted(rank, value, side="left")) / max(population, 1),
        columns[signal.seen][above].astype(np.int64),
        median,
    )


def evaluated(since: Mapping[str, int], as_of: int) -> tuple[Signal, ...]:
    """The signals whose inputs hold something. since: first row of each input that does; as_of: both epoch seconds."""

    def seen(signal: Signal) -> bool:
        start = as_of - signal.window * 86_400 if signal.novel else as_of
        return all(need in since and since[need] <= start for need in signal.needs)

    return tuple(signal for signal in SIGNALS if seen(signal))


def reason(name: str, value: float, rate: float, seen: int) -> str:
    """What a signal says of an account, in words: value, window, observations, and how many accounts have as much."""
    signal = _BY_NAME[name]
    common = f"{100 * rate:.1f} %" if rate >= 0.001 else "fewer than 0.1 %"
    words = signal.text.format(value=value)
    return f"{words} in the last {signal.window} days ({seen} seen; {common} of accounts have as much)"


def notable(names: Iterable[str], values: Iterable[float]) -> list[str]:
    """The role each signal speaks for at its value, '' where for none."""
    pairs = zip(names, values, strict=True)
    return [_BY_NAME[name].points_to if value >= _BY_NAME[name].notable else "" for name, value in pairs]


def input_tables(as_of: int, parameters: Parameters) -> dict[str, pa.Table]:
    """Small tables the statements read: where the windows begin, lengths of time in microseconds, limits, words."""
    spans = {
        "as_of": as_of,
        "fortnight": as_of - 14 * _DAY,
        "month": as_of - 30 * _DAY,
        "half_year": as_of - 180 * _DAY,
        "hour": 3_600 * _SECOND,
        "day": _DAY,
        "takeover": parameters.takeover_days * _DAY,
        "hold": parameters.takeover_hours * 3_600 * _SECOND,
    }
    fading = [round(FADED * 0.5 ** (days / parameters.fresh_half_life)) for days in range(180)]
    limits = [(code, limit) for code in parameters.limit_currencies for limit in parameters.limits]
    return {
        "spans": pa.table({name: pa.array([value], pa.int64()) for name, value in spans.items()}),
        "limits": pa.table(
            {
                "currency": [code for code, _ in limits],
                "amount": [limit for _, limit in limits],
                "near": [parameters.limit_near * limit for _, limit in limits],
            }
        ),
        "fading": pa.table({"days": pa.array(range(180), pa.int64()), "units": pa.array(fading, pa.int64())}),
        "declined_words": pa.table({"word": list(parameters.declined_words)}),
    }
