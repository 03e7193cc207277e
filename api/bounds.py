"""What is refused before any route sees it: a request that is too big, or that was not meant for this machine.

The service listens on loopback only. A page elsewhere could still reach it through a name of its own that resolves to
loopback (DNS rebinding); the Host header gives it away.
"""

import ipaddress
import re
from typing import Final

from starlette.types import Scope

from api.problems import BAD_HOST, BODY_TOO_LARGE, HEADERS_TOO_LARGE, TOO_LONG, Kind

URL_BYTES: Final = 8 * 1024
HEADER_BYTES: Final = 16 * 1024
# No endpoint reads a body; so much of one is ignored, more is refused.
BODY_BYTES: Final = 256 * 1024

_HOST: Final = re.compile(rb"(\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,255})(:[0-9]{1,5})?")


def refusal(scope: Scope) -> Kind | None:
    """Why this request is refused, None if it is not."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if len(scope["raw_path"]) + len(scope["query_string"]) > URL_BYTES:
        return TOO_LONG
    if sum(len(name) + len(value) for name, value in headers) > HEADER_BYTES:
        return HEADERS_TOO_LARGE
    if not _is_ours([value for name, value in headers if name == b"host"]):
        return BAD_HOST
    if any(name == b"content-length" and _too_large(value) for name, value in headers):
        return BODY_TOO_LARGE
    return None


def is_loopback(host: str) -> bool:
    """Whether an address is one of loopback; a name is none."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_ours(hosts: list[bytes]) -> bool:
    named = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if named is None:
        return False
    host = named[1].decode().strip("[]").lower()
    return host == "localhost" or is_loopback(host)


def _too_large(length: bytes) -> bool:
    return not length.isdigit() or len(length) > 9 or int(length) > BODY_BYTES
