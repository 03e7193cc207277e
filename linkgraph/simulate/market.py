"""What accounts do with each other: the `trades`, `p2p_orders` and `transfers` feeds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from linkgraph.simulate import texts
from linkgraph.simulate.draws import Ints, fractions, pick, stream
from linkgraph.simulate.feeds import parts, table
from linkgraph.simulate.money import CURRENCIES
from linkgraph.simulate.render import account_ids, chosen, constant, hex_text, instants, known, money, numbered
from linkgraph.simulate.scene import Scene

STATES: Final = ("completed", "cancelled", "paid", "appealed")
P2P_CURRENCY: Final = CURRENCIES.index("EUR")
APPEALED: Final = STATES.index("appealed")

_HOUR = 3_600
_MARKETS: Final = ("BTC-USDT", "ETH-USDT", "SOL-USDT", "XRP-USDT")
_PRICES: Final = (9_000_000, 320_000, 18_000, 250)  # cents, at the start of the world
_PROOFS = 1 << 32  # proof codes from here on belong to one order


@dataclass(frozen=True, slots=True)
class Orders:
    """P2P orders by time. payer, proof: codes. state: index into `STATES`. appealed: epoch seconds, -1 for never."""

    buyer: Ints
    seller: Ints
    at: Ints
    cents: Ints
    payer: Ints
    proof: Ints
    state: Ints
    appealed: Ints

    def __len__(self) -> int:
        """Number of orders."""
        return len(self.at)


def trade_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `trades` feed: a few accounts trade very much, most a little."""
    world, rng = scene.world, stream(scene.world, "trades")
    rows = round(world.trades_per_account * len(scene.people))
    buyer, seller = _busy(scene, rng, rows), _busy(scene, rng, rows)
    seller = np.where(seller == buyer, (buyer + 1) % len(scene.people), seller)
    at = both_open(scene, rng, buyer, seller)
    order = np.argsort(at, kind="stable")
    market = pick(rng, [5.0, 3, 1, 1], rows)
    wave = np.sin((at - world.start) / (20 * 86_400.0) + market)
    price = (np.array(_PRICES)[market] * (1 + 0.15 * wave) * (1 + 0.002 * rng.standard_normal(rows))).astype(np.int64)
    quantity = np.maximum(1, rng.lognormal(15, 1.5, rows).astype(np.int64))
    for part in parts(rows):
        some = order[part]
        columns = {
            "trade_id": numbered("X", np.arange(part.start, part.stop, dtype=np.int64), 9),
            "market": chosen(_MARKETS, market[some]),
            "buyer_id": account_ids(buyer[some]),
            "seller_id": account_ids(seller[some]),
            "price": money(price[some]),
            "quantity": money(quantity[some], 8),
            "at": instants(at[some]),
        }
        yield table("trades", columns)


def _busy(scene: Scene, rng: np.random.Generator, rows: int) -> Ints:
    """Accounts, some much more often than others; the same ones on both sides and in both markets."""
    ranking = stream(scene.world, "busy").permutation(len(scene.people)).astype(np.int64)
    return ranking[(len(scene.people) * rng.random(rows) ** 3).astype(np.int64)]


def order_p2p(scene: Scene) -> Orders:
    """Draw the P2P orders: everybody with an account to pay from buys once or more."""
    held, rng = scene.holdings["payer"], stream(scene.world, "p2p")
    uses = 1 + rng.poisson(0.6, len(held))
    buyer, payer, rows = np.repeat(held.account, uses), np.repeat(held.code, uses), int(uses.sum())
    seller = _busy(scene, rng, rows)
    seller = np.where(seller == buyer, (buyer + 1) % len(scene.people), seller)
    at = both_open(scene, rng, buyer, seller)
    cheats = scene.people.having("cheat")[buyer]
    state = np.where(cheats, pick(rng, [4.0, 3, 1, 3], rows), pick(rng, [90.0, 7, 1, 2], rows))
    appealed = at + rng.integers(900, 12 * _HOUR, rows)
    appealed = np.where((state == APPEALED) & (appealed <= scene.world.end), appealed, -1)
    state = np.where((state == APPEALED) & (appealed < 0), STATES.index("paid"), state)
    # A proof that serves twice must be shown: such orders are not cancelled.
    shared = scene.holdings["proof"].last()[buyer]
    state = np.where((shared >= 0) & (state == STATES.index("cancelled")), STATES.index("paid"), state)
    proof = np.where(shared >= 0, shared, np.arange(rows, dtype=np.int64) + _PROOFS)
    cents = rng.lognormal(9.6, 0.9, rows).astype(np.int64) + 1_000
    order = np.argsort(at, kind="stable")
    return Orders(*(column[order] for column in (buyer, seller, at, cents, payer, proof, state, appealed)))


