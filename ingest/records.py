"""The feeds as they come in: which columns each has, how their text is read, and which ledger columns they become.

Every feed also has `known_at`, `source_id` and `deleted`. Names and required columns are those of the feed contract; a
test holds the ledger columns named here equal to `linkgraph.ledger.FEEDS`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from linkgraph.kinds import KIND_NAMES

Outputs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a feed.

    form: how its text is read (a row of `ingest.normalize.FORMS`), or `by_kind` where another column says so.
    outputs: pairs of a part of the form and the ledger column it becomes.
    options: further arguments of the form.
    kind_from: for `by_kind`, the column that holds the identifier's kind.
    """

    name: str
    form: str
    outputs: Outputs
    required: bool = False
    options: tuple[Any, ...] = ()
    kind_from: str = ""


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """One feed. `event`: the column that says when it happened."""

    name: str
    fields: tuple[Field, ...]
    event: str = "at"

    @property
    def names(self) -> tuple[str, ...]:
        """Columns a file of this feed may have."""
        return tuple(field.name for field in self.fields)


def required(field: Field) -> Field:
    """The same column, without which a row is rejected."""
    return replace(field, required=True)


def _plain(form: str, *names: str) -> tuple[Field, ...]:
    return tuple(Field(name, form, (("value", name),)) for name in names)


def _ids(*names: str) -> tuple[Field, ...]:
    return _plain("id", *names)


def _texts(*names: str) -> tuple[Field, ...]:
    return _plain("text", *names)


def _codes(*names: str) -> tuple[Field, ...]:
    return _plain("code", *names)


def _times(*names: str) -> tuple[Field, ...]:
    return _plain("time", *names)


def _amounts(*names: str, negative: bool = False) -> tuple[Field, ...]:
    return tuple(replace(field, options=(negative,)) for field in _plain("amount", *names))


def _choice(name: str, choices: Iterable[str], outside: str = "bad_enum") -> Field:
    return Field(name, "choice", (("value", name),), options=(list(choices), outside))


def _integer(name: str, low: int, high: int) -> Field:
    return Field(name, "integer", (("value", name),), options=(low, high))


def _token(name: str, form: str, **outputs: str) -> Field:
    return Field(name, form, tuple(outputs.items()))


def _by_kind(name: str, kind_from: str, **outputs: str) -> Field:
    return Field(name, "by_kind", tuple(outputs.items()), kind_from=kind_from)


def _needed(*fields: Field) -> tuple[Field, ...]:
    return tuple(required(field) for field in fields)


def _feed(name: str, *fields: Field, event: str = "at") -> FeedRecord:
    common = (*_plain("event", "known_at"), *_ids("source_id"), *_plain("boolean", "deleted"))
    own = tuple(replace(field, form="event") if field.name == event else field for field in fields)
    return FeedRecord(name, (*own, *common), event)


_ACCOUNT_AT = _needed(*_ids("account_id"), *_times("at"))
_MONEY = _needed(*_amounts("amount"), *_codes("currency"))

