"""Ingest, night and publish, killed anywhere: what was there stays whole, and the next try ends as if nothing was.

Children start from a clean server process that has imported everything, so that the drawn moment falls into the work.
The seed is the parameter, and every drawn moment is in the message of a failure. `make fuzz` kills each 200 times.
"""

import multiprocessing
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from linkgraph import runs
from linkgraph.ledger import Ledger
from linkgraph.nightly import Plan, publish_again, run_night
from linkgraph.runs import digest_of
from linkgraph.settings import Settings, read_settings
from linkgraph.simulate import World, simulate
from linkgraph.store import open_view
from tests.sizes import sized

pytestmark = [pytest.mark.slow, pytest.mark.sized]

NOW = 1_780_000_000_000_000
FIRST = Plan(as_of=1_768_000_000_000_000)
SECOND = Plan()
KILLS = {"ingest": sized(12, 200), "night": sized(10, 200), "publish": sized(8, 200)}


@dataclass(frozen=True)
class Uninterrupted:
    """What comes out when nothing happens, and how long each part takes."""

    feeds: Path
    home: Path
    seconds: dict[str, float]


def _settings(home: Path) -> Settings:
    return read_settings(home=home, threads=1)


def _nothing() -> None:
    """Starts the process that the others come from."""


def _ingest(home: Path, feeds: Path) -> None:
    ingest([feeds], _settings(home), NOW)


def _night(home: Path, plan: Plan) -> None:
    run_night(_settings(home), plan)


def _publish(home: Path) -> None:
    publish_again(_settings(home), None)


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ingest.pipeline", "linkgraph.nightly", __name__])
    return context


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, processes: ForkServerContext) -> Uninterrupted:
    folder = tmp_path_factory.mktemp("whole")
    simulate(folder / "world", World(accounts=600, seed=3, ring_share=0.3))
    feeds, home = folder / "world" / "feeds", folder / "home"
    seconds = {}
    for name, work, arguments in (
        ("warm up", _nothing, ()),
        ("ingest", _ingest, (home, feeds)),
        ("first", _night, (home, FIRST)),
        ("night", _night, (home, SECOND)),
        ("publish", _publish, (home,)),
    ):
        start = time.perf_counter()
        child = processes.Process(target=work, args=arguments)
        child.start()
        child.join()
        assert child.exitcode == 0, name
        seconds[name] = time.perf_counter() - start
    return Uninterrupted(feeds, home, seconds)


class _Moments:
    """When to kill, until so many kills came before the end. What ended sooner shows how long it takes now."""

    def __init__(self, kind: str, whole: Uninterrupted, seed: int) -> None:
        self._draw = random.Random(f"{kind}:{seed}")
        self._seconds, self._wanted, self._early = whole.seconds[kind], KILLS[kind], 0

    def __iter__(self) -> Iterator[float]:
        for _ in range(3 * self._wanted):
            if self._early == self._wanted:
                return
            yield self._draw.uniform(0.0, self._seconds)
        pytest.fail(f"only {self._early} of {3 * self._wanted} kills came before the end")

    def came(self, dead: bool, after: float) -> None:
        """Whether the child died of it."""
        self._early, self._seconds = (self._early + 1, self._seconds) if dead else (self._early, after)


def _killed(
    processes: ForkServerContext, after: float, work: Callable[..., None], *arguments: object
) -> tuple[bool, str]:
    """Whether the child died of it, and when it was killed, in words."""
    child = processes.Process(target=work, args=arguments)
    child.start()
    child.join(after)
    child.kill()
    child.join()
    assert child.exitcode in (0, -9)
    return child.exitcode == -9, f"killed after {after:.3f} s"


def _committed(home: Path) -> dict[tuple[str, str], int]:
    return {(entry.feed, entry.digest): entry.rows for entry in Ledger(home / "ledger").entries()}


def _content(home: Path) -> dict[str, str]:
    """Digest of every data file the ledger names, and so of its rows in their order."""
    return {entry.path.name: digest_of(entry.path) for entry in Ledger(home / "ledger").entries()}


@pytest.mark.parametrize("seed", [1])
def test_a_file_is_wholly_in_or_wholly_out(
    whole: Uninterrupted, processes: ForkServerContext, tmp_path: Path, seed: int
) -> None:
    home, expected, moments = tmp_path / "home", _committed(whole.home), _Moments("ingest", whole, seed)
    home.mkdir()
    shutil.copy2(whole.home / "keys.toml", home)  # so that tokens are the same
    for after in moments:
        dead, moment = _killed(processes, after, _ingest, home, whole.feeds)
        moments.came(dead, after)
        assert _committed(home).items() <= expected.items(), moment
        if len(_committed(home)) > len(expected) // 2:
            shutil.rmtree(home / "ledger")
    _ingest(home, whole.feeds)
    assert _content(home) == _content(whole.home)


def _readable(home: Path) -> str:
    """The published run, read as a reader would."""
    run = runs.open_run(home)
    with closing(open_view(_settings(home), run)) as view:
        assert len(view.flagged(10)) > 0
        assert view.run().run_id == run.run_id
    return run.run_id


@pytest.mark.parametrize("seed", [1])
def test_a_night_is_seen_whole_or_not_at_all(
    whole: Uninterrupted, processes: ForkServerContext, tmp_path: Path, seed: int
) -> None:
    home, moments = tmp_path / "home", _Moments("night", whole, seed)
    shutil.copytree(whole.home / "ledger", home / "ledger")
    _night(home, FIRST)
    first, second = runs.open_run(home), runs.open_run(whole.home)
    before = (first.path / "run.json").read_bytes()
    for after in moments:
        dead, moment = _killed(processes, after, _night, home, SECOND)
        moments.came(dead, after)
        assert _readable(home) in (first.run_id, second.run_id), moment
        if runs.published_id(home) == second.run_id:
            runs.move_pointer(home, first)
            shutil.rmtree(home / "runs" / second.run_id)
    _night(home, SECOND)
    again = runs.open_run(home)
    assert again.run_id == second.run_id
    assert again.record()["tables"] == second.record()["tables"]
    assert (first.path / "run.json").read_bytes() == before


@pytest.mark.parametrize("seed", [1])
def test_publishing_again_never_takes_a_run_away(
    whole: Uninterrupted, processes: ForkServerContext, tmp_path: Path, seed: int
) -> None:
    home, moments = tmp_path / "home", _Moments("publish", whole, seed)
    shutil.copytree(whole.home, home)
    for after in moments:
        dead, moment = _killed(processes, after, _publish, home)
        moments.came(dead, after)
        assert _readable(home) == runs.published_id(whole.home), moment
    _publish(home)
    here, there = (open_view(_settings(folder), runs.open_run(folder)) for folder in (home, whole.home))
    with closing(here), closing(there):
        assert here.flagged(1000) == there.flagged(1000)
        assert here.rings(1000) == there.rings(1000)
        assert {name.name for name in runs.open_run(home).path.iterdir()} == {
            name.name for name in runs.open_run(whole.home).path.iterdir()
        }
