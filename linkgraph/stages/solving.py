"""Keeps the solved network of a run, so that any of its scores can be taken apart and recomputed later."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph import solved
from linkgraph.detect import behaviour, propagation
from linkgraph.detect.typologies import CHANNELS
from linkgraph.kinds import KIND_NAMES
from linkgraph.stages import learning
from linkgraph.stages.night import Night


def keep_network(
    night: Night, network: propagation.Network, trust: propagation.Floats, both: tuple[propagation.Floats, ...]
) -> None:
    """The matrix, the ties and both solutions.

    trust: per account, as if it had no label. both: the voltages, and those with every IP address moved to ground.
    """
    folder = night.run.solved
    identifiers = pq.read_table(night.run.work("identifiers_named"), columns=["kind", "identifier", "kind_code"])
    keys = pc.binary_join_element_wise(identifiers["kind"], identifiers["identifier"], ":")
    solved.save_names(folder, "keys", keys)
    solved.save_names(
        folder, "account_ids", pq.read_table(night.run.work("roster"), columns=["account_id"])["account_id"]
    )
    intrusions = night.columns("intrusions")
    # Over identifiers that are split accounts meet directly; that is kept apart, since it belongs to the identifier.
    start, end, conductance = _links_of(network)
    arrays = {
        "start": start,
        "end": end,
        "conductance": conductance,
        "total": network.diagonal,
        "sigma": network.sigma,
        "label": network.label,
        "trust": trust,
        "voltage": both[0],
        "voltage_firm": both[1],
        "is_ip": identifiers["kind_code"].to_numpy() == KIND_NAMES.index("ip"),
        "intruder_of": np.unique(intrusions["account"]).astype(np.int32),
    }
    for name, array in arrays.items():
        solved.save_array(folder, name, array)
    solved.save_direct(folder, _direct(network))
    _keep_apart(night)


def _keep_apart(night: Night) -> None:
    """Whom verdicts part, seen from either account, and by which verdict."""
    apart, ruled = night.columns("apart"), night.engine.read("rulings")
    solved.save_names(night.run.solved, "rulings", ruled["ruling"])
    place = {verdict_id: number for number, verdict_id in enumerate(ruled["verdict_id"].to_pylist())}
    by = np.array([place[verdict_id] for verdict_id in apart["verdict_id"].tolist()], np.int32)
    both = np.concatenate(
        [np.column_stack([apart[one], apart[other], by]) for one, other in (("a", "b"), ("b", "a"))]
    ).astype(np.int32)
    for name, column in zip(("account", "other", "ruling"), np.unique(both, axis=0).T, strict=True):
        solved.save_array(night.run.solved, f"apart_{name}", column)


def _links_of(network: propagation.Network) -> tuple[NDArray[np.int64], propagation.Ints, propagation.Floats]:
    """The rows of the matrix without the entries between two accounts."""
    matrix = network.matrix
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    kept = (row >= network.accounts) | (matrix.indices >= network.accounts)
    start = np.concatenate([[0], np.cumsum(np.bincount(row[kept], minlength=matrix.shape[0]))])
    return start.astype(np.int64), matrix.indices[kept].astype(np.int32), matrix.data[kept]


def _direct(network: propagation.Network) -> solved.Direct:
    links, split = network.links, network.split
    node = (links.identifier[split.link] + network.accounts).astype(np.int32)
    product = links.conductance[split.link] * links.conductance[split.other]
    return solved.Direct(
        links.account[split.link], links.account[split.other], node, product / network.diagonal[node], product
    )


def keep_blocks(night: Night, ring_firm: propagation.Floats) -> None:
    """What the night found per account besides voltages, its signals, the money from fraud, and the rules of it all."""
    folder, signals, causes = night.run.solved, night.columns("signals"), night.columns("account_causes")
    scores, paid = night.columns("account_scores"), night.columns("paid_by_fraud")
    arrays = {
        "behaviour": scores["behaviour"],
        "money": causes["transfers"],
        "ring": causes["ring"],
        "ring_firm": ring_firm,
        "signal_account": signals["account"],
        "signal_code": signals["signal"],
        "signal_value": signals["value"],
        "signal_excess": signals["excess"],
        "signal_rate": signals["rate"],
        "signal_seen": signals["seen"],
        "paid_account": paid["account"],
        "paid_by": paid["sender"],
        "paid_weight": paid["weight"],
    }
    for name, array in (arrays | _persons(night) | {"channel": _channels(night)}).items():
        solved.save_array(folder, name, array)
    night.run.save(night.run.record() | {"rules": asdict(_rules(night))})


def _persons(night: Night) -> dict[str, NDArray[Any]]:
    roster = pq.read_table(night.run.work("roster"), columns=["created_at", "kyc_level", "surname", "postal_address"])
    return {
        "opened": pc.fill_null(roster["created_at"], -1).to_numpy().astype(np.int64),
        "checked": pc.fill_null(roster["kyc_level"], 0).to_numpy() >= night.parameters.strong_kyc_level,
        "surname": _numbered(roster["surname"]),
        "home": _numbered(roster["postal_address"]),
    }


def _numbered(column: pa.ChunkedArray) -> propagation.Ints:
    found = column.combine_chunks().dictionary_encode()
    return np.asarray(pc.fill_null(found.indices, -1).to_numpy(zero_copy_only=False), np.int32)


def _channels(night: Night) -> NDArray[np.int8]:
    names = pq.read_table(night.run.work("identifier_voltage"), columns=["channel"])["channel"]
    found = pc.index_in(names, pa.array(CHANNELS, pa.string()))
    return np.asarray(pc.fill_null(found, -1).to_numpy(), np.int8)


def _rules(night: Night) -> solved.Rules:
    found, p = learning.learned(night), night.parameters
    return solved.Rules(
        one_hop=found.weights.one_hop,
        transfer=found.weights.transfer,
        propagated=found.weights.propagated,
        ring=found.weights.ring,
        level=found.level,
        odds_ref=p.odds_ref,
        rho=p.rho,
        push_eps=p.push_eps,
        prior=night.bits.prior,
        tau=p.tau,
        ring_min=p.ring_min,
        sigma={
            "fraud": p.sigma_fraud,
            "suspected": p.sigma_suspected,
            "cleared": p.sigma_innocent,
            "victim": p.sigma_innocent,
        },
        signals=dict(zip(behaviour.NAMES, found.weights.signals.tolist(), strict=True)),
    )