RECORDS: dict[str, FeedRecord] = {
    record.name: record
    for record in (
        _feed(
            "observations",
            *_ACCOUNT_AT,
            required(_choice("kind", KIND_NAMES, "unknown_kind")),
            required(_by_kind("identifier", "kind", value="identifier", version="ip_version")),
            *_ids("session_id"),
            _integer("count", 1, 2**31 - 1),
        ),
        _feed(
            "accounts",
            *_needed(*_ids("account_id"), *_times("created_at")),
            *_codes("country"),
            _integer("kyc_level", 0, 2**15 - 1),
            _token("kyc_name", "name", value="name", surname="surname"),
            _integer("birth_year", 1850, 2200),
            _token("postal_address", "address", value="postal_address"),
            _token("email", "email", value="email", stem="email_stem"),
            _token("phone", "phone", value="phone"),
            _token("document", "document", value="document"),
            *_ids("referrer_id", "parent_account_id"),
            *_texts("status"),
            event="created_at",
        ),
        _feed(
            "logins",
            *_ACCOUNT_AT,
            *_ids("session_id"),
            _choice("kind", ("login", "signup", "kyc")),
            _token("device_id", "device", value="device", length="device_length"),
            _token("fingerprint", "fingerprint", value="fingerprint", length="fingerprint_length"),
            _token("ip", "ip", value="ip", exact="ip_exact", version="ip_version"),
            _token("user_agent", "user_agent", value="user_agent"),
            *_plain("asn", "asn"),
            *_texts("result"),
            _choice("security_change", ("password", "two_factor", "email", "phone", "limit", "api_key")),
        ),
        _feed(
            "instruments",
            *_ACCOUNT_AT,
            required(_choice("kind", ("card", "bank"))),
            required(_by_kind("token", "kind", value="token")),
            *_codes("issuer_country"),
            *_plain("boolean", "prepaid"),
            *_texts("name_match"),
        ),
        _feed(
            "payments",
            *_needed(*_ids("payment_id")),
            *_ACCOUNT_AT,
            required(_choice("direction", ("in", "out"))),
            required(_choice("rail", ("card", "bank", "crypto"))),
            *_MONEY,
            _by_kind("instrument_token", "rail", value="instrument"),
            *_plain("chain", "chain"),
            *_ids("address", "memo"),  # become one wallet, see `ingest.observations`
            *_ids("tx_hash"),
            *_texts("status", "return_code", "eci"),
            *_ids("session_id"),
            *_times("unlock_at"),
            _token("beneficiary_name", "name", value="beneficiary_name"),
            _token("beneficiary_address", "address", value="beneficiary_address"),
        ),
        _feed(
            "transfers",
            *_ids("transfer_id"),
            *_needed(*_ids("from_account_id", "to_account_id"), *_times("at")),
            *_MONEY,
        ),
        _feed(
            "trades",
            *_ids("trade_id"),
            *_needed(*_codes("market"), *_ids("buyer_id", "seller_id"), *_amounts("price", "quantity"), *_times("at")),
        ),
        _feed(
            "p2p_orders",
            *_needed(*_ids("order_id", "buyer_id", "seller_id"), *_times("at")),
            *_MONEY,
            _token("payer_name", "name", value="payer_name"),
            _token("payer_account", "payer", value="payer"),
            _token("proof_hash", "proof", value="proof"),
            _token("proof_phash", "proof_phash", value="proof_phash"),
            _token("bank_reference", "bank_reference", value="bank_reference"),
            *_needed(*_texts("state")),
            *_times("appealed_at"),
        ),
        _feed(
            "disputes",
            *_needed(*_ids("dispute_id", "account_id"), *_times("opened_at")),
            required(
                _choice(
                    "kind",
                    ("chargeback", "fraud_report", "takeover_report", "p2p_appeal", "bank_recall", "inquiry"),
                )
            ),
            *_texts("channel", "scheme", "reason_code"),
            *_amounts("amount"),
            *_codes("currency"),
            *_ids("payment_id", "order_id"),
            *_times("due_by"),
            *_texts("status", "language"),
            event="opened_at",
        ),
        _feed(
            "balances",
            *_ACCOUNT_AT,
            *_needed(*_codes("currency"), *_amounts("amount", negative=True)),
            *_times("withdrawable_at"),
        ),
        _feed("bonuses", *_ACCOUNT_AT, *_needed(*_texts("campaign")), *_amounts("amount"), *_codes("currency")),
        _feed("staff_access", *_needed(*_ids("staff_id")), *_ACCOUNT_AT, *_ids("case_id")),
        _feed(
            "labels",
            *_ACCOUNT_AT,
            required(_choice("label", ("fraud", "cleared", "victim", "suspected"))),
            *_texts("source", "typology"),
        ),
    )
}
