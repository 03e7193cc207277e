"""A disk that fills under the casework database: nothing is read without its row, and later all goes on."""

import resource
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from linkgraph.casework.opening import casework
from linkgraph.casework.verification import verify
from tests.api.serving import bearing, new_key, problem, publish, settings_of
from tests.api.test_server import process
from tests.builders import WORLD

pytestmark = pytest.mark.slow

CARD = "/v1/accounts/a1"


def grow_no_more(pid: int, most: int) -> None:
    """No file of that process gets longer than so many bytes; what is longer already is not written to at all."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def test_a_disk_that_is_full_is_a_problem_and_passes(home: Path) -> None:
    publish(home, WORLD)
    headers = bearing(new_key(home, days=40_000))
    with process(home, "127.0.0.1", log=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
            assert client.get(CARD).status_code == 200
            grow_no_more(server.pid, 1)
            for _ in range(3):
                answer = client.get(CARD)
                problem(answer, 503, "casework_unavailable")
                assert "account_id" not in answer.text
            assert client.get("/livez").status_code == 200
            grow_no_more(server.pid, resource.RLIM_INFINITY)
            end = time.monotonic() + 10
            while client.get(CARD).status_code != 200:
                assert time.monotonic() < end
    with casework(settings_of(home)) as opened, opened.database.read() as connection:
        assert verify(connection, opened.chain, opened.anchors.read()).sound
