from pathlib import Path

import pytest

from tests.api.serving import problem, publish, serving
from tests.builders import AS_OF, NEXT_WORLD, WORLD, write_run


def test_the_record_of_the_published_run(home: Path) -> None:
    run = publish(home, WORLD)
    night = {
        "inputs": [["logins", "ab" * 32, 7]],
        "stages": {"pair": {"counts": {"pairs": 3}, "seconds": 0.5, "machine": "x"}},
        "configuration": {"parameters": {"tau": 0.3}},
        "seed": 4,
        "previous": "r-0",
        "secret": "canary",
    }
    run.save(run.record() | night)
    with serving(home) as client:
        answer = client.get("/v1/runs/current")
    found = answer.json()["data"]
    assert found["inputs"] == [{"feed": "logins", "sha256": "ab" * 32, "rows": 7}]
    assert found["stages"] == [{"name": "pair", "counts": {"pairs": 3}, "seconds": 0.5}]
    assert found["configuration"] == {"parameters": {"tau": 0.3}}
    assert (found["run_id"], found["seed"], found["previous"]) == ("r-1", 4, "r-0")
    assert found["tables"]["rings"]["rows"] == 4
    assert "canary" not in answer.text
    assert str(home) not in answer.text


def test_an_earlier_run_by_its_id(home: Path) -> None:
    publish(home, WORLD)
    publish(home, NEXT_WORLD, "r-2")
    with serving(home) as client:
        assert client.get("/v1/runs/r-1").json()["data"]["tables"]["accounts"]["rows"] == 20
        assert client.get("/v1/runs/current").json()["data"]["run_id"] == "r-2"


@pytest.mark.parametrize("run_id", ["r-9", "r-running", "r-unpublished"])
def test_a_run_that_was_never_published_is_not_found(home: Path, run_id: str) -> None:
    publish(home, WORLD)
    write_run(home, NEXT_WORLD, "r-running", status="running")
    write_run(home, NEXT_WORLD, "r-unpublished")
    with serving(home) as client:
        problem(client.get(f"/v1/runs/{run_id}"), 404, "not_found")
        problem(client.get(f"/v1/rings?run={run_id}"), 404, "not_found")


def test_alive_and_ready(home: Path) -> None:
    with serving(home) as client:
        assert client.get("/livez").json()["data"] == {"status": "alive"}
        problem(client.get("/readyz"), 503, "nothing_published")
        publish(home, WORLD)
        assert client.get("/readyz").json()["data"] == {"status": "ready"}


def test_a_stale_run_keeps_the_service_ready(home: Path) -> None:
    publish(home, WORLD)
    with serving(home, lambda: AS_OF + 10**7) as client:
        assert client.get("/readyz").json()["meta"]["stale"] is True
