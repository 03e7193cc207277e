"""One Neo4j Community server process on a home of its own: started, stopped, killed, frozen, started again.

The settings are those of `linkgraph.store.server`, except what a test machine needs otherwise (`OVERRIDES`). There is
no wrapper process: signals go to the server's own pid, never to a name. Nothing happens on import.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import neo4j
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from linkgraph.store import server as table

HOST: Final = "127.0.0.1"

OVERRIDES: Final[Mapping[str, str]] = {
    "server.http.enabled": "false",  # one port less, and a quicker start
    "server.memory.heap.initial_size": "1g",
    "server.memory.heap.max_size": "1g",
    "server.memory.pagecache.size": "128m",
    "dbms.memory.transaction.total.max": "700m",
    "db.tx_log.preallocate": "false",  # else each home takes 0.5 GB before it holds anything
    # Stops in 0.3 s instead of 10 s: an idle wait behind the checkpoint, twice 5 s.
    "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
}

_READY_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.3
_STOP_SECONDS: Final = 60.0
_TAIL: Final = 3000


class ServerFailed(Exception):
    """The server did not come up; the message ends with the tails of its logs."""


@dataclass(frozen=True)
class Address:
    """How to reach a server. `disposable`: its content may be thrown away."""

    uri: str
    user: str
    password: str = field(repr=False)
    database: str = "neo4j"
    disposable: bool = False

    def driver(self) -> neo4j.Driver:
        """A driver that gives up within seconds, where the defaults wait for half a minute; the caller closes it."""
        return neo4j.GraphDatabase.driver(
            self.uri, auth=(self.user, self.password), connection_timeout=5.0, max_transaction_retry_time=5.0
        )

    def rows(self, query: str, **parameters: object) -> list[dict[str, object]]:
        """All rows of one auto-committed statement."""
        with self.driver() as driver, driver.session(database=self.database) as session:
            return session.run(query, parameters).data()


class Neo4jServer:
    """A server on `home` (made if absent) from the jars in `jars`; as a context manager it starts and stops.

    The port is drawn once, and the password is kept in the home, so that a server can be stopped, killed and started
    again and still be found at the same address. `lasting`: compile Java in full, for a server that is measured or
    kept; within the minutes of a test run that costs more than it saves, about 40 % of all processor time.
    """

    def __init__(
        self,
        home: Path,
        jars: Path,
        *,
        heap: str = "1g",
        port: int | None = None,
        lasting: bool = False,
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.jars = jars
        self.port = port or free_port()
        heaps = {"server.memory.heap.initial_size": heap, "server.memory.heap.max_size": heap}
        chosen = {**OVERRIDES, **table.bolt_address(HOST, self.port), **heaps, **(overrides or {})}
        self.settings = table.configuration(chosen)
        self._compiler = [] if lasting else ["-XX:TieredStopAtLevel=1"]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def password_file(self) -> Path:
        """Holds the password, readable by this user only."""
        return self.home / "password"

    @property
    def address(self) -> Address:
        """Where this server is, or will be once started."""
        password = self.password_file.read_text(encoding="ascii")
        return Address(f"bolt://{HOST}:{self.port}", "neo4j", password, disposable=True)

    @property
    def pid(self) -> int:
        """Process id; raises ServerFailed if it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise ServerFailed("the server is not running")
        return self._process.pid

    def start(self) -> Self:
        """Start it and wait until a query answers; raises ServerFailed, with the tails of the logs, if that fails."""
        self._prepare()
        with self._console.open("wb") as console:
            # A terminal's Ctrl-C reaches it as well, and it then stops in good order by itself.
            self._process = subprocess.Popen(self._command(), stdout=console, stderr=subprocess.STDOUT, cwd=self.home)
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Ask it to end and wait for its checkpoint; kill it after 60 s. Nothing to do if it does not run."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            self.resume()  # a frozen process would keep the request pending
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen server go on."""
        os.kill(self.pid, signal.SIGCONT)

    @property
    def _console(self) -> Path:
        return self.home / "console.log"

    def _prepare(self) -> None:
        for name in ("conf", "plugins", "import"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        if not self.password_file.exists():
            self._set_password()
        # Behind it: the tool reads this file as well, and a wrong setting is for the server to complain about.
        (self.home / "conf" / "neo4j.conf").write_text(table.configuration_text(self.settings), encoding="ascii")

    def _set_password(self) -> None:
        """Set a random one, by a file: on a command line every user of the machine could read it."""
        descriptor = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        password = secrets.token_hex(16)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(password)
        command = ["dbms", "set-initial-password", f"@{self.password_file}"]
        run = subprocess.run(
            [_java(), "-Xmx256m", "-cp", f"{self.jars}/*", "org.neo4j.cli.AdminTool", *command],
            env={**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_READY_SECONDS,
            check=False,
        )
        if run.returncode:
            self.password_file.unlink()  # else the next start would take it for set
            said = run.stdout.decode(errors="replace").replace(password, "***")[-_TAIL:]
            raise ServerFailed(f"setting the initial password ended with {run.returncode}\n{said}")

    def _command(self) -> list[str]:
        opens = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.nio", "java.io", "sun.nio.ch")]
        return [
            _java(),
            # The setting is read by the start script only, which is not used here.
            f"-Xms{self.settings['server.memory.heap.initial_size']}",
            f"-Xmx{self.settings['server.memory.heap.max_size']}",
            "-XX:+UseG1GC",
            *self._compiler,
            *opens,
            "--enable-native-access=ALL-UNNAMED",
            "-Dlog4j2.disable.jmx=true",
            "-Dfile.encoding=UTF-8",
            "-cp",
            f"{self.home}/plugins/*:{self.home}/conf/*:{self.jars}/*",
            "org.neo4j.server.CommunityEntryPoint",
            f"--home-dir={self.home}",
            f"--config-dir={self.home}/conf",
            "--console-mode",
        ]

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise ServerFailed(f"the server ended with {self._process.returncode}\n{self._tails()}")
            if self._answers():
                return
            time.sleep(_POLL_SECONDS)
        raise ServerFailed(f"no answer within {_READY_SECONDS:.0f} s\n{self._tails()}")

    def _answers(self) -> bool:
        try:
            return self.address.rows("RETURN 1 AS one") == [{"one": 1}]
        except AuthError:
            raise ServerFailed(f"the server refuses the password of its home\n{self._tails()}") from None
        except (DriverError, Neo4jError):
            return False

    def _tails(self) -> str:
        logs = (self._console, self.home / "logs" / "debug.log")
        return "\n".join(f"--- {log.name}\n{_tail(log)}" for log in logs if log.exists())


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        raise ServerFailed("there is no java on the PATH")
    return java


def _tail(path: Path) -> str:
    return path.read_bytes()[-_TAIL:].decode(errors="replace")
