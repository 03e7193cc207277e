"""What is not there and what is not his to see answer alike: the same body, and after the same time.

`make fuzz` compares the times of 1,000 pairs.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.api.night import CREW, NOW, REASON, Night, small_night
from tests.api.serving import bearing, new_key, problem, serving
from tests.sizes import SHARE, sized

pytestmark = pytest.mark.sized

APART_SECONDS = 0.005


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return small_night(tmp_path_factory.mktemp("uniform"))


@pytest.fixture(scope="module")
def client(night: Night) -> Iterator[httpx.Client]:
    with serving(night.settings.home, lambda: NOW, role="investigator", vault=True) as opened:
        yield opened


def alike(one: httpx.Response, other: httpx.Response) -> None:
    """The same problem, but for the request's id."""
    found = [problem(answer, 404, "not_found") | {"request_id": ""} for answer in (one, other)]
    assert found[0] == found[1]
    names = [{name for name in answer.headers if name != "date"} for answer in (one, other)]
    assert names[0] == names[1]
    assert one.headers["content-length"] == other.headers["content-length"]


def reveal(client: httpx.Client, account_id: str, token: tuple[str, str]) -> httpx.Response:
    """Asks for what stands behind a token of an account."""
    body: dict[str, Any] = {"case_id": "C-1", "account_id": account_id, "reason": REASON}
    body |= {"tokens": [{"kind": token[0], "identifier": token[1]}]}
    return client.post("/v1/reveals", json=body, headers={"Idempotency-Key": f"{account_id}-{token[1]}"})


def asking(client: httpx.Client, night: Night) -> dict[str, tuple[Callable[[], httpx.Response], ...]]:
    """Pairs of questions that must not be told apart."""
    foreign = next(token for token in night.shared if token[0] == "fingerprint")
    mine = ("device", "0" * 32)
    verdict = {"Idempotency-Key": "k", "If-Match": '"1"'}
    return {
        "an account's token, of nobody and of others": (
            lambda: reveal(client, CREW[5], mine),
            lambda: reveal(client, CREW[5], foreign),
        ),
        "a token, with an account that is there and one that is not": (
            lambda: reveal(client, CREW[5], foreign),
            lambda: reveal(client, "nobody", foreign),
        ),
        "a ring, by an id like ours and one that is none": (
            lambda: client.get("/v1/rings/R-000000000000"),
            lambda: client.get("/v1/rings/elsewhere"),
        ),
        "a verdict, read and changed": (
            lambda: client.get("/v1/verdicts/v-000000000000"),
            lambda: client.post("/v1/verdicts/v-000000000000/withdraw", headers=verdict),
        ),
    }


NAMES = ("an account's token, of nobody and of others", "a token, with an account that is there and one that is not")


def test_what_is_missing_and_what_is_of_others_have_one_answer(client: httpx.Client, night: Night) -> None:
    for one, other in asking(client, night).values():
        alike(one(), other())


@pytest.mark.parametrize("name", NAMES)
def test_neither_takes_longer(client: httpx.Client, night: Night, name: str) -> None:
    one, other = asking(client, night)[name]
    apart = []
    for number in range(sized(20, 1_000)):
        order = (one, other) if number % 2 else (other, one)
        took = {each: timed(each) for each in order}
        apart.append(took[one] - took[other])
    # Times are held to where a machine is given over to it.
    assert not SHARE or abs(statistics.median(apart)) < APART_SECONDS


def timed(ask: Callable[[], httpx.Response]) -> float:
    """Seconds until its 404 is here."""
    start = time.perf_counter()
    assert ask().status_code == 404
    return time.perf_counter() - start


def test_a_live_key_without_the_role_tells_nothing_of_what_is_there(client: httpx.Client, night: Night) -> None:
    admin = bearing(new_key(night.settings.home, "admin", now=NOW))
    answers = [client.get(f"/v1/accounts/{each}", headers=admin) for each in (CREW[0], "nobody")]
    found = [problem(answer, 403, "forbidden") | {"request_id": ""} for answer in answers]
    assert found[0] == found[1]
