"""From evidence in bits to the probability that two accounts are one hand's: p = 1 / (1 + 2^-(prior + bits))."""

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.evidence import UNITS_PER_BIT


def probability(units: NDArray[np.int32], prior: float) -> NDArray[np.float64]:
    """Probability for evidence in 1/1024 bit, on top of a prior in bits."""
    return 1.0 / (1.0 + np.exp2(-(units / UNITS_PER_BIT + prior)))


def linked(units: NDArray[np.int32], prior: float, tau: float) -> NDArray[np.bool_]:
    """Which pairs pass the threshold `tau` with that much evidence."""
    return probability(units, prior) >= tau
