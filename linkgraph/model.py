"""The nouns of the product, as frozen values. Times are epoch seconds (UTC); tokens stand for identifiers."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class RunStamp:
    """Which run an answer comes from. `as_of` in epoch seconds; `cold_start`: no evidence has been learned."""

    run_id: str
    as_of: int
    config_hash: str
    cold_start: bool
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Account:
    """One account with its verdict of the night. The four blocks are natural log-odds; risk = 1 - exp(-their sum)."""

    account_id: str
    risk: float
    probability: float | None
    flagged: bool
    role: str
    role_reason: str
    ring_id: str | None
    membership: str | None
    behaviour: float
    one_hop: float
    propagated: float
    ring: float
    label: str | None
    degree: int
    headline: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A thing accounts share. `counted` is false for hubs, and `why` then says why it is shown but not counted."""

    kind: str
    identifier: str
    degree: int
    class_name: str | None
    first_seen: int
    last_seen: int
    voltage: float
    counted: bool
    why: str | None

    @property
    def key(self) -> str:
        """`kind:token`, unique over all kinds."""
        return f"{self.kind}:{self.identifier}"


@dataclass(frozen=True, slots=True)
class Link:
    """An account used an identifier: first and last time, observations, sessions, distinct days."""

    account_id: str
    kind: str
    identifier: str
    first_seen: int
    last_seen: int
    n: int
    sessions: int
    days: int


# An account's use of an identifier: account id, kind, token.
Use = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Observation:
    """A row of the ledger: feed, id at the source (None where it has none), digest of its file, line there, time."""

    feed: str
    source_id: str | None
    batch: str
    line: int
    at: int


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A row of the ledger that is about an account, as it stood at a time; times in epoch microseconds.

    at: when it happened. source_id: its id at the source, or what the feed calls it, None where it has neither. values:
    its own columns by name.
    """

    feed: str
    at: int
    known_at: int
    source_id: str | None
    batch: str
    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """All rows about an account, in no order; `cut`: feeds of which only the newest rows were read."""

    rows: tuple[FeedRow, ...]
    cut: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two accounts with their evidence: `families` as 'family=bits', `shared` as 'kind:token', or as
    'family:sign x value' where it is no identifier, `shared_bits` what each of those is worth alone. A family is worth
    its best, the pair the sum of its families.
    """

    account_a: str
    account_b: str
    bits: float
    probability: float
    families: tuple[str, ...]
    shared: tuple[str, ...]
    shared_bits: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """A group with a lasting id.

    exposures: money in dispute as 'currency=amount', the currency of most disputing members first; `exposure` and
    `currency` are that first one. typology: of most members who are confirmed fraud, None where no label says.
    """

    ring_id: str
    score: float
    size: int
    core_size: int
    density: float
    fragility: int
    first_seen_run: str
    last_changed_run: str
    status: str
    exposure: float
    currency: str | None
    exposures: tuple[str, ...]
    typology: str | None
    headline: str


# How rings may be ordered: best score, most members, or newest change (to the night) first; then by id.
RingSort = Literal["score", "size", "changed"]
# A ring's place in such an order: what it is ordered by, a number or a text, and its id.
RingPlace = tuple[Any, str]


@dataclass(frozen=True, slots=True)
class RingsWanted:
    """Which rings of a run, in which order; None: whatever it is."""

    status: str | None = None
    typology: str | None = None
    sort: RingSort = "score"

    def place(self, ring: Ring) -> RingPlace:
        """The ring's place in the order."""
        by = {"score": ring.score, "size": ring.size, "changed": ring.last_changed_run}
        return by[self.sort], ring.ring_id

    def fits(self, ring: Ring) -> bool:
        """Whether the ring is one of them."""
        return self.status in (None, ring.status) and self.typology in (None, ring.typology)


ALL_RINGS = RingsWanted()


@dataclass(frozen=True, slots=True)
class Member:
    """An account's place in a ring: core, likely or fringe, with the confidence behind the word (0-1)."""

    ring_id: str
    account_id: str
    membership: str
    confidence: float


@dataclass(frozen=True, slots=True)
class RingEvent:
    """What happened to a ring in one night (born, grew, shrank, split, merged, dormant, returned, retired).

    `as_of` in epoch seconds. `other_ring_id`: the ring it split from or goes on as, or that the account came from or
    went to.
    The cause is what the pair behind it shares: a kind (or a family of evidence without identifiers), a token, and the
    bits, below 0 where they were lost; all three are None where no pair explains it.
    """

    ring_id: str
    run_id: str
    as_of: int
    event: str
    other_ring_id: str | None
    account_id: str | None
    kind: str | None
    identifier: str | None
    bits: float | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """One named share of an account's score in log-odds; all of an account's add up to its score above base."""

    account_id: str
    block: str
    kind: str | None
    identifier: str | None
    other_account_id: str | None
    log_odds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer ruled, as far as a night acts on it; who said so and why stays with the record of the verdict.

    verdict: `not_evidence`, `shared_by`, `stolen_from`, `hub`, or a label (`fraud`, `cleared`, `victim`, `suspected`).
    kind, identifier: what it is about, None where it is about accounts alone. accounts: the pair, the group that shares
    it, its holder, or the labelled account. class_name: of a hub. decided_at: since when it holds, epoch seconds.
    """

    verdict_id: str
    verdict: str
    kind: str | None
    identifier: str | None
    accounts: tuple[str, ...]
    class_name: str | None
    decided_at: int
