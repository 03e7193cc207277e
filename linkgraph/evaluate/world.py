"""A night on a generated world against its truth: rings by design, typology and threshold, innocent groups, victims."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph.evaluate import metrics, rings
from linkgraph.evaluate.truth import Members, Truth
from linkgraph.parameters import Parameters
from linkgraph.runs import Run

Found = dict[str, Any]

_THRESHOLDS = tuple(round(0.1 * step, 1) for step in range(10))


def measure_rings(run: Run, truth: Truth, parameters: Parameters) -> Found:
    """Every figure on rings. Truth is cut to the accounts that the run knows of."""
    found, scores = reported(run, truth)
    truth = truth.seen(_known(run, truth))
    matches = rings.match_rings(truth, found, scores, parameters.ring_match, parameters.ring_min)
    at = parameters.ring_threshold
    return {
        "true": len(matches.ring),
        "too_small": int((truth.is_ring & (truth.members.sizes() < parameters.ring_min)).sum()),
        "default_threshold": at,
        "at_default": _at(truth, found, scores, matches, at),
        "calibration": _calibration(scores, matches.right),
        "by_threshold": [_short(_at(truth, found, scores, matches, each), each) for each in _THRESHOLDS],
        "by_design": _by(truth.design, truth, matches, at),
        "by_typology": _by(truth.typology, truth, matches, at),
        "timing_only": _row(matches, truth.timing_only[matches.ring], at),
        "false_rings_meet": _false(truth, matches, scores >= at),
    }


def _calibration(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> Found | None:
    """Stated probabilities of the reported rings against how many were right."""
    found = metrics.calibration(scores, right)
    if found is None:
        return None
    bins = [(round(said, 4), round(came, 4), rings) for said, came, rings in found.bins]
    return {"rings": len(scores), "brier": round(found.brier, 4), "error": round(found.error, 4), "bins": bins}


def reported(run: Run, truth: Truth) -> tuple[Members, NDArray[np.float64]]:
    """The rings of a run, with members weighed by their confidence, and the score of each."""
    listed = pq.read_table(run.table("rings"), columns=["ring_id", "score"])
    members = pq.read_table(run.table("ring_members"), columns=["ring_id", "account_id", "confidence"])
    ids = listed["ring_id"].combine_chunks()
    group = np.asarray(pc.index_in(members["ring_id"].combine_chunks(), ids), dtype=np.int64)
    account = truth.numbers(members["account_id"].combine_chunks())
    return Members(group, account, members["confidence"].to_numpy(), len(ids)), listed["score"].to_numpy()


def _known(run: Run, truth: Truth) -> NDArray[np.bool_]:
    known = np.zeros(len(truth.accounts), dtype=bool)
    known[
        truth.numbers(pq.read_table(run.table("accounts"), columns=["account_id"])["account_id"].combine_chunks())
    ] = True
    return known


def _at(truth: Truth, found: Members, scores: NDArray[np.float64], matches: rings.Matches, threshold: float) -> Found:
    """All figures with the rings of at least that score reported."""
    kept = scores >= threshold
    rows = kept[found.group]
    left = Members(found.group[rows], found.account[rows], found.weight[rows], found.groups)
    return {
        **_row(matches, np.ones(len(matches.ring), dtype=bool), threshold),
        "reported": int(kept.sum()),
        "precision": _share(matches.right[kept]),
        "precision_weighted": _share(matches.right_weighted[kept]),
        "element_similarity": _similarity(truth, left),
        "innocent": _innocent(truth, left, matches.match),
    }


def _short(row: Found, threshold: float) -> Found:
    worst = max((kind["share"] for kind in row["innocent"].values() if kind["share"] is not None), default=None)
    names = ("reported", "found", "recall", "precision", "recall_weighted", "precision_weighted")
    return {"threshold": threshold} | {name: row[name] for name in names} | {"worst_innocent": worst}


def _row(matches: rings.Matches, wanted: NDArray[np.bool_], threshold: float) -> Found:
    hit = matches.found_at[wanted] >= threshold
    return {
        "rings": int(wanted.sum()),
        "found": int(hit.sum()),
        "recall": _share(hit),
        "recall_weighted": _share(matches.found_at_weighted[wanted] >= threshold),
        "mean_jaccard": round(float(matches.best[wanted].mean()), 4) if wanted.any() else None,
    }


def _by(words: NDArray[np.str_], truth: Truth, matches: rings.Matches, threshold: float) -> dict[str, Found]:
    mine = words[matches.ring]
    return {
        str(word): _row(matches, mine == word, threshold)
        | {"timing_only": bool(truth.timing_only[matches.ring][mine == word].all())}
        for word in np.unique(mine)
        if word
    }


def _similarity(truth: Truth, found: Members) -> float | None:
    """Over the accounts that are in a true or a reported ring."""
    mine, theirs = np.full(len(truth.accounts), -1), np.full(len(truth.accounts), -1)
    real = truth.is_ring[truth.members.group]
    mine[truth.members.account[real]] = truth.members.group[real]
    theirs[found.account] = found.group
    either = (mine >= 0) | (theirs >= 0)
    value = rings.element_similarity(mine[either], theirs[either])
    return None if value is None else round(value, 4)


def _innocent(truth: Truth, found: Members, match: float) -> dict[str, Found]:
    """Per kind of innocent group: how many are reported as a ring, or for the better half part of one."""
    taken = rings.innocent_in_rings(truth, found, match)
    sizes = truth.members.sizes()
    held = truth.innocent & (sizes >= 2)
    out: dict[str, Found] = {}
    for kind in np.unique(truth.kind[held]):
        mine = held & (truth.kind == kind)
        out[str(kind)] = {"groups": int(mine.sum()), "reported": int(taken[mine].sum()), "share": _share(taken[mine])}
    return out


def _false(truth: Truth, matches: rings.Matches, kept: NDArray[np.bool_]) -> dict[str, int]:
    """What the wrong ones among the reported rings mostly consist of: kind of group, `nobody` for accounts in none."""
    meets = matches.meets[kept & ~matches.right]
    kinds = np.where(meets >= 0, np.append(truth.kind, "")[meets], "nobody")
    words, counts = np.unique(kinds, return_counts=True)
    return {str(word): int(count) for word, count in zip(words, counts, strict=True)}


def measure_victims(run: Run, truth: Truth) -> Found:
    """Victims by the role a run gives them, how many are flagged or in a ring, how many of each kind are blamed."""
    accounts = pq.read_table(run.table("accounts"), columns=["account_id", "role", "flagged", "ring_id"])
    number = truth.numbers(accounts["account_id"].combine_chunks())
    victim = truth.role[number] == "victim"
    rows = accounts.filter(pa.array(victim))
    kind = np.full(len(truth.accounts), "", dtype=truth.kind.dtype)
    # Own groups stand before crowds, and the last assignment counts.
    kind[truth.members.account[::-1]] = truth.kind[truth.members.group[::-1]]
    harmed, blamed = kind[number[victim]], np.asarray(pc.equal(rows["role"], "perpetrator"))
    roles = rows.group_by("role").aggregate([([], "count_all")]).sort_by("role")
    return {
        "victims": len(rows),
        "by_role": dict(zip(roles["role"].to_pylist(), roles["count_all"].to_pylist(), strict=True)),
        "blamed": int(blamed.sum()),
        "by_kind": {
            str(word): {"victims": int((harmed == word).sum()), "blamed": int(blamed[harmed == word].sum())}
            for word in np.unique(harmed)
        },
        "flagged": int(pc.sum(rows["flagged"]).as_py() or 0),
        "in_rings": int(pc.sum(pc.is_valid(rows["ring_id"])).as_py() or 0),
    }


def _share(hits: NDArray[np.bool_]) -> float | None:
    return round(float(hits.mean()), 4) if len(hits) else None
