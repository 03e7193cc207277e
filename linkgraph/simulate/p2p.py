"""The `p2p_orders` feed: customers buy from each other and pay outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from linkgraph.simulate import texts
from linkgraph.simulate.draws import Ints, fractions, mix, pick, stream
from linkgraph.simulate.feeds import parts, table
from linkgraph.simulate.meetings import both_open, busy
from linkgraph.simulate.payments import CURRENCIES
from linkgraph.simulate.render import chosen, constant, hex_text, instants, known, money
from linkgraph.simulate.scene import Scene

STATES: Final = ("completed", "cancelled", "paid", "appealed")
P2P_CURRENCY: Final = CURRENCIES.index("EUR")
APPEALED: Final = STATES.index("appealed")

_HOUR = 3_600
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


def order_p2p(scene: Scene) -> Orders:
    """Draw the P2P orders: everybody with an account to pay from buys once or more."""
    held, rng = scene.holdings["payer"], stream(scene.world, "p2p")
    uses = 1 + rng.poisson(rng.gamma(0.4, 1.5, len(held)))
    buyer, payer, rows = np.repeat(held.account, uses), np.repeat(held.code, uses), int(uses.sum())
    seller = busy(scene, rng, rows)
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
    proof = np.where(shared >= 0, shared, np.arange(rows, dtype=np.int64) + _PROOFS + scene.world.part.code(24))
    cents = rng.lognormal(9.6, 0.9, rows).astype(np.int64) + 1_000
    order = np.argsort(at, kind="stable")
    return Orders(*(column[order] for column in (buyer, seller, at, cents, payer, proof, state, appealed)))


def p2p_feed(scene: Scene, orders: Orders) -> Iterator[pa.Table]:
    """The `p2p_orders` feed. Some orders are paid in the name of somebody else."""
    for part in parts(len(orders)):
        rows = np.arange(part.start, part.stop, dtype=np.int64)
        exact, perceptual = texts.proof(orders.proof[part])
        buyer, shown = orders.buyer[part], orders.state[part] != STATES.index("cancelled")
        payer = _payers(scene, orders, rows)
        columns = {
            "order_id": scene.numbered("O", rows),
            "buyer_id": scene.account_ids(buyer),
            "seller_id": scene.account_ids(orders.seller[part]),
            "payer_name": texts.full_name(scene.people, payer),
            "payer_account": texts.payer(orders.payer[part]),
            "proof_hash": known(exact, shown),
            "proof_phash": known(perceptual, shown),
            "bank_reference": known(hex_text("REF", rows + scene.world.part.code(32), 102, 12), shown),
        }
        yield table("p2p_orders", columns | _deal(scene, orders, part))


def _payers(scene: Scene, orders: Orders, rows: Ints) -> Ints:
    """In whose name each order is paid: the buyer's, the first's of those who share a payer, or a stranger's."""
    people, buyer = scene.people, orders.buyer[rows]
    groups = people.groups
    holder = np.append(np.where(groups.sharing("payer") & ~groups.is_ring(), groups.first(), -1), -1)[
        people.group[buyer]
    ]
    chance = np.where(people.having("cheat")[buyer], 0.5, np.where(people.having("strange_payers")[buyer], 0.9, 0.05))
    stranger = (mix(orders.payer[rows], 103) % np.uint64(len(people))).astype(np.int64)
    strange = fractions(scene.world, orders.payer[rows], 101) < chance
    return np.where(strange, stranger, np.where(holder >= 0, holder, buyer))


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
