"""`linkgraph vault`: a new key for the values in it, and the values of one account taken out."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final
from urllib.parse import quote

import typer

from linkgraph.casework.audit import Act
from linkgraph.casework.opening import Casework, casework
from linkgraph.casework.rulings import is_case_id
from linkgraph.casework.vault import Vault
from linkgraph.commands.key import now
from linkgraph.errors import CaseworkError, UsageError
from linkgraph.ledger import Ledger, tokens_of
from linkgraph.progress import Bar
from linkgraph.settings import read_settings

app: Final = typer.Typer(no_args_is_help=True, help="The values behind tokens, sealed.")


@app.command()
def rotate() -> None:
    """Seal every value under the key of LINKGRAPH_VAULT_KEY_FILE that is still under LINKGRAPH_VAULT_OLD_KEY_FILE's.

    Killed halfway it goes on when it is run again. The old key is needed until it says that nothing is left.
    """
    with _vault() as (opened, vault), Bar("vault") as bar:
        if not vault.is_rotating:
            raise UsageError("LINKGRAPH_VAULT_OLD_KEY_FILE names no key: values are sealed under one key only")
        _note(opened, _act("begin_vault_rotation", f"vault-key/{vault.key_name}"))
        found = vault.reseal(lambda rows: bar.at(f"{rows:,} values"))
        if found.unreadable:
            raise CaseworkError(f"{found.unreadable:,} values open under neither key; {found.resealed:,} sealed anew")
        _note(opened, _act("end_vault_rotation", f"vault-key/{vault.key_name}"))
    typer.echo(
        f"{found.resealed:,} values sealed anew, {found.already:,} in all, none is left under the old key: take"
        " LINKGRAPH_VAULT_OLD_KEY_FILE out of the settings, then destroy that key"
    )


@app.command()
def erase(
    account_id: str,
    case: Annotated[str | None, typer.Option(help="the case it is for, kept in the audit")] = None,
) -> None:
    """Take the values of an account out of the vault, but for those that other accounts have too.

    What stays elsewhere, and what to do about it, is in the README under Erasing somebody.
    """
    if case is not None and not is_case_id(case):
        raise UsageError("--case: letters, digits, dots, dashes, 64 at most, and no card number")
    with _vault() as (opened, vault):
        tokens = tokens_of(Ledger(read_settings().ledger_folder), account_id)
        with opened.database.write() as connection:
            gone = vault.erase(connection, tokens.own)
            digest = hashlib.sha256(json.dumps(gone).encode()).hexdigest()
            act = _act("erase_values", quote(account_id, safe=""), case, digest)
            opened.chain.append(connection, [act], now())
        opened.database.forget()
    typer.echo(f"{len(gone):,} values erased; {len(tokens.shared):,} tokens are of other accounts too and stay")


@contextmanager
def _vault() -> Iterator[tuple[Casework, Vault]]:
    with casework(read_settings()) as opened:
        if opened.vault is None:
            raise UsageError("there is no vault: LINKGRAPH_VAULT_KEY_FILE names no key")
        yield opened, opened.vault


def _act(operation: str, about: str, purpose: str | None = None, before: str | None = None) -> Act:
    who = f"uid:{os.getuid()}"
    return Act(who, "operator", operation, about, purpose, "command-line", "done", before=before)


def _note(opened: Casework, act: Act) -> None:
    with opened.database.write() as connection:
        opened.chain.append(connection, [act], now())
