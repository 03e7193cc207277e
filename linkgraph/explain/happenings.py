"""What one row of a feed says happened to an account, in a sentence of tokens and ids. Pure.

Who acted is said, since what others did to an account or in its name is no act of its holder.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from linkgraph.model import FeedRow
from linkgraph.parameters import Parameters

# Who acted. UNKNOWN where the feed does not say.
ACCOUNT, INTRUDER, OTHER, OUTSIDE, EXCHANGE, REVIEWER, NIGHT, UNKNOWN = (
    "account", "intruder", "other_account", "outside", "exchange", "reviewer", "night", "unknown",
)  # fmt: skip
FAILED: Final = "failed_login"
# Comes anew with every train and café.
FLEETING: Final = ("ip",)

_DECLINED: Final = frozenset(Parameters().declined_words)
_LOGINS: Final = {"signup": "Signed up", "kyc": "Had its identity checked"}
_SETTINGS: Final = {"two_factor": "two-factor sign-in", "limit": "limits", "api_key": "API keys"}
_DISPUTES: Final = {
    "chargeback": ("Chargeback", OUTSIDE),
    "fraud_report": ("Report of fraud", UNKNOWN),
    "takeover_report": ("Report that the account was taken over", ACCOUNT),
    "p2p_appeal": ("Appeal", ACCOUNT),
    "bank_recall": ("Recall by the bank", OUTSIDE),
    "inquiry": ("Inquiry", UNKNOWN),
}

Thing = tuple[str, str]
Alike = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `verb` and `rest` are the sentence; between them stands how often, where it was often.

    alike: those of a kind with the same one are told as one; None is told alone, as
    every movement of money is, so that each can be named. things: identifiers that it names, kind and
    token. others: accounts on the other side. times: how often the row says that it happened.
    """

    row: FeedRow
    kind: str
    verb: str
    rest: str = ""
    by: str = ACCOUNT
    alike: Alike | None = None
    things: tuple[Thing, ...] = ()
    others: tuple[str, ...] = ()
    amount: Decimal | None = None
    currency: str | None = None
    times: int = 1

    @property
    def uses(self) -> tuple[Thing, ...]:
        """What it names and was used: to try is not to use, nor to rule, and an address paid from is anybody's."""
        if self.kind == FAILED or self.by == REVIEWER:
            return ()
        return tuple(each for each in self.things if each[0] != "wallet" or self.kind != "payment_in")


def happenings(row: FeedRow, account_id: str, clock: int) -> list[Happening]:
    """What a row says: one thing, and for an order that was appealed by the clock (microseconds), the appeal."""
    found = _BY_FEED[row.feed](row, account_id)
    return [found, *_appeal(found, clock)]


