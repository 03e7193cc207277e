"""The solved network of a run, as arrays mapped from disk: what exact questions about a score are asked of.

HOME/runs/<run_id>/solved/NAME.npy and .arrow. Nodes are the accounts in the order of their ids, the intruders of
accounts that were taken over, then the identifiers that can be evidence in the order of (kind, token). The night writes
it, readers of every store take it from here: an answer does not depend on the store, and that of an earlier run stays.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.errors import NotFoundError

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

# Of so many names one is kept at hand: 16,000 of 4 million, and the last 8 steps of a search go to the disk.
_STEP = 256


class Names:
    """Sorted texts, mapped from disk, looked up in both directions."""

    def __init__(self, texts: pa.Array) -> None:
        self._texts = texts
        self._sampled = texts.take(pa.array(range(0, len(texts), _STEP), pa.int64())).to_pylist()

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, place: int) -> str:
        text: str = self._texts[int(place)].as_py()
        return text

    def place(self, text: str) -> int | None:
        """Where `text` stands, None if it is not there. The order of code points is that of bytes, the engine's."""
        found = self._first(text)
        return found if found < len(self) and self[found] == text else None

    def starting(self, text: str, most: int) -> list[str]:
        """The first `most` of those that start with `text`."""
        first = self._first(text)
        near = (self[place] for place in range(first, min(first + most, len(self))))
        return [each for each in near if each.startswith(text)]

    def _first(self, text: str) -> int:
        """Where the first that is not before `text` stands."""
        texts, block = self._texts, bisect_left(self._sampled, text)
        low, high = max(block - 1, 0) * _STEP, min(block * _STEP, len(texts))
        return bisect_left(range(len(texts)), text, low, high, key=lambda each: texts[each].as_py())


@dataclass(frozen=True, slots=True)
class Direct:
    """What accounts give each other over identifiers at which people keep some of them apart, an entry per direction.

    weight: c_ax c_bx / D_x. product: c_ax c_bx.
    """

    row: Ints
    node: Ints
    identifier: Ints
    weight: Floats
    product: Floats

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """Those of `mask`."""
        return type(self)(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """All of them."""
        kinds = (np.int32, np.int32, np.int32, np.float64, np.float64)
        found, names = list(parts), cls.__dataclass_fields__
        columns = (
            np.concatenate([np.empty(0, kind), *(getattr(part, name) for part in found)])
            for name, kind in zip(names, kinds, strict=True)
        )
        return cls(*columns)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a night made scores, flags and pairs with. Weights and `level` in log-odds, `prior` in bits; `rho`: share of
    the conductance of a node that leaks; `push_eps`: how exactly labelled accounts were freed of their own label;
    `sigma`: how strong the tie of each label is.
    """

    one_hop: float
    transfer: float
    propagated: float
    ring: float
    level: float
    odds_ref: float
    rho: float
    push_eps: float
    prior: float
    tau: float
    ring_min: int
    sigma: dict[str, float]
    signals: dict[str, float]


@dataclass(frozen=True, slots=True)
class Solved:
    """One run's network with its solution.

    start, end, conductance: the symmetric matrix C by rows, without `direct`. total: D, what a node gives to its
    neighbours, ground and label together. sigma, label: the tie of each node's label (0 where none) and the label (1
    fraud, 0 innocent). trust: what an account without a label gives to ground for its age and its checks.
    voltage, voltage_firm: the solution, and the one with every IP address moved to ground. is_ip, channel: per
    identifier; the channel that most of its voltage is of, by its place in `typologies.CHANNELS`, -1 without any.
    opened, checked, surname, home: of each account, since when (epoch seconds) and whether its holder was checked well;
    equal numbers are equal names and addresses, -1 unknown ones. intruder_of: the account of each intruder. behaviour,
    money, ring, ring_firm: what the night found per account. signal_*: behaviour signals by account. paid_*: money from
    fraud by receiver. rulings: verdicts that part accounts, as 'id word'; apart_*: which part whom, by account.
    """

    rules: Rules
    account_ids: Names
    keys: Names
    start: NDArray[np.int64]
    end: Ints
    conductance: Floats
    direct: Direct
    total: Floats
    sigma: Floats
    label: Floats
    trust: Floats
    voltage: Floats
    voltage_firm: Floats
    is_ip: NDArray[np.bool_]
    channel: NDArray[np.int8]
    opened: NDArray[np.int64]
    checked: NDArray[np.bool_]
    surname: Ints
    home: Ints
    intruder_of: Ints
    behaviour: Floats
    money: Floats
    ring: Floats
    ring_firm: Floats
    signal_account: Ints
    signal_code: NDArray[np.int16]
    signal_value: Floats
    signal_excess: Floats
    signal_rate: Floats
    signal_seen: NDArray[np.int64]
    paid_account: Ints
    paid_by: Ints
    paid_weight: Floats
    rulings: Names
    apart_account: Ints
    apart_other: Ints
    apart_ruling: Ints

    @property
    def accounts(self) -> int:
        """How many accounts there are; their nodes come first."""
        return len(self.account_ids)

    @property
    def first_identifier(self) -> int:
        """The node of the first identifier."""
        return self.accounts + len(self.intruder_of)

    def key_of(self, node: int) -> str:
        """'kind:token' of an identifier's node."""
        return self.keys[node - self.first_identifier]

    def node_of_key(self, key: str) -> int | None:
        """The node of an identifier; None for one that is no evidence: used by one account, a hub, or unknown."""
        place = self.keys.place(key)
        return None if place is None else place + self.first_identifier

    def nodes_of(self, account: int) -> list[int]:
        """The account's own node, and its intruder's where it has one."""
        place = int(np.searchsorted(self.intruder_of, account))
        has = place < len(self.intruder_of) and self.intruder_of[place] == account
        return [account, self.accounts + place] if has else [account]


