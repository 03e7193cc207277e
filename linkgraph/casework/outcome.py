"""What became of a verdict in a run: whom it parted there, and whether what was foreseen has come about.

The foreseeing is `preview`'s, from the run that was published when the verdict was proposed. A run made without the
verdict (an earlier one, or one after it was withdrawn) is told in the same way and says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np

from linkgraph.casework.verdicts import Effect, Record
from linkgraph.explain.bearing import Rulings
from linkgraph.model import Account, Ring
from linkgraph.solved import Ints, Solved

# Accounts that are looked up of those parted, as many as a drawing may have; of more it is said how many there are.
MOST: Final = 2_000

Foreseen = Literal["released", "condemned"]


class View(Protocol):
    """What is asked of a run besides its verdicts; every graph store's view has it."""

    def accounts(self, account_ids: Sequence[str]) -> list[Account]: ...
    def rings_by_id(self, ring_ids: Sequence[str]) -> list[Ring]: ...


@dataclass(frozen=True, slots=True)
class Came:
    """An account that was foreseen to lose or to get a flag, and what the run says. flagged: None where the run does
    not know the account.
    """

    account_id: str
    foreseen: Foreseen
    flagged: bool | None
    ring_id: str | None

    @property
    def as_foreseen(self) -> bool:
        """Whether it came about."""
        return self.flagged is (self.foreseen == "condemned")


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A ring that was foreseen to shrink. size: its members in the run; None where no ring has that id there."""

    ring_id: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """acted: the run was made with the verdict in force. pairs_parted, accounts_parted: between how many pairs, of how
    many accounts, it ruled evidence out there. together: those of the accounts that are in one ring all the same with
    somebody they were parted from, through other evidence. accounts: those foreseen to lose or get a flag; first those
    of whom it has not come about. limits_hit: `parted` if not all of those parted were looked up.
    """

    acted: bool
    pairs_parted: int
    accounts_parted: int
    together: tuple[str, ...]
    accounts: tuple[Came, ...]
    rings: tuple[Shrunk, ...]
    limits_hit: tuple[str, ...]


def outcome(view: View, rulings: Rulings, record: Record) -> Outcome:
    """What became of the verdict in the run that `view` and `rulings` are of."""
    one, other = _parted(rulings.net, record.verdict_id)
    parted = np.unique(np.concatenate([one, other]))
    names = [rulings.net.account_ids[place] for place in parted[:MOST]]
    foreseen = record.effect
    known = {each.account_id: each for each in view.accounts(sorted({*names, *foreseen.accounts}))}
    ring_ids = [known[name].ring_id if name in known else None for name in names]
    together = _together(parted, ring_ids, one, other)
    sizes = {ring.ring_id: ring.size for ring in view.rings_by_id(foreseen.rings_shrinking)}
    return Outcome(
        acted=any(each.verdict_id == record.verdict_id for each in rulings.verdicts),
        pairs_parted=len(one),
        accounts_parted=len(parted),
        together=tuple(rulings.net.account_ids[place] for place in together),
        accounts=tuple(sorted(_came(foreseen, known), key=lambda each: (each.as_foreseen, each.account_id))),
        rings=tuple(Shrunk(ring_id, sizes.get(ring_id)) for ring_id in foreseen.rings_shrinking),
        limits_hit=("parted",) if len(parted) > MOST else (),
    )


def _parted(net: Solved, verdict_id: str) -> tuple[Ints, Ints]:
    """The pairs of accounts between which the verdict ruled something out, each once, by their places."""
    ruling = next((net.rulings.place(each) for each in net.rulings.starting(f"{verdict_id} ", 1)), None)
    if ruling is None:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    one, other = (each[net.apart_ruling == ruling] for each in (net.apart_account, net.apart_other))
    return one[one < other], other[one < other]


def _together(parted: Ints, ring_ids: Sequence[str | None], one: Ints, other: Ints) -> Ints:
    """Those of the first of `parted`, whose rings are known, that are in one ring with the other end of a pair."""
    number = {ring_id: place for place, ring_id in enumerate(sorted({each for each in ring_ids if each}))}
    rings = np.full(len(parted), -1)
    rings[: len(ring_ids)] = [-1 if each is None else number[each] for each in ring_ids]
    ring, ring_of_other = (rings[np.searchsorted(parted, ends)] for ends in (one, other))
    both = (ring >= 0) & (ring == ring_of_other)
    return np.unique(np.concatenate([one[both], other[both]]))


def _came(effect: Effect, known: Mapping[str, Account]) -> Iterator[Came]:
    told: tuple[tuple[Foreseen, tuple[str, ...]], ...] = (
        ("released", effect.accounts_released),
        ("condemned", effect.accounts_condemned),
    )
    for foreseen, ids in told:
        for account_id in ids:
            found = known.get(account_id)
            yield Came(account_id, foreseen, found.flagged if found else None, found.ring_id if found else None)
