"""A first load by the offline importer: it makes the graph that a publish over Bolt makes, and is followed by one."""

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from linkgraph import runs
from linkgraph.errors import StoreError, UsageError
from linkgraph.nightly import publish
from linkgraph.runs import digest_of
from linkgraph.store import open_loaders, open_view
from linkgraph.store.neo4j import login_of
from linkgraph.store.neo4j.dumps import checked
from linkgraph.store.neo4j.places import graph_place
from linkgraph.store.neo4j.writer import OLDEST_SCHEMA, SCHEMA
from tests.builders import NEXT_WORLD, WORLD, tables, write_run
from tests.conftest import Store
from tests.neo4j_server import content
from tests.neo4j_server.homes import Loaded, commanded, loaded
from tests.neo4j_server.server import Address
from tests.neo4j_server.worlds import answers
from tests.sizes import sized

pytestmark = pytest.mark.neo4j

KILLS = sized(1, 20)
OPENED = """
import sys
from pathlib import Path
from linkgraph.settings import read_settings
from linkgraph.store.neo4j import dumps, places
say, settings, folder = lambda step: print(step, flush=True), read_settings(), Path(sys.argv[1])
"""
DUMP = f"{OPENED}say('dump'); dumps.dump(places.graph_place(settings), folder)"
LOAD = f"{OPENED}dumps.load(places.graph_load(settings, say), folder)"


@pytest.fixture
def made(tmp_path: Path, neo4j_jars: Path) -> Iterator[Loaded]:
    """A home of linkgraph without a graph."""
    made = loaded(tmp_path / "home", neo4j_jars)
    yield made
    made.end()


def killed_at(made: Loaded, run_id: str, step: str) -> None:
    """Load a run in a process that is killed as soon as it says that step."""
    command = [sys.executable, "-m", "tests.neo4j_server.publish", run_id, "full"]
    environment = os.environ | made.environment
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        assert any(line.startswith(step) for line in process.stdout)
        process.kill()


@pytest.mark.sized
def test_the_graph_is_that_of_a_publish_over_bolt_and_goes_on_like_it(
    made: Loaded, both_stores: tuple[Store, Store], neo4j_server: Address
) -> None:
    steps: list[str] = []
    for_bolt = both_stores[1]
    first, second = write_run(made.settings.home, WORLD), write_run(made.settings.home, NEXT_WORLD, "r-2")
    for_bolt.publish(WORLD)
    for step in ("import 1/4", "constraints"):
        killed_at(made, "r-1", step)
        assert made.home.record() is None
    sent = publish(made.settings, first, steps.append, full=True)
    assert sent.pop("compared") > 50
    assert sent == {name: WORLD[name].num_rows for name in WORLD}
    assert content.published(made.address) == content.published(neo4j_server)
    assert commanded(made, "check").exit_code == 0
    assert any(step.startswith("import 2/4 relationship import") for step in steps)
    with (
        closing(open_view(made.settings, first)) as view,
        closing(open_view(made.settings, first, earlier=True)) as own,
    ):
        assert answers(view, first) == answers(own, first)
        for_bolt.publish(NEXT_WORLD, "r-2")
        publish(made.settings, second)
        assert content.published(made.address) == content.published(neo4j_server)
        # The run before stays readable, as after any publish.
        assert answers(view, first) == answers(own, first)
    with pytest.raises(StoreError, match="a server works in"):
        publish(made.settings, first, full=True)
    assert runs.published_id(made.settings.home) == "r-2"
    drill(made)


def drill(made: Loaded) -> None:
    """Dump, go on, and load: the graph is again what it was."""
    before, folder = content.published(made.address), made.folder / "backup" / "monday"
    asked = "MATCH (p:Pointer) RETURN p.epoch AS epoch"
    epoch = made.address.rows(asked)
    assert "a server works in" in str(commanded(made, "dump", str(folder)).exception)
    assert commanded(made, "stop").exit_code == 0
    assert not made.home.is_served
    assert commanded(made, "dump", str(folder)).exit_code == 0
    checksums = ["sha256sum", "--check", "--status", "neo4j.dump.sha256"]
    assert subprocess.run(checksums, cwd=folder, check=False).returncode == 0
    assert f"{folder} is not empty" in str(commanded(made, "dump", str(folder)).exception)
    killed_dumps_and_loads(made, folder)
    shutil.rmtree(made.home.path / "data" / "databases")
    said = commanded(made, "load", str(folder))
    assert (said.exit_code, said.stdout) == (0, "the graph holds run r-2\n")
    assert content.published(made.address) == before
    assert made.address.rows(asked) != epoch
    assert "a server works in" in str(commanded(made, "load", str(folder)).exception)
    assert commanded(made, "stop").exit_code == 0


