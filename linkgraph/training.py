"""Trains the ring model that is delivered with the program: candidates of generated worlds, judged against their truth.

The command line hands in how a world is made; each world is run as far as the candidates, in a folder of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph.detect.candidates import Pool
from linkgraph.detect.choosing import greedy
from linkgraph.detect.ring_features import FEATURES, Floats
from linkgraph.detect.ring_learning import TREES, calibrated, learn, overlap, unseen
from linkgraph.evaluate.nights import scratch_home
from linkgraph.models import Model
from linkgraph.nightly import Plan, Progress, Variant, run_night
from linkgraph.settings import Settings
from linkgraph.simulate import World, simulate
from linkgraph.stages import Night
from linkgraph.stages.proposing import propose, read_pairs

Ints = NDArray[np.int64]
Fill = Callable[[Settings, Path], None]


@dataclass(frozen=True, slots=True)
class Lesson:
    """Candidates of one world. rows: features. target: best Jaccard with a true ring. fold: the true ring, else a
    number of the candidate's first account: rows that must be learned from together. typology: of the ring, or empty.
    """

    pool: Pool
    rows: Floats
    target: Floats
    fold: Ints
    typology: NDArray[np.str_]

    def where(self, kept: NDArray[np.bool_]) -> "Lesson":
        """Some of the candidates."""
        return Lesson(self.pool.where(kept), self.rows[kept], self.target[kept], self.fold[kept], self.typology[kept])


def lesson(night: Night, truth: Path) -> Lesson:
    """What a world teaches, from a night that has passed `behave` and the folder of its truth."""
    proposal = propose(night, read_pairs(night)[0])
    groups = pd.read_parquet(truth / "groups.parquet").query("is_ring").reset_index(drop=True)
    members = pd.read_parquet(truth / "accounts.parquet", columns=["account_id", "group_id"])
    roster = pd.Index(pq.read_table(night.run.work("roster"), columns=["account_id"])["account_id"].to_pandas())
    ring_of, number = (
        pd.Index(groups["group_id"]).get_indexer(members["group_id"]),
        roster.get_indexer(members["account_id"]),
    )
    kept = (ring_of >= 0) & (number >= 0)
    group = np.full(len(roster), -1, dtype=np.int64)
    group[number[kept]] = ring_of[kept]
    size = np.maximum(1, np.bincount(group[group >= 0], minlength=len(groups)))
    target, ring = overlap(proposal.pool, group, size)
    fold = np.where(ring >= 0, ring, len(groups) + proposal.pool.members[proposal.pool.start[:-1]])
    typology = np.array([*groups["typology"], ""], dtype=np.str_)[ring]
    return Lesson(proposal.pool, proposal.features(proposal.pool), target, fold, typology)


def train(
    lessons: Sequence[Lesson], provenance: dict[str, object], seed: int, without: Sequence[str] = (), trees: int = TREES
) -> Model:
    """The ring model of many worlds. without: typologies left out, with every candidate that touches such a ring."""
    taught = [each.where(~np.isin(each.typology, list(without))) for each in lessons]
    rows, target = np.concatenate([each.rows for each in taught]), np.concatenate([each.target for each in taught])
    fold = np.concatenate([(n << 40) + each.fold for n, each in enumerate(taught)])
    told = {"candidates": len(rows), "worlds": len(taught), "without": list(without), "features": list(FEATURES)}
    prediction = unseen(rows, target, fold, seed, trees)
    chosen = _chosen(taught, prediction)
    model = calibrated(learn(rows, target, seed, trees), prediction[chosen], target[chosen])
    return Model("ring", 0, {**provenance, **told}, model.as_values())


def _chosen(lessons: Sequence[Lesson], prediction: Floats) -> NDArray[np.bool_]:
    """Which candidates would be chosen in their world, however little they are worth."""
    chosen, start = [], 0
    for each in lessons:
        mine = prediction[start : start + len(each.pool)]
        taken = np.zeros(int(each.pool.members.max(initial=0)) + 1, dtype=bool)
        chosen.append(greedy(each.pool, mine, taken, float("-inf"))[0])
        start += len(each.pool)
    return np.concatenate(chosen)


def lessons_of(settings: Settings, worlds: Sequence[World], fill: Fill, progress: Progress) -> list[Lesson]:
    """The lesson of every world, each made, ingested and run in a scratch folder under the home of `settings`.

    fill: ingests a world's folder into the home of some settings.
    """
    lessons: list[Lesson] = []
    for world in worlds:
        progress(f"world {world.seed}")
        with scratch_home(settings, settings.home / "tmp" / "training") as scratch:
            folder = scratch.home / "world"
            simulate(folder, world)
            fill(scratch, folder)
            run_night(scratch, Plan(variant=Variant("train", {"ring": _collector(folder / "truth", lessons)})))
    return lessons


def _collector(truth: Path, lessons: list[Lesson]) -> Callable[[Night], None]:
    return lambda night: lessons.append(lesson(night, truth))
