"""What a candidate looks like: one number per feature, computed for all candidates at once.

Features compare a group with itself and its surroundings, so that they mean the same in a small ledger and in a large
one: shares, ratios, bits, days. What cannot be known (no names, no devices, no openings) is NaN, never 0.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.candidates import Linked, Places, Pool
from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.detect.graph import components
from linkgraph.kinds import FAMILIES

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
_EDGES_AT_ONCE = 4_000_000  # neighbour look-ups of one batch of candidates
_DAY = 86_400
_TOLD = 3  # features named in a headline


@dataclass(frozen=True, slots=True)
class People:
    """What is known of every account.

    owner, surname, address, country: codes, -1 unknown (owner: who declared it as a sub-account, else itself).
    created: epoch seconds, NaN unknown. fraud, innocent: ruled so; suspected: charged back or
    suspected, which innocents are too. habits: one row per account and one column per
    entry of `HABITS`, NaN unknown. deeds: the same for `DEEDS`.
    """

    owner: Ints
    surname: Ints
    address: Ints
    country: Ints
    created: Floats
    fraud: NDArray[np.bool_]
    suspected: NDArray[np.bool_]
    innocent: NDArray[np.bool_]
    habits: Floats
    deeds: Floats


HABITS: Final = (
    "own_devices",  # devices nobody else used
    "shared_device_use",  # share of its device uses that were on devices others used too
    "own_instruments",  # cards, bank accounts and payers nobody else used
    "own_wallets",
    "uses",  # uses of identifiers, all kinds, log2
)

# Signals of behaviour that are read for a whole group: how far its members stand above the population, on average.
DEEDS: Final = (
    "new_cards",
    "declined_cards",
    "out_within_hour",
    "out_within_day",
    "gathered",
    "cancelled_after_paid",
    "reused_proofs",
    "strangers_paid",
    "matched_orders",
    "lost_to_one",
    "signed_up_together",
    "dispute_rate",
    "takeover_marks",
)

FEATURES: Final = (
    "size",
    "density",
    "bits",
    "weakest",
    "separation",
    "families",
    *(f"covered_{family}" for family in FAMILIES),
    "star",
    "opened_apart",
    "opened_within",
    "same_surname",
    "same_address",
    "countries",
    "fraud",
    "suspected",
    "innocent",
    *HABITS,
    *DEEDS,
)


# What speaks for innocence may not speak for guilt, whatever a training world happened to hold. Nothing is bound the
# other way: each tree keeps the bounds by itself, so one that says "confirmed fraud" could not be taken back by the
# next ones for a family (158 families of the training worlds stood at 0.6 for that).
INNOCENCE: Final = ("same_surname", "same_address", "innocent", "own_devices", "own_instruments", "own_wallets")


@dataclass(frozen=True, slots=True)
class Inside:
    """Pairs inside candidates: the candidate and the pair of every such occurrence, by candidate, then pair."""

    of: Places
    pair: Places


def features(pool: Pool, pairs: Linked, people: People) -> Floats:
    """One row per candidate, one column per entry of `FEATURES`."""
    inside = pairs_inside(pool, pairs)
    columns = _of_pairs(pool, pairs, inside) | _of_people(pool, people)
    return np.column_stack([columns[name] for name in FEATURES]) if len(pool) else np.empty((0, len(FEATURES)))


def in_words(rows: Floats, shares: Floats) -> list[str]:
    """The features that decided each prediction most, as text: value, and what it added."""
    told = []
    for row, share in zip(rows, shares, strict=True):
        most = np.argsort(-np.abs(share), kind="stable")[:_TOLD]
        told.append(", ".join(f"{FEATURES[n].replace('_', ' ')} {_value(row[n])} ({share[n]:+.2f})" for n in most))
    return told


def _value(value: float) -> str:
    return "unknown" if np.isnan(value) else f"{value:.2f}"


def pairs_inside(pool: Pool, pairs: Linked) -> Inside:
    """Which linked pairs have both ends in the same candidate."""
    accounts, keys = _keys(pool, pairs)
    first = np.searchsorted(pairs.a, np.arange(accounts + 1))  # pairs are sorted by a: each account's own stretch
    count = np.diff(first)[pool.members]
    bounds = np.searchsorted(np.cumsum(count), np.arange(0, int(count.sum()) + 1, _EDGES_AT_ONCE), side="left")
    bounds = np.unique(np.concatenate([[0], bounds, [len(count)]]))
    found = [
        _look_up(slice(low, high), (pool, pairs), (first, count), (keys, accounts))
        for low, high in pairwise(bounds.tolist())
    ]
    of = np.concatenate([np.empty(0, np.int64), *(each.of for each in found)])
    pair = np.concatenate([np.empty(0, np.int64), *(each.pair for each in found)])
    order = np.lexsort((pair, of))
    return Inside(of[order], pair[order])


def _keys(pool: Pool, pairs: Linked) -> tuple[int, Places]:
    """How many account numbers there may be, and a rising number (group, member) for every entry of `pool.members`."""
    accounts = int(max(pairs.b.max(initial=0), pool.members.max(initial=0))) + 1
    return accounts, pool.of * accounts + pool.members


def _look_up(
    part: slice, graph: tuple[Pool, Linked], index: tuple[Places, Places], keyed: tuple[Places, int]
) -> Inside:
    (pool, pairs), (first, count), (keys, accounts) = graph, index, keyed
    members, of, many = pool.members[part], pool.of[part], count[part]
    at = np.repeat(first[members] - np.cumsum(many) + many, many) + np.arange(int(many.sum()))
    of = np.repeat(of, many)
    wanted = of * accounts + pairs.b[at]
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    hit = keys[place] == wanted
    return Inside(of[hit], at[hit])


def _of_pairs(pool: Pool, pairs: Linked, inside: Inside) -> dict[str, Floats]:
    n, size = len(pool), pool.size.astype(np.float64)
    bits = pairs.units.sum(axis=1) / UNITS_PER_BIT
    held = np.bincount(inside.of, minlength=n)
    p = pairs.probability[inside.pair]
    within = np.bincount(inside.of, p, n)
    accounts, _ = _keys(pool, pairs)
    strength = np.bincount(pairs.a, pairs.probability, accounts) + np.bincount(pairs.b, pairs.probability, accounts)
    total = np.bincount(pool.of, strength[pool.members], n)
    ends = _ends(pool, pairs, inside)
    best = np.zeros(len(pool.members))
    for end in ends:
        np.maximum.at(best, end, bits[inside.pair])
    degree = np.bincount(np.concatenate(ends), minlength=len(pool.members))
    some = np.maximum(held, 1)
    return {
        "size": np.log2(size),
        "density": held / (size * (size - 1) / 2),
        "bits": np.bincount(inside.of, bits[inside.pair], n) / some,
        "weakest": np.minimum.reduceat(best, pool.start[:-1]) if n else np.empty(0),
        "separation": within / np.maximum(total - within, 1e-9),  # total counts inside pairs twice
        "families": np.bincount(inside.of, (pairs.units > 0).sum(axis=1)[inside.pair], n) / some,
        "star": (np.maximum.reduceat(degree, pool.start[:-1]) if n else np.empty(0)) / (size - 1),
        **_covered(pool, pairs, inside, ends),
    }


def connected_parts(pool: Pool, pairs: Linked) -> Pool:
    """The parts of every group that its inside pairs hold together, in order; who has no pair inside is alone."""
    ends = [end.astype(np.int32) for end in _ends(pool, pairs, pairs_inside(pool, pairs))]
    label = components(len(pool.members), *ends)
    size = np.bincount(label)
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    return Pool(start, pool.members[np.argsort(label, kind="stable")])


def _ends(pool: Pool, pairs: Linked, inside: Inside) -> list[Places]:
    """Place in `pool.members` of both ends of every inside pair."""
    accounts, keys = _keys(pool, pairs)
    return [np.searchsorted(keys, inside.of * accounts + end[inside.pair]) for end in (pairs.a, pairs.b)]


def _covered(pool: Pool, pairs: Linked, inside: Inside, ends: list[Places]) -> dict[str, Floats]:
    """Share of members who have a pair inside that shows the family."""
    found = {}
    for column, family in enumerate(FAMILIES):
        shows = pairs.units[inside.pair, column] > 0
        covered = np.zeros(len(pool.members))
        for end in ends:
            covered[end[shows]] = 1.0
        found[f"covered_{family}"] = np.bincount(pool.of, covered, len(pool)) / pool.size
    return found


def _of_people(pool: Pool, people: People) -> dict[str, Floats]:
    n, of, who = len(pool), pool.of, pool.members
    apart, within = _openings(pool, people.created)
    table = {
        "opened_apart": apart,
        "opened_within": within,
        "same_surname": _same(pool, people.surname),
        "same_address": _same(pool, people.address),
        "countries": _same(pool, people.country),
        **_ruled(pool, people),
    }
    for column, name in enumerate(HABITS):
        table[name] = _mean(of, people.habits[who, column], n)
    for column, name in enumerate(DEEDS):
        table[name] = _mean(of, people.deeds[who, column], n)
    return table


def _ruled(pool: Pool, people: People) -> dict[str, Floats]:
    """Share of members of whom it is said; NaN where the ledger says nothing of anybody."""
    marks = {"fraud": people.fraud, "suspected": people.suspected, "innocent": people.innocent}
    if not any(mark.any() for mark in marks.values()):
        return {name: np.full(len(pool), np.nan) for name in marks}
    return {name: np.bincount(pool.of, mark[pool.members], len(pool)) / pool.size for name, mark in marks.items()}


def _mean(of: Places, values: Floats, n: int) -> Floats:
    """Mean of what is known, NaN where nothing is."""
    known = ~np.isnan(values)
    count = np.bincount(of[known], minlength=n)
    total = np.bincount(of[known], values[known], n)
    mean: Floats = np.divide(total, count, out=np.full(n, np.nan), where=count > 0)
    return mean


def _same(pool: Pool, codes: Ints) -> Floats:
    """Largest share of members with one known code; NaN where no code is known."""
    known = codes[pool.members] >= 0
    of, code = pool.of[known], codes[pool.members][known].astype(np.int64)
    keys, count = np.unique(of * (int(codes.max(initial=0)) + 2) + code, return_counts=True)
    group = keys // (int(codes.max(initial=0)) + 2)
    largest = np.zeros(len(pool))
    np.maximum.at(largest, group, count)
    told = np.bincount(of, minlength=len(pool)) > 0
    return np.where(told, largest / pool.size, np.nan)


def _openings(pool: Pool, created: Floats) -> tuple[Floats, Floats]:
    """log2 of the median days between neighbouring openings, and of the days in which the middle half were opened."""
    when = created[pool.members]
    order = np.lexsort((when, pool.of))
    when, known = when[order], np.bincount(pool.of, ~np.isnan(when), len(pool)).astype(np.int64)
    gap = np.diff(when, append=np.nan) / _DAY
    last = np.cumsum(pool.size) - 1
    gap[last] = np.nan
    ranked = np.lexsort((gap, pool.of))
    gap = gap[ranked]
    start = pool.start[:-1]
    enough = known >= 2
    middle = gap[np.minimum(start + np.maximum(known - 2, 0) // 2, len(gap) - 1)] if len(gap) else np.empty(0)
    low, high = start + known // 4, start + np.minimum(known * 3 // 4, np.maximum(known - 1, 0))
    span = (when[high] - when[low]) / _DAY if len(when) else np.empty(0)
    return np.where(enough, np.log2(1 / 1440 + middle), np.nan), np.where(enough, np.log2(1 / 1440 + span), np.nan)
