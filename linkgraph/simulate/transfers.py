"""The `transfers` feed: between strangers, and along the flows of groups."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linkgraph.simulate.draws import Ints, starts_of, stream
from linkgraph.simulate.feeds import parts, table
from linkgraph.simulate.meetings import both_open
from linkgraph.simulate.patterns import FLOWS, Flow
from linkgraph.simulate.render import chosen, instants, money
from linkgraph.simulate.scene import Scene

_DAY = 86_400
_EVEN = 500  # cents: round sums are multiples
_COINS = ("USDT", "USDC", "BTC")


@dataclass(frozen=True, slots=True)
class _Moves:
    """Transfers in no order. at: epoch seconds."""

    sender: Ints
    receiver: Ints
    at: Ints
    cents: Ints


def transfer_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `transfers` feed."""
    pattern = scene.people.groups.pattern("transfer", tuple(FLOWS))
    blocks = [_flow(scene, name, np.flatnonzero(pattern == i)) for i, name in enumerate(FLOWS)]
    blocks.append(_strangers(scene))
    names = ("sender", "receiver", "at", "cents")
    moves = _Moves(*(np.concatenate([getattr(b, name) for b in blocks]) for name in names))
    order = np.flatnonzero((moves.sender != moves.receiver) & (moves.at <= scene.world.end))
    order = order[np.argsort(moves.at[order], kind="stable")]
    for part in parts(len(order)):
        some = order[part]
        rows = np.arange(part.start, part.stop, dtype=np.int64)
        yield table("transfers", _columns(scene, moves, some, rows))


def _columns(scene: Scene, moves: _Moves, some: Ints, rows: Ints) -> dict[str, pa.Array]:
    return {
        "transfer_id": scene.numbered("T", rows),
        "from_account_id": scene.account_ids(moves.sender[some]),
        "to_account_id": scene.account_ids(moves.receiver[some]),
        "at": instants(moves.at[some]),
        "amount": money(moves.cents[some]),
        "currency": chosen(_COINS, moves.cents[some] % 7 // 3),
    }


def _strangers(scene: Scene) -> _Moves:
    """Friends who send each other money, once or a few times, one way or both."""
    world, people, rng = scene.world, scene.people, stream(scene.world, "transfers")
    pairs = round(world.transfers_per_account * len(people) / 2)
    left, right = rng.integers(0, len(people), (2, pairs))
    times = 1 + rng.poisson(1.0, pairs)
    left, right = np.repeat(left, times), np.repeat(right, times)
    back = rng.random(len(left)) < 0.25
    sender, receiver = np.where(back, right, left), np.where(back, left, right)
    cents = rng.lognormal(9.0, 1.2, len(left)).astype(np.int64) + 100
    return _Moves(sender, receiver, both_open(scene, rng, left, right), cents)


def _flow(scene: Scene, name: str, groups: Ints) -> _Moves:
    """Transfers inside the groups that have one flow."""
    flow, rng, people = FLOWS[name], stream(scene.world, f"flow {name}"), scene.people
    row = np.flatnonzero(np.isin(people.groups.of, groups) & (people.groups.rank > 0))
    row = row[rng.random(len(row)) < flow.part]
    row = np.repeat(row, 1 + rng.poisson(flow.repeats, len(row)))
    member, other = people.groups.members[row], _others(people.groups.size, people.groups.of[row], rng, flow)
    other = people.groups.members[starts_of(people.groups.size)[people.groups.of[row]] + other]
    outwards = _outwards(rng, flow, len(row))
    sender, receiver = np.where(outwards, other, member), np.where(outwards, member, other)
    cents = (flow.cents * rng.lognormal(0, 0.7, len(row))).astype(np.int64) + 100
    cents = np.maximum(cents // _EVEN, 1) * _EVEN if flow.even else cents
    return _Moves(sender, receiver, _when(scene, rng, flow, member, other), cents)


def _others(size: Ints, group: Ints, rng: np.random.Generator, flow: Flow) -> Ints:
    """Place in the group of whom each member sends to or gets from."""
    anyone = (size[group] * rng.random(len(group))).astype(np.int64)
    return anyone if flow.way == "mesh" else np.zeros_like(anyone)


def _outwards(rng: np.random.Generator, flow: Flow, rows: int) -> np.typing.NDArray[np.bool_]:
    return rng.random(rows) < {"into": 0.0, "out": 1.0}.get(flow.way, 0.5)


def _when(scene: Scene, rng: np.random.Generator, flow: Flow, left: Ints, right: Ints) -> Ints:
    """Times of transfers: any, or soon after both accounts are open."""
    if not flow.days:
        return both_open(scene, rng, left, right)
    opened = np.maximum(scene.people.created[left], scene.people.created[right])
    return opened + 3_600 + (flow.days * _DAY * rng.exponential(1.0, len(left))).astype(np.int64)
