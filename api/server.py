"""Serves the API over HTTP, on loopback only: keys would cross a network in the clear."""

import gc
import json
import logging
import logging.config
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.bounds import HEADER_BYTES, URL_BYTES, is_loopback
from api.deps import Tokenise
from api.patience import PatientProtocol
from linkgraph.errors import UsageError
from linkgraph.settings import Settings

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8000


_LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "api.server.JsonLines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
    "loggers": {
        "linkgraph": {"handlers": ["lines"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
    },
}


def check_host(host: str) -> str:
    """The loopback address that `host` means; UsageError if it means any other, or none.

    What is returned is bound, so that a name cannot mean something else a moment later.
    """
    address = _resolved(host) if host == "localhost" else host
    if not is_loopback(address):
        raise UsageError(
            "serve listens on this machine only (127.0.0.1, ::1 or localhost), because keys would cross a network in"
            " the clear: put a proxy that speaks TLS before it"
        )
    return address


def run(
    settings: Settings,
    host: str,
    port: int,
    ready: Callable[[str], None] = lambda url: None,
    tokenise: Tokenise | None = None,
) -> None:
    """Serve until interrupted. `ready` is told the address once connections are taken; port 0 takes any free one."""
    address = check_host(host)
    listening = listen(address, port)
    shown = f"[{address}]" if ":" in address else address
    logging.config.dictConfig(_LOGGING)
    # The clock is read here and nowhere below.
    server = uvicorn.Server(configured(create_app(settings, time.time, tokenise=tokenise)))  # noqa: TID251
    # A collector that looks through 200,000 objects of modules, none of which ever goes, holds an answer up for 0.1 s.
    gc.collect()
    gc.freeze()
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


def configured(app: FastAPI) -> uvicorn.Config:
    """How the application is served: its bounds are checked again by it, and addresses stay out of the log."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        h11_max_incomplete_event_size=2 * (URL_BYTES + HEADER_BYTES),
        timeout_keep_alive=5,
        timeout_graceful_shutdown=8,
        backlog=256,
    )


def _resolved(name: str) -> str:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        raise UsageError("localhost cannot be resolved on this machine: use 127.0.0.1") from None
    # IPv4 first: every client tries that, and only one address is bound.
    addresses = sorted((str(each[4][0]) for each in found), key=lambda address: ":" in address)
    return next((each for each in addresses if not is_loopback(each)), addresses[0])


def listen(address: str, port: int) -> socket.socket:
    """A socket that takes connections; UsageError if the port is taken or none."""
    if not 0 <= port <= 65_535:
        raise UsageError("serve cannot listen there: no such port")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listening = socket.create_server((address, port), family=family, backlog=256)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "refused by the system"
        raise UsageError(f"serve cannot listen there: {reason}") from None
    # Accepted connections inherit it. Without it the body of an answer waits up to 40 ms for its head to be confirmed.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
