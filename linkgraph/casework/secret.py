"""Secrets of the casework: 32 bytes as hexadecimal digits in a file that only its owner may read."""

import logging
import os
import secrets
from pathlib import Path
from typing import Final

from linkgraph.errors import UsageError

_BYTES: Final = 32


def read_secret(path: Path | None, home: Path, name: str) -> bytes:
    """The secret in `path`; without one that in `home/name`, which is made on first use.

    UsageError if the file is missing, readable by others, or holds anything but 64 hexadecimal digits.
    """
    if path is None:
        path = home / name
        if not path.exists():
            _make(path)
    return read_secret_file(path)


def read_secret_file(path: Path) -> bytes:
    """The secret in a file that has to be there; UsageError as above."""
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(f"secret file {path}: readable by others than its owner; run chmod 600 on it")
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise UsageError(f"secret file {path}: cannot be read: {type(error).__name__}") from None
    if len(secret) != _BYTES:
        raise UsageError(f"secret file {path}: needs {2 * _BYTES} hexadecimal digits")
    return secret


def _make(path: Path) -> None:
    """Write a new secret under another name, then link it into place: whoever comes second uses the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(_BYTES) + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(beside, path)
        logging.getLogger("linkgraph.casework").warning("made a secret in %s; keep one elsewhere in production", path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
