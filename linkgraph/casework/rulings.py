"""What a reviewer may rule, and the checks that need nothing but the ruling itself."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from linkgraph.classes import CLASSES, VERDICT
from linkgraph.errors import UsageError
from linkgraph.kinds import KIND_NAMES

LABELS: Final = ("fraud", "cleared", "victim", "suspected")
WORDS: Final = ("not_evidence", "shared_by", "stolen_from", "hub", *LABELS)
# What `hub` may say of an identifier: what strangers share, or that it is nothing of the kind.
HUB_CLASSES: Final = tuple(each.name for each in CLASSES if each.hub or each.name == VERDICT)
# As many as the kind with the largest cap may link.
GROUP: Final = 50
LONGEST_ID: Final = 512
LONGEST_REASON: Final = 1_000

# How many accounts go with an identifier.
_ACCOUNTS: Final = {"not_evidence": (0, 0), "hub": (0, 0), "stolen_from": (1, 1), "shared_by": (2, GROUP)}
_END_OF_TIME: Final = 1 << 62
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_CASE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_GROUPS: Final = re.compile(r"[0-9]+(?:[ .-][0-9]+)*")
_CARD: Final = re.compile(r"(?=[0-9]{13,19}$)(?:[456]|2[2-7]|3[04-9])[0-9]+")
_JOINERS: Final = "\n\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is ruled, and why. kind, identifier, accounts and class_name as in `model.Verdict`.

    expires_at: microseconds since 1970, None: until it is withdrawn. reason: free text, never shown by a night.
    """

    verdict: str
    kind: str | None
    identifier: str | None
    accounts: tuple[str, ...]
    class_name: str | None
    reason: str
    expires_at: int | None = None
    case_id: str | None = None


def checked(ruling: Ruling, now: int) -> Ruling:
    """The ruling, its accounts sorted and its reason in normal form; UsageError names the field that is wrong, never
    its value.
    """
    reason = unicodedata.normalize("NFC", ruling.reason).strip()
    found = replace(ruling, accounts=tuple(sorted(ruling.accounts)), reason=reason)
    wrong = wrong_field(found, now)
    if wrong is not None:
        raise UsageError(f"verdict: {wrong} is missing, not allowed here, or not of the form it must have")
    return found


def wrong_field(ruling: Ruling, now: int) -> str | None:
    """The first field that cannot be taken; None if all can."""
    fits = {
        "verdict": ruling.verdict in WORDS,
        "target": _target_fits(ruling),
        "class": (ruling.class_name in HUB_CLASSES) if ruling.verdict == "hub" else ruling.class_name is None,
        "reason": is_reason(ruling.reason),
        "expires_at": ruling.expires_at is None or now < ruling.expires_at < _END_OF_TIME,
        "case_id": ruling.case_id is None or is_case_id(ruling.case_id),
    }
    return next((field for field, good in fits.items() if not good), None)


def is_case_id(text: str) -> bool:
    """Whether a text may be the id of a case."""
    return _CASE_ID.fullmatch(text) is not None and not holds_card_number(text)


def is_reason(text: str) -> bool:
    """Whether a text may be kept as somebody's reason."""
    return 0 < len(text) <= LONGEST_REASON and _is_plain(text) and not holds_card_number(text)


def _target_fits(ruling: Ruling) -> bool:
    kind, token, accounts = ruling.kind, ruling.identifier, ruling.accounts
    if len(set(accounts)) != len(accounts) or not all(0 < len(each) <= LONGEST_ID for each in accounts):
        return False
    if kind is None or token is None:
        most = 2 if ruling.verdict == "not_evidence" else 1
        return kind is token and ruling.verdict in ("not_evidence", *LABELS) and len(accounts) == most
    least, most = _ACCOUNTS.get(ruling.verdict, (1, 0))
    return kind in KIND_NAMES and _TOKEN.fullmatch(token) is not None and least <= len(accounts) <= most


def _is_plain(text: str) -> bool:
    """No control characters but line ends, no half of a surrogate pair, nothing that turns the direction of text."""
    return all(each in _JOINERS or unicodedata.category(each) not in ("Cc", "Cs", "Cf") for each in text)


def holds_card_number(text: str) -> bool:
    """Whether a card number stands somewhere in a text, in one piece or in groups, as the ingest looks for them."""
    for found in _GROUPS.finditer(text):
        groups = re.split("[ .-]", found.group())
        for first in range(len(groups)):
            for last in range(first + 1, min(first + 19, len(groups)) + 1):
                if _is_card_number("".join(groups[first:last])):
                    return True
    return False


def _is_card_number(digits: str) -> bool:
    doubled = [int(each) * (1 + place % 2) for place, each in enumerate(reversed(digits))]
    return _CARD.fullmatch(digits) is not None and sum(each // 10 + each % 10 for each in doubled) % 10 == 0