def killed_dumps_and_loads(made: Loaded, whole: Path) -> None:
    """Killed anywhere, with its tool or alone: nothing half is taken for a dump, nor for the home in use."""
    kept, folder, before = stored(made), made.folder / "killed", made.folder / "graph.before"
    for number in range(KILLS):
        alone = number % 2 == 1
        killed(made, DUMP, folder, ("dump",), 0.2 + 2.5 * random.Random(number).random(), alone=alone)
        if folder.exists():
            checked(folder)
            shutil.rmtree(folder)
        ended(made)
        assert stored(made) == kept
    early = [(("load",), 0.2 + 3 * random.Random(number).random()) for number in range(KILLS)]
    for number, (steps, seconds) in enumerate([*early, (("load", "switch", "start"), 0.5)]):
        shutil.rmtree(before, ignore_errors=True)
        killed(made, LOAD, whole, steps, seconds, alone=number % 2 == 1)
        graph_place(made.settings).recover()
        if before.exists():
            # The load was quicker: what it has put in the place of the home in use is whole, and that one is beside.
            assert made.home.record() == checked(whole)
            made.home.discard()
            before.rename(made.home.path)
        assert stored(made) == kept
        checked(whole)
    made.home.path.rename(before)
    assert commanded(made, "stop").exit_code == 0
    assert stored(made) == kept
    assert commanded(made, "dump", str(folder)).exit_code == 0
    checked(folder)


def killed(made: Loaded, program: str, folder: Path, steps: tuple[str, ...], seconds: float, *, alone: bool) -> None:
    """Kill a process so long after it said the last of these steps; `alone`: what it has started goes on."""
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(
        command, env=os.environ | made.environment, stdout=subprocess.PIPE, encoding="utf-8", start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert [line.strip() for line in islice(process.stdout, len(steps))] == list(steps)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL) if alone else os.killpg(process.pid, signal.SIGKILL)


def ended(made: Loaded) -> None:
    """Wait for a tool that a killed process has left at work in the home: it must end by itself."""
    end = time.monotonic() + 60
    while made.home.is_served:
        assert time.monotonic() < end
        time.sleep(0.1)


def stored(made: Loaded) -> dict[str, str]:
    """The files of the home in use, and what is in them; logs and locks are no part of it."""
    data = made.home.path / "data"
    files = (path for path in data.rglob("*") if path.is_file() and not path.name.endswith("_lock"))
    return {str(path.relative_to(data)): digest_of(path) for path in files}


def test_a_dump_that_is_not_what_was_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "neo4j.dump").write_bytes(b"dump")
    (tmp_path / "linkgraph.json").write_text(f'{{"schema": {SCHEMA}}}', encoding="utf-8")
    with pytest.raises(StoreError, match="holds no dump of linkgraph"):
        checked(tmp_path)
    (tmp_path / "neo4j.dump.sha256").write_text(f"{sha256(b'dump').hexdigest()}  neo4j.dump\n", encoding="ascii")
    assert checked(tmp_path) == {"schema": SCHEMA}
    for schema, version in ((SCHEMA + 1, "a newer"), (OLDEST_SCHEMA - 1, "an earlier")):
        (tmp_path / "linkgraph.json").write_text(f'{{"schema": {schema}}}', encoding="utf-8")
        with pytest.raises(StoreError, match=f"{version} version of linkgraph has made this dump"):
            checked(tmp_path)
    (tmp_path / "neo4j.dump").write_bytes(b"dumb")
    with pytest.raises(StoreError, match="is not what its checksum says"):
        checked(tmp_path)


