"""Where rows of CSV end: what must be known of a block of bytes before a parser sees it.

A block begins where a row begins. A quote opens a field only at its start, and two quotes inside stand for one; any
other quote is a character like others, as the parser has it.
"""

import re
from typing import Any, TypeAlias

import numpy as np

Places: TypeAlias = np.ndarray[Any, Any]

_QUOTE = ord('"')
_BEFORE_FIELD = np.frombuffer(b',\r\n"', np.uint8)  # the quote: where two of them stand for one
_FIELD = re.compile(rb'(?:(?<=[,\r\n])|\A)("(?:[^"]++|"")*+)("|\Z)')


def end_of_rows(block: bytes) -> int:
    """Size of the whole rows at the start of `block`; 0 where there is none."""
    quotes = _quotes(block)
    end = len(block)
    if len(quotes) % 2:
        end, quotes = int(quotes[-1]), quotes[:-1]
    for opened, closed in zip(quotes[-2::-2], quotes[::-2], strict=True):
        if found := _after_break(block, int(closed), end):
            return found
        end = int(opened)
    return _after_break(block, 0, end)


def open_quote(block: bytes) -> int | None:
    """Place of the quote that opens a field which does not end in `block`; None where all are closed."""
    quotes = _quotes(block)
    if len(quotes) % 2 == 0:
        return None
    last = len(quotes) - 1
    while last and quotes[last] == quotes[last - 1] + 1:
        last -= 2
    return int(quotes[last])


def _after_break(block: bytes, start: int, end: int) -> int:
    """Place after the last line break between two places; a carriage return at the very end may be half of one."""
    return max(block.rfind(b"\n", start, end), block.rfind(b"\r", start, min(end, len(block) - 1))) + 1


def _quotes(block: bytes) -> Places:
    """Places of the quotes that open and close fields, in turn."""
    raw = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(raw == _QUOTE)
    opening = quotes[0::2]
    inside = opening[opening > 0]
    if np.isin(raw[inside - 1], _BEFORE_FIELD).all():
        return quotes
    found = [place for field in _FIELD.finditer(block) for place in (field.start(1), field.start(2))]
    return np.array(found[:-1] if found and found[-1] == len(block) else found, dtype=np.int64)
