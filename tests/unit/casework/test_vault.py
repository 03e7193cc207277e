"""The vault: values come back as they went in, only under their own token, only with the key, and never in plain."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from linkgraph.casework.database import Database
from linkgraph.casework.opening import open_casework
from linkgraph.casework.vault import VALUES, Resealed, Vault
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


@settings(max_examples=30)
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


def test_a_new_key_takes_over_value_by_value_and_the_old_one_is_needed_until_then(database: Database) -> None:
    filled(database, *map(str, range(4_500)))
    named = [("email", f"{number:032}") for number in (0, 4_499)]
    new = b"n" * 32
    both = Vault(database, new, KEY)
    both.keep("b2", "email", ["f" * 32], ["later"])
    with database.read() as connection:
        assert dict(both.open(connection, [*named, ("email", "f" * 32)])) == {
            named[0]: "0",
            named[1]: "4499",
            ("email", "f" * 32): "later",
        }
    assert (both.is_rotating, Vault(database, new).is_rotating) == (True, False)
    seen: list[int] = []
    assert both.reseal(seen.append) == Resealed(resealed=4_500, already=4_501)
    assert seen[:3] == [2_000, 4_000, 4_501]
    assert opened(database, *named, key=new) == {named[0]: "0", named[1]: "4499"}
    with pytest.raises(CaseworkError, match="cannot be opened"):
        opened(database, named[0])
    assert both.reseal() == Resealed(already=4_501)


def test_what_opens_under_neither_key_is_counted_and_left(database: Database) -> None:
    filled(database, "ann", "bob")
    with database.write() as connection:
        connection.execute(update(VALUES).where(VALUES.c.token == ONE[1]).values(sealed=b"short"))
    assert Vault(database, b"n" * 32, KEY).reseal() == Resealed(resealed=1, already=1, unreadable=1)
    with pytest.raises(CaseworkError, match="cannot be opened"):
        opened(database, ONE, key=b"n" * 32)


def test_what_is_erased_meanwhile_does_not_come_back(database: Database) -> None:
    vault = filled(database, "ann", "bob")
    both = Vault(database, b"n" * 32, KEY)
    page = both._page(("", ""))
    with database.write() as connection:
        assert vault.erase(connection, [ONE[1], "f" * 32]) == [ONE]
    both._replace(page)
    second = ("email", f"{1:032}")
    assert opened(database, ONE, second, key=b"n" * 32) == {second: "bob"}


def test_what_is_erased_is_not_in_the_files_any_more(home: Path) -> None:
    casework = open_casework(read_settings(home=home))
    vault = filled(casework.database, *[f"value {number}" for number in range(300)])
    with casework.database.read() as connection:
        sealed = connection.execute(select(VALUES.c.sealed).order_by(VALUES.c.token)).scalars().all()
    with casework.database.write() as connection:
        assert len(vault.erase(connection, [f"{number:032}" for number in range(200)])) == 200
    casework.database.forget()
    content = b"".join(path.read_bytes() for path in home.iterdir() if path.is_file())
    assert [each in content for each in sealed] == [False] * 200 + [True] * 100
    casework.database.close()


def test_an_old_key_goes_with_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    path.write_text("ab" * 32)
    path.chmod(0o600)
    for keys in ({"vault_old_key_file": path}, {"vault_old_key_file": path, "vault_key_file": path}):
        with pytest.raises(UsageError, match="another key"):
            open_casework(read_settings(home=tmp_path, **keys))
