"""Keys are made once, for their owner alone, and never shown."""

import hashlib
import hmac
import logging
from pathlib import Path

import pyarrow as pa
import pytest

from ingest.normalize import FORMS, Normalizer
from ingest.pseudonyms import KEY_NAMES, Key, read_keys
from linkgraph.errors import UsageError

SECRET = "00112233445566778899aabbccddeeff"


def keys_file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def complete(**changes: str) -> str:
    return "[keys]\n" + "".join(f'{name} = "{changes.get(name, SECRET)}"\n' for name in KEY_NAMES)


def test_development_keys_are_made_once_for_their_owner_alone_and_said(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = read_keys(None, home)
    [warning] = caplog.records
    assert warning.levelno == logging.WARNING
    assert "made development keys" in warning.getMessage()
    assert str(home / "keys.toml") in warning.getMessage()
    assert (home / "keys.toml").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["keys.toml"]
    assert read_keys(None, home) == first
    assert len(caplog.records) == 1


def test_every_key_is_another(home: Path) -> None:
    assert len(set(read_keys(None, home).values())) == len(KEY_NAMES)


def test_who_comes_second_uses_the_keys_of_the_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    first = keys_file(home / "keys.toml", complete())
    with monkeypatch.context() as late:
        late.setattr(Path, "exists", lambda path: False)
        assert read_keys(None, home)["device"] == Key.of(bytes.fromhex(SECRET))
    assert first.read_text() == complete()
    assert [path.name for path in home.iterdir()] == ["keys.toml"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_keys_that_others_may_read_are_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(UsageError, match="readable by others than its owner; run chmod 600"):
        read_keys(keys_file(tmp_path / "k.toml", complete(), mode), tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[keys]\n", "key device is missing"),
        ("keys = 3\n", "key device is missing"),
        (complete(card="xy" * 16), "key card is missing or not 32 to 128 hexadecimal digits"),
        (complete(card="00" * 15), "key card is missing or not 32 to 128 hexadecimal digits"),
        (complete(card="00" * 65), "key card is missing or not 32 to 128 hexadecimal digits"),
        ("[keys", "cannot be read: TOMLDecodeError"),
    ],
)
def test_wrong_keys_are_refused_without_showing_any(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        read_keys(keys_file(tmp_path / "k.toml", text), tmp_path)
    assert SECRET not in str(caught.value)


def test_a_keys_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: FileNotFoundError"):
        read_keys(tmp_path / "k.toml", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_key_does_not_show_itself() -> None:
    assert repr(Key.of(bytes.fromhex(SECRET))) == "Key(...)"


@pytest.mark.parametrize("size", [16, 32, 64])
def test_tokens_are_the_start_of_hmac_sha256(size: int) -> None:
    secret = bytes(range(size))
    normalizer = Normalizer({name: Key.of(secret) for name in KEY_NAMES}, threads=1)
    [token] = normalizer.read("device", pa.array(["Gerät-7"]))["value"].to_pylist()
    assert token == hmac.new(secret, "Gerät-7".encode(), hashlib.sha256).hexdigest()[:32]


def test_every_secret_part_has_a_key() -> None:
    assert {key for form in FORMS.values() for _, key in form.secret} == set(KEY_NAMES)
