"""A solved network in memory, from links and ties, as a night would keep it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.detect import behaviour
from linkgraph.detect.propagation import Links, Network, Ties, build_network, discounted, solve
from linkgraph.parameters import Parameters
from linkgraph.solved import Direct, Names, Rules, Solved

PARAMETERS = Parameters()

RULES = Rules(
    one_hop=0.5, transfer=0.5, propagated=1.0, ring=0.5, level=1.6, odds_ref=PARAMETERS.odds_ref, rho=PARAMETERS.rho,
    push_eps=PARAMETERS.push_eps, prior=-6.0, tau=0.15, ring_min=3,
    sigma={"fraud": 4.0, "suspected": 1.0, "cleared": 4.0, "victim": 4.0},
    signals=dict.fromkeys(behaviour.NAMES, 0.0),
)  # fmt: skip


def solved_of(links: Links, identifiers: int, ties: Ties, ips: int = 0) -> Solved:
    """The first `ips` of the identifiers are IP addresses."""
    network = build_network(links, identifiers, ties, PARAMETERS)
    n = network.accounts
    keys = [f"{'ip' if x < ips else 'zid'}:{x:03}" for x in range(identifiers)]
    firm = discounted(network, np.where(links.identifier < ips, 0.0, links.conductance))
    apart = ("apart_account", "apart_other", "apart_ruling")
    nothing: dict[str, Any] = {
        name: np.zeros(0, np.int32) for name in (*apart, "signal_account", "paid_account", "paid_by", "intruder_of")
    } | {name: np.zeros(n) for name in ("behaviour", "money", "ring", "ring_firm")}
    return Solved(
        rules=RULES,
        account_ids=Names(pa.array([f"a{i:03}" for i in range(n)], pa.large_string())),
        keys=Names(pa.array(keys, pa.large_string())),
        start=network.matrix.indptr.astype(np.int64),
        end=network.matrix.indices.astype(np.int32),
        conductance=network.matrix.data,
        direct=Direct.joined([]),
        total=network.diagonal,
        sigma=network.sigma,
        label=network.label,
        trust=ties.trust,
        voltage=_exact(network),
        voltage_firm=_exact(firm),
        is_ip=np.arange(identifiers) < ips,
        channel=np.full(identifiers, -1, np.int8),
        opened=np.full(n, -1, np.int64),
        checked=np.zeros(n, dtype=bool),
        surname=np.full(n, -1, np.int32),
        home=np.full(n, -1, np.int32),
        signal_code=np.zeros(0, np.int16),
        signal_value=np.zeros(0),
        signal_excess=np.zeros(0),
        signal_rate=np.zeros(0),
        signal_seen=np.zeros(0, np.int64),
        paid_weight=np.zeros(0),
        rulings=Names(pa.array([], pa.large_string())),
        **nothing,
    )


def _exact(network: Network) -> NDArray[np.float64]:
    return solve(network, replace(PARAMETERS, solve_tol=1e-12))
