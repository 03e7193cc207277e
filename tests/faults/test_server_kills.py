"""The server killed in the middle of verdicts: what it said is kept stands once, and what is sent again happens once.

`make fuzz` kills it 200 times.
"""

import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from linkgraph.casework import verdicts
from linkgraph.casework.audit import Wanted, read_rows
from linkgraph.casework.opening import casework
from linkgraph.casework.verification import verify
from linkgraph.settings import Settings
from tests.api.night import CREW, REASON, small_night
from tests.api.serving import bearing, new_key
from tests.api.test_server import process
from tests.sizes import sized

pytestmark = [pytest.mark.slow, pytest.mark.sized]

WRITERS = 4
TRIALS = sized(2, 200)
BODY = {"target": {"account_a": CREW[0], "account_b": CREW[1]}, "verdict": "not_evidence", "reason": REASON}


class Sender:
    """Sends verdicts under keys of its own, and knows what it was told of each."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        self.asked: list[str] = []
        self.told: dict[str, str] = {}

    def send(self, client: httpx.Client, key: str) -> bool:
        """Whether an answer came; every answer to one key is the same."""
        try:
            answer = client.post("/v1/verdicts", json=BODY, headers=self.headers | {"Idempotency-Key": key})
        except httpx.TransportError:
            return False
        # Not in time on a busy machine: as good as no answer.
        if answer.status_code == 503:
            return False
        assert answer.status_code == 201, answer.text
        verdict_id = answer.json()["data"]["verdict_id"]
        assert self.told.setdefault(key, verdict_id) == verdict_id
        return True

    def send_until_killed(self, client: httpx.Client, name: str) -> None:
        """One after the other."""
        for number in range(1_000_000):
            key = f"{name}-{number}"
            self.asked.append(key)
            if not self.send(client, key):
                return

    def send_again(self, client: httpx.Client) -> None:
        """Everything that was sent since the last time, answered or not."""
        end = time.monotonic() + 60
        while self.asked:
            self.asked = [key for key in self.asked if not self.send(client, key)]
            assert time.monotonic() < end


@contextmanager
def served(home: Path, headers: dict[str, str]) -> Iterator[tuple[httpx.Client, threading.Event]]:
    """A client of a server in a process of its own, which dies when the event is set."""
    with process(home, "127.0.0.1", log=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        url, end = server.stdout.readline().strip(), threading.Event()
        assert url, server.communicate()

        def kill() -> None:
            end.wait()
            server.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
                yield client, end
        finally:
            end.set()
            killer.join()
            server.communicate()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("LINKGRAPH_REQUESTS_PER_MINUTE", "0")
    return small_night(tmp_path).settings


@pytest.mark.parametrize("seed", [0])
def test_what_is_sent_again_after_a_kill_happened_once(settings: Settings, seed: int) -> None:
    draw, headers = random.Random(seed), bearing(new_key(settings.home, days=40_000))
    sender = Sender(headers)
    for trial in range(TRIALS):
        with served(settings.home, headers) as (client, end), ThreadPoolExecutor(WRITERS) as pool:
            sender.send_again(client)
            known = len(sender.told)
            writing = [pool.submit(sender.send_until_killed, client, f"{trial}.{each}") for each in range(WRITERS)]
            while len(sender.told) == known and not all(each.done() for each in writing):
                time.sleep(0.001)
            time.sleep(draw.uniform(0, 0.1))
            end.set()
            for each in writing:
                each.result()
        check(settings, sender)
    with served(settings.home, headers) as (client, _):
        sender.send_again(client)
    assert check(settings, sender) == len(sender.told) > TRIALS


def check(settings: Settings, sender: Sender) -> int:
    """Verdicts kept: each has one row of the audit that made it, every answered one is there, the chain is whole."""
    with casework(settings) as opened, opened.database.read() as connection:
        assert verify(connection, opened.chain, opened.anchors.read()).sound
        kept = [each.verdict_id for each in verdicts.list_verdicts(connection, 1_000_000)]
        rows = read_rows(connection, Wanted(operation="propose_verdict"), 1_000_000)
    told = set(sender.told.values())
    assert len(told) == len(sender.told)
    assert told <= set(kept)
    assert len(kept) == len(set(kept)) <= len(told) + WRITERS
    done = [row for row in rows if row.decision == "done"]
    assert Counter(row.object for row in done if row.after) == Counter(kept)
    # What was sent again changed nothing, and its row names what was shown.
    assert {row.object for row in done} == set(kept)
    return len(kept)
