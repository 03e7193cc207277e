"""All cuts together: what may be said, and that little or nothing to go by is no error."""

from collections.abc import Sequence

import numpy as np
import pytest

from linkgraph.evaluate.accounts import OURS, figures
from linkgraph.evaluate.cuts import Cut
from linkgraph.evaluate.summary import Rankings, summarise, verdicts
from linkgraph.parameters import Parameters

PARAMETERS = Parameters(review_capacity=10, bootstrap_draws=200)


def cut(clock: int, positive: list[bool]) -> Cut:
    """Candidates of whom some come true, each on a day of its own."""
    hit = np.array(positive, dtype=bool)
    size = len(hit)
    return Cut(clock, np.arange(size), hit, hit * 1.0, np.where(hit, 5.0, np.nan), np.arange(size), 0)


def rankings(clock: int, positive: list[bool], **scores: Sequence[float]) -> Rankings:
    """A cut with its candidates ranked, everybody a ring of one."""
    made = cut(clock, positive)
    return Rankings(
        made, {name: np.array(each, dtype=float) for name, each in scores.items()}, np.arange(len(positive))
    )


def test_the_better_method_is_surely_better_and_a_twin_is_not() -> None:
    hit = [True] * 20 + [False] * 180
    best, chance = [1.0] * 20 + [0.0] * 180, [0.0] * 200
    cuts = [rankings(n, hit, **{OURS: best, "twin": best, "chance": chance, "edges shuffled": chance}) for n in (1, 2)]
    found = summarise(cuts, PARAMETERS, 0)
    assert found[OURS]["mean_recall"] == pytest.approx(0.5)
    assert found["chance"]["mean_recall"] == pytest.approx(0.05)
    assert found["chance"]["mean_recall_gain"] == pytest.approx(0.45)
    assert found["twin"]["mean_recall_gain_interval"] == [0.0, 0.0]
    said = verdicts(found)
    assert said["graph_adds"] is True
    assert said["not_surely_better_than"] == {"mean_recall": ["twin"], "median_average_precision": ["twin"]}


def test_a_method_of_fewer_cuts_is_compared_on_those() -> None:
    hit = [True, True, False, False]
    cuts = [
        rankings(1, hit, **{OURS: [1, 1, 0, 0], "late": [1, 1, 0, 0]}),
        rankings(2, hit, **{OURS: [0, 0, 1, 1]}),
    ]
    found = summarise(cuts, PARAMETERS, 0)
    assert (found["late"]["cuts"], found[OURS]["cuts"]) == (1, 2)
    assert found["late"]["median_average_precision_gain"] == 0.0


def test_one_target_gives_figures_without_intervals() -> None:
    found = summarise([rankings(1, [True] + [False] * 20, **{OURS: [1.0] + [0.0] * 20})], PARAMETERS, 0)
    assert found[OURS]["mean_recall"] == 1.0
    assert found[OURS]["mean_recall_interval"] is None
    assert verdicts(found)["graph_adds"] is None


def test_without_targets_or_candidates_there_is_nothing_to_say() -> None:
    nobody, none_bad = rankings(1, [], **{OURS: []}), rankings(2, [False] * 3, **{OURS: [1.0, 2.0, 3.0]})
    found = summarise([nobody, none_bad], PARAMETERS, 0)
    assert found == {}
    assert verdicts(found)["graph_adds"] is None
    assert set(figures(np.array([]), nobody.cut, 10).values()) == {None}
    assert figures(np.array([1.0, 2.0, 3.0]), none_bad.cut, 10)["precision"] == 0.0
