"""A publish into Neo4j that is killed anywhere: readers keep what they had, and the next one ends as if nothing was.

`make fuzz` kills 200.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from linkgraph import runs
from linkgraph.nightly import publish
from linkgraph.runs import Run
from linkgraph.settings import Settings, read_settings
from linkgraph.store import open_view
from tests.builders import write_run
from tests.neo4j_server import content
from tests.neo4j_server.server import Address
from tests.neo4j_server.worlds import Answers, answers, night
from tests.sizes import sized

pytestmark = [pytest.mark.neo4j, pytest.mark.slow, pytest.mark.sized]

ROOT = Path(__file__).parents[2]
KILLS = sized(5, 200)
SEED = 20251125


@dataclass(frozen=True)
class Nights:
    """Three nights in one home, and the graph each gives when nothing happens."""

    settings: Settings
    address: Address
    held: dict[str, Run]
    graphs: dict[str, list[str]]

    def publish(self, run_id: str) -> list[str]:
        """Publish a run here; returns the graph. Twice: of one that was there still, the next publish cleans it."""
        publish(self.settings, self.held[run_id])
        publish(self.settings, self.held[run_id])
        return content.published(self.address)

    def answers(self, run_id: str, *, from_file: bool) -> Answers:
        """What a store says of a run."""
        with closing(open_view(self.settings, self.held[run_id], earlier=from_file)) as view:
            return answers(view, self.held[run_id])


@pytest.fixture
def nights(empty_neo4j: Address, tmp_path: Path) -> Nights:
    server = {
        "neo4j_uri": empty_neo4j.uri,
        "neo4j_user": empty_neo4j.user,
        "neo4j_password": empty_neo4j.password,
    }
    settings = read_settings(home=tmp_path, store="neo4j", threads=1, **server)
    held = {f"r-{number}": write_run(tmp_path, night(number, 250), f"r-{number}") for number in (1, 2, 3)}
    graphs = {}
    for run_id, run in held.items():
        content.empty(empty_neo4j, keep=content.OURS)
        publish(settings, run)
        graphs[run_id] = content.published(empty_neo4j)
    return Nights(settings, empty_neo4j, held, graphs)


def test_a_killed_publish_changes_no_answer_and_leaves_no_trace(nights: Nights) -> None:
    draw = random.Random(SEED)
    with child(nights, "r-2") as process:
        seconds = killed_after(process, None)
    early = 0
    for number in range(3 * KILLS):
        point = draw.uniform(0, seconds)
        with child(nights, "r-2") as process:
            assert nights.publish("r-1") == nights.graphs["r-1"]
            killed_after(process, point)
        shown = runs.published_id(nights.settings.home)
        assert shown in ("r-1", "r-2")
        said = f"kill {number} of seed {SEED} after {point:.3f} of {seconds:.3f} s"
        assert nights.answers(shown, from_file=False) == nights.answers(shown, from_file=True), said
        following = "r-2" if number % 2 else "r-3"
        assert nights.publish(following) == nights.graphs[following], said
        # A server gets quicker as it goes: what came too late shows how long a publish takes now.
        early, seconds = (early, point) if shown == "r-2" else (early + 1, seconds)
        if early == KILLS:
            return
    pytest.fail(f"only {early} of {3 * KILLS} kills came before the end")


def test_nothing_is_left_over_two_publishes_later(nights: Nights) -> None:
    with child(nights, "r-2") as process:
        nights.publish("r-1")
        killed_after(process, 0.3)
    for run_id in ("r-3", "r-1", "r-1"):
        nights.publish(run_id)
    [nodes] = nights.address.rows("MATCH (x) WHERE NOT x:Run AND NOT x:Pointer RETURN count(x) AS found")
    [links] = nights.address.rows("MATCH ()-[x]->() RETURN count(x) AS found")
    counts = nights.held["r-1"].stamp().counts
    assert nodes["found"] == sum(counts[table] for table in ("accounts", "identifiers", "rings", "ring_events"))
    assert links["found"] == sum(counts[table] for table in ("used", "ring_members", "links", "contributions"))


def killed_after(process: subprocess.Popen[bytes], seconds: float | None) -> float:
    """Let it publish, and kill it after so many seconds, or not at all; returns how long it was at it."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    began = time.perf_counter()
    process.stdin.close()
    if seconds is None:
        assert process.wait(60) == 0
    else:
        time.sleep(seconds)
        process.kill()
        process.wait()
    return time.perf_counter() - began


@contextmanager
def child(nights: Nights, run_id: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that loads its modules and waits to be told to publish."""
    environment = {
        "LINKGRAPH_HOME": str(nights.settings.home),
        "LINKGRAPH_STORE": "neo4j",
        "LINKGRAPH_THREADS": "1",
        "NEO4J_URI": nights.address.uri,
        "NEO4J_USER": nights.address.user,
        "NEO4J_PASSWORD": nights.address.password,
    }
    command = [sys.executable, "-m", "tests.neo4j_server.publish", run_id]
    with subprocess.Popen(
        command, env=os.environ | environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process
