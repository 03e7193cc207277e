"""`world`: a client of a real server over the smallest world, for tests that only read."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api import front
from tests.api.serving import publish, serving
from tests.builders import WORLD


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is the answer, on a machine that may be busy; its deadline has tests of its own."""
    monkeypatch.setattr(front, "_ANSWER_SECONDS", 30.0)


@pytest.fixture(scope="session")
def world_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one published run."""
    home = tmp_path_factory.mktemp("world")
    publish(home, WORLD)
    return home


@pytest.fixture(scope="session")
def world(world_home: Path) -> Iterator[httpx.Client]:
    """That run, served."""
    with serving(world_home, vault=True) as client:
        yield client
