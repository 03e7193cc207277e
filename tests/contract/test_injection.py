"""Hostile text in every question of a store: nothing is found by it, and nothing changes."""

from typing import Any

from linkgraph.store.base import GraphView
from tests.api.test_injection import CORPUS
from tests.builders import WORLD
from tests.conftest import Store


def content(view: GraphView) -> list[Any]:
    """All that a view tells."""
    accounts = WORLD["accounts"]["account_id"].to_pylist()
    rings = view.rings(100)
    keys = [f"{row['kind']}:{row['identifier']}" for row in WORLD["identifiers"].to_pylist()]
    parts = [view.accounts(accounts), view.links(accounts, 100), view.pairs(accounts, 100), rings]
    parts += [view.contributions(accounts), view.identifiers(keys), view.users(keys, 100)]
    return [*parts, view.members([ring.ring_id for ring in rings]), view.ring_events_after(0), view.run()]


def test_hostile_text_finds_nothing_and_changes_nothing(store: Store) -> None:
    store.publish(WORLD)
    with store.view() as view:
        before = content(view)
        for text in CORPUS:
            keys = [text, f"device:{text}", f"{text}:d1"]
            found = [view.accounts([text]), view.links([text], 10), view.pairs([text], 10), view.users(keys, 10)]
            found += [view.pairs_among([text, "a1"], 10), view.contributions([text]), view.identifiers(keys)]
            found += [view.rings_by_id([text]), view.members([text]), view.ring_events([text])]
            assert found == [[]] * 10, text
        assert content(view) == before
    with store.view() as again:
        assert content(again) == before
