"""What a verdict would change, said from the published run before it is kept: what the next night would find.

Scores, flags and places in rings are computed again exactly near the change (`explain.whatif`), for everybody in reach.
What that does not foresee is named, never guessed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from linkgraph.casework.rulings import LABELS, Ruling
from linkgraph.casework.verdicts import Effect
from linkgraph.classes import VERDICT
from linkgraph.errors import NotFoundError
from linkgraph.explain import whatif
from linkgraph.explain.whatif import Supposition
from linkgraph.model import Identifier, RunStamp
from linkgraph.solved import Solved, needed

# What the next night may find besides, by name.
NOT_FORESEEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rings": "which rings the night chooses from the pairs that are left, and what each is worth",
        "new_evidence": "evidence that begins to count where an identifier is no hub any more",
        "money": "money that an account newly ruled fraud has sent",
    }
)


class View(whatif.View, Protocol):
    """What is asked of a run besides its solved network."""

    def run(self) -> RunStamp: ...
    def identifiers(self, keys: Sequence[str]) -> list[Identifier]: ...


@dataclass(frozen=True, slots=True)
class RingChange:
    """A ring, and who would no longer be held to it."""

    ring_id: str
    leaving: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change. accounts_released: flagged, and then no more; accounts_condemned: the other way round. moved:
    everybody of whom something else would be said, the largest fall first. without_effect: what was named and is no
    evidence in this run. not_foreseen: keys of `NOT_FORESEEN`. limits_hit: names of bounds that cut the reach.
    """

    run_id: str
    rings_shrinking: tuple[RingChange, ...]
    accounts_released: tuple[str, ...]
    accounts_condemned: tuple[str, ...]
    moved: tuple[whatif.Effect, ...]
    without_effect: tuple[str, ...]
    not_foreseen: tuple[str, ...]
    limits_hit: tuple[str, ...]

    @property
    def effect(self) -> Effect:
        """As it is kept with the verdict."""
        rings = tuple(each.ring_id for each in self.rings_shrinking)
        return Effect(self.run_id, self.accounts_released, self.accounts_condemned, rings)


def preview(view: View, net: Solved | None, ruling: Ruling) -> Preview:
    """What the ruling would change; NotFoundError if the run does not know what it is about, or keeps no network."""
    net = needed(net)
    keys = [f"{ruling.kind}:{ruling.identifier}"] if ruling.kind else []
    if len(view.identifiers(keys)) < len(keys) or len(view.accounts(ruling.accounts)) < len(ruling.accounts):
        raise NotFoundError("the published run does not know what the verdict is about")
    supposed = supposition(ruling)
    moved, cut = whatif.effects(view, net, supposed)
    _, without = whatif.resolve(net, supposed)
    left: dict[str, list[str]] = defaultdict(list)
    for each in moved:
        if each.before.ring_id is not None and each.after.ring_id != each.before.ring_id:
            left[each.before.ring_id].append(each.account_id)
    return Preview(
        run_id=view.run().run_id,
        rings_shrinking=tuple(RingChange(ring_id, tuple(sorted(gone))) for ring_id, gone in sorted(left.items())),
        accounts_released=_named(moved, before=True),
        accounts_condemned=_named(moved, before=False),
        moved=tuple(moved),
        without_effect=without,
        not_foreseen=_not_foreseen(ruling),
        limits_hit=tuple(cut),
    )


def supposition(ruling: Ruling) -> Supposition:
    """The ruling as what does not count, or counts otherwise."""
    key, group = f"{ruling.kind}:{ruling.identifier}", frozenset(ruling.accounts)
    if ruling.verdict in LABELS:
        return Supposition(labels=dict.fromkeys(ruling.accounts, ruling.verdict))
    if ruling.verdict == "shared_by":
        return Supposition(within=frozenset({(key, group)}))
    if ruling.verdict == "stolen_from":
        labels = dict.fromkeys(ruling.accounts, "victim")
        return Supposition(links=frozenset((account, key) for account in ruling.accounts), labels=labels)
    if ruling.kind is None:
        return Supposition(pairs=frozenset({group}))
    return Supposition() if ruling.class_name == VERDICT else Supposition(identifiers=frozenset({key}))


def _named(moved: Sequence[whatif.Effect], before: bool) -> tuple[str, ...]:
    wanted = (before, not before)
    return tuple(sorted(each.account_id for each in moved if (each.before.flagged, each.after.flagged) == wanted))


def _not_foreseen(ruling: Ruling) -> tuple[str, ...]:
    found = ["rings"]
    found += ["new_evidence"] if ruling.class_name == VERDICT else []
    found += ["money"] if ruling.verdict == "fraud" else []
    return tuple(found)
