"""Where the shared data folder is; tests that need it skip without it, unless REQUIRE_SHARED says they must not."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


def shared(name: str) -> Path:
    """The folder `name` of the shared data."""
    folder = SHARED / name
    if not folder.is_dir():
        (pytest.fail if os.environ.get("REQUIRE_SHARED") else pytest.skip)(f"no shared data folder {name}")
    return folder
