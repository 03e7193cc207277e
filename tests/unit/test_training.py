"""Training: what is left out is left out wholly, and rows that belong together stay together."""

import numpy as np

from linkgraph.detect.candidates import pool_of
from linkgraph.detect.ring_features import FEATURES
from linkgraph.detect.ring_model import ring_model
from linkgraph.training import Lesson, train

DENSITY = FEATURES.index("density")


def lesson(seed: int, typologies: tuple[str, ...] = ("farm", "wash")) -> Lesson:
    """Dense candidates are rings, of either typology; the others none."""
    rng = np.random.default_rng(seed)
    rows = rng.random((600, len(FEATURES)))
    is_ring = rows[:, DENSITY] > 0.7
    pool = pool_of([np.array([3 * n, 3 * n + 1, 3 * n + 2], np.int32) for n in range(600)])
    typology = np.where(is_ring, rng.choice(typologies, 600), "")
    return Lesson(pool, rows, np.where(is_ring, 0.9, 0.0), np.arange(600) // 2, typology)


def test_the_model_says_where_it_comes_from() -> None:
    model = train([lesson(0), lesson(1)], {"seeds": [0, 1]}, 0, trees=40)
    assert model.kind == "ring"
    assert model.as_of == 0
    assert model.provenance["seeds"] == [0, 1]
    assert (model.provenance["worlds"], model.provenance["candidates"]) == (2, 1200)
    assert ring_model(model.values).predict(lesson(2).rows).max() > 0.7


def test_a_typology_left_out_takes_its_candidates_with_it() -> None:
    both, one = lesson(0), lesson(1)
    model = train([both, one], {}, 0, without=["wash"], trees=3)
    left = sum(int((each.typology != "wash").sum()) for each in (both, one))
    assert model.provenance["candidates"] == left
    assert model.provenance["without"] == ["wash"]


def test_the_same_lessons_teach_the_same() -> None:
    assert train([lesson(0)], {}, 0, trees=3).digest() == train([lesson(0)], {}, 0, trees=3).digest()
    assert train([lesson(0)], {}, 0, trees=3).digest() != train([lesson(1)], {}, 0, trees=3).digest()
