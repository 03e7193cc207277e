"""Numbers to text, a whole column at a time.

Fixed-width text is laid out as one block of bytes, which is many times faster than formatting row by row.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkgraph.simulate.draws import Bools, Ints, Words, mix

_HEX = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), dtype=np.uint8).reshape(256, 2)
_OCTETS = tuple(str(byte) for byte in range(256))


def hexes(words: Words, digits: int = 16) -> NDArray[np.uint8]:
    """The first hexadecimal digits (at most 16) of each word, one row per word."""
    raw = np.ascontiguousarray(words.astype(">u8")).view(np.uint8).reshape(len(words), 8)
    return _HEX[raw].reshape(len(words), 16)[:, :digits]


def decimals(numbers: Ints, width: int) -> NDArray[np.uint8]:
    """Decimal digits with leading zeros, one row per number."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return ((numbers[:, None] // powers) % 10 + 48).astype(np.uint8)


def joined(rows: int, *parts: bytes | NDArray[np.uint8]) -> pa.Array:
    """Strings of one width, made of constants and of columns of characters."""
    blocks = [np.broadcast_to(np.frombuffer(p, np.uint8), (rows, len(p))) if isinstance(p, bytes) else p for p in parts]
    block = np.concatenate(blocks, axis=1)
    offsets = np.arange(rows + 1, dtype=np.int64) * block.shape[1]
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(block))]
    return pa.Array.from_buffers(pa.string(), rows, buffers)


def hex_text(prefix: str, codes: Ints, salt: int, digits: int) -> pa.Array:
    """`prefix` and as many hexadecimal digits, a different text for every code."""
    blocks = [hexes(mix(codes, salt + 7 * i), min(16, digits - 16 * i)) for i in range(-(-digits // 16))]
    return joined(len(codes), prefix.encode(), *blocks)


def numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """`prefix` and the number with leading zeros, as in `A0000123`."""
    return joined(len(numbers), prefix.encode(), decimals(numbers, width))


def known(values: pa.Array, mask: Bools) -> pa.Array:
    """`values` where the mask holds, else null."""
    return pc.if_else(pa.array(mask), values, pa.scalar(None, values.type))


def chosen(values: tuple[str, ...], codes: Ints) -> pa.Array:
    """One of a few texts per row; a negative code gives null."""
    return pa.array(values, pa.string()).take(pa.array(codes, mask=codes < 0))


def constant(value: str, rows: int) -> pa.Array:
    """The same text in every row."""
    return pa.repeat(pa.scalar(value, pa.string()), rows)


def text(*parts: pa.Array | str) -> pa.Array:
    """Texts glued row by row."""
    return pc.binary_join_element_wise(*parts, "")


def instants(seconds: Ints, mask: Bools | None = None) -> pa.Array:
    """Epoch seconds as UTC timestamps; null where a mask is given and does not hold."""
    return pa.array(seconds * 1_000_000, pa.timestamp("us", tz="UTC"), mask=None if mask is None else ~mask)


def money(units: Ints, scale: int = 2) -> pa.Array:
    """Exact decimals from whole numbers of the smallest unit (cents for scale 2)."""
    block = np.stack([units, units >> np.int64(63)], axis=1)
    return pa.Array.from_buffers(
        pa.decimal128(38, scale), len(units), [None, pa.py_buffer(np.ascontiguousarray(block))]
    )


def ipv4(numbers: Ints) -> pa.Array:
    """Dotted addresses of 32-bit numbers."""
    octets = pa.array(_OCTETS)
    parts = [octets.take(pa.array((numbers >> np.int64(shift)) & 255)) for shift in (24, 16, 8, 0)]
    return pc.binary_join_element_wise(*parts, ".")


def ipv6(networks: Words, hosts: Words) -> pa.Array:
    """Addresses inside 2a00::/8, all 39 characters written out: the /64 from `networks`, the rest from `hosts`."""
    digits = np.concatenate([hexes(networks), hexes(hosts)], axis=1)
    digits[:, :4] = np.frombuffer(b"2a00", np.uint8)
    parts: list[bytes | NDArray[np.uint8]] = [digits[:, :4]]
    for left in range(4, 32, 4):
        parts += [b":", digits[:, left : left + 4]]
    return joined(len(networks), *parts)
