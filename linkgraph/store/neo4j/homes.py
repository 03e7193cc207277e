"""Homes of Neo4j servers that linkgraph makes: a folder each, built beside the one that is served, then switched.

ROOT/NAME            the home in use: conf, data, logs      ROOT/NAME.next    one being built
ROOT/NAME.before     the one it replaced, until the next    ROOT/NAME.lock    held by whoever builds

A home is what an installed server has but for its programs, which `lib` links to. It is ours if it has
`linkgraph.json`, which is written when it is whole. Servers are started and stopped by Neo4j's own tool, which keeps
their process id.
"""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from linkgraph.errors import StoreError, UsageError
from linkgraph.store.neo4j.connection import version_problem
from linkgraph.store.server import JVM

_ADMIN: Final = "org.neo4j.cli.AdminTool"
_SERVER: Final = "org.neo4j.server.startup.Neo4jCommand"
RECORD: Final = "linkgraph.json"
_MARK: Final = "-Dlinkgraph.home="
_SHORTEST_PASSWORD: Final = 8
_KERNEL: Final = re.compile(r"(?:^|\.)neo4j-kernel-(\d[\w.]*?)\.jar$")
_BOLT: Final = re.compile(r"^[ \t]*server\.bolt\.listen_address[ \t]*=.*:(\d+)[ \t]*$", re.MULTILINE)
_END_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.1

Listener = Callable[[str], None]


class Home:
    """One home. `lib`: folder of the server's jars, as `lib` of an installation."""

    def __init__(self, path: Path, lib: Path) -> None:
        self.path = path.resolve()
        self._lib = lib.resolve()

    @property
    def conf(self) -> Path:
        """What the server is started with."""
        return self.path / "conf" / "neo4j.conf"

    @property
    def has_data(self) -> bool:
        """Whether a server has ever worked in it, or an import."""
        return (self.path / "data").is_dir()

    @property
    def is_served(self) -> bool:
        """Whether a server of this host, in a container or not, or an admin tool works in it now."""
        locks = (self.path / "data" / "databases").glob("**/*_lock")
        return any(_is_held(lock) for lock in locks)

    @property
    def is_started(self) -> bool:
        """Whether a server was started in it by `start`, and not stopped."""
        return (self.path / "run" / "neo4j.pid").exists()

    def record(self) -> dict[str, Any] | None:
        """What its builder wrote when it was whole; None for a home that is not ours or not whole."""
        try:
            found = json.loads((self.path / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def must_be_whole(self) -> None:
        """StoreError unless it is a home of ours, and whole."""
        if self.record() is None:
            raise StoreError(f"there is no Neo4j home of linkgraph at {self.path}: make it first")

    def must_listen_at(self, place: str) -> None:
        """UsageError if its configuration has its server listen at another port than that of `place`, HOST:PORT."""
        found = _BOLT.findall(self.conf.read_text(encoding="utf-8")) if self.conf.exists() else []
        port = place.rpartition(":")[2]
        if found and found[-1] != port:
            raise UsageError(f"{self.conf} has Bolt at port {found[-1]}, the address of linkgraph's server is {place}")

    def finish(self, record: dict[str, Any]) -> None:
        """Say that it is whole. The last act of building it."""
        with (self.path / RECORD).open("w", encoding="utf-8") as out:
            json.dump(record, out, indent=1, sort_keys=True)
            out.flush()
            os.fsync(out.fileno())

    def prepare(self, configuration: str) -> None:
        """Give it its folders and its configuration."""
        for name in ("conf", "plugins", "import", "logs"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        self.conf.write_text(configuration, encoding="utf-8")
        self._link()

    def set_password(self, password: str) -> None:
        """Set the password of its user `neo4j`, before its first start."""
        if len(password) < _SHORTEST_PASSWORD:
            raise UsageError(f"the password of a Neo4j server has at least {_SHORTEST_PASSWORD} letters")
        # By a file: on a command line every user of the machine could read it.
        secret = self.path / "initial"
        try:
            write_secret(secret, password)
            self.admin("dbms", "set-initial-password", f"@{secret}")
        finally:
            secret.unlink()

    def admin(self, *words: str, heap: str = "256m", listen: Listener = lambda line: None) -> None:
        """Run Neo4j's admin tool; `listen` hears each line it says. StoreError if it fails; its log stays in `logs`."""
        log = self.path / "logs" / f"admin-{'-'.join(words[:2])}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with (
            log.open("w", encoding="utf-8") as out,
            subprocess.Popen(
                self._java(_ADMIN, heap, self.conf.parent, words),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            ) as process,
        ):
            for line in process.stdout or ():
                out.write(line)
                listen(line)
        if process.returncode:
            raise StoreError(f"neo4j-admin {' '.join(words[:2])} ended with {process.returncode}: see {log}")

    def start(self, conf: Path | None = None) -> None:
        """Start a server in it, in the background. StoreError if one works in it or it does not come up."""
        if self.is_served:
            raise StoreError(f"a server works in {self.path} already")
        self._link()
        self._server("start", conf or self.conf.parent)

    def stop(self, conf: Path | None = None) -> None:
        """Stop the server that was started in it, and wait for its checkpoint; nothing to do where none runs."""
        if self.is_started:
            self._server("stop", conf or self.conf.parent)
        if self.is_served:
            raise StoreError(f"a server that was not started by linkgraph works in {self.path}: stop it first")

    def discard(self) -> None:
        """End what still works in it after whoever built it was killed, and delete it."""
        if not self.path.exists():
            return
        if not self._end_all():
            raise StoreError(f"a server that was not started by linkgraph works in {self.path}: stop it first")
        shutil.rmtree(self.path)

    def _end_all(self) -> bool:
        """Kill what Neo4j runs in it, by what each process of this host was started with; whether nothing is left."""
        end = 0.0
        # Looked at until nothing is found: a tool may have started a server after it was seen itself.
        while True:
            found = [pid for pid in _processes() if _works_in(pid, self.path)]
            for pid in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if not found and not self.is_served:
                return True
            # A killed process holds its locks until its memory is given back.
            end = end or (time.monotonic() + _END_SECONDS if found else 0.0)
            if time.monotonic() > end:
                return False
            time.sleep(_POLL_SECONDS)

    def _link(self) -> None:
        link = self.path / "lib"
        link.unlink(missing_ok=True)
        link.symlink_to(self._lib)

    def _server(self, what: str, conf: Path) -> None:
        # Into a file: a server inherits the pipe, and would keep whoever reads it waiting.
        log = self.path / "logs" / f"{what}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w", encoding="utf-8") as out:
            command = self._java(_SERVER, "256m", conf, [what])
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False)
        if ended.returncode:
            raise StoreError(f"the Neo4j server in {self.path} does not {what}: see {log}")

    def _java(self, program: str, heap: str, conf: Path, words: Sequence[str]) -> list[str]:
        java, env = shutil.which("java"), shutil.which("env")
        if java is None or env is None:
            raise UsageError("Neo4j's tools need java on the PATH")
        places = [f"NEO4J_HOME={self.path}", f"NEO4J_CONF={conf}"]
        # The mark is for whoever has to end it.
        return [
            env,
            *places,
            java,
            f"{_MARK}{self.path}",
            f"-Xmx{heap}",
            *JVM,
            "-cp",
            f"{self._lib}/*",
            program,
            *words,
        ]


