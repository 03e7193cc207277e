"""Nights with something taken away or left to chance, to see what it was worth. Each changes work tables between two
stages.

What follows from `used` and from the labels inside the stage `project` is made again by its own statements.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph.engine.duckdb import write_parquet
from linkgraph.evaluate import shuffles
from linkgraph.evaluate.facts import CONFIRMED
from linkgraph.evaluate.nights import Change, Tables
from linkgraph.kinds import SIGNS
from linkgraph.runs import Run

_AFTER_USED = ("listed", "identifier_classes", "identifiers_seen", "identifiers_named", "degrees")
_AFTER_SEEDS = ("received_from_fraud",)
_SYNCHRONY = tuple(code for code, sign in enumerate(SIGNS) if sign.family == "synchrony")


@dataclass(frozen=True, slots=True)
class Ablation:
    """before: changes by the stage they come before. needs: what a run must have, else it says nothing to leave it
    out.
    """

    name: str
    before: Mapping[str, Change] = field(default_factory=dict)
    needs: str = ""


def ablations(seed: int) -> list[Ablation]:
    """All of them; shuffles draw from `seed`."""
    return [
        Ablation(
            "edges shuffled",
            {"weigh": lambda night: shuffle_edges(night, seed), "pair": lambda night: shuffle_signs(night, seed)},
        ),
        Ablation("labels shuffled", {"weigh": lambda night: shuffle_labels(night, seed)}),
        Ablation("no IP addresses", {"weigh": drop_ip}, "ip"),
        Ablation("no synchrony", {"pair": drop_synchrony}, "synchrony"),
    ]


def missing(ablation: Ablation, run: Run) -> str | None:
    """Why an ablation would change nothing of this run; None if it would."""
    if ablation.needs == "ip" and not pq.read_table(run.table("used"), filters=[("kind", "=", "ip")], columns=["n"]):
        return "the ledger has no IP addresses"
    if ablation.needs == "synchrony" and not _is_synchrony(pq.read_table(run.work("pair_signs"))).any():
        return "no two accounts meet more often than chance explains"
    return None


def shuffle_edges(night: Tables, seed: int) -> None:
    """Everybody keeps as many identifiers of each kind, and each identifier as many users, but whose is chance;
    likewise who
    received money from whom. Labels, own behaviour and times stay.
    """
    rng = np.random.default_rng(seed)
    used = pq.read_table(night.run.table("used"))
    account, identifier = (_codes(used[name]) for name in ("account_id", "identifier"))
    ends = identifier.copy()
    for kind in pc.unique(used["kind"]).sort().to_pylist():
        rows = np.flatnonzero(pc.equal(used["kind"], kind).to_numpy())
        ends[rows] = shuffles.shuffled(account[rows], identifier[rows], rng)
    names, place = pc.unique(used["identifier"]), used.schema.get_field_index("identifier")
    replace_used(night, used.set_column(place, used.schema.field(place), names.take(pa.array(ends))))
    _shuffle_receivers(night, rng)


def _shuffle_receivers(night: Tables, rng: np.random.Generator) -> None:
    transfers = night.engine.read("transfer_ends")
    receivers = transfers["to_account_id"].take(pa.array(rng.permutation(len(transfers))))
    night.keep("transfers", transfers.set_column(1, "to_account_id", receivers))
    night.work(*_AFTER_SEEDS)
    night.engine.view("current_transfers", "transfers")


def shuffle_signs(night: Tables, seed: int) -> None:
    """Whoever meets, pays or refers somebody keeps as many of them, but who it is is chance."""
    rng = np.random.default_rng(seed)
    signs = pq.read_table(night.run.work("pair_signs"))
    code = signs["sign"].to_numpy()
    a, b = (signs[name].to_numpy().astype(np.int64) for name in ("a", "b"))
    for each in np.unique(code):
        rows = code == each
        a[rows], b[rows] = shuffles.shuffled_pairs(a[rows], b[rows], rng)
    for place, column in enumerate((a, b)):
        signs = signs.set_column(place, signs.schema.field(place), pa.array(column, signs.schema.field(place).type))
    night.keep("pair_signs", signs.sort_by([("a", "ascending"), ("b", "ascending"), ("sign", "ascending")]))


def shuffle_labels(night: Tables, seed: int) -> None:
    """The same labels at the same times on other accounts, each with about as many identifiers as its own."""
    rng = np.random.default_rng(seed)
    seeds = pq.read_table(night.run.work("seeds"))
    degrees = np.zeros(pq.read_metadata(night.run.work("roster")).num_rows, dtype=np.int64)
    found = night.columns("degrees")
    degrees[found["account"]] = found["degree"]
    drawn = shuffles.within_bins(seeds["account"].to_numpy().astype(np.int64), degrees, rng)
    moved = seeds.set_column(0, seeds.schema.field(0), pa.array(drawn, seeds.schema.field(0).type))
    night.keep("seeds", moved.sort_by("account"))
    night.work(*_AFTER_SEEDS)


def hide_labels(night: Tables, seed: int) -> None:
    """Half of the confirmed accounts are hidden, drawn at random: how published studies make their test set."""
    seeds = pq.read_table(night.run.work("seeds"))
    confirmed = np.flatnonzero(pc.is_in(seeds["label"], pa.array(CONFIRMED)).to_numpy())
    hidden = np.random.default_rng(seed).choice(confirmed, len(confirmed) // 2, replace=False)
    night.keep("seeds", seeds.take(pa.array(np.setdiff1d(np.arange(len(seeds)), hidden))))
    night.work(*_AFTER_SEEDS)


def drop_ip(night: Tables) -> None:
    """As if no IP address had ever been told."""
    used = pq.read_table(night.run.table("used"))
    replace_used(night, used.filter(pc.not_equal(used["kind"], "ip")))


def drop_synchrony(night: Tables) -> None:
    """As if nobody had been seen to meet."""
    signs = pq.read_table(night.run.work("pair_signs"))
    night.keep("pair_signs", signs.filter(pa.array(~_is_synchrony(signs))))


def change_links(night: Tables, seed: int, share: float) -> None:
    """That share of the links goes, and as many come: each that is drawn changes hands to a drawn account."""
    rng = np.random.default_rng(seed)
    used = pq.read_table(night.run.table("used"))
    drawn = np.sort(rng.choice(len(used), round(share * len(used)), replace=False))
    names = pc.unique(used["account_id"])
    owners = _codes(used["account_id"])
    owners[drawn] = rng.integers(0, len(names), len(drawn))
    links = np.column_stack([_codes(used["kind"]), _codes(used["identifier"]), owners])
    _, first = np.unique(links, axis=0, return_index=True)  # who has it already does not get it twice
    moved = used.set_column(0, used.schema.field(0), names.take(pa.array(owners)))
    replace_used(night, moved.take(pa.array(np.sort(first))))


def replace_used(night: Tables, used: pa.Table) -> None:
    """Put another table in the place of `used`, and make again what `project` made of it."""
    ordered = used.sort_by([("account_id", "ascending"), ("kind", "ascending"), ("identifier", "ascending")])
    write_parquet(night.run.table("used"), ordered.schema, ordered.to_batches())
    night.engine.files("used", [night.run.table("used")], ordered.schema)
    night.work(*_AFTER_USED)


def _is_synchrony(signs: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.isin(signs["sign"].to_numpy(), _SYNCHRONY)


def _codes(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Number of each value in the order of first appearance, which is that of `pc.unique`."""
    return np.asarray(pc.index_in(column, pc.unique(column)), dtype=np.int64)
