"""Reasons to doubt: facts that speak for innocence, from the links themselves. Pure; no reason changes a score.

Each function returns the doubts that hold. A doubt of a pair is one of the account too when all its pairs share it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from linkgraph.explain.explanation import Doubt, OwnLink, PairReasons, Shared
from linkgraph.kinds import BY_NAME
from linkgraph.model import Account, Identifier, Member

# From here on a crowd begins: the evidence of most kinds weakens with the bin of 10-24 accounts (kinds.py).
MANY_ACCOUNTS = 10
OLD_DAYS = 90
# Below this confidence a membership is called fringe (Parameters.likely_at).
SURE_MEMBER = 0.6

# Class of the address of a workplace (classes.py).
_OFFICE = "office"

_INNOCENT = {"cleared": "was cleared by a reviewer", "victim": "is labelled a victim"}

# The strongest first: the first doubt that holds is the one on the card.
_ORDER = (
    "cleared", "victim", "other_cleared", "other_victim", "ruled_apart", "household", "office", "ip_only",
    "no_time_overlap", "rests_on_one", "single_identifier", "shared_by_many", "old_link", "long_history", "kyc_differs",
    "unsure_member", "not_counted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Basis:
    """What an account's evidence rests on: `keys` of identifiers; `whole` unless a limit hid some; `beyond`: also on
    something that is no identifier, such as money or behaviour.
    """

    keys: frozenset[str]
    whole: bool = True
    beyond: bool = False


def of_shared(shared: Shared, as_of: int) -> list[Doubt]:
    """What weakens one shared identifier."""
    key, degree = shared.identifier.key, shared.identifier.degree
    found = []
    if degree >= MANY_ACCOUNTS:
        found.append(Doubt("shared_by_many", f"{degree:,} accounts used it", key))
    kind = BY_NAME.get(shared.identifier.kind)
    if shared.gap_days is not None and kind is not None and kind.passes_on:
        found.append(Doubt("no_time_overlap", f"never in use at the same time: {apart(shared.gap_days)}", key))
    age = _age_days(shared, as_of)
    if age > OLD_DAYS:
        found.append(Doubt("old_link", f"not shared for {age} days", key))
    return found


def apart(days: int) -> str:
    """A gap between two uses in words."""
    return f"{count(days, 'day')} apart" if days else "less than a day apart"


def of_pair(shared: Sequence[Shared], other: Account | None, as_of: int, beyond: bool = False) -> list[Doubt]:
    """What weakens a pair: its identifiers one by one, their number and kind unless there is evidence `beyond` them,
    and what the other account is.
    """
    found = [doubt for each in shared for doubt in of_shared(each, as_of)]
    if not beyond:
        found += _narrow({each.identifier.key for each in shared}, "The pair")
    if other is not None and other.label in _INNOCENT:
        text = f"the other account {_INNOCENT[other.label]}"
        found.append(Doubt(f"other_{other.label}", text, other.account_id))
    return ranked(found)


def of_end(account: Account) -> list[Doubt]:
    """What speaks for an account at the end of a link or on a path."""
    if account.label not in _INNOCENT:
        return []
    return [Doubt(account.label, f"one of the accounts {_INNOCENT[account.label]}", account.account_id)]


def of_account(
    account: Account,
    pairs: Sequence[PairReasons],
    basis: Basis,
    not_counted: Sequence[OwnLink],
    membership: Member | None,
    as_of: int,
) -> list[Doubt]:
    """What speaks for the account itself. Of all its evidence something is said only where all of it is known."""
    found = []
    if account.label in _INNOCENT:
        found.append(Doubt(account.label, f"This account {_INNOCENT[account.label]}"))
    shared = [each for pair in pairs for each in pair.shared]
    if basis.whole and not basis.beyond:
        found += _narrow(basis.keys, "All evidence")
    if basis.whole and basis.keys <= {each.identifier.key for each in shared}:
        found += _common(shared, as_of)
    if membership is not None and membership.confidence < SURE_MEMBER:
        found.append(Doubt("unsure_member", f"Its place in the ring has a confidence of {membership.confidence:.2f}"))
    found += of_workplaces([each.identifier for each in not_counted], "It is used")
    if not_counted:
        found.append(
            Doubt("not_counted", f"{count(len(not_counted), 'identifier')} it shares with crowds: not counted")
        )
    return ranked(found)


def of_workplaces(hubs: Sequence[Identifier], used: str) -> list[Doubt]:
    """The pattern of an office: colleagues meet at its address whatever they do. used: who uses it, in words."""
    offices = [each for each in hubs if each.class_name == _OFFICE]
    return [
        Doubt("office", f"{used} from the address of a workplace, as {each.degree:,} accounts are", each.key)
        for each in offices[:1]
    ]


def _narrow(keys: Collection[str], subject: str) -> list[Doubt]:
    found = []
    if keys and all(key.startswith("ip:") for key in keys):
        found.append(Doubt("ip_only", f"{subject} rests on IP addresses only"))
    if len(keys) == 1:
        found.append(Doubt("single_identifier", f"{subject} rests on a single identifier", next(iter(keys))))
    return found


def _common(shared: Sequence[Shared], as_of: int) -> list[Doubt]:
    texts = {
        "shared_by_many": f"Everything it shares is used by {MANY_ACCOUNTS} accounts or more",
        "no_time_overlap": "Nothing it shares was in use by both accounts at the same time",
        "old_link": f"Nothing has been shared for {OLD_DAYS} days",
    }
    codes = [{doubt.code for doubt in of_shared(each, as_of)} for each in shared]
    return [Doubt(code, text) for code, text in texts.items() if codes and all(code in each for each in codes)]


def _age_days(shared: Shared, as_of: int) -> int:
    # Sharing ended when the first of the two stopped; without both sides the identifier's own last use is all we know.
    ends = [link.last_seen for link in (shared.mine, shared.theirs) if link is not None]
    return (as_of - min(ends, default=shared.identifier.last_seen)) // 86_400


def count(number: int, noun: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def ranked(found: list[Doubt]) -> list[Doubt]:
    """The strongest first."""
    return sorted(found, key=lambda doubt: (_ORDER.index(doubt.code), doubt.about or "", doubt.text))
