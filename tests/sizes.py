"""How much a test does: little in the gate, everything it is meant to in `make fuzz`."""

import os

# 1 for the whole of it, 0.1 for a tenth; unset in the gate.
SHARE = float(os.environ.get("TEST_SHARE", "0"))


def sized(few: int, many: int) -> int:
    """Examples, trials or rows of one test: `few`, or the share of `many` that is asked for."""
    return max(few, round(many * SHARE))
