"""A world on disk: thirteen feeds and the truth."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyarrow as pa

from linkgraph.simulate.accounts import account_feed, balance_feed, bonus_feed, observation_feed, staff_feed
from linkgraph.simulate.disputes import dispute_table
from linkgraph.simulate.feeds import Files
from linkgraph.simulate.labels import label_table
from linkgraph.simulate.logins import logins
from linkgraph.simulate.money import pay
from linkgraph.simulate.p2p import order_p2p, p2p_feed
from linkgraph.simulate.scene import Scene, build
from linkgraph.simulate.statements import instrument_feed, payment_feed
from linkgraph.simulate.trades import trade_feed
from linkgraph.simulate.transfers import transfer_feed
from linkgraph.simulate.truth import truth_tables
from linkgraph.simulate.world import World

PART: Final = 1_000_000  # accounts drawn at a time: bounds the memory, whatever the size of a world


def simulate(folder: Path, world: World, part: int = PART) -> dict[str, int]:
    """Write `folder/feeds/<feed>.parquet` and `folder/truth/*.parquet`; returns the rows of each feed.

    Feeds carry the contract's columns with raw identifiers. The same world, in parts of the same number of accounts,
    always gives the same bytes.
    """
    with Files(folder / "feeds") as feeds, Files(folder / "truth") as truth:
        for some in world.parts(part):
            _write(some, feeds, truth)
        return feeds.rows


def _write(world: World, feeds: Files, truth: Files) -> None:
    scene = build(world)
    for name, known in truth_tables(scene).items():
        truth.write(name, known)
    for name, rows in _feeds(scene).items():
        feeds.write(name, rows)


def _feeds(scene: Scene) -> dict[str, Iterable[pa.Table]]:
    payments, orders = pay(scene), order_p2p(scene)
    return {
        "observations": observation_feed(scene),
        "accounts": account_feed(scene),
        "logins": logins(scene),
        "instruments": instrument_feed(scene, payments),
        "payments": payment_feed(scene, payments),
        "transfers": transfer_feed(scene),
        "trades": trade_feed(scene),
        "p2p_orders": p2p_feed(scene, orders),
        "disputes": [dispute_table(scene, payments, orders)],
        "balances": balance_feed(scene),
        "bonuses": bonus_feed(scene),
        "staff_access": staff_feed(scene),
        "labels": [label_table(scene)],
    }
