"""What roles see less of: a viewer reads tokens cut to their first eight characters, wherever in an answer they stand.

Eight tell two identifiers of one answer apart, and cannot be searched for or revealed.
"""

import re
from typing import Any, Final

from linkgraph.casework.keys import Role

_SHOWN: Final = 8
_FIELDS: Final = ("identifier", "token")
# In prose and in `kind:token`: a whole token, or the start of one that was shortened already.
_IN_TEXT: Final = re.compile(r"(?<![0-9A-Za-z-])([0-9a-f]{8})(?:[0-9a-f]{24}(?![0-9A-Za-z])|[0-9a-f]+(?=\.\.\.))")
# Accounts are named in full, even where their ids look like tokens.
_ACCOUNTS: Final = re.compile(r"account|members|^(core|likely|fringe|leaving|ends)$")


def is_masked(role: Role) -> bool:
    """Whether this role reads masked answers."""
    return role == "viewer"


def masked(value: Any, name: str = "") -> Any:
    """The same JSON value with every token cut; `name` is the field it stands in."""
    if isinstance(value, dict):
        return {key: masked(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each, name) for each in value]
    if not isinstance(value, str):
        return value
    if name in _FIELDS:
        return value[:_SHOWN]
    return value if _ACCOUNTS.search(name) else _IN_TEXT.sub(r"\1", value)
