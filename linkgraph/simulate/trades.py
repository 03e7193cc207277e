"""The `trades` feed: the public in a few big markets, and what groups deal among themselves in thin ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from linkgraph.simulate.draws import Floats, Ints, fractions, pick, starts_of, stream
from linkgraph.simulate.feeds import parts, table
from linkgraph.simulate.meetings import both_open, busy
from linkgraph.simulate.patterns import DEALINGS, Dealing
from linkgraph.simulate.render import chosen, instants, money
from linkgraph.simulate.scene import Scene

_DAY = 86_400
_BIG: Final = ("BTC-USDT", "ETH-USDT", "SOL-USDT", "XRP-USDT")
_THIN = 60  # markets in which few trade
_MARKETS: Final = (*_BIG, *(f"TKN{number:02}-USDT" for number in range(_THIN)))
_PRICES: Final = (9_000_000, 320_000, 18_000, 250)  # cents, at the start of the world
_IN_THIN = 0.06  # part of the public's trades
_INSIDE = 0.12  # part of a market maker's trades that meet another account of its own
_LOSS = 0.15  # by how much dearer than the market a loser buys, and cheaper sells


@dataclass(frozen=True, slots=True)
class _Trades:
    """Trades in no order. market: index. odds: price as a part of the market's. hundredths: quantity, 1e-8."""

    buyer: Ints
    seller: Ints
    at: Ints
    market: Ints
    odds: Floats
    hundredths: Ints


def trade_feed(scene: Scene) -> Iterator[pa.Table]:
    """The `trades` feed."""
    pattern = scene.people.groups.pattern("trade", tuple(DEALINGS))
    blocks = [_dealing(scene, name, np.flatnonzero(pattern == i)) for i, name in enumerate(DEALINGS)]
    blocks.append(_public(scene))
    names = ("buyer", "seller", "at", "market", "odds", "hundredths")
    trades = _Trades(*(np.concatenate([getattr(b, name) for b in blocks]) for name in names))
    order = np.flatnonzero((trades.buyer != trades.seller) & (trades.at <= scene.world.end))
    order = order[np.argsort(trades.at[order], kind="stable")]
    price = _prices(scene, trades)
    for part in parts(len(order)):
        some = order[part]
        columns = {
            "trade_id": scene.numbered("X", np.arange(part.start, part.stop, dtype=np.int64)),
            "market": chosen(_MARKETS, trades.market[some]),
            "buyer_id": scene.account_ids(trades.buyer[some]),
            "seller_id": scene.account_ids(trades.seller[some]),
            "price": money(price[some]),
            "quantity": money(trades.hundredths[some], 8),
            "at": instants(trades.at[some]),
        }
        yield table("trades", columns)


def _prices(scene: Scene, trades: _Trades) -> Ints:
    """Price of each trade in cents: its market's slow wave, a little noise, and the trade's own odds."""
    thin = (2_000 + 5_000 * fractions(scene.world, np.arange(_THIN, dtype=np.int64), 121)).astype(np.int64)
    level = np.append(np.array(_PRICES), thin)[trades.market]
    wave = np.sin((trades.at - scene.world.start) / (20.0 * _DAY) + trades.market)
    noise = stream(scene.world, "prices").standard_normal(len(trades.at))
    return np.maximum(1, level * (1 + 0.15 * wave) * (1 + 0.002 * noise) * trades.odds).astype(np.int64)


def _public(scene: Scene) -> _Trades:
    """A few accounts trade very much, most a little, nearly all in the big markets."""
    world, rng = scene.world, stream(scene.world, "trades")
    rows = round(world.trades_per_account * len(scene.people))
    buyer, seller = busy(scene, rng, rows), busy(scene, rng, rows)
    thin = rng.random(rows) < _IN_THIN
    market = np.where(thin, len(_BIG) + rng.integers(0, _THIN, rows), pick(rng, [5.0, 3, 1, 1], rows))
    return _Trades(buyer, seller, both_open(scene, rng, buyer, seller), market, np.ones(rows), _quantities(rng, rows))


def _quantities(rng: np.random.Generator, rows: int) -> Ints:
    return np.maximum(1, rng.lognormal(15, 1.5, rows).astype(np.int64))


def _dealing(scene: Scene, name: str, groups: Ints) -> _Trades:
    """Trades of the groups with one way of dealing: in spells of an hour or so, trip after trip."""
    dealing, rng, everyone = DEALINGS[name], stream(scene.world, f"dealing {name}"), scene.people.groups
    spell = np.repeat(groups, rng.integers(dealing.spells[0], dealing.spells[1] + 1, len(groups)))
    trips = 1 + rng.poisson(dealing.trips, len(spell))
    group = np.repeat(spell, trips)
    one, other = _partners(scene, rng, dealing, group)
    opened = scene.people.all_open()[spell]
    begin = opened + (rng.random(len(spell)) * np.maximum(scene.world.end - _DAY - opened, 1)).astype(np.int64)
    at = np.repeat(begin, trips) + rng.integers(0, dealing.lasts, len(group))
    known = np.maximum(scene.people.created[one], scene.people.created[other])
    at = np.where(at > known, at, both_open(scene, rng, one, other))
    market = len(_BIG) + (_THIN * fractions(scene.world, everyone.first()[group], 122)).astype(np.int64)
    forth = _Trades(one, other, at, market, np.ones(len(group)), _quantities(rng, len(group)))
    return _and_back(rng, dealing, forth)


def _partners(scene: Scene, rng: np.random.Generator, dealing: Dealing, group: Ints) -> tuple[Ints, Ints]:
    """Buyer and seller of each first trade of a trip."""
    groups = scene.people.groups
    start, size = starts_of(groups.size)[group], groups.size[group]
    one = (size * rng.random(len(group))).astype(np.int64)
    other = (one + 1 + ((size - 1) * rng.random(len(group))).astype(np.int64)) % size
    if dealing.way == "lose":
        one, other = np.where(one == 0, other, one), np.zeros_like(one)
    one, other = groups.members[start + one], groups.members[start + other]
    if dealing.way in ("make", "herd"):
        public = busy(scene, rng, len(group))
        other = np.where(rng.random(len(group)) < (_INSIDE if dealing.way == "make" else 0.0), other, public)
    turned = (rng.random(len(group)) < 0.5) & (dealing.way in ("make", "wash"))
    return np.where(turned, other, one), np.where(turned, one, other)


def _and_back(rng: np.random.Generator, dealing: Dealing, forth: _Trades) -> _Trades:
    """The same with the second halves of trips: what was bought is sold back within seconds."""
    if dealing.way not in ("wash", "lose"):
        return forth
    loss = _LOSS * rng.random(len(forth.at)) * (dealing.way == "lose")
    back = rng.random(len(forth.at)) < 0.85  # the other trips stay open
    rows = np.flatnonzero(back)
    amount = (forth.hundredths[rows] * (0.97 + 0.06 * rng.random(len(rows)))).astype(np.int64)
    at = forth.at[rows] + rng.integers(1, 20, len(rows))
    pairs = (
        (forth.buyer, forth.seller[rows]),
        (forth.seller, forth.buyer[rows]),
        (forth.at, at),
        (forth.market, forth.market[rows]),
        (1 + loss, 1 - loss[rows]),
        (forth.hundredths, amount),
    )
    return _Trades(*(np.concatenate(pair) for pair in pairs))
