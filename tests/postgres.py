"""A real PostgreSQL in a temporary folder, from the binaries of the system, for as long as a test process lasts.

Without binaries of version 15 or newer the test is skipped, and fails where `REQUIRE_POSTGRES=1`. The server refuses to
run as root, so there it runs as another user; it listens on a free port of loopback, with a password of its own.
"""

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, NoReturn

import psycopg
import pytest

from tests.neo4j_server.server import free_port

OLDEST: Final = 15
_READY_SECONDS: Final = 60.0
_NUMBER = count()


class PostgresServer:
    """A running server. `durable`: commits reach the disk, for a server that is measured or killed."""

    def __init__(self, binaries: Path, folder: Path, durable: bool = False) -> None:
        self.port = free_port()
        self.password = secrets.token_hex(8)
        self._binaries, self._folder, self._durable = binaries, folder, durable
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """Address of one of its databases."""
        return f"postgresql://linkgraph:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Address of an empty database."""
        name = f"t{next(_NUMBER)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'create database "{name}"'.encode())
        return self.url(name)

    def drop(self, url: str) -> None:
        """Take a database away again: each is seven megabytes of files."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'drop database "{url.rpartition("/")[2]}" with (force)'.encode())

    def start(self) -> None:
        """Make its files where there are none yet, and wait until it answers."""
        if not (self._folder / "data").exists():
            secret = self._folder / "password"
            secret.write_text(self.password)
            own(self._folder)
            own(secret)
            self._call("initdb", "-U", "linkgraph", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "-N")
        options = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": ""}
        options |= {} if self._durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._binaries / "postgres"), "-D", str(self._folder / "data"), *words]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **other_user())
        self._wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: at once, but in good order, by default."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def freeze(self, frozen: bool) -> None:
        """Stop all its processes where they stand, or let them go on."""
        assert self._process is not None
        children = subprocess.run(
            ["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        for pid in (self._process.pid, *map(int, children)):
            os.kill(pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def _wait(self) -> None:
        end = time.monotonic() + _READY_SECONDS
        while time.monotonic() < end:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError((self._folder / "log").read_text()[-2_000:])

    def _call(self, name: str, *words: str) -> None:
        command = [str(self._binaries / name), "-D", str(self._folder / "data"), *words]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **other_user())
        if ended.returncode:
            raise RuntimeError(ended.stdout + ended.stderr)


@contextmanager
def running(binaries: Path, durable: bool = False) -> Iterator[PostgresServer]:
    """A server in a folder that goes with it; not below pytest's folders, which its user may not enter."""
    with tempfile.TemporaryDirectory(prefix="linkgraph-postgres-") as name:
        server = PostgresServer(binaries, Path(name), durable)
        try:
            server.start()
            yield server
        finally:
            server.stop(signal.SIGINT if durable else signal.SIGQUIT)


def binaries() -> Path | None:
    """Folder of the newest binaries; None if there are none that are new enough."""
    on_path = shutil.which("postgres")
    folders: Sequence[Path] = [path / "bin" for path in Path("/usr/lib/postgresql").glob("*")]
    folders = [*folders, *([Path(on_path).resolve().parent] if on_path else [])]
    found = {_version(each): each for each in folders if (each / "initdb").exists()}
    return found[max(found)] if found and max(found) >= OLDEST else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server that forgets all when its process is killed, and is fast for that."""
    folder = binaries()
    if folder is None:
        unavailable(f"there are no binaries of PostgreSQL {OLDEST} or newer")
    with running(folder) as server:
        yield server


def unavailable(reason: str) -> NoReturn:
    """Skip this test, or fail it where a server was required."""
    if os.environ.get("REQUIRE_POSTGRES") == "1":
        pytest.fail(f"REQUIRE_POSTGRES=1, but {reason}")
    pytest.skip(reason)


def other_user() -> dict[str, Any]:
    """The user that the server runs as, for subprocess: nobody in particular where we are root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def own(path: Path) -> None:
    """Give a path to that user."""
    user = other_user()
    if user:
        os.chown(path, user["user"], user["group"])


def _version(folder: Path) -> int:
    said = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0