def test_there_must_be_a_home_to_start(made: Loaded) -> None:
    assert "there is no Neo4j home of linkgraph" in str(commanded(made, "start").exception)


def test_a_home_that_linkgraph_did_not_make_is_left_alone(made: Loaded) -> None:
    run = write_run(made.settings.home, WORLD)
    (made.home.path / "data" / "databases").mkdir(parents=True)
    with pytest.raises(StoreError, match="holds a database that linkgraph did not make"):
        publish(made.settings, run, full=True)
    made.home.finish({"run_id": "r-9", "schema": SCHEMA + 1})
    with pytest.raises(StoreError, match="a newer version of linkgraph"):
        publish(made.settings, run, full=True)
    assert sorted(path.name for path in made.folder.iterdir()) == ["explore", "graph", "graph.lock"]


def test_rows_that_the_importer_cannot_place_are_refused(made: Loaded) -> None:
    rows = {name: table.to_pylist() for name, table in WORLD.items()}
    rows["accounts"] = [row for row in rows["accounts"] if row["account_id"] != "a4"]
    run = write_run(made.settings.home, tables(**rows))
    loader = open_loaders(made.settings, run, print)[-1]
    with pytest.raises(StoreError, match="neo4j-admin database import ended with"), loader as writer:
        Store(made.settings).fill(writer, run)
        writer.publish(run.stamp())
    assert made.home.record() is None
    left = {path.name for path in (made.folder / "graph.next").iterdir()}
    assert "logs" in left
    assert not left & {"data", "import"}


@pytest.mark.parametrize(
    ("most", "reason"), [(500, "accounts cannot be written: "), (50_000, "neo4j-admin database import ended with")]
)
def test_a_full_disk_is_told_and_leaves_nothing_large(made: Loaded, most: int, reason: str) -> None:
    run = write_run(made.settings.home, WORLD)
    steps: list[str] = []
    with pytest.raises(StoreError, match=reason), open_loaders(made.settings, run, steps.append)[-1] as writer:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))
        try:
            Store(made.settings).fill(writer, run)
            writer.publish(run.stamp())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert made.home.record() is None
    assert not {path.name for path in (made.folder / "graph.next").iterdir()} & {"data", "import"}


def test_a_home_whose_server_would_listen_elsewhere_is_refused_at_once(made: Loaded) -> None:
    run = write_run(made.settings.home, WORLD)
    made.home.conf.write_text("server.bolt.listen_address=:1\n", encoding="ascii")
    with pytest.raises(UsageError, match="has Bolt at port 1, "):
        publish(made.settings, run, full=True)
    made.home.finish({"run_id": "r-1", "schema": SCHEMA})
    assert "has Bolt at port 1, " in str(commanded(made, "start").exception)


def test_an_address_where_something_listens_is_refused_at_once(made: Loaded) -> None:
    run = write_run(made.settings.home, WORLD)
    host, _, port = login_of(made.settings).place.rpartition(":")
    elsewhere = made.settings.model_copy(update={"neo4j_uri": f"bolt://192.0.2.1:{port}"})
    with socket.create_server((host, int(port))):
        for settings, reason in ((made.settings, "in use"), (elsewhere, "assign")):
            with pytest.raises(StoreError, match=f"no server can be started at .*{reason}"):
                publish(settings, run, full=True)
    assert not (made.folder / "graph.next").exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"neo4j_lib": None}, "NEO4J_LIB names no folder"),
        ({"neo4j_password": "short"}, "at least 8 letters"),
        ({"neo4j_user": "ann"}, "the user neo4j alone"),
        ({"store": "embedded"}, "--full is for Neo4j"),
    ],
)
def test_what_no_home_can_be_made_with_is_refused(made: Loaded, changes: dict[str, Any], reason: str) -> None:
    run = write_run(made.settings.home, WORLD)
    with pytest.raises(UsageError, match=reason):
        publish(made.settings.model_copy(update=_secret(changes)), run, full=True)
    assert made.home.record() is None


def _secret(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: SecretStr(value) if name == "neo4j_password" else value for name, value in changes.items()}
