"""Randomness: one generator per topic, and hashes that give the same number for the same thing."""

import zlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkgraph.simulate.world import World

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Words: TypeAlias = NDArray[np.uint64]

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def stream(world: World, topic: str, part: int = 0) -> np.random.Generator:
    """Generator of one topic: a change in one topic leaves the draws of all others as they were."""
    return np.random.default_rng([world.seed, zlib.crc32(topic.encode()), part, world.part.number])


def mix(codes: Ints, salt: int) -> Words:
    """Scramble codes without collisions (the finaliser of splitmix64); `salt` picks one of many scramblings."""
    words = codes.astype(np.uint64) + np.uint64((salt + 1) * _GOLDEN & _MASK)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def fractions(world: World, codes: Ints, salt: int) -> Floats:
    """A number in [0, 1) that always belongs to the same code, in one part of one world."""
    own = (world.seed << 8 | world.part.number) << 10 | salt
    return (mix(codes, own) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def pair_code(left: Ints, right: Ints) -> Ints:
    """One code for a pair of codes below 2^31."""
    return (left << np.int64(31)) ^ right


def pick(rng: np.random.Generator, weights: list[float], size: int) -> Ints:
    """Indices drawn with the given weights."""
    bounds = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(bounds / bounds[-1], rng.random(size), side="right").astype(np.int64)


def starts_of(counts: Ints) -> Ints:
    """Offsets at which consecutive runs of these lengths start; one more entry than runs, the last is the total."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


def ranks_of(counts: Ints) -> Ints:
    """0, 1, 2 ... inside each of consecutive runs of these lengths."""
    return np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(starts_of(counts)[:-1], counts)
