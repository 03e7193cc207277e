"""Threads of the engine finish in any order; the rows of a column must not."""

import pyarrow as pa
import pytest

from ingest.normalize import Normalizer
from ingest.pseudonyms import KEY_NAMES, Key

ROWS = 300_000  # more than two of the engine's batches of 122,880


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    return Normalizer({name: Key.of(name.encode().ljust(16)) for name in KEY_NAMES}, threads=4)


def test_long_columns_keep_their_order(normalizer: Normalizer) -> None:
    """Without a place beside each row, about every second column of this length came back in another order."""
    for number in range(6):
        values = pa.array([f"tok_{number}_{row}" for row in range(ROWS)])
        found = normalizer.read("card", values, tokens=False)["value"]
        assert found.combine_chunks().equals(values.cast(found.type)), number
        tokens = normalizer.read("card", values)["value"]
        for start in (0, 122_880, 245_760, ROWS - 5):
            alone = normalizer.read("card", values.slice(start, 5))["value"]
            assert tokens.slice(start, 5).to_pylist() == alone.to_pylist(), (number, start)
