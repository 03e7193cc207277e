"""The first half of the stage ring: linked pairs -> overlapping candidates, with what is known of the accounts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph.detect import behaviour, candidates, ring_features, rings
from linkgraph.kinds import FAMILIES
from linkgraph.stages.night import FRAUD_LABELS, INNOCENT_LABELS, Night
from linkgraph.stages.ruling import is_refuted

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Candidates, the linked pairs they were made of, and what is known of the accounts."""

    pool: candidates.Pool
    pairs: candidates.Linked
    people: ring_features.People

    def features(self, pool: candidates.Pool) -> Floats:
        """Features of some candidates."""
        return ring_features.features(pool, self.pairs, self.people)

    def owners(self, pool: candidates.Pool) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Different owners of each candidate: declared sub-accounts are their owner's."""
        top = int(self.people.owner.max(initial=0)) + 1
        keys = np.unique(pool.of * top + self.people.owner[pool.members])
        return np.bincount(keys // top, minlength=len(pool))


def read_pairs(night: Night) -> tuple[candidates.Linked, Floats]:
    """The linked pairs of the night that may hold a ring together, and their probabilities without IP addresses.

    Whom people ruled a victim or cleared holds no ring together: an intruder's phone would tie a victim's family to
    him. Nor does money alone that somebody unruled sent to a confirmed fraud: who pays a fraudster is a victim first.
    Money that came from one after the fraud began holds.
    """
    kept, label = night.columns("kept_pairs"), marks(night)
    units = np.column_stack([kept[family] for family in FAMILIES])
    only_money = (units > 0).sum(axis=1) == (units[:, FAMILIES.index("money")] > 0)
    one, other = label[kept["a"]], label[kept["b"]]
    paying = only_money & ((one == 1) != (other == 1)) & ~_paid_by_fraud(night, kept)
    holds = (one >= 0) & (other >= 0) & ~paying
    pairs = candidates.Linked(kept["a"], kept["b"], kept["probability"], units)
    return pairs.where(holds), kept["firm"][holds]


def _paid_by_fraud(night: Night, pairs: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which pairs saw money go, directly or over an address, from a confirmed fraud since that began."""
    seeds, accounts = night.columns("seeds"), night.size("roster")
    began, fraud = np.full(accounts, np.iinfo(np.int64).max), seeds["label"] == "fraud"
    began[seeds["account"][fraud]] = seeds["at"][fraud]
    found = [np.empty(0, np.int64)]
    for name in ("transfer_signs", "hop_signs"):
        rows = night.columns(name)
        paid = (rows["forth"] >= began[rows["a"]]) | (rows["back"] >= began[rows["b"]])
        found.append(rows["a"][paid].astype(np.int64) * accounts + rows["b"][paid])
    return np.isin(pairs["a"].astype(np.int64) * accounts + pairs["b"], np.concatenate(found))


def propose(night: Night, pairs: candidates.Linked) -> Proposal:
    """Linked pairs -> candidates of at least `ring_min` accounts."""
    edges, accounts, luck = (pairs.a, pairs.b, pairs.probability), night.size("roster"), chance(night)
    parts = [group.members for group in rings.find_rings(accounts, edges, night.parameters, luck)]
    parts += rings.cuts(accounts, edges, night.parameters, luck)
    given = [candidates.pool_of(parts), _sharing(night, pairs)]
    return Proposal(candidates.propose(accounts, pairs, given, night.parameters), pairs, _people(night))


def _sharing(night: Night, pairs: candidates.Linked) -> candidates.Pool:
    """Groups of those who share identifiers, in the parts that pairs link."""
    links = night.columns("weighed_links")
    linked = np.zeros(night.size("roster"), dtype=bool)
    linked[pairs.a], linked[pairs.b] = True, True
    kept = linked[links["account"]] & ~is_refuted(night, links["account"], links["identifier"])
    account, identifier, degree = (links[name][kept] for name in ("account", "identifier", "degree"))
    shared = candidates.sharing(account, identifier, degree, night.parameters)
    parts = ring_features.connected_parts(shared, pairs)
    return parts.where(parts.size >= night.parameters.ring_min)


def chance(night: Night) -> rings.Chance:
    """Where chance enters: the seed of the night and the ids of accounts."""
    names = pq.read_table(night.run.work("roster"), columns=["account_id"])["account_id"].combine_chunks()
    return rings.Chance(night.seed, lambda number: str(names[number]))


def marks(night: Night) -> np.ndarray[Any, np.dtype[np.int8]]:
    """What the labels say of every account: 1 confirmed fraud, 2 charged back or suspected, -1 innocent, 0 nothing."""
    seeds, found = night.columns("seeds"), np.zeros(night.size("roster"), dtype=np.int8)
    found[seeds["account"][np.isin(seeds["label"], FRAUD_LABELS)]] = 2
    found[seeds["account"][seeds["label"] == "fraud"]] = 1
    found[seeds["account"][np.isin(seeds["label"], INNOCENT_LABELS)]] = -1
    return found


def _people(night: Night) -> ring_features.People:
    roster, label = pq.read_table(night.run.work("roster")), marks(night)
    created = roster["created_at"].cast(pa.float64()).to_numpy()
    owner, surname, address, country = (
        _codes(roster[name]) for name in ("owner", "surname", "postal_address", "country")
    )
    return ring_features.People(
        owner, surname, address, country, created, label == 1, label == 2, label < 0, _habits(night), _deeds(night)
    )


def _habits(night: Night) -> Floats:
    """One column per entry of `ring_features.HABITS`; NaN without a linked pair and for what an account never uses."""
    night.work("ring_habits")
    rows = night.columns("ring_habits")
    table = np.full((night.size("roster"), len(ring_features.HABITS)), np.nan)
    used = np.maximum(rows["device_uses"], 1)
    has = {kind: rows[kind] > 0 for kind in ("devices", "instruments", "wallets")}
    table[rows["account"]] = np.column_stack(
        [
            np.where(has["devices"], rows["devices"] - rows["shared_devices"], np.nan),
            np.where(has["devices"], rows["shared_device_uses"] / used, np.nan),
            np.where(has["instruments"], rows["instruments"] - rows["shared_instruments"], np.nan),
            np.where(has["wallets"], rows["wallets"] - rows["shared_wallets"], np.nan),
            np.log2(1.0 + rows["uses"]),
        ]
    )
    return table


def _deeds(night: Night) -> Floats:
    """How far each account stands above the population in each entry of `ring_features.DEEDS`; NaN for a signal in
    which nobody does: it may not have been evaluated.
    """
    rows = night.columns("signals")
    table = np.full((night.size("roster"), len(ring_features.DEEDS)), np.nan)
    for column, name in enumerate(ring_features.DEEDS):
        mine = rows["signal"] == behaviour.NAMES.index(name)
        if mine.any():
            table[:, column] = 0.0
            table[rows["account"][mine], column] = rows["excess"][mine]
    return table


def _codes(values: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.int32]]:
    indices = values.combine_chunks().dictionary_encode().indices
    return np.asarray(pc.fill_null(indices, -1), dtype=np.int32)
