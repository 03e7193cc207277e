"""Keys and tokens: an identifier leaves ingest only as the start of an HMAC-SHA256 under the key of its kind.

The same thing gives the same token in every feed. Keys come from a TOML file that only its owner may read; without one,
a development file is made in the home folder, which is said aloud, because whoever has the keys can test guesses.
"""

import logging
import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path

from linkgraph.errors import UsageError
from linkgraph.kinds import KIND_NAMES

CONTEXT_KEYS = ("name", "surname", "address", "user_agent", "bank_reference", "proof_phash")
KEY_NAMES = (*KIND_NAMES, *CONTEXT_KEYS)
_FORMER_NAMES = {"stem": "email_stem"}  # a keys file of before still fits

_BLOCK = 64  # bytes of a SHA-256 block
_SMALLEST = 16  # bytes; shorter keys are refused


@dataclass(frozen=True, slots=True)
class Key:
    """One key, as the two pads of RFC 2104."""

    inner: bytes
    outer: bytes

    @classmethod
    def of(cls, secret: bytes) -> "Key":
        """Pads of a secret of 16 to 64 bytes."""
        block = secret.ljust(_BLOCK, b"\0")
        return cls(bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block))

    def __repr__(self) -> str:
        return "Key(...)"


def read_keys(path: Path | None, home: Path) -> dict[str, Key]:
    """Keys by name from `path`, or from `home/keys.toml`, which is made if it is not there.

    UsageError if the file is missing, readable by others, lacks a key, or holds one that is not hexadecimal.
    """
    if path is None:
        path = home / "keys.toml"
        if not path.exists():
            _make_development_keys(path)
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise UsageError(f"keys file {path}: readable by others than its owner; run chmod 600 on it")
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("keys", {})
    except (OSError, ValueError) as error:
        raise UsageError(f"keys file {path}: cannot be read: {type(error).__name__}") from None
    return {name: _key(path, name, table) for name in KEY_NAMES}


def _key(path: Path, name: str, table: object) -> Key:
    table = table if isinstance(table, dict) else {}
    text = table.get(name, table.get(_FORMER_NAMES.get(name)))
    try:
        secret = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        secret = b""
    if not _SMALLEST <= len(secret) <= _BLOCK:
        raise UsageError(f"keys file {path}: key {name} is missing or not 32 to 128 hexadecimal digits")
    return Key.of(secret)


def _make_development_keys(path: Path) -> None:
    """Write new keys under another name, then link them into place: whoever comes second uses the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    lines = ["# Development keys, one per kind. Whoever has them can test guesses against tokens.", "[keys]"]
    lines += [f'{name} = "{secrets.token_hex(32)}"' for name in KEY_NAMES]
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(beside, path)
        logging.getLogger("linkgraph.ingest").warning("made development keys in %s; set keys_file in production", path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
