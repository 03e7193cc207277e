"""What is explained over several hops is the same on every store: the same code asks, and the stores answer alike."""

from collections.abc import Callable
from itertools import combinations
from typing import get_args

import pytest

from linkgraph.explain.drawing import draw_ring, neighbourhood
from linkgraph.explain.paths import WhyLimits, why_linked
from linkgraph.explain.reach import Bounds
from linkgraph.explain.ring import RingLimits, show_ring
from linkgraph.explain.ring_list import Wanted, read_rings
from linkgraph.explain.timeline import Sources, Span, read_timeline
from linkgraph.model import RingSort, RingsWanted
from linkgraph.store.base import GraphView
from tests.builders import AS_OF, DAY, FOX, SLASHED, TILDE, WORLD
from tests.conftest import Store

PEOPLE = ["a1", "a2", "a3", "a4", "a5", SLASHED, TILDE, FOX, "h00"]
TIGHT = Bounds(links=1, pairs=1, users=2, identifiers=2, accounts=2)

QUESTIONS: dict[str, Callable[[GraphView], object]] = {
    "why linked": lambda view: [why_linked(view, *ends) for ends in combinations(PEOPLE, 2)],
    "why linked, within bounds": lambda view: [
        why_linked(view, a, b, WhyLimits(hops=3, bounds=TIGHT)) for a, b in combinations(PEOPLE, 2)
    ],
    "neighbourhood": lambda view: [neighbourhood(view, each, hops) for each in PEOPLE for hops in (1, 2, 4)],
    "ring": lambda view: [show_ring(view, each) for each in ("r0", "r1", "r2", "r3")],
    "what happened to it": lambda view: show_ring(view, "r1", RingLimits(since=AS_OF - DAY)),
    "ring to draw": lambda view: [draw_ring(view, each) for each in ("r0", "r1", "r2", "r3")],
    "what happened to an account": lambda view: [
        read_timeline(view, each, Span(), Sources((), lambda _: None, 14)) for each in PEOPLE
    ],
    "rings": lambda view: [
        read_rings(view, Wanted(2, None, RingsWanted(status, None, sort), since))
        for status in (None, "active")
        for sort in get_args(RingSort)
        for since in (None, 0)
    ],
}


@pytest.mark.neo4j
def test_the_stores_explain_alike(both_stores: tuple[Store, Store]) -> None:
    answers = []
    for store in both_stores:
        store.publish(WORLD)
        with store.view() as view:
            answers.append({name: ask(view) for name, ask in QUESTIONS.items()})
    for name in QUESTIONS:
        assert answers[0][name] == answers[1][name], name
