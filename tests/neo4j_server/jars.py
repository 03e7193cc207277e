"""Fetches the jars of the Neo4j server once, into a cache, and holds every use of them to the committed checksums.

The cache is keyed by the checksum of `pom.xml`, so changing the pom never meets the jars of the old one. Whatever is
found there is complete: it was built beside, checked, and moved into place in one step.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
POM: Final = FOLDER / "pom.xml"
LOCK: Final = FOLDER / "jars.sha256"

# One jar per part of the server that tests use; a change of scope in the pom has dropped some of them silently before.
REQUIRED: Final = (
    "org.neo4j.neo4j-cypher-",
    "org.neo4j.neo4j-bolt-",
    "org.neo4j.neo4j-import-tool-",
    "org.neo4j.neo4j-record-storage-engine-",
    "org.neo4j.app.neo4j-server-",
    "org.neo4j.neo4j-security-",
)
FORBIDDEN: Final = ("junit", "mockito")

_FETCH_SECONDS: Final = 900.0


class JarsUnavailable(Exception):
    """There are no jars and they cannot be fetched here: a tool is missing, or the download failed."""


class JarsDiffer(Exception):
    """Jars are there, but they are not the ones that were committed to."""


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Folder of the checked jars: below `LINKGRAPH_TEST_CACHE`, else below `~/.cache/linkgraph-tests`."""
    root = environ.get("LINKGRAPH_TEST_CACHE") or Path.home() / ".cache" / "linkgraph-tests"
    return Path(root) / "neo4j" / hashlib.sha256(POM.read_bytes()).hexdigest()


def fetch(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder with the jars, checked against `jars.sha256`; downloads them (about 120 MB) if the cache has none.

    Raises JarsUnavailable if they are not there and cannot be had, JarsDiffer if they are not the committed ones.
    """
    folder = cache_folder(environ)
    if not folder.is_dir():
        with _alone(folder):
            if not folder.is_dir():
                _build(folder, environ)
    check(folder, read_lock())
    return folder


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each jar by file name, in the order of `sha256sum *.jar` in the C locale."""
    return {jar.name: _digest(jar) for jar in sorted(folder.glob("*.jar"))}


def read_lock() -> dict[str, str]:
    """The committed checksums by file name."""
    lines = [line.split("  ", 1) for line in LOCK.read_text(encoding="ascii").splitlines()]
    return {name: digest for digest, name in lines}


def write_lock(environ: Mapping[str, str] = os.environ) -> int:
    """Commit to the jars that the pom gives now: fetches them afresh and rewrites `jars.sha256`; returns how many."""
    with tempfile.TemporaryDirectory(prefix="neo4j-jars-") as folder:
        found = digests(_download(Path(folder), environ))
    check_names(found)
    LOCK.write_text("".join(f"{digest}  {name}\n" for name, digest in found.items()), encoding="ascii")
    return len(found)


def check(folder: Path, locked: Mapping[str, str]) -> None:
    """Raises JarsDiffer, naming up to five jars, unless `folder` holds exactly the `locked` ones."""
    found = digests(folder)
    wrong = sorted(name for name in found.keys() | locked.keys() if found.get(name) != locked.get(name))
    if wrong:
        raise JarsDiffer(f"{folder}: {len(wrong)} jars missing, added or changed: {', '.join(wrong[:5])}")
    check_names(found)


def check_names(names: Mapping[str, str]) -> None:
    """Raises JarsDiffer if a part of the server is absent, or a testing library came along."""
    absent = [part for part in REQUIRED if not any(name.startswith(part) for name in names)]
    unwanted = [name for name in names if any(part in name for part in FORBIDDEN)]
    if absent or unwanted:
        raise JarsDiffer(f"jars absent: {absent}; not of a server: {unwanted}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Test processes in parallel wait for the first one's download; its lock goes when it ends, however it ends."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(folder: Path, environ: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as beside:
        jars = _download(Path(beside), environ)
        check(jars, read_lock())
        jars.rename(folder)


def _download(beside: Path, environ: Mapping[str, str]) -> Path:
    maven, java = (shutil.which(tool, path=environ.get("PATH", "")) for tool in ("mvn", "java"))
    if maven is None or java is None:
        raise JarsUnavailable("the Neo4j jars are not in the cache, and fetching them needs mvn and java")
    shutil.copy(POM, beside)
    command = [maven, "-B", "-q", "package"]
    try:
        run = subprocess.run(
            command, cwd=beside, env=dict(environ), capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise JarsUnavailable(f"mvn did not finish within {_FETCH_SECONDS:.0f} s") from None
    if run.returncode:
        raise JarsUnavailable(f"mvn failed with {run.returncode}: {(run.stdout + run.stderr)[-2000:]}")
    return beside / "jars"
