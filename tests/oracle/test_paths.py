"""The best path between two accounts, and that there is none, against every simple path of small random graphs.

All the graphs lie side by side in one store, each with accounts and identifiers of its own.
"""

import itertools
import math
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from linkgraph.explain.paths import DIRECT, NOT_LINKED, OUT_OF_TIME, PATH, WhyLimits, why_linked
from linkgraph.kinds import BY_NAME
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import Row, account, identifier, pair, tables, used
from tests.unit.store.test_embedded import publish

WORLDS = range(250)
KINDS = ("device", "card", "ip", "wallet")

Costs = dict[tuple[str, ...], float]


@dataclass(frozen=True)
class World:
    """Who used what, from and until so many days before the run; hubs; whose pair shows money, with its bits."""

    accounts: list[str]
    keys: list[str]
    hubs: set[str]
    uses: dict[tuple[str, str], tuple[int, int]]
    money: dict[tuple[str, str], float]

    @classmethod
    def drawn(cls, number: int) -> "World":
        """Seven accounts that share little or much."""
        draw = random.Random(number)
        accounts = [f"w{number}-{each}" for each in range(7)]
        keys = [f"{draw.choice(KINDS)}:w{number}-{each}" for each in range(draw.randint(1, 7))]
        hubs = {key for key in keys if draw.random() < 0.15}
        ends = ((last + draw.randint(0, 2), last) for last in iter(lambda: draw.randint(0, 6), None))
        chosen = draw.sample(list(itertools.product(accounts, keys)), min(draw.randint(2, 18), 7 * len(keys)))
        uses = dict(zip(chosen, ends, strict=False))
        pairs = draw.sample(list(itertools.combinations(accounts, 2)), draw.randint(0, 3))
        return cls(accounts, keys, hubs, uses, {ends: draw.choice([2.0, 4.0, 6.0]) for ends in pairs})

    def degree(self, key: str) -> int:
        """How many accounts used it."""
        return sum(other == key for _, other in self.uses)

    def rows(self) -> dict[str, list[Row]]:
        """The same as a night would say it."""
        return {
            "accounts": [account(each) for each in self.accounts],
            "identifiers": [
                identifier(key, degree=self.degree(key), counted=key not in self.hubs) for key in self.keys
            ],
            "used": [used(who, key, first, last) for (who, key), (first, last) in self.uses.items()],
            "links": [
                pair(*ends, bits, [f"money={bits}"], ["money:transfer x 2"]) | {"shared_bits": [bits]}
                for ends, bits in self.money.items()
            ],
        }


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphView]:
    made = [World.drawn(number).rows() for number in WORLDS]
    content = {name: [row for each in made for row in each[name]] for name in made[0]}
    with closing(EmbeddedView(publish(Path(tmp_path_factory.mktemp("worlds")), tables(**content)))) as opened:
        yield opened


@pytest.mark.parametrize("hops", [1, 2, 3, 4])
def test_the_best_path_is_the_best_of_all_and_none_is_none(view: GraphView, hops: int) -> None:
    states = []
    for number in WORLDS:
        world = World.drawn(number)
        a, b = world.accounts[:2]
        found = why_linked(view, a, b, WhyLimits(hops=hops))
        allowed, anyhow = _every_path(world, a, b, hops)
        assert found.limits_hit == ()
        if allowed:
            assert math.isclose(found.paths[0].cost, min(allowed.values())), number
            assert all(path.in_time and math.isclose(path.cost, allowed[path.accounts]) for path in found.paths)
        elif anyhow:
            assert math.isclose(found.paths[0].cost, min(anyhow.values())), number
            assert not found.paths[0].in_time
        else:
            assert found.paths == (), number
        states.append(found.state)
    assert set(states) == ({DIRECT, NOT_LINKED} if hops == 1 else {DIRECT, PATH, OUT_OF_TIME, NOT_LINKED})


def _every_path(world: World, a: str, b: str, hops: int) -> tuple[Costs, Costs]:
    """Least cost by accounts passed: of the paths that time allows, and of all."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from([a, b])
    graph.add_edges_from(use for use in world.uses if use[1] not in world.hubs)
    for one, other in world.money:
        graph.add_edges_from([(one, f"{one}/{other}"), (other, f"{one}/{other}")])
    allowed: Costs = {}
    anyhow: Costs = {}
    for nodes in nx.all_simple_paths(graph, a, b, cutoff=2 * hops):
        cost = sum(_cost(world, thing) for thing in nodes[1::2])
        accounts = tuple(nodes[::2])
        anyhow[accounts] = min(cost, anyhow.get(accounts, math.inf))
        if _followed(world, nodes) or _followed(world, nodes[::-1]):
            allowed[accounts] = min(cost, allowed.get(accounts, math.inf))
    return allowed, anyhow


def _cost(world: World, thing: str) -> float:
    if thing in world.keys:
        return 1 + math.log2((world.degree(thing) - 1) / BY_NAME[thing.partition(":")[0]].strength)
    one, other = thing.split("/")
    return 1 + max(0.0, 6 - world.money[one, other])


def _followed(world: World, nodes: list[Any]) -> bool:
    """Whether days can be chosen that never go back; the earliest each time, which is best for all that follows."""
    now = -math.inf
    for source, thing, target in zip(nodes[0::2], nodes[1::2], nodes[2::2], strict=False):
        if thing in world.keys and BY_NAME[thing.partition(":")[0]].passes_on:
            for who in (source, target):
                first, last = world.uses[who, thing]
                now = max(now, -first)
                if now > -last:
                    return False
    return True
