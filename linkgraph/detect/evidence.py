"""What sharing an identifier is worth: levels in bits for pairs, conductances for propagation. Cold-start values.

Levels are whole numbers of 1/1024 bit, so that sums have no order. Look-up tables are made here once, because
powers and
logarithms differ in the last digit between engines and processors.
"""

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.kinds import KINDS, SIGNS, Kind
from linkgraph.parameters import Parameters

UNITS_PER_BIT = 1024
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class EvidenceBits:
    """What every level is worth, in bits (log2 odds). `kinds`: by name, per degree bin; `gap`, `age`: per bin, at most
    0; `signs`: by name, per bin of the sign's value; `prior`: of a pair before any evidence.
    """

    prior: float
    kinds: dict[str, tuple[float, ...]]
    gap: tuple[float, ...]
    age: tuple[float, ...]
    signs: dict[str, tuple[float, ...]]

    def as_values(self) -> dict[str, Any]:
        """Plain JSON values, as a model holds them."""
        values: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return values


def bits_of(values: dict[str, Any], parameters: Parameters) -> EvidenceBits:
    """Bits as a model holds them (`as_values`); a kind or sign it does not know has its cold ones."""
    cold = cold_bits(parameters)
    kinds = {name: tuple(values["kinds"].get(name, bits)) for name, bits in cold.kinds.items()}
    signs = {name: tuple(values["signs"].get(name, bits)) for name, bits in cold.signs.items()}
    return EvidenceBits(values["prior"], kinds, tuple(values["gap"]), tuple(values["age"]), signs)


def cold_bits(parameters: Parameters) -> EvidenceBits:
    """The bits of the tables, which nothing has been learned for."""
    return EvidenceBits(
        prior=parameters.prior_bits,
        kinds={kind.name: tuple(map(float, kind.bits)) for kind in KINDS},
        gap=parameters.gap_bits,
        age=parameters.age_bits,
        signs={sign.name: tuple(map(float, sign.bits)) for sign in SIGNS},
    )


@dataclass(frozen=True, slots=True)
class EvidenceLinks:
    """Links that carry evidence, parallel arrays sorted by (account, identifier). Ages and gaps in seconds."""

    account: NDArray[np.int32]
    identifier: NDArray[np.int32]
    kind_code: NDArray[np.int8]
    ip_version: NDArray[np.int8]
    degree: NDArray[np.int32]
    age: NDArray[np.int64]
    gap: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.account)


def kind_table(parameters: Parameters, bits: EvidenceBits) -> pa.Table:
    """The kinds as a relational table: window and lease in seconds; whether one identifier alone can link a pair."""
    needed = math.log2(parameters.tau / (1.0 - parameters.tau)) - bits.prior
    return pa.table(
        {
            "code": pa.array(range(len(KINDS)), pa.int8()),
            "kind": [kind.name for kind in KINDS],
            "family": [kind.family for kind in KINDS],
            "is_ip": [kind.name == "ip" for kind in KINDS],
            "links_alone": [max(bits.kinds[kind.name]) >= needed for kind in KINDS],
            "cap": pa.array([kind.cap for kind in KINDS], pa.int32()),
            "max_age": pa.array([kind.window * _DAY for kind in KINDS], pa.int64()),
            "lease": pa.array([kind.lease for kind in KINDS], pa.int64()),
        }
    )


def sign_table() -> pa.Table:
    """The signs as a relational table; `top`: the first value of the last bin."""
    return pa.table(
        {
            "code": pa.array(range(len(SIGNS)), pa.int8()),
            "sign": [sign.name for sign in SIGNS],
            "family": [sign.family for sign in SIGNS],
            "top": pa.array([sign.edges[-1] + 1 for sign in SIGNS], pa.int32()),
        }
    )


