"""How much a group looks like a ring rather than a household or a crowd, before any ring has been learned from.

R = mean over the features of sign * (2 * percentile - 1) within tonight's size class, floored at 0; score = 1 -
exp(-R). A percentile says only how a group stands among tonight's groups: cold start, good for an order, not a
probability.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkgraph.detect.rings import Group

Floats = NDArray[np.float64]

_SIZE_CLASSES = (4, 9)  # upper edges, accounts
_HOUSEHOLD_SIZE = 8  # accounts; a larger group that shares a name is a clan or a farm, not a household
_HOUSEHOLD_SHARE = 2 / 3

SIGNS = {
    "density": 1,
    "families": 1,  # independent kinds of evidence per pair
    "young": 1,  # share of accounts opened shortly before the night
    "same_surname": -1,
    "same_address": -1,
}


@dataclass(frozen=True, slots=True)
class People:
    """What is known of the accounts: code of the owner who declared them, of surname and of postal address (-1
    unknown), opened lately, labelled fraud.
    """

    owner: NDArray[np.int32]
    surname: NDArray[np.int32]
    address: NDArray[np.int32]
    young: NDArray[np.bool_]
    fraud: NDArray[np.bool_]


def features(group: Group, families: NDArray[np.int16], people: People) -> list[float]:
    """One value per entry of `SIGNS`; `families`: independent families of every linked pair."""
    members = group.members
    return [
        group.density,
        float(families[group.pairs].mean()),
        float(people.young[members].mean()),
        _same(people.surname[members]),
        _same(people.address[members]),
    ]


def owners(group: Group, people: People) -> int:
    """How many owners a group's accounts have: declared sub-accounts are their owner's."""
    return len(np.unique(people.owner[group.members]))


def is_household(group: Group, people: People) -> bool:
    """A small group of one surname or one address, and nobody in it confirmed or suspected: set aside, not reported."""
    members = group.members
    if len(members) > _HOUSEHOLD_SIZE or people.fraud[members].any():
        return False
    return max(_same(people.surname[members]), _same(people.address[members])) >= _HOUSEHOLD_SHARE


def ring_evidence(rows: Floats, sizes: NDArray[np.int64]) -> Floats:
    """R of each group; rows: its features, one column per entry of `SIGNS`."""
    by_size = pd.DataFrame(rows, columns=list(SIGNS)).groupby(np.searchsorted(_SIZE_CLASSES, sizes))
    # Mid-ranks: ties share one, so a column that is the same everywhere says nothing (0.5).
    percentile = (by_size.rank() - 0.5).div(by_size["density"].transform("size"), axis=0)
    found = ((2.0 * percentile - 1.0) * pd.Series(SIGNS)).mean(axis=1)
    return np.asarray(np.maximum(found.to_numpy(dtype=np.float64), 0.0), dtype=np.float64)


def _same(codes: NDArray[np.int32]) -> float:
    """Largest share of members with one known code; 0 where nobody shares."""
    counts = np.unique(codes[codes >= 0], return_counts=True)[1]
    largest = int(counts.max(initial=0))
    return largest / len(codes) if largest > 1 else 0.0
