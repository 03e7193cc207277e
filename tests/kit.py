"""Reads guides of the Browser kit as the Browser does: blocks, and the parameters that one of them sets."""

import json
import re
from html import unescape
from typing import Any

from tests.builders import Tables, account, contribution, member, ring, tables

# Ids and texts that would break out of what they stand in, were they not escaped.
HOSTILE = [
    "</pre><script>alert(1)</script>",
    '"}; MATCH (n) DETACH DELETE n; //',
    "\\u0022, limit: 0}",
    "\\\\u0022",
    "'; :play http://elsewhere",
    "two\nlines\ttab \u2028 $limit",
    "../../etc/passwd",
    "..",
    "z\U0001f98a",
    "x" * 500,
]


def blocks(page: str) -> list[str]:
    """The texts of a guide's runnable blocks."""
    return [unescape(text) for text in re.findall(r'<pre class="pre-scrollable code runnable">(.*?)</pre>', page, re.S)]


def parameters(command: str) -> dict[str, Any]:
    """What `:param {name: value}` sets."""
    found = command.removeprefix(":param ")
    assert found != command
    values: dict[str, Any] = json.loads(re.sub(r"(\w+): ", r'"\1": ', found))
    return values


def hostile_world() -> Tables:
    """Rings and accounts of hostile ids and texts, each account in each ring."""
    told = '<img src=x onerror="alert(1)">'
    return tables(
        accounts=[
            account(name, ring_id=name, membership="core", headline=told, role_reason=told, label="fraud")
            for name in HOSTILE
        ],
        rings=[ring(name, headline=told) for name in HOSTILE],
        ring_members=[member(name, each, 0.9) for name in HOSTILE for each in HOSTILE],
        contributions=[contribution(name, "ring", 0.5, reason=told) for name in HOSTILE],
    )
