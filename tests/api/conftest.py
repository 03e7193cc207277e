"""`world`: a client of a real server over the smallest world, for tests that only read."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.serving import publish, serving
from tests.builders import WORLD


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """One published run, served."""
    home = tmp_path_factory.mktemp("world")
    publish(home, WORLD)
    with serving(home) as client:
        yield client
