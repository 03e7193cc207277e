"""Keys: what is kept of them, who is known by them, and how they end."""

import random
import re
import string
from dataclasses import asdict

import pytest
from sqlalchemy import select

from linkgraph.casework import keys
from linkgraph.casework.database import Database
from linkgraph.casework.keys import DAY, KEYS, ROLES, Key
from linkgraph.errors import NotFoundError, UsageError

NOW = 1_700_000_000_000_000


def made(database: Database, role: str = "lead", days: int = 30) -> tuple[Key, str]:
    """A key and its text."""
    key = keys.new_key("ann", role, ("read_account",) if role == "service" else (), days, NOW)
    with database.write() as connection:
        return key, keys.create(connection, key)


@pytest.mark.parametrize("role", ROLES)
def test_a_key_is_known_by_its_text(database: Database, role: str) -> None:
    key, text = made(database, role)
    assert re.fullmatch(r"lks_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", text)
    with database.read() as connection:
        assert keys.find(connection, text) == key
    assert key.principal == keys.Principal(key.key_id, "ann", role, key.scope)  # type: ignore[arg-type]


def test_no_other_text_is_a_key(database: Database) -> None:
    _, text = made(database)
    _, other = made(database)
    swapped = f"{text[:17]}{other[17:]}"
    flipped = [text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :] for at in range(len(text))]
    odd = ["", "lks_", text[:-1], text + "A", text.upper(), f" {text}", f"{text}\n", text.replace("_", "%"), "\0" * 60]
    with database.read() as connection:
        assert [each for each in (*flipped, *odd, swapped) if keys.find(connection, each)] == []


def mutated(text: str, draw: random.Random) -> str:
    """A key's text with one to three letters put in, taken out, exchanged or moved."""
    letters = list(text)
    for _ in range(draw.randint(1, 3)):
        at, other = draw.randrange(len(letters)), draw.randrange(len(letters))
        new = draw.choice(string.ascii_letters + string.digits + "_-=+/. \0\n\u0430\u2010")
        change = draw.randrange(4)
        if change == 0:
            letters[at] = new
        elif change == 1:
            letters.insert(at, new)
        elif change == 2:
            del letters[at]
        else:
            letters[at], letters[other] = letters[other], letters[at]
    return "".join(letters)


def test_no_key_is_met_by_chance(database: Database) -> None:
    """10,000 texts near the one that is known: none is let in."""
    (_, text), draw = made(database), random.Random(3)
    tried = {mutated(text, draw) for _ in range(13_000)} - {text}
    assert len(tried) >= 10_000
    with database.read() as connection:
        assert [each for each in tried if keys.find(connection, each)] == []


def test_what_is_kept_opens_nothing(database: Database) -> None:
    key, text = made(database)
    with database.read() as connection:
        row = connection.execute(select(KEYS)).one()
        secret = text.split("_", 2)[2]
        assert secret not in str(row)
        assert keys.find(connection, f"lks_{key.key_id}_{row.secret_hash[:43]}") is None
    assert secret not in str(asdict(key))


def test_a_key_is_live_until_it_expires_or_is_revoked(database: Database) -> None:
    key, text = made(database, days=2)
    assert [key.state(NOW + days * DAY) for days in (0, 1, 2, 3)] == ["live", "live", "expired", "expired"]
    with database.write() as connection:
        keys.revoke(connection, key.key_id, NOW + 5)
        keys.revoke(connection, key.key_id, NOW + 9)
        found = keys.find(connection, text)
    assert found is not None
    assert (found.state(NOW + 6), found.revoked_at) == ("revoked", NOW + 5)


def test_there_are_two_live_keys_while_one_takes_the_others_place(database: Database) -> None:
    old, text = made(database)
    with database.write() as connection:
        new = keys.successor(connection, old.key_id, 10, NOW)
        other = keys.create(connection, new)
        assert (new.name, new.role, new.replaces, new.expires_at) == ("ann", "lead", old.key_id, NOW + 10 * DAY)
        assert all(keys.find(connection, each) for each in (text, other))
        with pytest.raises(UsageError, match="live successor"):
            keys.successor(connection, old.key_id, 10, NOW)
        keys.revoke(connection, old.key_id, NOW)
        with pytest.raises(UsageError, match="only a live key"):
            keys.successor(connection, old.key_id, 10, NOW)
        assert keys.successor(connection, new.key_id, 10, NOW).replaces == new.key_id


def test_use_is_noted_once_a_minute(database: Database) -> None:
    key, _ = made(database)
    assert not keys.is_noted(key, NOW)
    with database.write() as connection:
        keys.note_use(connection, key, NOW)
        noted = keys.read_key(connection, key.key_id)
    assert noted.last_used_at == NOW
    assert [keys.is_noted(noted, NOW + seconds * 1_000_000) for seconds in (0, 59, 60)] == [True, True, False]


@pytest.mark.parametrize(
    ("name", "role", "scope"),
    [
        ("ann", "root", ()),
        ("", "lead", ()),
        ("a\nb", "lead", ()),
        ("x" * 65, "lead", ()),
        ("ann", "service", ()),
        ("ann", "lead", ("read_account",)),
        ("ann", "service", ("Read",)),
    ],
)
def test_a_key_that_says_too_much_or_too_little_is_refused(name: str, role: str, scope: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        keys.new_key(name, role, scope, 1, NOW)


def test_an_unknown_key_cannot_be_revoked(database: Database) -> None:
    with pytest.raises(NotFoundError), database.write() as connection:
        keys.revoke(connection, "nobody", NOW)