def _opened(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    rest = [f"in {told['country']}"] if told["country"] else []
    rest += [f"KYC level {told['kyc_level']}"] if told["kyc_level"] is not None else []
    rest += [f"status {told['status']}"] if told["status"] else []
    rest += [f"referred by {told['referrer_id']}"] if told["referrer_id"] else []
    rest += [f"a part of {told['parent_account_id']}"] if told["parent_account_id"] else []
    others = tuple(each for each in (told["referrer_id"], told["parent_account_id"]) if each)
    things = _things(told, "email", "phone", "document")
    return Happening(row, "opened", "Opened", _listed(rest), things=things, others=others)


def _login(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    failed = (told["result"] or "").lower() in _DECLINED
    things = _things(told, "device", "fingerprint", "ip")
    if told["security_change"]:
        what = _SETTINGS.get(told["security_change"], told["security_change"])
        return Happening(
            row, "security_change", f"{'Failed to change' if failed else 'Changed'} its {what}", things=things
        )
    if failed:
        return Happening(row, FAILED, "Failed to sign in", alike=(told["kind"],), by=UNKNOWN, things=things)
    if told["kind"] in _LOGINS:
        return Happening(row, told["kind"], _LOGINS[told["kind"]], things=things)
    return Happening(row, "login", "Signed in", alike=(told["device"], told["fingerprint"]), things=things)


def _instrument(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    rest = [f"issued in {told['issuer_country']}"] if told["issuer_country"] else []
    rest += ["prepaid"] if told["prepaid"] else []
    rest += [f"name match {told['name_match']}"] if told["name_match"] else []
    thing = (told["kind"], told["token"])
    what = "card" if told["kind"] == "card" else "bank account"
    return Happening(row, "instrument", f"Added a {what}", _listed(rest), alike=thing, things=(thing,))


def _payment(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    paid_with: tuple[Thing, ...] = ((told["rail"], told["instrument"]),) if told["instrument"] else ()
    things = paid_with + _things(told, "wallet")
    came_in = told["direction"] == "in"
    rest = [f"by {told['rail']}", *(each for each in (told["status"], told["return_code"]) if each)]
    # Coins may come from anybody.
    by = UNKNOWN if came_in and told["rail"] == "crypto" else ACCOUNT
    kind, verb = ("payment_in", "Paid in") if came_in else ("payment_out", "Paid out")
    return _money(Happening(row, kind, verb, _listed(rest), by=by, things=things))


def _transfer(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    sent = told["from_account_id"] == account_id
    other = told["to_account_id"] if sent else told["from_account_id"]
    kind, verb, rest = (
        ("transfer_out", "Sent", f" to {other}") if sent else ("transfer_in", "Received", f" from {other}")
    )
    by = ACCOUNT if sent else OTHER
    return _money(Happening(row, kind, verb, rest, by=by, others=(other,)))


def _trade(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    bought = told["buyer_id"] == account_id
    verb, other = ("Bought", told["seller_id"]) if bought else ("Sold", told["buyer_id"])
    return Happening(row, "trade", verb, f" on {told['market']}", alike=(told["market"], bought), others=(other,))


def _order(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    bought = told["buyer_id"] == account_id
    other = told["seller_id"] if bought else told["buyer_id"]
    verb, where = ("Bought", "from") if bought else ("Sold", "to")
    # Who paid and what proved it are the buyer's.
    things = _things(told, "payer", "proof") if bought else ()
    rest = f" person to person {where} {other}, {told['state']}"
    return _money(Happening(row, "p2p_order", verb, rest, things=things, others=(other,)))


def _appeal(order: Happening, clock: int) -> Iterator[Happening]:
    appealed = order.row.values.get("appealed_at")
    if order.kind == "p2p_order" and appealed is not None and appealed <= clock:
        rest = f" person to person with {order.others[0]} was appealed"
        row = replace(order.row, at=appealed, feed="appeals")
        yield replace(order, row=row, kind="appeal", verb="The order", rest=rest, by=UNKNOWN, alike=None, things=())


def _dispute(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    verb, by = _DISPUTES[told["kind"]]
    rest = [f"reason {told['reason_code']}"] if told["reason_code"] else []
    rest += [told["status"]] if told["status"] else []
    rest += [f"on payment {told['payment_id']}"] if told["payment_id"] else []
    rest += [f"on order {told['order_id']}"] if told["order_id"] else []
    return _money(Happening(row, "dispute", verb, "".join(f", {each}" for each in rest), by=by))


def _balance(row: FeedRow, account_id: str) -> Happening:
    return _money(Happening(row, "balance", "Had its balance taken", by=EXCHANGE, alike=(row.values["currency"],)))


def _bonus(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    alike = (told["campaign"], told["currency"])
    return _money(Happening(row, "bonus", "Got a bonus", f" of {told['campaign']}", by=EXCHANGE, alike=alike))


def _label(row: FeedRow, account_id: str) -> Happening:
    told = row.values
    rest = f": {told['typology']}" if told["typology"] else ""
    return Happening(row, "label", f"Labelled {told['label']}", rest, by=REVIEWER)


def _observation(row: FeedRow, account_id: str) -> Happening:
    thing = (row.values["kind"], row.values["identifier"])
    times = row.values["count"] or 1
    verb = f"Seen with its {thing[0]}"
    return Happening(row, "observation", verb, by=UNKNOWN, alike=thing, things=(thing,), times=times)


_BY_FEED: Final[dict[str, Callable[[FeedRow, str], Happening]]] = {
    "observations": _observation,
    "accounts": _opened,
    "logins": _login,
    "instruments": _instrument,
    "payments": _payment,
    "transfers": _transfer,
    "trades": _trade,
    "p2p_orders": _order,
    "disputes": _dispute,
    "balances": _balance,
    "bonuses": _bonus,
    "labels": _label,
}


def _things(told: dict[str, Any], *kinds: str) -> tuple[Thing, ...]:
    return tuple((kind, told[kind]) for kind in kinds if told[kind])


def _money(found: Happening) -> Happening:
    return replace(found, amount=found.row.values["amount"], currency=found.row.values["currency"])


def _listed(parts: list[str]) -> str:
    return f" {', '.join(parts)}" if parts else ""
