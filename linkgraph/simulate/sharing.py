"""Which identifiers every account holds: its own, and those its group shares."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from linkgraph.simulate.designs import DESIGNS
from linkgraph.simulate.draws import Bools, Ints, starts_of, stream
from linkgraph.simulate.groups import Groups
from linkgraph.simulate.places import Crowd
from linkgraph.simulate.population import Population
from linkgraph.simulate.world import World

HELD: Final = ("device", "card", "bank", "wallet", "payer", "phone", "document", "proof", "payroll")
HOT_WALLETS: Final = 5  # the first wallet codes are deposit addresses of other venues
MEMO_WALLETS: Final = 3  # the first of these tell their customers apart by a memo

_ROOM = 24  # bits: codes of a kind that a part of a world has
_MOST_OWN = 6
_WITHOUT_MEMO = 0.1  # part of the wallets at other venues that have one address for all and no memo
_OWN: Final[dict[str, tuple[float, float]]] = {  # chance of a first of one's own, and of each after it
    "device": (1.0, 0.4),
    "card": (0.7, 0.25),
    "bank": (0.5, 0.1),
    "wallet": (0.4, 0.25),
    "payer": (0.25, 0.1),
    "phone": (0.02, 0.0),
}


@dataclass(frozen=True, slots=True)
class Holdings:
    """Accounts and the identifiers they hold, of one kind, in account order; an account's own come first.

    start: offset per account, one more. public: the first code that strangers share as well, and the one after.
    """

    account: Ints
    code: Ints
    start: Ints
    public: tuple[int, int] = (0, 0)

    def __len__(self) -> int:
        """Number of account-identifier links."""
        return len(self.code)

    def counts(self) -> Ints:
        """How many each account holds."""
        return np.diff(self.start)

    def last(self) -> Ints:
        """The last that each account holds: a shared one if there is any; -1 for none."""
        return np.where(self.counts() > 0, np.append(self.code, -1)[self.start[1:] - 1], -1)


def hold(world: World, people: Population, public: dict[str, Crowd]) -> dict[str, Holdings]:
    """All holdings by kind. Shared codes come first, then public ones, then one's own; a code is of its kind only.

    public: by kind, what strangers use as well (public devices, cards that are tried).
    """
    return {kind: _hold_kind(world, people, kind, public.get(kind)) for kind in HELD}


def shared_links(world: World, groups: Groups, kind: str) -> tuple[Ints, Ints, int]:
    """Accounts, codes and number of codes that groups share of one kind."""
    accounts, codes, base = [], [], 0
    for pattern in ("one", "biclique", "chain", "pairs", "leader"):
        use = np.array([dict(d.shares).get(kind) == pattern for d in DESIGNS])[groups.design]
        member = use[groups.of] & _takes_part(world, groups, kind)
        places, slots = _slots(pattern, groups.rank[member], groups.size[groups.of[member]])
        pool = np.where(use, _pool(pattern, groups.size), 0)
        offset = base + starts_of(pool)[groups.of[member]]
        for place, inside in zip(places, slots, strict=True):
            accounts.append(groups.members[member][inside])
            codes.append((offset + place)[inside])
        base += int(pool.sum())
    return np.concatenate(accounts), np.concatenate(codes), base


def _pool(pattern: str, size: Ints) -> Ints:
    """How many identifiers a group of that size shares."""
    pools = {"biclique": np.maximum(2, size // 3), "chain": size - 1, "pairs": np.maximum(1, size // 2)}
    return pools.get(pattern, np.ones_like(size))


def _slots(pattern: str, rank: Ints, size: Ints) -> tuple[list[Ints], list[Bools]]:
    """Which of the group's identifiers a member uses: one column or two, each with the rows where it applies."""
    pool, everyone = _pool(pattern, size), np.ones(len(rank), dtype=np.bool_)
    if pattern == "biclique":
        return [rank % pool, (rank + 1) % pool], [everyone, everyone]
    if pattern == "chain":
        return [rank - 1, rank], [rank > 0, rank < size - 1]
    if pattern == "pairs":
        return [np.minimum(rank // 2, pool - 1)], [everyone]
    return [np.zeros_like(rank)], [everyone if pattern == "one" else rank == 0]


def _takes_part(world: World, groups: Groups, kind: str) -> Bools:
    """Members who use a shared kind: always the design's first kind, mostly the others."""
    leading = np.array([bool(d.shares) and d.shares[0][0] == kind for d in DESIGNS])[groups.design][groups.of]
    eager = stream(world, f"takes part {kind}").random(len(groups.of)) < world.habits.rings_in_part
    fraud = groups.is_kind("ring")[groups.of]
    return leading | ~fraud | (groups.rank < 2) | eager


def _hold_kind(world: World, people: Population, kind: str, public: Crowd | None) -> Holdings:
    base = HOT_WALLETS if kind == "wallet" else 0
    sharer, shared, pool = shared_links(world, people.groups, kind)
    own = _own(world, people, kind, sharer)
    user = np.flatnonzero(public.address >= 0) if public else np.zeros(0, dtype=np.int64)
    tried = public.address[user] - public.first if public else user
    opened = base + pool, base + pool + int(tried.max(initial=-1)) + 1
    own_code = np.arange(len(own), dtype=np.int64) + opened[1]
    own_code = _hot(world, own_code) if kind == "wallet" else own_code
    account = np.concatenate([own, user, sharer])
    code = np.concatenate([own_code, tried + opened[0], shared + base])
    order = np.argsort(account, kind="stable")
    start = starts_of(np.bincount(account, minlength=len(people)).astype(np.int64))
    first = world.part.code(_ROOM)
    code = np.where(code < base, code, code + first)  # other venues are those of all parts
    return Holdings(account[order], code[order], start, (opened[0] + first, opened[1] + first))


def _own(world: World, people: Population, kind: str, sharers: Ints) -> Ints:
    """Accounts that hold one of their own, as often as they hold one; few do beside what their ring shares."""
    first, second = _OWN.get(kind, (0.0, 0.0))
    rng = stream(world, f"own {kind}")
    has_shared = np.zeros(len(people), dtype=np.bool_)
    has_shared[sharers] = True
    has = rng.random(len(people)) < first
    keeps = ~(has_shared & people.in_kind("ring")) | (rng.random(len(people)) < world.habits.keeps_own)
    more = np.minimum(rng.geometric(1 - second, len(people)) - 1, _MOST_OWN)
    count = has * (1 + more) * (keeps | people.having(f"own_{kind}"))
    many = people.having(f"many_{kind}")
    count[many] = rng.integers(2, 7, int(many.sum()))
    return np.repeat(np.arange(len(people), dtype=np.int64), count)


def _hot(world: World, own: Ints) -> Ints:
    """Own wallets, some replaced by an account at another venue."""
    rng = stream(world, "hot wallets")
    # The knob counts accounts, a wallet is held by fewer than half of them.
    hot = rng.random(len(own)) < min(1.0, world.hot_wallet_share / _OWN["wallet"][0])
    plain = rng.random(len(own)) < _WITHOUT_MEMO
    with_memo = rng.integers(0, MEMO_WALLETS, len(own))
    venue = np.where(plain, rng.integers(MEMO_WALLETS, HOT_WALLETS, len(own)), with_memo)
    return np.where(hot, venue, own)