_NAMES = ("account_ids", "keys", "rulings")
_DIRECT = tuple(Direct.__dataclass_fields__)
_ARRAYS = tuple(name for name in Solved.__dataclass_fields__ if name not in (*_NAMES, "rules", "direct"))


def needed(net: Solved | None) -> Solved:
    """The solved network of a run; NotFoundError where the run keeps none."""
    if net is None:
        raise NotFoundError("this run keeps no solved network: it was made by an earlier version")
    return net


def save_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    """Write one array of `Solved`."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{name}.npy", np.ascontiguousarray(array))


def save_direct(folder: Path, direct: Direct) -> None:
    """Write what accounts give each other."""
    for name in _DIRECT:
        save_array(folder, f"direct_{name}", getattr(direct, name))


def save_names(folder: Path, name: str, texts: pa.ChunkedArray) -> None:
    """Write sorted texts in one piece."""
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.table({"name": texts.cast(pa.large_string())}).combine_chunks()
    with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)


def open_solved(folder: Path, rules: dict[str, Any]) -> Solved | None:
    """The solved network in `folder`, mapped; None where any part of it is not there, or is another version's."""
    try:
        found: dict[str, Any] = {name: _array(folder, name) for name in _ARRAYS}
        found["direct"] = Direct(*(_array(folder, f"direct_{name}") for name in _DIRECT))
        found |= {name: Names(_texts(folder / f"{name}.arrow")) for name in _NAMES}
        return Solved(rules=Rules(**rules), **found)
    except (OSError, ValueError, TypeError):
        return None


def _array(folder: Path, name: str) -> Any:
    # A plain array over the mapped pages: numpy's own class for them costs more than most of our reads.
    return np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)


def _texts(path: Path) -> pa.Array:
    column = pa.ipc.open_file(pa.memory_map(str(path))).read_all()["name"]
    return column.chunk(0) if column.num_chunks else pa.array([], pa.large_string())
