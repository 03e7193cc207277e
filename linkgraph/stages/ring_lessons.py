"""What rings and innocent groups that people ruled on whole teach the ring model: candidates of a past night whose
members have all been ruled on since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph.detect import candidates, ring_features
from linkgraph.detect.ring_features import Floats
from linkgraph.detect.ring_learning import overlap, refitted
from linkgraph.detect.ring_model import ring_model
from linkgraph.models import Model
from linkgraph.stages.night import Night
from linkgraph.stages.proposing import marks, propose, read_pairs

_SURE = 0.5  # probability from which who is linked to a ring might belong to it
_FRAUD, _INNOCENT = 1, -1


@dataclass(frozen=True, slots=True)
class Ruled:
    """Candidates of one night. members: their account ids; rows: features; target: Jaccard with a confirmed ring.
    rings, groups: the confirmed rings and the cleared groups of that night, as account ids.
    """

    members: Sequence[frozenset[str]]
    rows: Floats
    target: Floats
    rings: frozenset[frozenset[str]]
    groups: frozenset[frozenset[str]]

    def apart_from(self, other: "Ruled") -> "Ruled":
        """Without what has an account in common with the other."""
        taken = frozenset[str]().union(*other.members)
        kept = np.array([not group & taken for group in self.members], dtype=bool)
        members = [group for group, stays in zip(self.members, kept, strict=True) if stays]
        rings, groups = (frozenset(each for each in some if not each & taken) for some in (self.rings, self.groups))
        return Ruled(members, self.rows[kept], self.target[kept], rings, groups)


def rulings(night: Night) -> dict[str, int]:
    """By account id, 1 for confirmed fraud and -1 for a victim or cleared, as known at the night's clock."""
    label = marks(night)
    names = pq.read_table(night.run.work("roster"), columns=["account_id"])["account_id"].to_pylist()
    return {name: int(mark) for name, mark in zip(names, label, strict=True) if mark in (_FRAUD, _INNOCENT)}


def ruled(night: Night, later: Mapping[str, int]) -> Ruled:
    """The candidates of a past night that `later` rulings cover whole and that were not ruled whole yet.

    A ring is a part of the linked pairs all of whose members were confirmed, and nobody unruled is surely linked to
    it: what nobody looked at may be the rest of a ring, and teaches nothing.
    """
    pairs, now = read_pairs(night)[0], marks(night)
    names = pq.read_table(night.run.work("roster"), columns=["account_id"])["account_id"].to_pylist()
    mark = np.array([later.get(name, 0) for name in names], dtype=np.int8)
    open_ends = np.zeros(len(names), dtype=bool)
    sure = pairs.probability >= _SURE
    for one, other in ((pairs.a[sure], pairs.b[sure]), (pairs.b[sure], pairs.a[sure])):
        open_ends[one[mark[other] == 0]] = True
    proposal = propose(night, pairs)
    known = np.isin(mark, (_FRAUD, _INNOCENT))
    least = night.parameters.ring_min
    rings, groups = (_wholes(pairs, mark == each, open_ends & (each == _FRAUD), least) for each in (_FRAUD, _INNOCENT))
    of_ring = np.full(len(names), -1, dtype=np.int64)
    of_ring[rings.members] = rings.of
    told = known & ((mark == _INNOCENT) | (of_ring >= 0))
    pool = proposal.pool
    kept = _all(pool, told) & ~_all(pool, now != 0)
    pool = pool.where(kept)
    target = overlap(pool, of_ring, rings.size)[0] if len(rings) else np.zeros(len(pool))
    members, true, cleared = ([_named(each, n, names) for n in range(len(each))] for each in (pool, rings, groups))
    return Ruled(members, proposal.features(pool), target, frozenset(true), frozenset(cleared))


def refit(
    base: Model, nights: Sequence[Ruled], clock: int, least: int, provenance: Mapping[str, object]
) -> Model | str:
    """The ring model with what the ruled candidates of past nights add, or why it stays as it is.

    The newest night is held out, and of the others whatever shares an account with it. A model that does no better
    there is not used. least: rings, and groups, that either side must have.
    """
    held_out = nights[-1]
    taught = [each.apart_from(held_out) for each in nights[:-1]]
    for word, some in (("to learn from", taught), ("to test on", [held_out])):
        rings, groups = (len(frozenset().union(*(getattr(n, kind) for n in some))) for kind in ("rings", "groups"))
        if min(rings, groups) < least:
            return f"{rings} rings and {groups} innocent groups ruled whole {word}, {least} of each are needed"
    before = ring_model(base.values)
    rows, target = np.concatenate([n.rows for n in taught]), np.concatenate([n.target for n in taught])
    after = refitted(before, rows, target, clock)
    errors = [float(np.mean((each.predict(held_out.rows) - held_out.target) ** 2)) for each in (before, after)]
    if errors[1] >= errors[0]:
        return f"on the newest month end it errs by {errors[1]:.4f} squared, and by {errors[0]:.4f} without refitting"
    told = {"error": round(errors[1], 6), "error_before": round(errors[0], 6), "refitted_from": base.digest()}
    counts = {"candidates": len(rows), "held_out_candidates": len(held_out.rows)}
    return Model("ring", clock, {**provenance, **told, **counts}, after.as_values())


def _wholes(
    pairs: candidates.Linked, mine: NDArray[np.bool_], open_ends: NDArray[np.bool_], least: int
) -> candidates.Pool:
    """The parts that pairs among these accounts hold together, where none of them has an open end."""
    who = np.flatnonzero(mine).astype(np.int32)
    parts = ring_features.connected_parts(candidates.pool_of([who]), pairs) if len(who) else candidates.pool_of([])
    return parts.where((parts.size >= least) & _all(parts, ~open_ends))


def _all(pool: candidates.Pool, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the mask holds for every member of each group."""
    none: NDArray[np.bool_] = np.bincount(pool.of[~mask[pool.members]], minlength=len(pool)) == 0
    return none


def _named(pool: candidates.Pool, number: int, names: Sequence[str]) -> frozenset[str]:
    return frozenset(names[int(member)] for member in pool.group(number))