def order_ids(rows: Ints) -> pa.Array:
    """Public ids of orders; null where the row is negative."""
    return known(numbered("O", rows, 9), rows >= 0)


def p2p_feed(scene: Scene, orders: Orders) -> Iterator[pa.Table]:
    """The `p2p_orders` feed. Some orders are paid in the name of somebody else."""
    for part in parts(len(orders)):
        rows = np.arange(part.start, part.stop, dtype=np.int64)
        exact, perceptual = texts.proof(orders.proof[part])
        buyer, shown = orders.buyer[part], orders.state[part] != STATES.index("cancelled")
        other = fractions(rows, 101) < np.where(scene.people.having("cheat")[buyer], 0.5, 0.05)
        payer = np.where(other, orders.seller[part][::-1], buyer)
        columns = {
            "order_id": order_ids(rows),
            "buyer_id": account_ids(buyer),
            "seller_id": account_ids(orders.seller[part]),
            "payer_name": texts.full_name(scene.people, payer),
            "payer_account": texts.payer(orders.payer[part]),
            "proof_hash": known(exact, shown),
            "proof_phash": known(perceptual, shown),
            "bank_reference": known(hex_text("REF", rows, 102, 10), shown),
        }
        yield table("p2p_orders", columns | _deal(scene, orders, part))


def _deal(scene: Scene, orders: Orders, part: slice) -> dict[str, pa.Array]:
    at, appealed = orders.at[part], orders.appealed[part]
    return {
        "at": instants(at),
        "amount": money(orders.cents[part]),
        "currency": constant(CURRENCIES[P2P_CURRENCY], len(at)),
        "state": chosen(STATES, orders.state[part]),
        "appealed_at": instants(appealed, appealed >= 0),
        "known_at": instants(np.minimum(np.maximum(at, appealed) + 20, scene.world.end)),
    }


def transfer_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `transfers` feed: between strangers, inside families, and from a ring's members to its first."""
    world, people, groups = scene.world, scene.people, scene.people.groups
    rng = stream(world, "transfers")
    strangers = rng.integers(0, len(people), (2, round(world.transfers_per_account * len(people))))
    chance = np.where(groups.is_kind("ring"), 0.6, np.where(groups.is_kind("family"), 0.2, 0.0))[groups.of]
    inside = (groups.rank > 0) & (rng.random(len(groups.of)) < chance)
    sender = np.concatenate([strangers[0], groups.members[inside]])
    receiver = np.concatenate([strangers[1], groups.first()[groups.of[inside]]])
    apart = sender != receiver
    yield from _transfer_parts(scene, rng, sender[apart], receiver[apart])


def _transfer_parts(scene: Scene, rng: np.random.Generator, sender: Ints, receiver: Ints) -> Iterator[pa.Table]:
    at = both_open(scene, rng, sender, receiver)
    order = np.argsort(at, kind="stable")
    cents = rng.lognormal(9.0, 1.2, len(at)).astype(np.int64) + 100
    for part in parts(len(at)):
        rows = np.arange(part.start, part.stop, dtype=np.int64)
        some = order[part]
        columns = {
            "transfer_id": numbered("T", rows, 9),
            "from_account_id": account_ids(sender[some]),
            "to_account_id": account_ids(receiver[some]),
            "at": instants(at[some]),
            "amount": money(cents[some]),
            "currency": constant("USDT", len(rows)),
        }
        yield table("transfers", columns)


def both_open(scene: Scene, rng: np.random.Generator, left: Ints, right: Ints) -> Ints:
    """A moment after both accounts were opened, epoch seconds."""
    opened = np.maximum(scene.people.created[left], scene.people.created[right])
    return opened + ((scene.world.end - opened) * rng.random(len(left))).astype(np.int64)
