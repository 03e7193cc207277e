"""propagate: from labels and links to voltages by channel of fraud, and what reaches each account by its links."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkgraph.detect import propagation, scoring
from linkgraph.detect.typologies import CHANNELS, channel_of
from linkgraph.kinds import KIND_NAMES
from linkgraph.parameters import Parameters
from linkgraph.stages.night import FRAUD_LABELS, Counts, Night
from linkgraph.stages.ruling import ruled_apart
from linkgraph.stages.solving import keep_network

_YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Grid:
    """Links and ties of a night, as the network takes them. Beyond the accounts of the roster stand the intruders: what
    came to a taken-over account with the takeover is theirs, and theirs the guilt. `conductance`: what links carry as
    far as nobody ruled against them. `channel`: of each account's label.
    """

    links: propagation.Links
    conductance: propagation.Floats
    ties: propagation.Ties
    channel: propagation.Ints


def propagate(night: Night) -> Counts:
    """Conductances and labels -> voltages, and what reaches each account through each of its links; with and without
    IPs.
    """
    night.work("intrusions")
    found, n = night.columns("conductances"), night.size("roster")
    grid, order = _grid(night, found)
    network = _network(night, grid)
    channels = propagation.solve_channels(network, grid.channel, len(CHANNELS), night.parameters)
    voltage = np.asarray(channels.sum(axis=1))
    reached = _gathered(network, voltage, night.parameters)
    is_ip = found["kind_code"][order] == KIND_NAMES.index("ip")
    firm = propagation.discounted(network, np.where(is_ip, 0.0, network.links.conductance))
    firm_voltage, without_ip = reach(firm, night.parameters)
    keep_network(night, network, trust_of(night), (voltage, firm_voltage))
    _keep_channels(night, network, channels)
    own = grid.links.account < n
    columns: dict[str, Any] = {
        "account": grid.links.account, "identifier": grid.links.identifier, "flow": reached.flow, "met": reached.met,
    }  # fmt: skip
    night.keep("link_evidence", pa.table({name: column[own] for name, column in columns.items()}))
    evidence = {
        "voltage": reached.voltage, "one_hop": reached.one_hop,
        "voltage_firm": without_ip.voltage, "one_hop_firm": without_ip.one_hop,
    }  # fmt: skip
    night.keep("account_evidence", pa.table({name: column[:n] for name, column in evidence.items()}))
    return {
        "links": len(grid.links.account),
        "intruders": len(grid.ties.sigma) - n,
        "residual": propagation.residual(network, voltage),
        "lost_current": propagation.lost_current(network, voltage),
        "lowest_voltage": float(voltage.min(initial=0.0)),
        "highest_voltage": float(voltage.max(initial=0.0)),
    }


def _keep_channels(night: Night, network: propagation.Network, channels: propagation.Floats) -> None:
    """Voltages of identifiers with the channel most of it is of; and of accounts, by channel, where there is any."""
    x = propagation.identifier_voltages(network, channels)
    total = x.sum(axis=1)
    main = pa.array(np.array(CHANNELS)[x.argmax(axis=1)], pa.string(), mask=total <= 0)
    number = pa.array(range(len(x)), pa.int32())
    night.keep("identifier_voltage", pa.table({"identifier": number, "voltage": total, "channel": main}))
    own = channels[: night.size("roster")]
    some = np.flatnonzero(own.any(axis=1)).astype(np.int32)
    columns = {name: own[some, place] for place, name in enumerate(CHANNELS)}
    night.keep("account_channels", pa.table({"account": some} | columns))


def _grid(night: Night, found: dict[str, Any]) -> tuple[Grid, propagation.Ints]:
    """The grid, and the place of each of its links in `found`."""
    intruders = night.columns("intrusions")
    n, size = night.size("roster"), max(night.size("identifiers_named"), 1)
    keys = found["account"].astype(np.int64) * size + found["identifier"]
    moved = np.isin(keys, intruders["account"].astype(np.int64) * size + intruders["identifier"])
    hit, place = np.unique(found["account"][moved], return_inverse=True)
    account = found["account"].astype(np.int32)
    account[moved] = n + place.astype(np.int32)
    order = np.lexsort((found["identifier"], account)).astype(np.int32)
    whole = found["conductance"] + found["grounded"]
    links = propagation.Links(account[order], found["identifier"][order].astype(np.int32), whole[order])
    return Grid(links, found["conductance"][order], *_tied(night, len(hit))), order


def _network(night: Night, grid: Grid) -> propagation.Network:
    """The network of all links, with what people ruled to carry nothing moved to ground."""
    network = propagation.build_network(grid.links, night.size("identifiers_named"), grid.ties, night.parameters)
    if not night.size("apart"):
        return network
    carrying = replace(grid.links, conductance=grid.conductance)
    return propagation.discounted(network, grid.conductance, ruled_apart(night, carrying))


def _tied(night: Night, intruders: int) -> tuple[propagation.Ties, propagation.Ints]:
    """Ties and channels of the accounts, then of the intruders: suspects only, since what is theirs was inferred."""
    own, seeds = ties(night), night.columns("seeds")
    channel = np.full(len(own.sigma) + intruders, CHANNELS.index("takeover"), np.int32)
    names = [channel_of(typology, label) for typology, label in zip(seeds["typology"], seeds["label"], strict=True)]
    channel[seeds["account"]] = [CHANNELS.index(name) for name in names]
    suspected = np.full(intruders, night.parameters.sigma_suspected)
    added = propagation.Ties(
        np.concatenate([own.sigma, suspected]),
        np.concatenate([own.label, np.ones(intruders)]),
        np.concatenate([own.trust, np.zeros(intruders)]),
    )
    return added, channel


def reach(network: propagation.Network, parameters: Parameters) -> tuple[propagation.Floats, scoring.Evidence]:
    """Voltages, and what reaches each account without its own label."""
    voltage = propagation.solve(network, parameters)
    return voltage, _gathered(network, voltage, parameters)


def _gathered(network: propagation.Network, voltage: propagation.Floats, parameters: Parameters) -> scoring.Evidence:
    return scoring.gather(network, propagation.link_voltages(network, voltage, parameters.push_eps))


def ties(night: Night) -> propagation.Ties:
    """Labels as ties: fraud and chargebacks to 1, cleared and victims to 0; trust of those nobody has ruled on."""
    p, seeds, now, trust = night.parameters, night.columns("seeds"), night.clock // 1_000_000, trust_of(night)
    recent = now - seeds["at"] < p.recent_chargeback_days * 86_400
    strength = {"fraud": p.sigma_fraud, "suspected": p.sigma_suspected, "chargeback": p.sigma_fraud}
    sigma, label = np.zeros(len(trust)), np.zeros(len(trust))
    sigma[seeds["account"]] = [strength.get(word, p.sigma_innocent) for word in seeds["label"]]
    sigma[seeds["account"][(seeds["label"] == "chargeback") & recent]] = p.sigma_recent_chargeback
    label[seeds["account"]] = np.isin(seeds["label"], FRAUD_LABELS)
    trust[seeds["account"]] = 0.0
    return propagation.Ties(sigma, label, trust)


def trust_of(night: Night) -> propagation.Floats:
    """What each account gives to ground for its years and its checks, as if nobody had ruled on it."""
    now = night.clock // 1_000_000
    roster = pq.read_table(night.run.work("roster"), columns=["created_at", "kyc_level"])
    years = (now - pc.fill_null(roster["created_at"], now).to_numpy()) // _YEAR
    strong = pc.fill_null(roster["kyc_level"], 0).to_numpy() >= night.parameters.strong_kyc_level
    return np.asarray(np.minimum(night.parameters.trust_max, strong + np.maximum(0, years)), np.float64)
