"""The world generator: a reproducible exchange with fraud, innocent look-alikes and the truth about both."""

from linkgraph.simulate.generate import simulate
from linkgraph.simulate.world import World

__all__ = ["World", "simulate"]