class Place:
    """Where one home stands and is replaced: see the head of this module."""

    def __init__(self, root: Path, name: str, lib: Path | None) -> None:
        if lib is None or not any(_kernels(lib)):
            raise UsageError("NEO4J_LIB names no folder with the jars of a Neo4j server, as `lib` of an installed one")
        self._lock = root / f"{name}.lock"
        self._lib = lib
        self._before = root / f"{name}.before"
        self.home = Home(root / name, lib)
        self.next = Home(root / f"{name}.next", lib)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Held while a home is built or replaced; StoreError if another process does. Clears what a killed one left."""
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError(f"another process builds {self.home.path}") from None
            if not self.home.path.exists() and self._before.exists():
                self._before.rename(self.home.path)
            self.next.discard()
            yield

    def recover(self) -> None:
        """Go back where a switch was killed between its two steps; StoreError if another process builds."""
        if not self.home.path.exists():
            with self.held():
                pass

    def prepare_next(self, configuration: str, password: str) -> str:
        """Make the next home, without data, with the configuration of the one in use or else this; returns which."""
        held = self.home.conf
        text = held.read_text(encoding="utf-8") if held.exists() else configuration
        self.next.prepare(text)
        self.next.set_password(password)
        return text

    def refuse_foreign(self, schema: int) -> None:
        """StoreError unless the home may be replaced: there is none yet, or linkgraph made it, of no newer schema."""
        if not self.home.has_data:
            return
        record = self.home.record()
        if record is None:
            raise StoreError(f"{self.home.path} holds a database that linkgraph did not make: move it away")
        if record.get("schema", 0) > schema:
            raise StoreError(f"{self.home.path}: a newer version of linkgraph has made this graph")

    @property
    def newer(self) -> str | None:
        """Why linkgraph does not write to a server of these jars; None where it does."""
        return version_problem(next(_kernels(self._lib)), writing=True)

    def refuse_newer(self) -> None:
        """StoreError if the jars are of a release that is not written to, before anything long is begun."""
        if self.newer:
            raise StoreError(f"NEO4J_LIB: {self.newer}")

    def refuse_served(self, but_ours: bool = False) -> None:
        """StoreError if a server works in the home; `but_ours`: unless it is one that `switch` can stop."""
        if self.home.is_served and not (but_ours and self.home.is_started):
            raise StoreError(f"a server works in {self.home.path}: stop it first")

    def switch(self) -> None:
        """Put the next home, whole and stopped, in the place of the present one, whose server is stopped.

        Killed between, `held` goes back.
        """
        if self.home.path.exists():
            self.home.stop()
            shutil.rmtree(self._before, ignore_errors=True)
            self.home.path.rename(self._before)
        self.next.path.rename(self.home.path)


def _kernels(lib: Path) -> Iterator[str]:
    """The releases of the server whose jars these are; one, as a rule."""
    names = (_KERNEL.search(jar.name) for jar in sorted(lib.glob("*.jar")))
    return (name[1] for name in names if name)


def write_secret(path: Path, text: str) -> None:
    """Write a file that this user alone can read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


def _is_held(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").glob("[0-9]*")]


def _works_in(pid: int, path: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(f"{word}{path}".encode() in words for word in (_MARK, "--home-dir="))
