"""Refitting the ring model: what counts as ruled whole, what is held out, and when the model stays."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from linkgraph.detect.candidates import pool_of
from linkgraph.detect.ring_features import FEATURES
from linkgraph.detect.ring_model import ring_model
from linkgraph.engine.duckdb import DuckDBEngine
from linkgraph.ledger import Ledger
from linkgraph.models import Model
from linkgraph.nightly import Plan, run_night
from linkgraph.settings import Settings
from linkgraph.stages import Night, open_tables
from linkgraph.stages.ring_lessons import Ruled, refit, ruled, rulings
from linkgraph.training import Lesson, train
from tests.golden.worlds import AS_OF, DAY, account, crypto, feeds, label, login, settle

DENSITY = FEATURES.index("density")
CLOCK = 1_700_000_000


@pytest.fixture(scope="module")
def base() -> Model:
    """Learned where dense groups are rings."""
    rng = np.random.default_rng(0)
    rows = rng.random((600, len(FEATURES)))
    pool = pool_of([np.array([3 * n, 3 * n + 1, 3 * n + 2], np.int32) for n in range(600)])
    target = np.where(rows[:, DENSITY] > 0.7, 0.9, 0.0)
    return train([Lesson(pool, rows, target, np.arange(600), np.array([""] * 600))], {}, 0, trees=40)


def night_of(seed: int, true: float, size: int = 400) -> Ruled:
    """Ruled candidates of groups of their own; rings are those with a density from `true`."""
    rng = np.random.default_rng(seed)
    rows = rng.random((size, len(FEATURES)))
    members = [frozenset({f"{seed}/{n}/{one}" for one in range(3)}) for n in range(size)]
    is_ring = rows[:, DENSITY] > true
    rings, groups = (
        frozenset(each for each, ring in zip(members, is_ring, strict=True) if ring == is_one)
        for is_one in (True, False)
    )
    return Ruled(members, rows, np.where(is_ring, 1.0, 0.0), rings, groups)


def test_what_this_ledger_ruled_otherwise_is_learned_and_still_adds_up(base: Model) -> None:
    model = refit(base, [night_of(1, 0.4), night_of(2, 0.4), night_of(3, 0.4)], CLOCK, 10, {"cuts": [1, 2, 3]})
    assert isinstance(model, Model)
    assert (model.kind, model.as_of, model.provenance["cuts"]) == ("ring", CLOCK, [1, 2, 3])
    assert model.provenance["error"] < 0.5 * model.provenance["error_before"]
    assert model.provenance["refitted_from"] == base.digest()
    found, rows = ring_model(model.values), night_of(4, 0.4).rows
    assert found.base + found.shares(rows).sum(axis=1) == pytest.approx(found.predict(rows))


def test_a_model_that_does_no_better_on_the_newest_night_is_not_used(base: Model) -> None:
    said = refit(base, [night_of(1, 0.1), night_of(2, 0.7)], CLOCK, 10, {})
    assert isinstance(said, str)
    assert "without refitting" in said


def test_few_rulings_teach_nothing_and_say_so(base: Model) -> None:
    said = refit(base, [night_of(1, 0.4, 12), night_of(2, 0.4)], CLOCK, 10, {})
    assert isinstance(said, str)
    assert "to learn from, 10 of each are needed" in said
    assert "to learn from" in str(refit(base, [night_of(1, 0.4)], CLOCK, 10, {}))


def test_what_is_held_out_is_not_learned_from(base: Model) -> None:
    """The same groups at both month ends: nothing is left to learn from."""
    same = night_of(1, 0.4)
    assert "0 rings and 0 innocent groups ruled whole to learn from" in str(refit(base, [same, same], CLOCK, 10, {}))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    people = [f"{group}-{n}" for group in ("ring", "part", "free") for n in range(4)]
    return settle(
        tmp_path_factory.mktemp("ruled"),
        feeds(
            *[account(one, 40) for one in people],
            *[login(one, day, device_id=f"phone of {one[:4]}") for one in people for day in (36, 37)],
            *[crypto(one, f"T{one[:4]}", days_ago=33) for one in people],
            *[label(f"ring-{n}", "fraud", 20) for n in range(4)],
            *[label(f"part-{n}", "fraud", 20) for n in range(3)],
            *[label(f"free-{n}", "cleared", 20) for n in range(4)],
        ),
    )


@contextmanager
def night_at(settings: Settings, days_ago: int) -> Iterator[Night]:
    """A past night that has been run."""
    clock = (AS_OF - days_ago * DAY) * 1_000_000
    run = run_night(settings, Plan(as_of=clock))
    with DuckDBEngine(settings.home / "tmp", settings.memory_limit, settings.threads) as engine:
        night = Night(engine, Ledger(settings.ledger_folder), run, None, clock, 0, settings.parameters, {})
        open_tables(night)
        yield night


def taught(settings: Settings, days_ago: int) -> Ruled:
    """What the candidates of a past night teach by what is ruled today."""
    with night_at(settings, 0) as night:
        later = rulings(night)
    with night_at(settings, days_ago) as night:
        return ruled(night, later)


def test_only_what_was_ruled_whole_after_the_night_teaches(settings: Settings) -> None:
    """Of `part` three of four were confirmed: who nobody looked at shares their phone and wallet."""
    found = taught(settings, 30)
    ring, free = (frozenset(f"{group}-{n}" for n in range(4)) for group in ("ring", "free"))
    assert set(found.rings) == {ring}
    assert set(found.groups) == {free}
    assert dict(zip(found.members, found.target.tolist(), strict=True)) == {ring: 1.0, free: 0.0}


def test_what_was_ruled_by_then_teaches_nothing(settings: Settings) -> None:
    assert not taught(settings, 10).members
