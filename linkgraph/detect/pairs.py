"""From evidence in bits to the probability that two accounts are one hand's: p = 1 / (1 + 2^-(prior + bits))."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Pairs:
    """Account pairs a < b, sorted. `units`: evidence in 1/1024 bit; `firm`: the same without IP addresses."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    units: NDArray[np.int32]
    firm: NDArray[np.int32]
    families: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.a)

    def where(self, mask: NDArray[np.bool_]) -> "Pairs":
        """The pairs that `mask` keeps, in order."""
        return Pairs(self.a[mask], self.b[mask], self.units[mask], self.firm[mask], self.families[mask])


def probability(units: NDArray[np.int32], parameters: Parameters) -> NDArray[np.float64]:
    """Probability for evidence in 1/1024 bit, on top of the prior."""
    bits = units / UNITS_PER_BIT + parameters.prior_bits
    return 1.0 / (1.0 + np.exp2(-bits))


def linked(pairs: Pairs, parameters: Parameters) -> NDArray[np.bool_]:
    """Which pairs pass the threshold `tau`."""
    return probability(pairs.units, parameters) >= parameters.tau


def firmly_linked(pairs: Pairs, parameters: Parameters) -> NDArray[np.bool_]:
    """Which pairs pass the threshold with every IP address left out."""
    return probability(pairs.firm, parameters) >= parameters.tau
