"""A line to a server that can be slowed, silenced and cut: a proxy on loopback, a thread for each direction."""

import socket
import threading
import time
from contextlib import suppress
from typing import Literal

Mode = Literal["through", "slow", "silent", "cut"]

SLOW_SECONDS = 2.0


class Line:
    """Takes connections and passes them on to `port`, as its mode says at each moment."""

    def __init__(self, port: int) -> None:
        self.mode: Mode = "through"
        self._port = port
        self._taking = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._taking.getsockname()[1])

    @property
    def held(self) -> int:
        """Connections of clients that are open."""
        with self._lock:
            return len(self._open) // 2

    def set(self, mode: Mode) -> None:
        """From now on; a cut ends what is open too."""
        self.mode = mode
        if mode == "cut":
            self._end([*self._open])

    def close(self) -> None:
        """No more."""
        self.set("cut")
        self._taking.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._taking.accept()
                if self.mode == "cut":
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._port))
                with self._lock:
                    self._open |= {client, server}
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                if self.mode == "slow":
                    time.sleep(SLOW_SECONDS)
                while self.mode == "silent":
                    time.sleep(0.01)
                other.sendall(data)
        self._end([one, other])

    def _end(self, ended: list[socket.socket]) -> None:
        with self._lock:
            self._open -= set(ended)
        for each in ended:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
