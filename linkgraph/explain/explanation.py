"""What is said of an account: its score in shares, its links, its strongest pairs, and what speaks against all that."""

from dataclasses import dataclass

from linkgraph.explain.clearing import Clearing
from linkgraph.explain.seeds import Sources
from linkgraph.explain.shares import Signal
from linkgraph.model import Account, Contribution, Identifier, Link, Member, Pair, Ring, RunStamp


@dataclass(frozen=True, slots=True)
class Doubt:
    """A fact for innocence. `code` is a stable key; `about` names the identifier or account it concerns, if one."""

    code: str
    text: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class OwnLink:
    """An identifier the account used, with what is known of that identifier."""

    link: Link
    identifier: Identifier

    @property
    def other_accounts(self) -> int:
        """How many other accounts used it, counted over all of them."""
        return max(self.identifier.degree - 1, 0)


@dataclass(frozen=True, slots=True)
class Shared:
    """An identifier both accounts of a pair used, and when; a side that a limit cut off is None."""

    identifier: Identifier
    mine: Link | None
    theirs: Link | None

    @property
    def overlap_days(self) -> int | None:
        """Days, begun ones counted, on which both had it in use; 0 if their times are apart, None if unknown."""
        if self.mine is None or self.theirs is None:
            return None
        start = max(self.mine.first_seen, self.theirs.first_seen)
        end = min(self.mine.last_seen, self.theirs.last_seen)
        return (end - start) // 86_400 + 1 if end >= start else 0

    @property
    def gap_days(self) -> int | None:
        """Whole days between the one's last use and the other's first; None if they overlap or it is unknown."""
        if self.mine is None or self.theirs is None:
            return None
        start = max(self.mine.first_seen, self.theirs.first_seen)
        end = min(self.mine.last_seen, self.theirs.last_seen)
        return (start - end) // 86_400 if end < start else None


@dataclass(frozen=True, slots=True)
class PairReasons:
    """A pair, seen from the account explained: what speaks for it and what weakens it.

    independent: keys of what it shares that is the strongest of its family; the rest adds nothing.
    """

    pair: Pair
    other_account_id: str
    shared: tuple[Shared, ...]
    reasons: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    independent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """text: what is the case. source: the identifier ('kind:token') or account that it comes from, if one."""

    text: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """A story that would explain the links, with the facts for it and against it."""

    name: str
    supports: tuple[Fact, ...]
    opposes: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next. code: stable key. about: the ring, account or identifier ('kind:token') to look at, if one."""

    code: str
    text: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything said of one account in one run: base + the sum of the contributions = score, in log-odds.

    `links` are the identifiers that count, `not_counted` the hubs; `limits_hit` names the lists that a limit cut.
    `signals`: behaviour in which it stands out. `sources`: where its voltage comes from, None where none reaches it.
    `clearing`: what would clear it, None where it is not flagged. These three need the run's solved network. `rivals`:
    what else would explain its links; `next_step`: what to find out or decide.
    """

    account: Account
    run: RunStamp
    base: float
    score: float
    contributions: tuple[Contribution, ...]
    links: tuple[OwnLink, ...]
    not_counted: tuple[OwnLink, ...]
    pairs: tuple[PairReasons, ...]
    doubts: tuple[Doubt, ...]
    ring: Ring | None
    membership: Member | None
    members: tuple[Member, ...]
    limits_hit: tuple[str, ...]
    signals: tuple[Signal, ...] = ()
    sources: Sources | None = None
    clearing: Clearing | None = None
    rivals: tuple[Rival, ...] = ()
    next_step: Step | None = None
