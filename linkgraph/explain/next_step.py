"""What to do next about an account, in one step: the first rule that holds, from the facts that its card shows.

A step asks somebody to find something out or to decide; none says that anybody is guilty, and what speaks for innocence
is asked about before the ring is. Who was ruled on or is a victim is never looked into as a suspect.
"""

from linkgraph.explain.doubts import count
from linkgraph.explain.explanation import Explanation, Step


def next_step(explanation: Explanation) -> Step:
    """The step for an account."""
    found = (rule(explanation) for rule in (_settled, _protect, _quiet, _ask, _review))
    return next(step for step in found if step is not None)


def _settled(explanation: Explanation) -> Step | None:
    label = explanation.account.label
    if label == "cleared":
        return Step("settled", "Nothing: a reviewer cleared it. It comes back if that is withdrawn or expires")
    if label == "fraud":
        return _company(explanation, "Confirmed fraud: decide on ") or Step(
            "settled", "Nothing: confirmed fraud, and nobody it is linked with"
        )
    return None


def _protect(explanation: Explanation) -> Step | None:
    if "victim" not in (explanation.account.role, explanation.account.label):
        return None
    found = _company(explanation, "look for who acted on it, from ")
    told = f"; {found.text}" if found else ""
    return Step("protect", f"Secure it with its customer, who is the victim{told}", found.about if found else None)


def _quiet(explanation: Explanation) -> Step | None:
    if explanation.account.flagged:
        return None
    if explanation.ring is not None:
        return _company(explanation, "Not flagged itself: decide on ")
    return Step("nothing", "Nothing: it is not flagged and in no ring")


_ASKED = {
    "household": ("ask_household", "Ask whether they are one household, and rule so if they are"),
    "office": ("ask_workplace", "Ask whether they work in one place, and rule so if they do"),
    "ip_only": ("find_more", "Look for another link than IP addresses: all evidence rests on them"),
    "no_time_overlap": ("ask_handed_on", "Ask whether what they share was sold or handed on"),
    "single_identifier": ("ask_holder", "Find out whose it is: all evidence rests on it"),
}


def _ask(explanation: Explanation) -> Step | None:
    for doubt in explanation.doubts:
        if doubt.code in _ASKED:
            code, text = _ASKED[doubt.code]
            return Step(code, text, doubt.about)
    return None


def _review(explanation: Explanation) -> Step:
    return _company(explanation, "Decide on ") or Step("review_behaviour", "Look at what it did: no link speaks for it")


def _company(explanation: Explanation, begin: str) -> Step | None:
    """Its ring, or else who it is linked with most."""
    ring = explanation.ring
    if ring is not None:
        return Step("review_ring", f"{begin}ring {ring.ring_id}, {count(ring.size, 'account')}", ring.ring_id)
    other = explanation.pairs[0].other_account_id if explanation.pairs else None
    return Step("review_pair", f"{begin}{other}, which it is linked with most", other) if other else None
