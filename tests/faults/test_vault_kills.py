"""A change of the vault's key, killed anywhere: every value opens all the while, and the next run ends it."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from linkgraph.casework.database import Database, open_database
from linkgraph.casework.vault import VALUES, Resealed, Vault
from tests.sizes import sized

pytestmark = [pytest.mark.slow, pytest.mark.sized]

OLD, NEW = b"o" * 32, b"n" * 32
ROWS = 6_000
TRIALS = sized(1, 100)
NAMED = [("device", f"{number:032}") for number in range(ROWS)]


def reseal(url: str) -> None:
    """Change the key, saying after each page how far it has come."""
    with closing(open_database(url)) as database:
        print("ready", flush=True)  # noqa: T201
        Vault(database, NEW, OLD).reseal(lambda rows: print(rows, flush=True))  # noqa: T201


def opened(database: Database, vault: Vault) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    with database.read() as connection:
        for start in range(0, ROWS, 500):
            found |= vault.open(connection, NAMED[start : start + 500])
    return found


def trial(database: Database, url: str, seed: int) -> Resealed:
    """Fill, kill while the key is changed, look, and end it."""
    expected = {name: f"value {at}" for at, name in enumerate(NAMED)}
    with Vault(database, OLD).filling("b1") as keep:
        keep("device", [token for _, token in NAMED], list(expected.values()))
    wait = random.Random(seed).uniform(0.0, 0.3)
    command = [sys.executable, "-m", "tests.faults.test_vault_kills", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(wait)
        os.kill(writer.pid, signal.SIGKILL)
    assert opened(database, Vault(database, NEW, OLD)) == expected
    ended = Vault(database, NEW, OLD).reseal()
    assert opened(database, Vault(database, NEW)) == expected
    with database.write() as connection:
        connection.execute(VALUES.delete())
    return ended


@pytest.mark.parametrize("seed", range(TRIALS))
def test_a_change_of_key_that_was_killed_is_ended_by_the_next(database: Database, database_url: str, seed: int) -> None:
    ended = trial(database, database_url, seed)
    assert (ended.already, ended.unreadable) == (ROWS, 0)
    assert 0 <= ended.resealed <= ROWS


if __name__ == "__main__":
    reseal(sys.argv[1])
