from pathlib import Path

import pytest

from linkgraph.simulate import World, simulate


@pytest.fixture(scope="session")
def world() -> World:
    """A small world with more fraud than usual."""
    return World(accounts=3_000, seed=7, ring_share=0.08, takeover_share=0.01)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, world: World) -> Path:
    """Folder with the small world."""
    folder = tmp_path_factory.mktemp("small")
    simulate(folder, world)
    return folder
