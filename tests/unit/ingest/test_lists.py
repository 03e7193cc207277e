"""Look-up lists: what a file may hold, what is refused with its line, and which version is kept."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.lists import ListVersion, held_lists, import_lists, newest_lists, read_entries
from ingest.normalize import Normalizer
from linkgraph.errors import InputError, UsageError
from tests.unit.ingest.feeding import hmac_keys

COMMON = 'source = "tests"\nlicence = "none"\ndate = 2026-01-01\n'


@pytest.fixture(scope="module")
def normalizer() -> Iterator[Normalizer]:
    with closing(Normalizer(hmac_keys(), threads=1)) as made:
        yield made


def described(folder: Path, content: str | pa.Table, more: str, name: str = "list.txt") -> Path:
    """A TOML file for one list of this content."""
    folder.mkdir(exist_ok=True)
    if isinstance(content, pa.Table):
        pq.write_table(content, folder / name)
    else:
        (folder / name).write_text(content, encoding="utf-8")
    path = folder / "lists.toml"
    path.write_text(f'[[list]]\nname = "mine"\nfile = "{name}"\n{COMMON}{more}', encoding="utf-8")
    return path


def taken(
    folder: Path, normalizer: Normalizer, content: str | pa.Table, more: str, name: str = "list.txt"
) -> ListVersion:
    """The version that comes of it."""
    [version] = import_lists(described(folder, content, more, name), folder / "home", normalizer)
    return version


def test_addresses_networks_and_ranges_are_numbers(tmp_path: Path, normalizer: Normalizer) -> None:
    text = "# comment\n8.8.8.8\n9.9.9.0/24 # a network\n1.0.0.0 - 1.0.0.9\n\n2a00:1:2:3::7\n2a00:1::/32\n"
    with pytest.raises(InputError, match=r"line 6: range overlaps that of .*line 7"):
        taken(tmp_path, normalizer, text, 'form = "ip"\nclass = "vpn"\n')
    version = taken(tmp_path, normalizer, text.replace("2a00:1::/32", "2a01::/32"), 'form = "ip"\nclass = "vpn"\n')
    rows = read_entries(tmp_path / "home", version).to_pylist()
    assert [(row["matcher"], row["low"], row["high"] - row["low"]) for row in rows] == [
        ("ipv4", 1 << 24, 9),
        ("ipv4", 0x08080808, 0),
        ("ipv4", 0x09090900, 255),
        ("ipv6", 0x2A00000100020003, 0),
        ("ipv6", 0x2A01 << 48, (1 << 32) - 1),
    ]
    assert (version.entries, version.classes, version.ignored, version.imported) == (5, {"vpn": 5}, {}, True)


IPS = 'form = "ip"\nclass = "tor"\n'
BAD = {
    "no address": ("8.8.8.8\n8.8.8\n", IPS, "line 2: neither an address nor a range"),
    "host bits": ("8.8.8.8/24\n", IPS, "line 1: neither"),
    "backwards": ("9.9.9.9-8.8.8.8\n", IPS, "line 1: neither"),
    "mixed": ("9.9.9.9-2a00::1\n", IPS, "line 1: neither"),
    "private": ("8.8.8.8\n10.1.0.0/16\n", IPS, "line 2: range of private"),
    "private v6": ("fd00::/8\n", IPS, "line 1: range of private"),
    "overlap": ("8.8.8.0/24\n8.8.0.0/16\n", IPS, "line 1: range overlaps that of .*line 2"),
    "empty": ("# nothing\n\n", IPS, "line 1: the list is empty"),
    "no network": ("AS1\nASX\n", 'form = "asn"\nclass = "datacentre"\n', "line 2: not the number of a network"),
    "no domain": ("a.org\nnodots\n", 'form = "email_domain"\nclass = "disposable_mail"\n', "line 2: not a domain"),
    "wrong columns": (
        "coin,addr\nETH,0x1\n",
        'form = "address"\nclass = "sanctioned"\n',
        "line 1: missing column address",
    ),
    "short row": ("chain,address\nETH\n", 'form = "address"\nclass = "sanctioned"\n', "line 2: a value is missing"),
    "two in one": ("address\n0x1 0x2\n", 'form = "address"\nclass = "sanctioned"\n', "line 2: not an address"),
    "no label": (
        "address,label\n0x1,dog\n",
        'form = "address"\nlabel = "label"\n[list.labels]\nhot_wallet = ["cat"]\n',
        "no row has a label",
    ),
    "no value": ("unknown\n", 'form = "value"\nkind = "device"\nclass = "office"\n', "line 1: no value of kind device"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_such_list_is_refused_with_its_line(
    case: str, tmp_path: Path, normalizer: Normalizer
) -> None:
    content, more, message = BAD[case]
    with pytest.raises(InputError, match=message) as refused:
        taken(tmp_path, normalizer, content, more)
    assert str(tmp_path / "list.txt") in str(refused.value)
    assert held_lists(tmp_path / "home") == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('form = "xml"\nclass = "vpn"\n', "list|form"),
        ('form = "ip"\nclass = "cafe"\n', "no class of this name"),
        ('form = "ip"\n', "either a class or labels"),
        ('form = "value"\nclass = "vpn"\n', "a kind goes with"),
        ('form = "value"\nkind = "nose"\nclass = "vpn"\n', "no kind of this name"),
        ('form = "ip"\nclass = "vpn"\nspeed = 3\n', "speed"),
    ],
)
def test_a_description_that_makes_no_sense_is_a_wrong_call(
    more: str, message: str, tmp_path: Path, normalizer: Normalizer
) -> None:
    with pytest.raises(UsageError, match=message):
        taken(tmp_path, normalizer, "8.8.8.8\n", more)


def test_one_bad_list_keeps_all_of_a_description_out(tmp_path: Path, normalizer: Normalizer) -> None:
    path = described(tmp_path, "8.8.8.8\n", IPS)
    (tmp_path / "bad.txt").write_text("x\n")
    path.write_text(path.read_text() + f'[[list]]\nname = "other"\nfile = "bad.txt"\n{COMMON}{IPS}')
    with pytest.raises(InputError, match=r"bad.txt: line 1"):
        import_lists(path, tmp_path / "home", normalizer)
    assert held_lists(tmp_path / "home") == []


def test_a_version_is_taken_once_and_never_changed(tmp_path: Path, normalizer: Normalizer) -> None:
    first = taken(tmp_path, normalizer, "8.8.8.8\n", IPS)
    again = taken(tmp_path, normalizer, "8.8.8.8\n8.8.8.8 # twice\n", IPS)
    assert (first.imported, again.imported, again.ignored) == (True, False, {"duplicate": 1})
    with pytest.raises(InputError, match="mine of 2026-01-01 is held with other content"):
        taken(tmp_path, normalizer, "9.9.9.9\n", IPS)
    path = described(tmp_path, "9.9.9.9\n", IPS)
    path.write_text(path.read_text().replace("2026-01-01", "2026-02-01"))
    import_lists(path, tmp_path / "home", normalizer)
    assert [version.date for version in held_lists(tmp_path / "home")] == ["2026-01-01", "2026-02-01"]
    [newest] = newest_lists(tmp_path / "home", 1_772_323_200_000_000)
    assert newest == {"name": "mine", "date": "2026-02-01", "age_days": 28, "entries": 1, "versions": 2}


def test_labels_become_classes_and_others_are_counted(tmp_path: Path, normalizer: Normalizer) -> None:
    table = pa.Table.from_pylist(
        [
            {"chain": "etherscan", "address": "0x" + "Ab" * 20, "label": "exchange"},
            {"chain": "etherscan", "address": "0x" + "ab" * 20, "label": "exchange"},
            {"chain": "etherscan", "address": "", "label": "exchange"},
            {"chain": "etherscan", "address": "0x" + "cd" * 20, "label": "game"},
            {"chain": "etherscan", "address": "0x" + "ef" * 20, "label": "mix"},
        ]
    )
    more = 'form = "address"\nchain = "chain"\nlabel = "label"\n'
    more += '[list.labels]\nhot_wallet = ["exchange"]\nmixer = ["mix"]\n'
    version = taken(tmp_path, normalizer, table, more, "labels.parquet")
    assert version.classes == {"hot_wallet": 1, "mixer": 1}
    assert version.ignored == {"duplicate": 1, "label game": 1, "no address": 1}
    assert read_entries(tmp_path / "home", version)["key"].to_pylist() == ["0x" + "ab" * 20, "0x" + "ef" * 20]


def test_identifiers_of_a_list_are_kept_as_tokens(tmp_path: Path, normalizer: Normalizer) -> None:
    version = taken(
        tmp_path, normalizer, "print-of-a-model\n", 'form = "value"\nkind = "fingerprint"\nclass = "office"\n'
    )
    [key] = read_entries(tmp_path / "home", version)["key"].to_pylist()
    assert key == normalizer.read("fingerprint", pa.array(["print-of-a-model"]))["value"][0].as_py()
    assert "print-of-a-model" not in json.dumps(version.line)
