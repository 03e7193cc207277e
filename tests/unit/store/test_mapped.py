from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkgraph.store import mapped
from linkgraph.store.mapped import Mapped

NUMBERS = st.lists(st.integers(0, 9), max_size=60).map(sorted)


def kept(folder: Path, **columns: pa.Array) -> Mapped:
    mapped.write(folder / "table.arrow", pa.table(columns))
    return Mapped(folder / "table.arrow")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tmp_path_factory.mktemp("mapped"))


@given(numbers=NUMBERS, asked=st.integers(-1, 10))
def test_the_rows_of_a_number_are_those_that_have_it(folder: Path, numbers: list[int], asked: int) -> None:
    table = kept(folder, number=pa.array(numbers, pa.int32()))
    assert list(table.of("number", asked)) == [place for place, each in enumerate(numbers) if each == asked]


@given(texts=st.lists(st.text(max_size=3), max_size=60).map(sorted), asked=st.text(max_size=3))
def test_the_rows_of_a_text_are_those_that_have_it(folder: Path, texts: list[str], asked: str) -> None:
    table = kept(folder, text=pa.array(texts, pa.large_string()))
    for each in {asked, *texts[:3]}:
        assert list(table.named("text", each)) == [place for place, text in enumerate(texts) if text == each]


@given(texts=st.sets(st.text(max_size=3), max_size=60).map(sorted), asked=st.text(max_size=3))
def test_a_name_stands_where_it_stands(folder: Path, texts: list[str], asked: str) -> None:
    names = kept(folder, text=pa.array(texts, pa.large_string())).names("text")
    assert [names.place(each) for each in texts] == list(range(len(texts)))
    assert names.place(asked) == (texts.index(asked) if asked in texts else None)
    assert names.starting(asked, 5) == [each for each in texts if each.startswith(asked)][:5]


@pytest.mark.parametrize("most", [3, 200])
def test_rows_come_in_the_order_asked_for_few_and_many_alike(folder: Path, most: int) -> None:
    values = [None if place % 7 == 0 else f"t{place}" for place in range(100)]
    table = kept(
        folder, place=pa.array(range(100), pa.int32()), text=pa.array(values), yes=pa.array([True, False] * 50)
    )
    places = np.random.default_rng(0).integers(0, 100, most)
    expected = [(int(place), values[place], bool(place % 2 == 0)) for place in places]
    assert table.rows(places, ("place", "text", "yes")) == expected
    assert table.column(places, "text") == [text for _, text, _ in expected]
    assert table.rows([], ("place", "text")) == []


def test_an_empty_table_has_no_rows(folder: Path) -> None:
    table = kept(folder, number=pa.array([], pa.int32()), text=pa.array([], pa.large_string()))
    assert (len(table), list(table.of("number", 0)), table.names("text").place("a")) == (0, [], None)


def test_a_text_that_stands_twice_is_found_across_pieces() -> None:
    pieces = pa.chunked_array([["a", "b"], ["b", "c"]])
    assert not mapped.is_each_once(pa.table({"text": pieces}), "text")
    assert mapped.is_each_once(pa.table({"text": pa.chunked_array([["a"], ["b", "c"]])}), "text")
    assert mapped.is_each_once(pa.table({"text": pa.array([], pa.string())}), "text")
