"""Serves the API over HTTP, on loopback only as long as there are no access keys."""

import json
import logging
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import uvicorn

from api.app import create_app
from api.bounds import HEADER_BYTES, URL_BYTES, is_loopback
from linkgraph.errors import UsageError
from linkgraph.settings import Settings

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8000


def check_host(host: str) -> str:
    """The loopback address that `host` means; UsageError if it means any other, or none.

    What is returned is bound, so that a name cannot mean something else a moment later.
    """
    address = _resolved(host) if host == "localhost" else host
    if not is_loopback(address):
        raise UsageError(
            "serve listens on this machine only (127.0.0.1, ::1 or localhost), because there are no access keys yet:"
            " whoever reaches it reads everything"
        )
    return address


def run(settings: Settings, host: str, port: int, ready: Callable[[str], None] = lambda url: None) -> None:
    """Serve until interrupted. `ready` is told the address once connections are taken; port 0 takes any free one."""
    address = check_host(host)
    listening = _listen(address, port)
    shown = f"[{address}]" if ":" in address else address
    server = uvicorn.Server(_config(settings))
    try:
        ready(f"http://{shown}:{listening.getsockname()[1]}")
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    finally:
        listening.close()


class JsonLines(logging.Formatter):
    """One JSON object per line; of an exception its class and nothing of its message, which may hold a value."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage().splitlines()[0] if record.getMessage() else "",
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line | getattr(record, "fields", {}))


def _config(settings: Settings) -> uvicorn.Config:
    # The clock is read here and nowhere below.
    app = create_app(settings, time.time)  # noqa: TID251
    return uvicorn.Config(
        app,
        # Every header of the client's is its own claim, and its addresses stay out of the log.
        http="h11",
        ws="none",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=_logging(),
        h11_max_incomplete_event_size=2 * (URL_BYTES + HEADER_BYTES),
        timeout_keep_alive=5,
        timeout_graceful_shutdown=8,
        backlog=256,
    )


def _logging() -> dict[str, Any]:
    handler = {"class": "logging.StreamHandler", "formatter": "lines", "stream": sys.stderr}
    own = {"handlers": ["lines"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonLines}},
        "handlers": {"lines": handler},
        "loggers": {"linkgraph.api": own, "uvicorn": own | {"level": "WARNING"}},
    }


def _resolved(name: str) -> str:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        raise UsageError("localhost cannot be resolved on this machine: use 127.0.0.1") from None
    addresses = [str(each[4][0]) for each in found]
    return next((each for each in addresses if not is_loopback(each)), addresses[0])


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=256)
    except (OSError, OverflowError) as error:
        raise UsageError(f"serve cannot listen there: {getattr(error, 'strerror', None) or 'no such port'}") from None
