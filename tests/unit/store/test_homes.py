"""Homes of servers as folders: which are ours, which may be replaced, what a kill in the middle leaves."""

import fcntl
import multiprocessing
import subprocess
import sys
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from linkgraph.errors import StoreError, UsageError
from linkgraph.settings import read_settings
from linkgraph.store.neo4j import homes
from linkgraph.store.neo4j.homes import Home, Place, write_secret
from linkgraph.store.neo4j.places import explore_login
from linkgraph.store.server import VERSION


def jars(folder: Path, version: str = VERSION) -> Path:
    """A folder that looks like a server's jars."""
    folder.mkdir()
    (folder / f"org.neo4j.neo4j-kernel-{version}.jar").touch()
    (folder / f"org.neo4j.neo4j-kernel-api-{version}.jar").touch()
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where a home may be made."""
    return Place(tmp_path / "neo4j", "graph", jars(tmp_path / "lib"))


def whole(home: Home, run_id: str) -> None:
    """Make it look whole."""
    (home.path / "data").mkdir(parents=True)
    home.finish({"run_id": run_id, "schema": 1})


@pytest.mark.parametrize("lib", [None, Path("/nowhere"), Path(__file__).parent])
def test_a_folder_without_jars_is_refused(tmp_path: Path, lib: Path | None) -> None:
    with pytest.raises(UsageError, match="NEO4J_LIB names no folder"):
        Place(tmp_path, "graph", lib)


@pytest.mark.parametrize(("version", "refused"), [("5.26.29", False), ("2026.08.1", True), ("6.0.0", True)])
def test_jars_of_a_newer_release_are_refused(tmp_path: Path, version: str, refused: bool) -> None:
    place = Place(tmp_path, "graph", jars(tmp_path / "lib", version))
    if not refused:
        place.refuse_newer()
        return
    with pytest.raises(StoreError, match=rf"NEO4J_LIB: release {version} is newer"):
        place.refuse_newer()


def test_a_switch_keeps_the_home_it_replaces_until_the_next(place: Place) -> None:
    for run_id in ("r-1", "r-2", "r-3"):
        whole(place.next, run_id)
        place.switch()
        assert place.home.record() == {"run_id": run_id, "schema": 1}
    before = Home(place.home.path.with_name("graph.before"), place.home.path)
    assert before.record() == {"run_id": "r-2", "schema": 1}
    assert not place.next.path.exists()


def test_a_switch_that_was_killed_in_the_middle_goes_back(place: Place) -> None:
    whole(place.home, "r-1")
    whole(place.next, "r-2")
    place.home.path.rename(place.home.path.with_name("graph.before"))
    place.recover()
    assert place.home.record() == {"run_id": "r-1", "schema": 1}
    assert not place.next.path.exists()
    whole(place.next, "r-2")
    place.recover()
    assert place.next.path.exists()


def test_one_builds_at_a_time(place: Place) -> None:
    with place.held(), pytest.raises(StoreError, match="another process builds"), place.held():
        pass
    with place.held():
        pass


def _hold(path: Path, ready: Event, done: Event) -> None:
    with path.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        ready.set()
        done.wait(30)


def test_a_home_in_which_somebody_works_is_left_alone(place: Place) -> None:
    whole(place.home, "r-1")
    lock = place.home.path / "data" / "databases" / "store_lock"
    lock.parent.mkdir()
    lock.touch()
    place.refuse_served()
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(lock, ready, done))
    holder.start()
    try:
        assert ready.wait(30)
        for refused in (place.refuse_served, partial(place.refuse_served, but_ours=True), place.home.discard):
            with pytest.raises(StoreError, match="works in"):
                refused()
    finally:
        done.set()
        holder.join()
    place.refuse_served()


def test_what_a_killed_builder_left_running_is_ended_and_nothing_else(place: Place) -> None:
    whole(place.next, "r-2")
    other = place.next.path.with_name("graph.next2")
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours, theirs = (subprocess.Popen([*sleeping, f"-Dlinkgraph.home={path}"]) for path in (place.next.path, other))
    try:
        with place.held():
            assert ours.wait(10) == -9
            assert theirs.poll() is None
    finally:
        theirs.kill()
        theirs.wait()


def test_what_a_tool_starts_while_it_is_ended_is_ended_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    whole(place.next, "r-2")
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)", f"-Dlinkgraph.home={place.next.path}"]
    started = [subprocess.Popen(sleeping)]
    listed = homes._processes

    def late() -> list[int]:
        found = listed()
        if len(started) == 1:
            started.append(subprocess.Popen(sleeping))
        return found

    monkeypatch.setattr(homes, "_processes", late)
    try:
        place.next.discard()
        assert [each.wait(10) for each in started] == [-9, -9]
    finally:
        for each in started:
            each.kill()
            each.wait()


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("server.bolt.listen_address=127.0.0.1:27687\nserver.http.listen_address=:7474\n", "27687"),
        ("#server.bolt.listen_address=:1\n server.bolt.listen_address = :7688 \n", "7688"),
        ("server.bolt.enabled=true\n", "7687"),
    ],
)
def test_a_server_that_would_listen_elsewhere_is_not_started(place: Place, text: str, port: str) -> None:
    place.home.must_listen_at("127.0.0.1:7687")
    place.home.prepare(text)
    place.home.must_listen_at(f"db.example:{port}")
    if port != "7687":
        with pytest.raises(UsageError, match=rf"neo4j\.conf has Bolt at port {port}, .* is db\.example:7687"):
            place.home.must_listen_at("db.example:7687")


def test_secrets_are_for_their_owner_alone_and_last(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret", "one")
    write_secret(tmp_path / "secret", "two")
    assert (tmp_path / "secret").read_text() == "two"
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    settings = read_settings(home=tmp_path)
    assert explore_login(settings) == explore_login(settings)
    assert len(explore_login(settings).password) == 32
