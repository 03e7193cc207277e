"""The vault: values come back as they went in, only under their own token, only with the key, and never in plain."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from linkgraph.casework.database import Database
from linkgraph.casework.opening import open_casework
from linkgraph.casework.vault import VALUES, Vault
from linkgraph.errors import CaseworkError, UsageError
from linkgraph.settings import read_settings

KEY = b"v" * 32
ONE = ("email", "0" * 32)
OTHER = ("email", "1" * 32)


def opened(database: Database, *named: tuple[str, str], key: bytes = KEY) -> dict[tuple[str, str], str]:
    """What the vault says of them."""
    with database.read() as connection:
        return dict(Vault(database, key).open(connection, named))


def filled(database: Database, *values: str, batch: str = "b1") -> Vault:
    """Values of one file, under tokens of their order."""
    vault = Vault(database, KEY)
    with vault.filling(batch) as keep:
        keep("email", [f"{number:032}" for number in range(len(values))], values)
    return vault


def test_values_come_back(database: Database) -> None:
    texts = ["ann@example.org", "", "ключ 🦊", "x" * 8_000]
    filled(database, *texts)
    named = [("email", f"{number:032}") for number in range(4)]
    assert opened(database, *named) == dict(zip(named, texts, strict=True))
    assert opened(database, ("phone", "0" * 32), ("email", "9" * 32)) == {}


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_what_is_kept_does_not_show_the_value(text: str) -> None:
    vault = Vault(None, KEY)  # type: ignore[arg-type]
    rows = [vault._row("b", "email", "0" * 32, text) for _ in range(2)]
    sealed = [row["sealed"] for row in rows]
    assert sealed[0] != sealed[1]
    assert all(len(text) < 8 or text.encode() not in bytes(each) for each in sealed)  # type: ignore[call-overload]


def test_no_raw_value_is_in_the_file(home: Path) -> None:
    settings = read_settings(home=home)
    casework = open_casework(settings)
    filled(casework.database, "marker-ann@example.org")
    casework.database.close()
    content = b"".join(path.read_bytes() for path in home.iterdir() if path.is_file())
    assert b"marker-ann" not in content


def test_a_value_in_anothers_place_or_under_another_key_is_not_opened(database: Database) -> None:
    filled(database, "ann", "bob")
    with pytest.raises(CaseworkError, match="cannot be opened"):
        opened(database, ONE, key=b"o" * 32)
    with database.write() as connection:
        sealed = connection.execute(select(VALUES.c.sealed).where(VALUES.c.token == ONE[1])).scalar_one()
        connection.execute(update(VALUES).values(sealed=sealed))
    assert opened(database, ONE) == {ONE: "ann"}
    other = ("email", f"{1:032}")
    with pytest.raises(CaseworkError, match="cannot be opened"):
        opened(database, other)


def test_a_file_that_is_refused_leaves_only_what_was_there_before(database: Database) -> None:
    vault = filled(database, "ann")
    with pytest.raises(ZeroDivisionError), vault.filling("b2") as keep:
        keep("email", [ONE[1], OTHER[1]], ["ann", "bob"])
        raise ZeroDivisionError
    assert opened(database, ONE, OTHER) == {ONE: "ann"}


def test_more_than_one_transaction_holds_comes_whole(database: Database) -> None:
    filled(database, *map(str, range(4_500)))
    last = ("email", f"{4_499:032}")
    assert opened(database, last) == {last: "4499"}


@pytest.mark.parametrize(("text", "mode"), [("ab", 0o600), ("x" * 64, 0o600), ("ab" * 32, 0o644), (None, 0)])
def test_a_key_that_is_none_is_refused_and_not_shown(tmp_path: Path, text: str | None, mode: int) -> None:
    path = tmp_path / "vault.key"
    if text is not None:
        path.write_text(text)
        path.chmod(mode)
    with pytest.raises(UsageError) as caught:
        open_casework(read_settings(home=tmp_path, vault_key_file=path))
    assert text is None or text not in str(caught.value)


def test_without_a_key_there_is_no_vault(home: Path) -> None:
    casework = open_casework(read_settings(home=home))
    assert casework.vault is None
    casework.database.close()
