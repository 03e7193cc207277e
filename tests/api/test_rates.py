"""What one key may ask for in a minute."""

import re
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.rates import COST, Rates
from api.security import ACCESS
from linkgraph.casework.audit import Wanted, read_rows
from linkgraph.casework.opening import casework
from tests.api.serving import NOW, bearing, listening, new_key, problem, publish, settings_of
from tests.builders import WORLD


def test_a_bucket_empties_by_cost_and_fills_with_time() -> None:
    clock = [0.0]
    rates = Rates(60, lambda: clock[0])
    granted = [rates.take("a", "list_rings") for _ in range(61)]
    assert [each.granted for each in granted if each] == [True] * 60 + [False]
    assert [one.left - other.left for one, other in pairwise(each for each in granted[:60] if each)] == [1] * 59
    last = granted[60]
    assert last is not None
    assert last.headers == {
        "RateLimit-Policy": '"key";q=60;w=60',
        "RateLimit": '"key";r=0;t=1',
        "Retry-After": "1",
    }
    clock[0] = 1.0
    assert [rates.take("a", "list_rings").granted for _ in range(2)] == [True, False]  # type: ignore[union-attr]
    assert rates.take("b", "list_rings").granted  # type: ignore[union-attr]
    clock[0] = 1_000.0
    assert rates.take("a", "list_rings").left == 59  # type: ignore[union-attr]


def test_the_wait_that_is_named_is_enough() -> None:
    for quota in (1, 7, 60, 1_000):
        clock = [0.0]
        rates = Rates(quota, lambda clock=clock: clock[0])  # type: ignore[misc]
        while (grant := rates.take("a", "list_rings")) and grant.granted:
            pass
        assert grant is not None
        clock[0] += grant.wait
        assert rates.take("a", "list_rings").granted  # type: ignore[union-attr]


def test_every_cost_is_of_an_operation() -> None:
    assert set(COST) <= set(ACCESS)
    assert Rates(0, lambda: 0.0).take("a", "list_rings") is None


@pytest.fixture
def counted(home: Path) -> httpx.Client:
    publish(home, WORLD)
    return httpx.Client(headers=bearing(new_key(home)))


def test_who_asks_too_much_is_told_when_to_come_back(home: Path, counted: httpx.Client) -> None:
    app = create_app(settings_of(home).model_copy(update={"requests_per_minute": 5}), lambda: NOW)
    with listening(app) as url, counted as client:
        answers = [client.get(f"{url}/v1/rings") for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert [answer.headers["ratelimit"] for answer in answers[:2]] == ['"key";r=4;t=0', '"key";r=3;t=0']
        problem(answers[5], 429, "too_many_requests")
        assert 1 <= int(answers[5].headers["retry-after"]) <= 12
        assert client.get(f"{url}/v1/rings", headers=bearing(new_key(home))).status_code == 200
        assert "ratelimit" not in client.get(f"{url}/livez").headers


def test_guessing_keys_is_slowed_and_fills_nothing(home: Path, counted: httpx.Client) -> None:
    app = create_app(settings_of(home).model_copy(update={"requests_per_minute": 5}), lambda: NOW)
    with listening(app) as url, counted as client:
        guesses = [bearing(f"lks_{number:012x}_{43 * 'A'}") for number in range(20)]
        codes = [client.get(f"{url}/v1/rings", headers=guess).status_code for guess in guesses]
        assert codes == [401] * 5 + [429] * 15
        assert client.get(f"{url}/v1/rings").status_code == 200
    with casework(settings_of(home)) as opened, opened.database.read() as connection:
        assert [row.status for row in read_rows(connection, Wanted(), 100)] == [200] + [401] * 5


def test_what_is_left_is_shown_in_the_same_words_everywhere() -> None:
    grant = Rates(3, lambda: 0.0).take("a", None)
    assert grant is not None
    assert all(re.fullmatch(r'"key";[rq]=\d+;[tw]=\d+', value) for value in grant.headers.values())
