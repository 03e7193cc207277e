from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from linkgraph.explain.account import explain
from linkgraph.explain.explanation import Step
from linkgraph.store.base import GraphView
from linkgraph.store.embedded import EmbeddedView
from tests.builders import WORLD, account, identifier, pair, ring, tables, used
from tests.unit.store.test_embedded import publish


@pytest.fixture
def view(tmp_path: Path) -> Iterator[GraphView]:
    with closing(EmbeddedView(publish(tmp_path, WORLD))) as opened:
        yield opened


def step(folder: Path, *keys: str, ringed: bool = False, **changes: Any) -> Step:
    """Of an account that shares `keys` with another one."""
    content = tables(
        accounts=[account("a1", ring_id="r1" if ringed else None, **changes), account("a2")],
        rings=[ring("r1")],
        identifiers=[identifier(key) for key in keys],
        used=[used(name, key) for name in ("a1", "a2") for key in keys],
        links=[pair("a1", "a2", 9.0, ["access=9"], [*keys])] if keys else [],
    )
    with closing(EmbeddedView(publish(folder, content))) as opened:
        found = explain(opened, "a1").next_step
    assert found is not None
    return found


def test_every_account_has_a_step_and_nobody_ruled_on_or_harmed_is_looked_into(view: GraphView) -> None:
    for account_id in WORLD["accounts"].column("account_id").to_pylist():
        found = explain(view, account_id)
        assert found.next_step is not None
        assert (found.next_step.code == "protect") == (found.account.role == "victim")
        assert (found.next_step.code == "settled") <= (found.account.label in ("cleared", "fraud"))
        assert found.account.label != "cleared" or found.next_step.code == "settled"


def test_confirmed_fraud_leads_to_its_company(tmp_path: Path) -> None:
    assert step(tmp_path / "1", "device:d", label="fraud", ringed=True).about == "r1"
    assert step(tmp_path / "2", "device:d", label="fraud") == Step(
        "review_pair", "Confirmed fraud: decide on a2, which it is linked with most", "a2"
    )
    assert step(tmp_path / "3", label="fraud").code == "settled"


def test_a_victim_is_secured_even_where_it_is_flagged(tmp_path: Path) -> None:
    found = step(tmp_path / "1", "device:d", role="victim", flagged=True, ringed=True)
    assert (found.code, found.about) == ("protect", "r1")
    begin = "Secure it with its customer, who is the victim"
    assert found.text == f"{begin}; look for who acted on it, from ring r1, 3 accounts"
    found = step(tmp_path / "2", "device:d", role="victim")
    assert found.text == f"{begin}; look for who acted on it, from a2, which it is linked with most"
    assert step(tmp_path / "3", role="victim").text == begin


def test_who_is_not_flagged_is_left_alone_or_decided_on_with_its_ring(tmp_path: Path) -> None:
    assert step(tmp_path / "1", "device:d", "card:c").code == "nothing"
    assert step(tmp_path / "2", "device:d", "card:c", ringed=True).code == "review_ring"


def test_what_speaks_for_innocence_is_asked_before_the_ring(tmp_path: Path) -> None:
    asked = step(tmp_path / "1", "device:d", flagged=True, ringed=True)
    assert (asked.code, asked.about) == ("ask_holder", "device:d")
    assert step(tmp_path / "2", "ip:i", "ip:j", flagged=True).code == "find_more"
    assert step(tmp_path / "3", "device:d", "card:c", flagged=True, ringed=True) == Step(
        "review_ring", "Decide on ring r1, 3 accounts", "r1"
    )
    assert step(tmp_path / "4", flagged=True).code == "review_behaviour"
