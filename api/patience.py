"""Connections that send nothing, or never end the head of a request, are closed: each holds a file of the server.

What trickles in does not prolong the wait, as it does for the server's own timer between requests.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

_SECONDS: Final = 10.0


class PatientProtocol(H11Protocol):
    """HTTP, on a connection that is given up when no request begins on it for some seconds."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection: its first request is waited for."""
        super().connection_made(transport)
        self._wait()

    def on_response_complete(self) -> None:
        """An answer is sent: the next request is waited for, unless it is here already."""
        super().on_response_complete()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    def _give_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
