"""Keys and tokens: HMAC-SHA256 under a key of the kind, keys that only their owner reads."""

import hashlib
import hmac
import logging
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from ingest.normalize import FORMS, Normalizer
from ingest.pseudonyms import KEY_NAMES, Key, read_keys
from linkgraph.errors import UsageError
from linkgraph.kinds import KIND_NAMES
from tests.unit.ingest.feeding import hmac_keys


@pytest.mark.parametrize("size", [16, 32, 64])
def test_a_token_is_the_start_of_an_hmac(size: int) -> None:
    secret = bytes(range(size))
    normalizer = Normalizer({name: Key.of(secret) for name in KEY_NAMES}, threads=1)
    [token] = normalizer.read("device", pa.array(["Gerät-7"]))["value"].to_pylist()
    assert token == hmac.new(secret, "Gerät-7".encode(), hashlib.sha256).hexdigest()[:32]


def test_every_secret_part_has_a_key_and_every_key_a_part() -> None:
    assert {key for form in FORMS.values() for _, key in form.secret} == set(KEY_NAMES)


def test_tokens_differ_between_kinds_and_not_between_spellings() -> None:
    normalizer = Normalizer(hmac_keys(), threads=1)
    opaque = [kind for kind in KIND_NAMES if FORMS[kind].macro == "read_opaque"]
    tokens = [normalizer.read(kind, pa.array(["same-1"]))["value"][0].as_py() for kind in opaque]
    assert len(set(tokens)) == len(opaque) > 2
    mails = normalizer.read("email", pa.array(["Ann.Lee@gmail.com", "annlee+x@googlemail.com"]))["value"].to_pylist()
    assert mails[0] == mails[1]


def test_an_exact_ipv4_address_has_the_token_it_links_by() -> None:
    rows = Normalizer(hmac_keys(), threads=1).read("ip", pa.array(["192.0.2.1", "2001:db8::1"])).to_pylist()
    assert rows[0]["exact"] == rows[0]["value"]
    assert rows[1]["exact"] != rows[1]["value"]
    assert all(len(row[part]) == 32 for row in rows for part in ("exact", "value"))


def test_development_keys_are_made_once_for_their_owner_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        made = read_keys(None, tmp_path)
    path = tmp_path / "keys.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "development keys" in caplog.text
    assert not [part for part in path.read_text().split('"') if len(part) == 64 and part in caplog.text]
    caplog.clear()
    assert read_keys(None, tmp_path) == made
    assert caplog.records == []
    assert len({key.inner for key in made.values()}) == len(KEY_NAMES)
    assert list(tmp_path.iterdir()) == [path]


def test_two_processes_at_once_use_the_same_keys(tmp_path: Path) -> None:
    found: list[dict[str, Key]] = []
    start = threading.Barrier(4)

    def read() -> None:
        start.wait()
        found.append(read_keys(None, tmp_path))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(keys == found[0] for keys in found)


def test_keys_are_never_shown() -> None:
    assert repr(Key.of(b"secret-of-16-byte")) == "Key(...)"


def keys_file(tmp_path: Path, mode: int = 0o600, **changes: str | None) -> Path:
    """A file of good keys but for the changes; None leaves a key out."""
    keys = {name: f"{place:02x}" * 32 for place, name in enumerate(KEY_NAMES)} | changes
    path = tmp_path / "own.toml"
    path.write_text("[keys]\n" + "".join(f'{name} = "{text}"\n' for name, text in keys.items() if text is not None))
    path.chmod(mode)
    return path


def test_own_keys_are_used(tmp_path: Path) -> None:
    keys = read_keys(keys_file(tmp_path), tmp_path)
    assert keys["device"] == Key.of(bytes.fromhex("00" * 32))
    assert not (tmp_path / "keys.toml").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(UsageError, match="chmod 600"):
        read_keys(keys_file(tmp_path, mode), tmp_path)


@pytest.mark.parametrize("text", [None, "", "zz" * 32, "ab" * 15, "ab" * 65])
def test_a_missing_or_bad_key_is_named_and_not_shown(tmp_path: Path, text: str | None) -> None:
    with pytest.raises(UsageError, match="key card is missing or not 32 to 128") as refused:
        read_keys(keys_file(tmp_path, card=text), tmp_path)
    assert not text or text not in str(refused.value)


def test_a_file_that_is_no_toml_is_refused_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("secret-thing")
    path.chmod(0o600)
    with pytest.raises(UsageError, match="cannot be read") as refused:
        read_keys(path, tmp_path)
    assert "secret-thing" not in str(refused.value)
    with pytest.raises(UsageError, match="cannot be read"):
        read_keys(tmp_path / "none.toml", tmp_path)


def test_a_keys_file_from_before_stems_were_a_kind_still_fits(tmp_path: Path) -> None:
    keys = read_keys(keys_file(tmp_path), tmp_path)
    former = tmp_path / "former.toml"
    former.write_text((tmp_path / "own.toml").read_text().replace("stem = ", "email_stem = "))
    former.chmod(0o600)
    assert read_keys(former, tmp_path) == keys
