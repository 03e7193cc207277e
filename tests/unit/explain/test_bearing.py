"""Verdicts on the way from one account to another: named with the step they are about, and cut with a word."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from linkgraph.detect.propagation import Links, Ties
from linkgraph.explain.bearing import Rulings
from linkgraph.explain.paths import WhyLimits, why_linked
from linkgraph.explain.paths_text import render_why
from linkgraph.model import Verdict
from linkgraph.solved import Names, Solved
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import AS_OF, account, identifier, tables, used
from tests.solving import solved_of
from tests.unit.store.test_embedded import publish

CARD = "0" * 31 + "1"


@pytest.fixture
def view(tmp_path: Path) -> Iterator[GraphView]:
    """a0 and a1 used one card, a1 and a2 another."""
    world = tables(
        accounts=[account(f"a{number}") for number in range(3)],
        identifiers=[identifier(f"card:{CARD}"), identifier("card:c2")],
        used=[used("a0", f"card:{CARD}"), used("a1", f"card:{CARD}"), used("a1", "card:c2"), used("a2", "card:c2")],
    )
    with closing(EmbeddedView(publish(tmp_path, world))) as opened:
        yield opened


def net(*parted: tuple[int, int]) -> Solved:
    """A network of three accounts in which the verdict `v-1` parts some."""
    no = np.zeros(0, np.int32)
    links = Links(no, no, np.zeros(0))
    plain = solved_of(links, 1, Ties(np.zeros(3), np.zeros(3), np.zeros(3)))
    both = sorted([*parted, *[(b, a) for a, b in parted]])
    return replace(
        plain,
        account_ids=Names(pa.array(["a0", "a1", "a2"], pa.large_string())),
        rulings=Names(pa.array(["v-1 shared_by"], pa.large_string())),
        apart_account=np.array([a for a, _ in both], np.int32),
        apart_other=np.array([b for _, b in both], np.int32),
        apart_ruling=np.zeros(len(both), np.int32),
    )


def shared(verdict_id: str = "v-1") -> Verdict:
    return Verdict(verdict_id, "shared_by", "card", CARD, ("a0", "a1"), None, AS_OF)


def test_a_verdict_on_the_way_is_named_with_its_step_and_is_a_doubt(view: GraphView) -> None:
    why = why_linked(view, "a0", "a2", rulings=Rulings((shared(),), net((0, 1))))
    assert [(each.between, each.parts) for each in why.verdicts] == [(("a0", "a1"), True)]
    assert why.doubts[0].text == "a reviewer ruled out what leads from a0 to a1 (shared_by)"
    assert "  v-1 of 2025-11-24 on card 00000000000000000000... (on the way from a0 to a1): shared by 2" in render_why(
        why
    )
    back = why_linked(view, "a2", "a0", rulings=Rulings((shared(),), net((0, 1))))
    assert [(set(each.between), each.parts) for each in back.verdicts] == [({"a0", "a1"}, True)]


def test_verdicts_elsewhere_are_left_out_and_a_long_list_is_cut_with_a_word(view: GraphView) -> None:
    assert why_linked(view, "a1", "a2", rulings=Rulings((shared(),), net((0, 1)))).verdicts == ()
    many = tuple(shared(f"v-{number}") for number in range(1, 6))
    why = why_linked(view, "a0", "a1", WhyLimits(verdicts=3), Rulings(many, net((0, 1))))
    assert ([each.verdict.verdict_id for each in why.verdicts], why.limits_hit) == (
        ["v-1", "v-2", "v-3"],
        ("verdicts",),
    )
    assert why_linked(view, "a0", "a1").verdicts == ()
