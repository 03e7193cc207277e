"""Chooses rings among overlapping candidates: the best first, each account once; what is left of an overlapped
candidate is judged again, each connected part of it by itself. Rings of the night before stand among the candidates and
are preferred a little, or a link that comes or goes would now and then exchange a ring for one of much the same worth.
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
    held: Pool,
    judge: Callable[[Pool], Floats],
    apart: Callable[[Pool], Pool],
    floor: float,
    parameters: Parameters,
) -> tuple[Pool, Floats]:
    """Disjoint groups worth at least `floor` to `judge`, and their worth, in the order of their first member.

    `held`: rings of the night before, which may be worth `ring_loyalty` less than the floor, and than others.
    `apart`: the connected parts of every group of a pool.
    """
    pool, preferred = distinct(joined([held, pool])), len(distinct(held))
    taken = np.zeros(int(pool.members.max(initial=-1)) + 1, dtype=bool)
    groups, scores = [pool_of([])], [np.empty(0)]
    for _ in range(_ROUNDS):
        if not len(pool):
            break
        score = judge(pool)
        rank = score + np.where(np.arange(len(pool)) < preferred, parameters.ring_loyalty, 0.0)
        chosen, left = greedy(pool, rank, taken, floor)
        groups.append(pool.where(chosen))
        scores.append(score[chosen])
        pool, preferred = apart(pool_of(left)), 0
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
