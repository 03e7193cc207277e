"""From evidence in bits to the probability that two accounts are one hand's: p = 1 / (1 + 2^-(prior + bits))."""

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.parameters import Parameters


def probability(units: NDArray[np.int32], parameters: Parameters) -> NDArray[np.float64]:
    """Probability for evidence in 1/1024 bit, on top of the prior."""
    bits = units / UNITS_PER_BIT + parameters.prior_bits
    return 1.0 / (1.0 + np.exp2(-bits))


def linked(units: NDArray[np.int32], parameters: Parameters) -> NDArray[np.bool_]:
    """Which pairs pass the threshold `tau` with that much evidence."""
    return probability(units, parameters) >= parameters.tau
