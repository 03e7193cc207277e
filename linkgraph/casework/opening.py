"""Opens all of the casework at once, as the settings say: the database, the audit with its anchors, the vault."""

import hmac
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from linkgraph.casework.anchors import Anchors
from linkgraph.casework.audit import Chain
from linkgraph.casework.database import Database, open_database
from linkgraph.casework.secret import read_secret, read_secret_file
from linkgraph.casework.vault import Vault
from linkgraph.errors import UsageError
from linkgraph.settings import Settings


@dataclass(frozen=True, slots=True)
class Casework:
    """What belongs together wherever people's work is read or written.

    signing: the key of page cursors and tags, the same in every process that serves from one audit key.
    """

    database: Database
    chain: Chain
    anchors: Anchors
    vault: Vault | None
    signing: bytes


def open_casework(settings: Settings) -> Casework:
    """All of it; CaseworkError or UsageError if a part cannot be opened. Close its database at the end."""
    secret = read_secret(settings.audit_key_file, settings.home, "audit.key")
    chain, signing = Chain(secret), hmac.digest(secret, b"cursors and tags", "sha256")
    anchors = Anchors(settings.audit_anchor_file or settings.home / "audit.anchors", chain)
    vault_key = None if settings.vault_key_file is None else read_secret_file(settings.vault_key_file)
    old_key = None if settings.vault_old_key_file is None else read_secret_file(settings.vault_old_key_file)
    if old_key is not None and vault_key in (None, old_key):
        raise UsageError("vault_old_key_file: goes with another key in vault_key_file")
    database = open_database(settings.casework_url)
    vault = Vault(database, vault_key, old_key) if vault_key else None
    return Casework(database, chain, anchors, vault, signing)


@contextmanager
def casework(settings: Settings) -> Iterator[Casework]:
    """The same for as long as a block lasts."""
    opened = open_casework(settings)
    with closing(opened.database):
        yield opened
