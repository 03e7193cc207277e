"""What is true of a generated world, as its folder `truth/` tells it.

accounts.parquet   account_id group_kind group_id role
groups.parquet     group_id group_kind is_ring size shares design typology
crowds.parquet     account_id group_id: who may use which public address
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linkgraph.errors import InputError

Ints = NDArray[np.int64]

BAD_ROLES = ("perpetrator", "mule")
_ON_TIME = {"timing", "ip"}  # an address alone is no evidence: a ring of these is seen by its timing or not at all


@dataclass(frozen=True, slots=True)
class Members:
    """Groups as pairs of a group's number and an account's number; `weight` of each membership, 1 unless said."""

    group: Ints
    account: Ints
    weight: NDArray[np.float64]
    groups: int

    def sizes(self) -> Ints:
        """Accounts of each group."""
        return np.bincount(self.group, minlength=self.groups)


@dataclass(frozen=True, slots=True)
class Truth:
    """A world's truth. Groups are numbered; of each: kind, design and typology (empty where none), whether it is a
    ring, whether its members share nothing but timing (and addresses), whether nobody who belongs to it is bad (a
    crowd has whoever comes). `accounts`: sorted ids; `role` of each.
    """

    accounts: pa.Array
    role: NDArray[np.str_]
    members: Members
    kind: NDArray[np.str_]
    design: NDArray[np.str_]
    typology: NDArray[np.str_]
    is_ring: NDArray[np.bool_]
    timing_only: NDArray[np.bool_]
    innocent: NDArray[np.bool_]

    def numbers(self, account_ids: pa.Array) -> Ints:
        """Numbers of accounts by their ids; -1 for strangers."""
        found = pc.fill_null(pc.index_in(account_ids, self.accounts), -1)
        return np.asarray(found, dtype=np.int64)

    def seen(self, accounts: NDArray[np.bool_]) -> "Truth":
        """The same with only the accounts of which a ledger speaks already; groups keep their numbers."""
        kept = accounts[self.members.account]
        members = Members(
            self.members.group[kept], self.members.account[kept], self.members.weight[kept], self.members.groups
        )
        return replace(self, members=members)


def read_truth(folder: Path) -> Truth:
    """The truth in `folder`; InputError if a table is missing or lacks a column."""
    try:
        accounts = pq.read_table(folder / "accounts.parquet").sort_by("account_id")
        groups = pq.read_table(folder / "groups.parquet").sort_by("group_id")
        crowds = pq.read_table(folder / "crowds.parquet", columns=["account_id", "group_id"])
        return _truth(accounts, groups, crowds)
    except (OSError, KeyError, pa.ArrowInvalid) as error:
        raise InputError(f"{folder}: not the truth of a generated world: {type(error).__name__}") from None


def _truth(accounts: pa.Table, groups: pa.Table, crowds: pa.Table) -> Truth:
    ids = groups["group_id"].combine_chunks()
    account_ids = accounts["account_id"].combine_chunks()
    own = accounts.select(["account_id", "group_id"]).filter(pc.is_valid(accounts["group_id"]))
    both = pa.concat_tables([own, crowds])
    group = np.asarray(pc.index_in(both["group_id"].combine_chunks(), ids), dtype=np.int64)
    account = np.asarray(pc.index_in(both["account_id"].combine_chunks(), account_ids), dtype=np.int64)
    on_time = ["timing" in kinds and set(kinds) <= _ON_TIME for kinds in groups["shares"].to_pylist()]
    is_ring, role = np.array(groups["is_ring"].to_pylist(), dtype=bool), _words(accounts, "role")
    guilty = np.zeros(len(ids), dtype=bool)
    guilty[group[: len(own)][np.isin(role, BAD_ROLES)[account[: len(own)]]]] = True
    return Truth(
        account_ids,
        role,
        Members(group, account, np.ones(len(group)), len(ids)),
        _words(groups, "group_kind"),
        _words(groups, "design"),
        _words(groups, "typology"),
        is_ring,
        is_ring & np.array(on_time, dtype=bool),
        ~is_ring & ~guilty,
    )


def _words(table: pa.Table, name: str) -> NDArray[np.str_]:
    """A column of words; empty where it is null or not there."""
    words = table[name].to_pylist() if name in table.column_names else [None] * len(table)
    return np.array([word or "" for word in words], dtype=np.str_)
