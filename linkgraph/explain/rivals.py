"""Rival explanations of what links an account with others: one hand, and each innocent one that something speaks for.

Every fact stands on the side it speaks for, in words that the explanation has too; nothing is weighed here, since no
measure says how likely a household is. A night's number says how much evidence there is, a person which story it tells.
"""

from collections.abc import Iterator
from itertools import islice

from linkgraph.explain.doubts import MANY_ACCOUNTS, count
from linkgraph.explain.explanation import Explanation, Fact, Rival, Shared
from linkgraph.kinds import BY_NAME

# So many facts are named on each side, of the strongest pairs or the rarest identifiers.
_NAMED = 5
# A starting value: more people than this seldom share one home and one device.
_HOUSEHOLD = 6


def rivals(explanation: Explanation) -> tuple[Rival, ...]:
    """The stories that at least one fact speaks for, one hand first; none where the account is linked with nobody."""
    if not explanation.pairs:
        return ()
    stories = (_one_hand, _household, _workplace, _handed_on, _crowd, _victim)
    return tuple(found for story in stories if (found := story(explanation)).supports)


def _one_hand(explanation: Explanation) -> Rival:
    evidence = [
        Fact(f"with {pair.other_account_id}: {'; '.join(pair.reasons)}", pair.other_account_id)
        for pair in explanation.pairs[:_NAMED]
    ]
    against = [Fact(each.text, each.about) for each in explanation.doubts if each.code != "not_counted"]
    return Rival("one_hand", tuple(evidence), tuple(against))


def _household(explanation: Explanation) -> Rival:
    ring = explanation.ring
    against = list(_told(explanation, "kyc_differs"))
    if ring is not None and ring.size > _HOUSEHOLD:
        against.append(Fact(f"its ring has {count(ring.size, 'account')}", ring.ring_id))
    return Rival("household", tuple(_told(explanation, "household")), tuple(against))


def _workplace(explanation: Explanation) -> Rival:
    offices = [Fact(each.text, each.about) for each in explanation.doubts if each.code == "office"]
    beyond = [each for each in _shared(explanation) if each.identifier.kind != "ip"]
    return Rival("workplace", tuple(offices), tuple(_used_by(each) for each in beyond[:_NAMED]))


def _handed_on(explanation: Explanation) -> Rival:
    # With each other account for itself: a thing may have gone to one and be shared with the next.
    together = [
        Fact(
            f"with {pair.other_account_id}: both used the {each.identifier.kind} over"
            f" {count(each.overlap_days, 'day')}",
            each.identifier.key,
        )
        for pair in explanation.pairs
        for each in pair.shared
        if each.overlap_days and _passes_on(each)
    ]
    return Rival("handed_on", tuple(_told(explanation, "no_time_overlap")), tuple(together[:_NAMED]))


def _crowd(explanation: Explanation) -> Rival:
    # Hubs are no part of the evidence, so that a crowd at one explains nothing of it.
    many = [_used_by(each) for each in _shared(explanation) if each.identifier.degree >= MANY_ACCOUNTS]
    few = [_used_by(each) for each in _shared(explanation) if each.identifier.degree < MANY_ACCOUNTS]
    return Rival("crowd", tuple(many[:_NAMED]), tuple(few[:_NAMED]))


def _victim(explanation: Explanation) -> Rival:
    account = explanation.account
    marks = [Fact(account.role_reason)] if account.role == "victim" else []
    acts = [Fact(each.reason) for each in explanation.signals if each.log_odds > 0]
    return Rival("victim", tuple(marks), tuple(acts[:_NAMED]))


def _told(explanation: Explanation, code: str) -> Iterator[Fact]:
    """What pairs are doubted for, each thing once."""
    told = {
        Fact(f"with {pair.other_account_id}: {doubt.text}", doubt.about): None
        for pair in explanation.pairs
        for doubt in pair.doubts
        if doubt.code == code
    }
    return islice(told, _NAMED)


def _shared(explanation: Explanation) -> list[Shared]:
    """What it shares with those it is linked with, each identifier once, the rarest first."""
    found = {each.identifier.key: each for pair in explanation.pairs for each in pair.shared}
    return sorted(found.values(), key=lambda each: (each.identifier.degree, each.identifier.key))


def _used_by(each: Shared) -> Fact:
    identifier = each.identifier
    return Fact(f"{count(identifier.degree, 'account')} used the {identifier.kind}", identifier.key)


def _passes_on(each: Shared) -> bool:
    kind = BY_NAME.get(each.identifier.kind)
    return kind is not None and kind.passes_on
