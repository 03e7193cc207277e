"""`linkgraph vault` as an operator types it: a new key, and somebody who is to be forgotten; both in the audit."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from ingest.pipeline import take_files
from ingest.sources import Choice
from linkgraph.casework.audit import Wanted, read_rows
from linkgraph.casework.opening import casework
from linkgraph.casework.vault import VALUES
from linkgraph.commands.values import filling
from linkgraph.settings import Settings, read_settings
from tests.e2e.conftest import Run
from tests.e2e.test_vault import DEVICE, EMAIL, PHONE, feeds, ip, nothing, token
from tests.unit.ingest.feeding import NOW, write


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a ledger and a vault; nobody has run a night."""
    home = tmp_path / "home"
    for name, digits in (("vault.key", "ab"), ("new.key", "cd")):
        write(home / name, digits * 32).chmod(0o600)
    found = read_settings(home=home, vault_key_file=home / "vault.key", threads=1)
    with filling(found) as vault:
        take_files([feeds(tmp_path / "feeds")], found, NOW, Choice(), nothing, vault)
    return found


@pytest.fixture
def run(settings: Settings, command: Run) -> Run:
    """Runs one command in that home and with its vault, unless another is named."""
    return partial(command, home=settings.home, vault_key_file=settings.vault_key_file)


def held(settings: Settings) -> dict[str, str]:
    """Tokens and values of the vault."""
    with casework(settings) as opened, opened.database.read() as connection:
        assert opened.vault is not None
        named = connection.execute(select(VALUES.c.kind, VALUES.c.token)).all()
        found = opened.vault.open(connection, [(row.kind, row.token) for row in named])
    return {token: value for (_, token), value in found.items()}


def acts(settings: Settings) -> list[tuple[str, str | None, str | None]]:
    """What the audit says, oldest first."""
    with casework(settings) as opened, opened.database.read() as connection:
        return [(row.operation, row.object, row.purpose) for row in read_rows(connection, Wanted(), 100)[::-1]]


def test_a_new_key(run: Run, settings: Settings) -> None:
    before, new = held(settings), settings.home / "new.key"
    assert run("vault", "rotate")[0] == 2
    code, out, _ = run("vault", "rotate", vault_key_file=new, vault_old_key_file=settings.vault_key_file)
    assert (code, out.startswith(f"{len(before):,} values sealed anew")) == (0, True)
    assert held(settings.model_copy(update={"vault_key_file": new})) == before
    (begun, about, _), (ended, also, _) = acts(settings)
    assert (begun, ended, about == also) == ("begin_vault_rotation", "end_vault_rotation", True)
    assert run("audit", "verify", vault_key_file=new, vault_old_key_file=settings.vault_key_file)[0] == 0


def test_a_key_that_is_neither_is_said_and_nothing_is_lost(run: Run, settings: Settings) -> None:
    before = held(settings)
    third = write(settings.home / "third.key", "ef" * 32)
    third.chmod(0o600)
    code, _, err = run("vault", "rotate", vault_key_file=settings.home / "new.key", vault_old_key_file=third)
    assert (code, f"{len(before):,} values open under neither key" in err) == (1, True)
    assert held(settings) == before
    assert [operation for operation, _, _ in acts(settings)] == ["begin_vault_rotation"]


def test_somebody_is_forgotten_and_nobody_else(run: Run, settings: Settings) -> None:
    before = held(settings)
    code, out, _ = run("vault", "erase", "A3", "--case", "C-17")
    after = held(settings)
    assert code == 0
    gone = before.keys() - after.keys()
    texts = {before[each] for each in gone}
    assert {EMAIL.format(3), PHONE.format(3), ip(3)} <= texts
    # The device is A2's too.
    assert token(settings, "device", DEVICE.format(1)) in after
    assert not [each for each in texts if "3" not in each]
    assert out.startswith(f"{len(gone)} values erased; ")
    assert acts(settings) == [("erase_values", "A3", "C-17")]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("erase", "nobody"), 1, "no feed of the ledger knows this account"),
        (("erase", "A3", "--case", "4111111111111111"), 2, "--case"),
        (("erase", "A3", "--case", "C 17"), 2, "--case"),
    ],
)
def test_what_is_wrong_is_said(run: Run, settings: Settings, arguments: tuple[str, ...], code: int, words: str) -> None:
    before = held(settings)
    ended, out, err = run("vault", *arguments)
    assert (ended, out, words in err) == (code, "", True)
    assert (held(settings), acts(settings)) == (before, [])


def test_without_a_vault_there_is_nothing_to_do(run: Run, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    for arguments in (("rotate",), ("erase", "A3")):
        assert run("vault", *arguments, vault_key_file="")[0] == 2
