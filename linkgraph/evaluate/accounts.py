"""One cut measured: every ranking of its candidates by the same figures, and what else is said of the night's own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph.evaluate import metrics
from linkgraph.evaluate.baselines import within
from linkgraph.evaluate.cuts import Cut
from linkgraph.evaluate.facts import Outcome, Snapshot
from linkgraph.runs import Run

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Found = dict[str, Any]

OURS = "linkgraph"
_BLOCKS = ("behaviour", "shared", "transfer", "propagated", "ring")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says of every account, in the numbers of `Outcome`; zero of accounts it does not know.

    score: log-odds above base, or risk where the run has none. blocks: its parts. probability: NaN where not
    calibrated. in_ring: member of a ring of at least the default score. group: number of its ring among the run's, -1
    for none.
    """

    score: Floats
    blocks: dict[str, Floats]
    probability: Floats
    flagged: Bools
    in_ring: Bools
    group: Ints


def read_verdict(run: Run, outcome: Outcome, threshold: float) -> Verdict:
    """The scores and rings of a run."""
    ids = pq.read_table(run.work("roster"), columns=["account_id"])["account_id"].combine_chunks()
    number, size = outcome.numbers(ids), len(outcome.accounts)
    scores = pq.read_table(run.work("account_scores"))

    def placed(name: str) -> Floats:
        values = np.zeros(size)
        values[number] = scores[name].to_numpy() if name in scores.column_names else 0.0
        return values

    public = pq.read_table(run.table("accounts"), columns=["account_id", "probability", "flagged"])
    order = outcome.numbers(public["account_id"].combine_chunks())
    probability, flagged = np.full(size, np.nan), np.zeros(size, dtype=bool)
    probability[order] = pc.fill_null(public["probability"], np.nan).to_numpy()
    flagged[order] = public["flagged"].to_numpy()
    members, facts = pq.read_table(run.work("ring_groups")), pq.read_table(run.work("ring_facts"))
    group = np.full(size, -1)
    group[number[members["account"].to_numpy()]] = members["number"].to_numpy()
    reported = np.append(facts["score"].to_numpy() >= threshold, False)
    blocks = {name: placed(name) for name in _BLOCKS}
    score = placed("score") if "score" in scores.column_names else placed("risk")
    return Verdict(score, blocks, probability, flagged, reported[group], group)


def own_rankings(verdict: Verdict) -> dict[str, Floats]:
    """The night's score, and what is left of it without some of its blocks: they are parts of a sum."""
    blocks = verdict.blocks
    graph = blocks["shared"] + blocks["propagated"] + blocks["ring"]
    return {
        OURS: verdict.score,
        "without behaviour": graph + blocks["transfer"],
        "graph only": graph,
        "no graph": blocks["behaviour"],
    }


def figures(scores: Floats, cut: Cut, capacity: int) -> Found:
    """One row of a table: a ranking of the candidates against the targets."""
    chance = metrics.inclusion(scores, capacity)
    hits = float(chance[cut.positive].sum())
    positives, money = int(cut.positive.sum()), float(cut.money.sum())
    caught = cut.positive & (chance > 0.5) & ~np.isnan(cut.wait)
    return {
        "precision": hits / min(capacity, len(scores)) if len(scores) else None,
        "recall": hits / positives if positives else None,
        "average_precision": _number(metrics.average_precision(scores, cut.positive)),
        "auc": _number(metrics.auc(scores, cut.positive)),
        "money_recall": float((chance * cut.money).sum()) / money if money else None,
        "days_gained": float(np.median(cut.wait[caught])) if caught.any() else None,
    }


def reach(snapshot: Snapshot, cut: Cut, verdict: Verdict) -> Found:
    """The ceiling: the share of the targets within one and two hops of an account confirmed by the cut, and in any
    ring.
    """
    targets = cut.account[cut.positive]
    if not len(targets):
        return {"one_hop": None, "two_hops": None, "in_a_ring": None}
    one, two = (within(snapshot, snapshot.fraud, hops) for hops in (1, 2))
    return {
        "one_hop": float(one[targets].mean()),
        "two_hops": float(two[targets].mean()),
        "in_a_ring": float(verdict.in_ring[targets].mean()),
    }


def calibrated(verdict: Verdict, cut: Cut) -> Found | None:
    """Calibration over the flagged candidates; None where the night states no probability, or flags nobody."""
    stated = verdict.probability[cut.account]
    kept = verdict.flagged[cut.account] & ~np.isnan(stated)
    found = metrics.calibration(stated[kept], cut.positive[kept])
    if found is None:
        return None
    return {"accounts": int(kept.sum()), "brier": found.brier, "error": found.error, "bins": found.bins}


def wrongly_picked(verdict: Verdict, cut: Cut, classes: NDArray[np.str_], capacity: int) -> dict[str, Found]:
    """By class of account: how many innocent candidates there are, and how many of them are among the first `capacity`.

    A class that is picked far above its share of the innocent is being treated unfairly.
    """
    chance = metrics.inclusion(verdict.score[cut.account], capacity) * ~cut.positive
    mine = classes[cut.account]
    rows: dict[str, Found] = {}
    for word in np.unique(mine):
        innocent = (mine == word) & ~cut.positive
        picked = float(chance[innocent].sum())
        rows[str(word) or "unknown"] = {"innocent": int(innocent.sum()), "picked": picked}
    return rows


def address_classes(run: Run, outcome: Outcome) -> NDArray[np.str_]:
    """Per account: the class of network its addresses are of (the first by name of several), as `carrier_nat`; `own`
    where no
    address of it is of a class, `none` without addresses.
    """
    addresses = pq.read_table(
        run.table("identifiers"), columns=["kind", "identifier", "class"], filters=[("kind", "=", "ip")]
    )
    used = pq.read_table(run.table("used"), columns=["account_id", "kind", "identifier"], filters=[("kind", "=", "ip")])
    classed = addresses["class"].to_numpy(zero_copy_only=False)[
        np.asarray(pc.index_in(used["identifier"], addresses["identifier"].combine_chunks()), dtype=np.int64)
    ]
    words = np.full(len(outcome.accounts), "none", dtype=object)
    account = outcome.numbers(used["account_id"].combine_chunks())
    words[account] = "own"
    named = np.array([word is not None for word in classed], dtype=bool)
    order = np.argsort(classed[named].astype(str), kind="stable")[::-1]
    words[account[named][order]] = classed[named][order]
    return words.astype(str)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
