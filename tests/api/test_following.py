"""The service follows the published pointer; each answer is of one run, and views are closed when nobody reads them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.views import Views
from linkgraph import runs
from linkgraph.errors import StoreBusyError, StoreError
from linkgraph.model import Account
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.store.embedded import EmbeddedView
from tests.api.serving import problem, publish, serving, settings_of
from tests.builders import NEXT_WORLD, WORLD


class Stores:
    """Opens embedded views, counts those open, and makes them fail on demand."""

    def __init__(self, error: type[Exception] | None = None, failures: int = 1_000_000) -> None:
        self.error = error
        self.failures = failures
        self.opened: list[str] = []
        self.live = 0
        self.lock = threading.Lock()

    def open(self, settings: Settings, run: Run, earlier: bool) -> "CountedView":
        with self.lock:
            self.opened.append(run.run_id)
            self.live += 1
        return CountedView(run, self)


class CountedView(EmbeddedView):
    def __init__(self, run: Run, stores: Stores) -> None:
        super().__init__(run.graph)
        self._stores = stores

    def accounts(self, account_ids: Any) -> list[Account]:
        if self._stores.error and self._stores.failures:
            self._stores.failures -= 1
            raise self._stores.error("canary")
        return super().accounts(account_ids)

    def close(self) -> None:
        super().close()
        with self._stores.lock:
            self._stores.live -= 1


@pytest.mark.parametrize(("waiting", "closed"), [(3, False), (4, True)])
def test_views_are_let_go_of_where_many_questions_hang_and_not_where_they_are_slow(
    home: Path, waiting: int, closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(home, WORLD)
    stores, ended = Stores(), threading.Event()
    monkeypatch.setattr(CountedView, "hanging", lambda view: waiting)
    monkeypatch.setattr(CountedView, "close", lambda view: ended.set())
    views = Views(settings_of(home), stores.open)
    with views.read(None) as (_, first):
        views.abandon()
        assert ended.wait(5 if closed else 0.1) is closed
        with views.read(None) as (_, second):
            assert (second is not first) is closed


def test_a_new_night_is_seen_by_the_next_request(home: Path) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        assert client.get("/v1/accounts/a2").json()["meta"]["run_id"] == "r-1"
        problem(client.get("/v1/accounts/a6"), 404, "not_found")
        publish(home, NEXT_WORLD, "r-2")
        assert client.get("/v1/accounts/a6").json()["meta"]["run_id"] == "r-2"
        problem(client.get("/v1/accounts/a1"), 404, "not_found")
        runs.move_pointer(home, runs.open_run(home, "r-1"))
        assert client.get("/v1/accounts/a1").json()["meta"]["run_id"] == "r-1"


@pytest.mark.parametrize(
    "path", ["/v1/accounts/a1", "/v1/accounts/a1/explanation", "/v1/rings/r1", "/v1/rings?limit=100"]
)
def test_an_earlier_run_answers_with_the_same_bytes_as_then(home: Path, path: str) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        then = client.get(path)
        publish(home, NEXT_WORLD, "r-2")
        later = client.get(path, params={"limit": 100, "run": "r-1"} if "limit" in path else {"run": "r-1"})
    assert later.json()["meta"]["run_id"] == "r-1"
    assert later.content.partition(b'"data":')[2] == then.content.partition(b'"data":')[2]


def test_every_answer_is_of_one_run_while_nights_are_published(home: Path) -> None:
    nights = {f"r-{number}": (WORLD, NEXT_WORLD)[number % 2] for number in range(8)}
    roles = {run_id: "perpetrator" if number % 2 == 0 else "mule" for number, run_id in enumerate(nights)}
    publish(home, nights["r-0"], "r-0")
    stores, published, stop = Stores(), ["r-0"], threading.Event()

    def read(client: httpx.Client) -> list[tuple[str, str, str]]:
        seen = []
        while not stop.is_set():
            before = published[-1]
            answer = client.get("/v1/accounts/a2/explanation")
            assert answer.status_code == 200, answer.text
            body = answer.json()
            seen.append((before, body["meta"]["run_id"], body["data"]["role"]))
        return seen

    with serving(home, open_view=stores.open) as client:
        with ThreadPoolExecutor(8) as pool:
            reading = [pool.submit(read, client) for _ in range(8)]
            for run_id, content in list(nights.items())[1:]:
                publish(home, content, run_id)
                published.append(run_id)
            stop.set()
            seen = [each for one in reading for each in one.result()]
        assert stores.live == 1
    assert all(role == roles[run_id] for _, run_id, role in seen)
    assert all(int(run_id[2:]) >= int(before[2:]) for before, run_id, _ in seen)
    assert len({run_id for _, run_id, _ in seen}) > 2
    assert stores.live == 0


@pytest.mark.parametrize(
    ("error", "code", "wait"), [(StoreError, "store_unavailable", "2"), (StoreBusyError, "store_busy", "1")]
)
def test_a_store_that_fails_is_a_problem_that_passes(home: Path, error: type[Exception], code: str, wait: str) -> None:
    publish(home, WORLD)
    stores = Stores(error)
    with serving(home, open_view=stores.open) as client:
        for path in ("/v1/accounts/a1", "/readyz"):
            answer = client.get(path)
            assert problem(answer, 503, code)
            assert answer.headers["retry-after"] == wait
            assert "canary" not in answer.text
        assert client.get("/livez").status_code == 200
        stores.error = None
        assert client.get("/v1/accounts/a1").status_code == 200
        assert stores.live == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_run_that_leaves_the_store_meanwhile_is_asked_for_anew_once(home: Path, method: str) -> None:
    publish(home, WORLD)
    stores = Stores(StoreBusyError, failures=1)
    with serving(home, open_view=stores.open) as client:

        def ask() -> httpx.Response:
            if method == "GET":
                return client.get("/v1/accounts/a1")
            return client.post("/v1/search", json={"kind": "device", "value": "d1", "case_id": "C-1"})

        wanted = ask()
        assert (wanted.status_code, stores.failures) == (200, 0), wanted.text
        assert wanted.json()["data"] == ask().json()["data"]
        stores.failures = 2
        problem(ask(), 503, "store_busy")
        assert stores.failures == 0


def test_a_store_that_cannot_be_opened_is_opened_again(home: Path) -> None:
    publish(home, WORLD)
    down = [True]

    def open_view(settings: Settings, run: Run, earlier: bool) -> EmbeddedView:
        if down[0]:
            raise StoreError("no server")
        return EmbeddedView(run.graph)

    with serving(home, open_view=open_view) as client:
        problem(client.get("/v1/rings"), 503, "store_unavailable")
        down[0] = False
        assert client.get("/v1/rings").status_code == 200


def _no_folder(home: Path) -> None:
    (home / "published").write_text("r-9\n")


def _damaged_record(home: Path) -> None:
    (home / "runs" / "r-1" / "run.json").write_text("{")


def _damaged_pointer(home: Path) -> None:
    (home / "published").write_bytes(b"\xff\xfe")


@pytest.mark.parametrize("damage", [_no_folder, _damaged_record, _damaged_pointer])
def test_a_pointer_to_nothing_is_not_the_callers_fault(home: Path, damage: Callable[[Path], None]) -> None:
    publish(home, WORLD)
    damage(home)
    with serving(home) as client:
        problem(client.get("/v1/accounts/a1"), 503, "store_unavailable")
        problem(client.get("/readyz"), 503, "store_unavailable")


def test_only_so_many_earlier_runs_are_held_open(home: Path) -> None:
    for number in range(6):
        publish(home, WORLD, f"r-{number}")
    stores = Stores()
    views = Views(settings_of(home), stores.open)
    for number in range(6):
        with views.read(f"r-{number}"):
            pass
    assert stores.live == 4
    with views.read("r-0"), views.read("r-1"), views.read("r-2"):
        with pytest.raises(StoreBusyError), views.read("r-3"):
            pass
        with views.read(None) as (run, _):
            assert run.run_id == "r-5"
    views.close()
    assert stores.live == 0


def test_a_view_in_use_is_closed_by_its_last_reader(home: Path) -> None:
    publish(home, WORLD)
    stores = Stores()
    views = Views(settings_of(home), stores.open)
    with views.read(None) as (_, old):
        publish(home, NEXT_WORLD, "r-2")
        with views.read(None) as (_, new):
            assert (old.run().run_id, new.run().run_id, stores.live) == ("r-1", "r-2", 2)
        assert old.accounts(["a1"])[0].account_id == "a1"
    assert stores.live == 1
    views.close()
    assert (stores.opened, stores.live) == (["r-1", "r-2"], 0)
