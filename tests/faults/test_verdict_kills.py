"""Verdict writes, killed anywhere: what was acknowledged is there once with its audit row, and nothing by halves.

`make fuzz` kills them 200 times on each database; `python -m tests.faults.test_verdict_kills 200` does it on SQLite and
says how many writes were looked at.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.casework import verdicts
from linkgraph.casework.audit import Chain, Wanted, read_rows
from linkgraph.casework.database import Connection, open_database
from linkgraph.casework.keys import Principal
from linkgraph.casework.rulings import Ruling
from linkgraph.casework.verdicts import Effect, Record
from linkgraph.casework.verification import verify
from tests.sizes import sized

pytestmark = [pytest.mark.slow, pytest.mark.sized]

ANN, BOB = Principal("ann", "Ann", "investigator"), Principal("bob", "Bob", "lead")
NOW = 1_700_000_000_000_000
RULING = Ruling("hub", "device", "0" * 32, (), "office", "an office")
CHAIN = Chain(b"k" * 32)
TRIALS = sized(4, 200)


def write_forever(url: str) -> None:
    """Propose, approve, withdraw, each with its row of the audit, and say so on a line once it is committed."""
    with closing(open_database(url)) as database:
        print("ready", flush=True)  # noqa: T201
        while True:
            record: Record | None = None
            for name, by in (("propose", ANN), ("approve", BOB), ("withdraw", ANN)):
                with database.write() as connection:
                    after = _change(connection, record, by)
                    act = verdicts.act_of(name, by, record, after, "a test")
                    CHAIN.append(connection, [act], NOW)
                    record = after
                print(f"{record.verdict_id} {record.version}", flush=True)  # noqa: T201


def _change(connection: Connection, record: Record | None, by: Principal) -> Record:
    if record is None:
        return verdicts.propose(connection, RULING, Effect("r-1", (), (), ()), by, 5, NOW)
    change = verdicts.approve if record.version == 1 else verdicts.withdraw
    return change(connection, record.verdict_id, record.version, by, NOW)


def trial(url: str, seed: int) -> int:
    """Kill a writer at a drawn moment and look at what it left; how many writes it had acknowledged."""
    wait = random.Random(seed).uniform(0.0, 0.25)
    command = [sys.executable, "-m", "tests.faults.test_verdict_kills", "write", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(wait)
        os.kill(writer.pid, signal.SIGKILL)
        lines = [line.split() for line in writer.stdout.read().splitlines() if line[-2:-1] == " "]
    acknowledged = {verdict_id: int(version) for verdict_id, version in lines}
    with closing(open_database(url)) as database, database.read() as connection:
        found = {each.verdict_id: each for each in verdicts.list_verdicts(connection, 1_000_000)}
        count = Counter(each.verdict_id for each in verdicts.list_verdicts(connection, 1_000_000))
        rows = Counter(row.object for row in read_rows(connection, Wanted(), 1_000_000))
        assert verify(connection, CHAIN, ()).sound
    for verdict_id, version in acknowledged.items():
        assert count[verdict_id] == 1, (seed, verdict_id)
        assert version <= found[verdict_id].version <= version + 1, (seed, verdict_id)
    for record in found.values():
        expected = {1: "proposed", 2: "in_force", 3: "withdrawn"}[record.version]
        assert (record.state, record.decided_by is not None) == (expected, record.version > 1), seed
        assert rows[record.verdict_id] == record.version, seed
    return len(lines)


@pytest.mark.parametrize("seed", range(TRIALS))
def test_what_was_acknowledged_is_there_once(database_url: str, seed: int) -> None:
    trial(database_url, seed)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write_forever(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        writes = [trial(f"sqlite:///{folder}/{seed}.sqlite", seed) for seed in range(int(sys.argv[1]))]
    print(f"{len(writes)} kills, {sum(writes)} acknowledged writes, each present once")  # noqa: T201
