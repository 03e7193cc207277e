"""The cache of server jars, with a download that is made up: what is in it is complete and is what was committed to."""

import hashlib
from pathlib import Path

import pytest

from tests.neo4j_server import jars

NAMES = [f"{part}1.jar" for part in jars.REQUIRED]


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A cache, and tools on the PATH: an `mvn` that "downloads" one small jar per required part."""
    tools = tmp_path / "bin"
    tools.mkdir()
    tool(tools / "java", "exit 1")
    tool(
        tools / "mvn",
        f'test "$*" = "-B -q package" && mkdir jars && for n in {" ".join(NAMES)}; do echo jar > jars/$n; done',
    )
    digest = hashlib.sha256(b"jar\n").hexdigest()
    lock = tmp_path / "jars.sha256"
    lock.write_text("".join(f"{digest}  {name}\n" for name in NAMES), encoding="ascii")
    monkeypatch.setattr(jars, "LOCK", lock)
    return {"PATH": f"{tools}:/usr/bin:/bin", "LINKGRAPH_TEST_CACHE": str(tmp_path / "cache")}


def tool(path: Path, script: str) -> None:
    """An executable of one line of shell."""
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    path.chmod(0o700)


def cached(environ: dict[str, str]) -> list[str]:
    """What the cache holds beside its lock files."""
    return [path.name for path in Path(environ["LINKGRAPH_TEST_CACHE"], "neo4j").iterdir() if path.suffix != ".lock"]


def test_a_download_is_kept_and_used_again(environ: dict[str, str]) -> None:
    first = jars.fetch(environ)
    tool(Path(environ["PATH"].split(":")[0], "mvn"), "exit 1")

    assert jars.fetch(environ) == first == jars.cache_folder(environ)
    assert sorted(jar.name for jar in first.iterdir()) == sorted(NAMES)
    assert cached(environ) == [first.name]


def test_a_failed_download_leaves_nothing_and_says_why(environ: dict[str, str]) -> None:
    tool(Path(environ["PATH"].split(":")[0], "mvn"), "mkdir jars; echo jar > jars/half.jar; echo no network; exit 3")

    with pytest.raises(jars.JarsUnavailable, match="failed with 3: no network"):
        jars.fetch(environ)
    assert cached(environ) == []


def test_no_tools_no_jars(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(jars.JarsUnavailable, match="mvn and java"):
        jars.fetch({**environ, "PATH": str(tmp_path)})


@pytest.mark.parametrize(
    "wrong", ["echo other > jars/$n", "rm jars/$n", "mv jars/$n jars/moved.jar", "echo > jars/new.jar"]
)
def test_a_download_that_is_not_the_committed_one_is_refused(environ: dict[str, str], wrong: str) -> None:
    maven = Path(environ["PATH"].split(":")[0], "mvn")
    maven.write_text(f"{maven.read_text(encoding='ascii')}n={NAMES[0]}; {wrong}\n", encoding="ascii")

    with pytest.raises(jars.JarsDiffer, match=r"1 jars|2 jars"):
        jars.fetch(environ)
    assert cached(environ) == []


def test_a_jar_that_changed_in_the_cache_is_noticed(environ: dict[str, str]) -> None:
    folder = jars.fetch(environ)
    (folder / NAMES[2]).write_text("changed", encoding="ascii")

    with pytest.raises(jars.JarsDiffer, match=NAMES[2]):
        jars.fetch(environ)


def test_a_change_of_the_pom_leads_to_another_folder(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = jars.cache_folder(environ)
    pom = tmp_path / "pom.xml"
    pom.write_bytes(jars.POM.read_bytes() + b"\n")
    monkeypatch.setattr(jars, "POM", pom)

    assert jars.cache_folder(environ) != before


@pytest.mark.parametrize(
    "names", [NAMES[1:], [*NAMES, "org.junit.junit-5.jar"], [*NAMES, "org.mockito.mockito-core-5.jar"]]
)
def test_parts_of_a_server_are_required_and_testing_libraries_refused(names: list[str]) -> None:
    with pytest.raises(jars.JarsDiffer, match="jars absent"):
        jars.check_names(dict.fromkeys(names, ""))


def test_the_committed_list_is_sorted_and_whole() -> None:
    locked = jars.read_lock()

    assert list(locked) == sorted(locked)
    assert all(len(digest) == 64 for digest in locked.values())