def sign_spans(as_of: int, parameters: Parameters) -> pa.Table:
    """One row: where the windows of the signs begin and how long they wait, in epoch microseconds; and their caps in
    accounts."""
    day = _DAY * 1_000_000
    return pa.table(
        {
            "money_from": pa.array([as_of - parameters.money_days * day], pa.int64()),
            "logins_from": pa.array([as_of - parameters.sync_days * day], pa.int64()),
            "trades_from": pa.array([as_of - parameters.trade_days * day], pa.int64()),
            "mirror_time": pa.array([parameters.mirror_seconds * 1_000_000], pa.int64()),
            "mirror_near": pa.array([parameters.mirror_near], pa.float64()),
            "hop_time": pa.array([parameters.hop_days * day], pa.int64()),
            "sweep_time": pa.array([parameters.sweep_days * day], pa.int64()),
            "hop_cap": pa.array([parameters.hop_cap], pa.int32()),
            "sweep_cap": pa.array([parameters.sweep_cap], pa.int32()),
        }
    )


def level_tables(parameters: Parameters, bits: EvidenceBits) -> dict[str, pa.Table]:
    """Evidence by degree, gap, age and value of a sign, one row per value up to the last bin edge plus one, in 1/1024
    bit."""
    gaps = range(parameters.gap_bins[-1] + 2)
    ages = range(parameters.age_bins[-1] + 2)
    return {
        "degree_levels": _table(
            ("code", "degree", "units"),
            [
                (code, d, bits.kinds[kind.name][_bin(d, parameters.degree_bins)])
                for code, kind in enumerate(KINDS)
                for d in _degrees(kind)
            ],
        ),
        "gap_levels": _table(("days", "units"), [(g, bits.gap[_bin(g, parameters.gap_bins)]) for g in gaps]),
        "age_levels": _table(
            ("code", "days", "units"),
            [
                (code, a, max(bits.age[_bin(a, parameters.age_bins)], -kind.max_age_penalty))
                for code, kind in enumerate(KINDS)
                for a in ages
            ],
        ),
        "sign_levels": _table(
            ("code", "value", "units"),
            [
                (code, value, bits.signs[sign.name][_bin(value, sign.edges)])
                for code, sign in enumerate(SIGNS)
                for value in range(sign.edges[-1] + 2)
            ],
        ),
    }


def clock_table(as_of: int, parameters: Parameters) -> pa.Table:
    """One row: the as-of time (epoch microseconds) and the largest gap and age the level tables hold, in days."""
    return pa.table(
        {
            "as_of": pa.array([as_of], pa.int64()),
            "gap_top": pa.array([parameters.gap_bins[-1] + 1], pa.int64()),
            "age_top": pa.array([parameters.age_bins[-1] + 1], pa.int64()),
        }
    )


def conductance(links: EvidenceLinks, parameters: Parameters) -> NDArray[np.float64]:
    """Strength of each link in the resistor network; 1.0 = one fully trusted fresh link.

    c = strength * 2 / degree * 2^(-age / half-life) * 2^(-gap / gap half-life); the last factor only for leased kinds.
    """
    base, half_life = _per_link(links)
    decay = np.exp2(-(links.age // _DAY) / half_life)
    overlap = np.exp2(-(links.gap / _DAY) / parameters.gap_half_life)
    return base * 2.0 / links.degree * decay * overlap


def _per_link(links: EvidenceLinks) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    strength = np.array([kind.strength for kind in KINDS])[links.kind_code]
    network = np.array([kind.strength_v6 or kind.strength for kind in KINDS])[links.kind_code]
    half_life = np.array([float(kind.half_life) for kind in KINDS])[links.kind_code]
    return np.where(links.ip_version == 6, network, strength), half_life


def _degrees(kind: Kind) -> range:
    return range(2, kind.cap + 1)


def _bin(value: int, edges: tuple[int, ...]) -> int:
    return int(np.searchsorted(edges, value))


def _table(names: tuple[str, ...], rows: list[tuple[float, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    whole = [pa.array([int(v) for v in column], pa.int64()) for column in columns[:-1]]
    units = pa.array([round(bits * UNITS_PER_BIT) for bits in columns[-1]], pa.int64())
    return pa.table([*whole, units], names=list(names))
