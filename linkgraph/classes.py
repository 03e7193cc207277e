"""The classes of identifiers: what a token stands for besides a person, and whether sharing it still links.

A list names classes at ingest, a rule of the night learns them; a new class is one row here. Of several classes of an
identifier the first in this order is shown.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdentifierClass:
    """One class. hub: shared by strangers, so it is shown and not counted; else it is context, shown and counted."""

    name: str
    hub: bool
    words: str


CLASSES: tuple[IdentifierClass, ...] = (
    IdentifierClass("ordinary", False, "looked at by a person: no hub, whatever lists and rules say"),
    IdentifierClass("sanctioned", False, "under sanctions"),
    IdentifierClass("illicit", False, "known from thefts or phishing"),
    IdentifierClass("mixer", True, "mixes the coins of many"),
    IdentifierClass("tor", True, "node of the Tor network"),
    IdentifierClass("vpn", True, "exit of a VPN"),
    IdentifierClass("datacentre", True, "address of a datacentre"),
    IdentifierClass("carrier_nat", True, "one address of many customers of a carrier"),
    IdentifierClass("office", True, "address of a workplace"),
    IdentifierClass("public_place", True, "address of a public place, or one dealt out anew again and again"),
    IdentifierClass("hot_wallet", True, "wallet of an exchange or service, used for all its customers"),
    IdentifierClass("contract", True, "contract that anyone may pay into"),
    IdentifierClass("payroll", True, "pays many people at regular times"),
    IdentifierClass("fingerprint_collision", True, "one print of many devices"),
    IdentifierClass("test_card", True, "card number of tests"),
    IdentifierClass("disposable_mail", False, "mailbox of a throw-away host"),
)

CLASS_NAMES: tuple[str, ...] = tuple(each.name for each in CLASSES)
VERDICT = "ordinary"
# Where a memo follows the address, the memo names the customer: then these say nothing of whose it is.
WITHOUT_MEMO = frozenset({"hot_wallet", "contract"})
