"""Where values meet tokens: the vault that `ingest` fills, and the tokeniser that `serve` hands to the API."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from ingest.normalize import Keep, Normalizer
from ingest.pseudonyms import read_keys
from linkgraph.casework.opening import casework
from linkgraph.settings import Settings

Filling = Callable[[str], AbstractContextManager[Keep]]
# From a kind and a value to its token, or to the code of what is wrong with it.
Tokenise = Callable[[str, str], tuple[str | None, str | None]]


@contextmanager
def filling(settings: Settings) -> Iterator[Filling | None]:
    """What takes the values of each file; None where there is no vault."""
    if settings.vault_key_file is None:
        yield None
        return
    with casework(settings) as opened:
        yield opened.vault.filling if opened.vault else None


@contextmanager
def tokeniser(settings: Settings) -> Iterator[Tokenise | None]:
    """What makes tokens as ingest did; None where this machine has no keys. The keys stay in here."""
    if not (settings.keys_file or settings.home / "keys.toml").exists():
        yield None
        return
    with closing(Normalizer(read_keys(settings.keys_file, settings.home), "256MB", 1)) as normalizer:
        yield normalizer.token_of
