from pathlib import Path

import pytest

from linkgraph.errors import RunError
from linkgraph.models import Model, models_at, read_model


def model(as_of: int, value: float = 1.0) -> Model:
    return Model("evidence", as_of, {"labels": 3}, {"weight": value})


def test_a_model_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert read_model(model(5).save(tmp_path)) == model(5)


def test_the_same_model_twice_is_one_file(tmp_path: Path) -> None:
    assert model(5).save(tmp_path) == model(5).save(tmp_path)
    assert model(5).save(tmp_path) != model(5, 2.0).save(tmp_path)


def test_a_night_uses_the_newest_model_that_knew_nothing_later(tmp_path: Path) -> None:
    for as_of in (10, 20, 30):
        model(as_of).save(tmp_path)
    assert models_at(tmp_path, 29_999_999)["evidence"].as_of == 20
    assert models_at(tmp_path, 30_000_000)["evidence"].as_of == 30
    assert "evidence" not in models_at(tmp_path, 9_999_999)


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    path = model(5).save(tmp_path)
    path.write_text('{"kind": "evidence"}', encoding="utf-8")
    with pytest.raises(RunError, match=path.name):
        models_at(tmp_path, 10_000_000)
