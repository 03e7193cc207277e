"""Made-up worlds through the whole program: how one is taken into a scratch home, and a night's self-test on one."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ingest.pipeline import ingest
from ingest.pseudonyms import KEY_NAMES
from linkgraph.evaluate.nights import scratch_home
from linkgraph.evaluate.selftest import planted
from linkgraph.evaluate.truth import read_truth
from linkgraph.nightly import Plan, SelfTest, Variant, run_night
from linkgraph.settings import Settings
from linkgraph.simulate import World, simulate

_PLANTED: Final = 0.2  # part of the self-test's accounts that are in rings: some of every typology


def fill(scratch: Settings, world: Path, now: int) -> None:
    """Ingest a made-up world under keys that are the same every time: it has no secrets, and its report one text.

    now: epoch microseconds.
    """
    keys = scratch.home / "keys.toml"
    keys.touch(0o600)
    keys.write_text("[keys]\n" + "".join(f'{name} = "{name.encode().hex():0>64}"\n' for name in KEY_NAMES))
    ingest([world / "feeds"], scratch, now, None, None, lambda report: None)


def self_test(settings: Settings, now: int, told: Callable[[str], None]) -> SelfTest:
    """Planted rings through the rules, the parameters and the learned models of this home. told: what it is at."""

    def test(clock: int) -> dict[str, Any]:
        with scratch_home(settings, settings.home / "tmp" / "self_test") as scratch:
            world = scratch.home / "world"
            simulate(world, World(settings.self_test_accounts, end=clock // 1_000_000, ring_share=_PLANTED))
            fill(scratch, world, now)
            if (settings.home / "models").is_dir():
                shutil.copytree(settings.home / "models", scratch.home / "models")
            plan = Plan(variant=Variant("self_test"))
            run = run_night(scratch, plan, lambda stage: told(f"self-test: {stage}"))
            return planted(run, read_truth(world / "truth"), settings.parameters)

    return test
