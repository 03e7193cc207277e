"""Chooses rings among overlapping candidates: the best first, each account once; what is left of an overlapped
candidate is judged again, each connected part of it by itself.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.candidates import Pool, distinct, joined, ordered, pool_of
from linkgraph.detect.ring_features import Floats
from linkgraph.parameters import Parameters

_ROUNDS = 3  # candidates, what is left of them, and what is left of that


def choose(
    pool: Pool,
    judge: Callable[[Pool], Floats],
    apart: Callable[[Pool], Pool],
    floor: float,
    accounts: int,
    parameters: Parameters,
) -> tuple[Pool, Floats]:
    """Disjoint groups worth at least `floor` to `judge`, and their worth, in the order of their first member.

    `apart`: the connected parts of every group of a pool.
    """
    taken = np.zeros(accounts, dtype=bool)
    groups, scores = [pool_of([])], [np.empty(0)]
    for _ in range(_ROUNDS):
        if not len(pool):
            break
        score = judge(pool)
        chosen, left = greedy(pool, score, taken, floor)
        groups.append(pool.where(chosen))
        scores.append(score[chosen])
        pool = apart(pool_of(left))
        pool = distinct(pool.where(pool.size >= parameters.ring_min))
    return ordered(joined(groups), np.concatenate(scores))


def greedy(
    pool: Pool, score: Floats, taken: NDArray[np.bool_], floor: float
) -> tuple[NDArray[np.bool_], list[NDArray[np.int32]]]:
    """Which candidates are whole when their turn comes, and the free members of those that are not. Marks `taken`."""
    chosen, left = np.zeros(len(pool), dtype=bool), []
    order = np.argsort(-score, kind="stable")
    for number in order[: np.searchsorted(-score[order], -floor, side="right")]:
        members = pool.group(number)
        free = members[~taken[members]]
        if len(free) == len(members):
            chosen[number], taken[members] = True, True
        elif len(free):
            left.append(free)
    return chosen, left
