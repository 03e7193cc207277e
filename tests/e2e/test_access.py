"""Keys as an operator types them, on both databases."""

import json
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from linkgraph.casework.audit import AUDIT, Wanted, read_rows
from linkgraph.casework.database import open_database
from tests.e2e.conftest import Run


@pytest.fixture
def run(home: Path, database_url: str, command: Run) -> Run:
    """Runs one command on that database."""
    return partial(command, home=home, database_url=database_url)


def states(run: Run) -> list[tuple[str, str]]:
    """Name and state of every key."""
    return [(key["name"], key["state"]) for key in json.loads(run("key", "list", "--json")[1])]


def test_a_key_is_made_rotated_and_revoked(run: Run) -> None:
    code, text, said = run("key", "create", "--role", "lead", "--name", "ann", "--days", "30")
    assert (code, text.count("\n"), text[:4]) == (0, 1, "lks_")
    key_id = text.split("_")[1]
    assert key_id in said
    code, new, said = run("key", "rotate", key_id)
    assert (code, f"linkgraph key revoke {key_id}" in said) == (0, True)
    assert states(run) == [("ann", "live"), ("ann", "live")]
    assert run("key", "revoke", key_id)[0] == 0
    assert states(run) == [("ann", "revoked"), ("ann", "live")]
    listed = run("key", "list")[1]
    assert "lead" in listed
    assert "never" in listed
    assert [each.split("_", 2)[2].strip() in listed for each in (text, new)] == [False, False]


def test_every_change_of_a_key_is_in_the_audit(run: Run, database_url: str, home: Path) -> None:
    key_id = run("key", "create", "--role", "lead", "--name", "ann")[1].split("_")[1]
    new_id = run("key", "rotate", key_id)[1].split("_")[1]
    run("key", "revoke", key_id)
    assert run("key", "revoke", "nobody")[0] == 1
    with closing(open_database(database_url)) as database, database.read() as connection:
        rows = [(row.operation, row.object) for row in read_rows(connection, Wanted(), 10)]
    assert rows == [("revoke_key", key_id), ("rotate_key", f"{key_id}/{new_id}"), ("create_key", key_id)]
    code, out, _ = run("audit", "verify")
    assert (code, out.startswith("sound: 3 rows")) == (0, True)
    with closing(open_database(database_url)) as database, database.write() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.seq == 1).values(object="x"))
    code, out, _ = run("audit", "verify", "--json")
    found = json.loads(out)
    assert (code, found["sound"], found["faults"]) == (1, False, [{"name": "edited", "seq": 1}])
    assert "row 1: edited" in run("audit", "verify")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["create", "--role", "root", "--name", "ann"], 2, "role is one of"),
        (["create", "--role", "service", "--name", "cases"], 2, "scope"),
        (["create", "--role", "lead", "--name", "ann", "--days", "0"], 2, "--days"),
        (["revoke", "nobody"], 1, "no such key"),
        (["rotate", "nobody"], 1, "no such key"),
    ],
)
def test_what_is_wrong_is_said(run: Run, arguments: list[str], code: int, words: str) -> None:
    ended, out, err = run("key", *arguments)
    assert (ended, out, words in err) == (code, "", True)


def test_serving_without_a_key_says_how_to_make_one(run: Run) -> None:
    hint = "linkgraph key create"
    assert hint in run("serve", "--host", "0.0.0.0")[2]
    run("key", "create", "--role", "viewer", "--name", "ann")
    assert hint not in run("serve", "--host", "0.0.0.0")[2]
