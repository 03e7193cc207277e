"""Leaves a component of linked pairs as it was judged last night, where nothing in it has changed.

What an account does besides (one more login, an older account) moves features a little every day; a ring must not
change its members for that. A component is unchanged when its accounts, pairs, evidence and labels are, under the same
parameters and the same ring model.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.candidates import Linked, Pool, pool_of
from linkgraph.detect.graph import components

Ints = NDArray[np.int32]
# Of each component seen: the rings chosen in it, as places among its accounts, and what each was worth.
Memory = Mapping[str, Sequence[tuple[Sequence[int], float]]]


@dataclass(frozen=True, slots=True)
class Component:
    """Accounts of one component, sorted; digest of all that decides its rings; its pairs as places in the pairs."""

    members: Ints
    digest: str
    pairs: NDArray[np.int64]


def split(
    accounts: int, pairs: Linked, key: Callable[[int], str], marks: NDArray[np.int8], rules: str, smallest: int
) -> list[Component]:
    """The components of at least `smallest` accounts, by first account.

    marks: label of every account; rules: digest of parameters and model.
    """
    label = components(accounts, pairs.a, pairs.b)[pairs.a]
    order = np.argsort(label, kind="stable")
    found = []
    for rows in np.split(order, np.flatnonzero(np.diff(label[order])) + 1) if len(order) else []:
        members, local = np.unique(np.concatenate([pairs.a[rows], pairs.b[rows]]), return_inverse=True)
        if len(members) < smallest:
            continue
        state = hashlib.blake2b(rules.encode(), digest_size=16)
        state.update("\0".join(key(int(member)) for member in members).encode())
        for part in (local.astype(np.int32), pairs.units[rows], marks[members]):
            state.update(np.ascontiguousarray(part).tobytes())
        found.append(Component(members.astype(np.int32), state.hexdigest(), rows))
    return found


def recalled(parts: Sequence[Component], memory: Memory) -> tuple[Pool, NDArray[np.float64]]:
    """Rings of the components that last night knew, and their worth."""
    groups = [(part.members[list(places)], worth) for part in parts for places, worth in memory.get(part.digest, ())]
    return pool_of([members for members, _ in groups]), np.array([worth for _, worth in groups], dtype=np.float64)


def changed(parts: Sequence[Component], memory: Memory, pairs: Linked) -> Linked:
    """The pairs of the components that must be judged tonight."""
    kept = np.zeros(len(pairs), dtype=bool)
    for part in parts:
        kept[part.pairs] = part.digest not in memory
    return pairs.where(kept)


def remembered(parts: Sequence[Component], rings: Pool, worth: NDArray[np.float64]) -> Memory:
    """What the next night should know: an entry for every component, empty where there was no ring."""
    home = {int(member): place for place, part in enumerate(parts) for member in part.members}
    memory: dict[str, list[tuple[Sequence[int], float]]] = {part.digest: [] for part in parts}
    for number in range(len(rings)):
        group = rings.group(number)
        part = parts[home[int(group[0])]]
        memory[part.digest].append((np.searchsorted(part.members, group).tolist(), float(worth[number])))
    return memory
