"""Nights published under load, to a server in a process of its own: no error, and every answer from exactly one run.

`make fuzz` publishes 200 times.
"""

import subprocess
import threading
import time
from collections import Counter
from typing import Any

import httpx
import pytest

from linkgraph import runs
from linkgraph.nightly import publish
from tests.api.serving import bearing, new_key, settings_of
from tests.api.test_server import process
from tests.builders import write_run
from tests.conftest import Store
from tests.neo4j_server.worlds import night
from tests.sizes import sized

pytestmark = [pytest.mark.slow, pytest.mark.sized]

READERS = 6
PUBLISHES = sized(3, 200)
ACCOUNTS = 300
PATHS = (
    "/v1/accounts/a00001",
    "/v1/accounts/a00002/explanation",
    "/v1/accounts/a00003/links/a00004",
    "/v1/accounts/a00005/neighbourhood",
    "/v1/accounts/a00006/timeline",
    "/v1/rings?limit=100",
    "/v1/rings/r0001/graph",
    "/v1/runs/current",
)

Answers = dict[tuple[str, str], Any]


def all_of(client: httpx.Client) -> Answers:
    """What the published run says, by run and path."""
    found = {}
    for path in PATHS:
        # What a server has not read yet may take long beside other tests; readers are not so patient.
        for _ in range(5):
            answer = client.get(path)
            if answer.status_code == 200 or answer.json()["code"] != "timed_out":
                break
        assert answer.status_code == 200, (path, answer.text)
        found[answer.json()["meta"]["snapshot_id"], path] = answer.json()["data"]
    return found


class Reader(threading.Thread):
    """Asks for everything in turn until told to stop, and counts what it was answered from."""

    def __init__(self, client: httpx.Client, expected: Answers) -> None:
        super().__init__()
        self.seen = Counter[str]()
        self.rounds = 0
        self.stop = threading.Event()
        self._client, self._expected = client, expected

    def run(self) -> None:
        """Each answer counts for its run, or as what is wrong with it."""
        while not self.stop.is_set():
            for path in PATHS:
                self.seen[self._ask(path)] += 1
            self.rounds += 1

    def _ask(self, path: str) -> str:
        try:
            answer = self._client.get(path)
        except httpx.TransportError as error:
            return f"{path} {type(error).__name__}"
        body = answer.json()
        if answer.status_code != 200:
            return f"{path} {body['code']}"
        run_id: str = body["meta"]["snapshot_id"]
        return run_id if body["data"] == self._expected[run_id, path] else f"{path} mixed"


def environment(store: Store) -> dict[str, str]:
    """What a server has to be told to read the same store."""
    found = store.settings
    password = found.neo4j_password.get_secret_value()
    told = {"NEO4J_URI": found.neo4j_uri, "NEO4J_USER": found.neo4j_user, "NEO4J_PASSWORD": password}
    return told | {"LINKGRAPH_STORE": found.store, "LINKGRAPH_REQUESTS_PER_MINUTE": "0"}


def test_nights_are_swapped_under_load_without_an_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(store).items():
        monkeypatch.setenv(name, value)
    home = store.settings.home
    nights = [write_run(home, night(number, ACCOUNTS), f"r-{number}") for number in (1, 2, 3)]
    headers = bearing(new_key(home, days=40_000, settings=settings_of(home)))
    publish(store.settings, nights[0])
    with process(home, "127.0.0.1", log=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
            expected: Answers = {}
            for run in nights[::-1]:
                publish(store.settings, run)
                expected |= all_of(client)
            seen = swapped(client, store, expected)
    assert set(seen) == {"r-1", "r-2", "r-3"}, seen
    assert len(expected) == 3 * len(PATHS)


def swapped(client: httpx.Client, store: Store, expected: Answers) -> Counter[str]:
    """What readers saw while the nights were published in turn.

    Every second one comes at once after the one before, so that a run leaves Neo4j while it is being read; the others
    when nobody asks any more what he asked before.
    """
    readers = [Reader(client, expected) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        for number in range(PUBLISHES):
            publish(store.settings, runs.open_run(store.settings.home, ("r-2", "r-3", "r-1")[number % 3]))
            begun = [reader.rounds for reader in readers]
            while number % 2 and any(reader.rounds < rounds + 2 for reader, rounds in zip(readers, begun, strict=True)):
                time.sleep(0.01)
    finally:
        for reader in readers:
            reader.stop.set()
            reader.join()
    return sum((reader.seen for reader in readers), Counter[str]())
