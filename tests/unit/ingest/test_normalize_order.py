"""Threads of the engine finish in any order; the rows of a column must not."""

import pyarrow as pa

from ingest.normalize import Normalizer
from ingest.pseudonyms import KEY_NAMES, Key

ROWS = 250_000  # two of the engine's batches
ROUNDS = 12


def test_long_columns_keep_their_order() -> None:
    """Without a place beside each row, about every second column came back with its two batches the other way round."""
    normalizer = Normalizer({name: Key.of(name.encode().ljust(16)) for name in KEY_NAMES}, threads=2)
    for number in range(ROUNDS):
        values = pa.array([f"tok_{number}_{row}" for row in range(ROWS)])
        tokens = normalizer.read("card", values)["value"]
        for start in (0, ROWS // 2, ROWS - 5):
            alone = normalizer.read("card", values.slice(start, 5))["value"]
            assert tokens.slice(start, 5).to_pylist() == alone.to_pylist(), (number, start)
