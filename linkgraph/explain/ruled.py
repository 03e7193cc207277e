"""Reasons to doubt from what reviewers ruled: who was parted by a verdict and meets again through other evidence."""

from collections.abc import Iterable, Iterator

import numpy as np

from linkgraph.explain.doubts import count
from linkgraph.explain.explanation import Doubt
from linkgraph.solved import Solved


def of_pair(net: Solved, account_id: str, other_id: str) -> list[Doubt]:
    """The verdicts that part the two: what links them now is something else."""
    other = net.account_ids.place(other_id)
    return [
        Doubt("ruled_apart", still_linked(word), verdict_id)
        for verdict_id, word, others in _apart(net, account_id)
        if other in others
    ]


def parting(net: Solved, account_id: str, other_id: str) -> frozenset[str]:
    """The ids of the verdicts that part the two."""
    other = net.account_ids.place(other_id)
    return frozenset(verdict_id for verdict_id, _, others in _apart(net, account_id) if other in others)


def still_linked(word: str) -> str:
    """What is said of two that meet again, though a verdict of that word parts them."""
    return f"a reviewer ruled out part of what they share ({word}): this is other evidence"


def of_account(net: Solved, account_id: str, met: Iterable[str]) -> list[Doubt]:
    """Of those it meets, in pairs or in its ring, how many each verdict had parted from it."""
    places = {net.account_ids.place(each) for each in met}
    found = []
    for verdict_id, word, others in _apart(net, account_id):
        again = len(others & places)
        if again:
            told = (
                f"A reviewer ruled out evidence between it and {count(again, 'account')} that it still meets ({word})"
            )
            found.append(Doubt("ruled_apart", told, verdict_id))
    return found


def _apart(net: Solved, account_id: str) -> Iterator[tuple[str, str, set[int | None]]]:
    """Each verdict that parts the account from others: its id, its word, and their places."""
    place = net.account_ids.place(account_id)
    if place is None:
        return
    first, last = np.searchsorted(net.apart_account, [place, place + 1])
    others, rulings = net.apart_other[first:last], net.apart_ruling[first:last]
    for ruling in np.unique(rulings):
        verdict_id, _, word = net.rulings[ruling].partition(" ")
        yield verdict_id, word, set(others[rulings == ruling].tolist())
