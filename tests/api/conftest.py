"""`world`: a client of a real server over the smallest world, for tests that only read."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.serving import publish, serving
from tests.builders import WORLD


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
