"""The world generator: a reproducible exchange with fraud, innocent look-alikes and the truth about both."""

from linkgraph.simulate.generate import simulate
from linkgraph.simulate.world import Habits, Twins, World

__all__ = ["Habits", "Twins", "World", "simulate"]
