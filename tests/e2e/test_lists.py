"""Every public list of the shared data: taken with exact counts, found again, and shown by the commands."""

import ipaddress
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from ingest.lists import ListVersion, import_lists
from ingest.normalize import Normalizer
from ingest.pseudonyms import read_keys
from ingest.registry import Registry, open_registry
from linkgraph.cli import app
from tests.shared_data import shared

pytestmark = pytest.mark.shared
ROOT = Path(__file__).parents[2]

ENTRIES = {
    "tor-nodes": (7420, {"duplicate": 634}),
    "tor-exits": (1457, {"duplicate": 289}),
    "vpn-ranges": (10862 + 498, {}),
    "datacentre-ranges": (42566 + 8752, {}),
    "datacentre-networks": (892, {"duplicate": 14}),
    "ofac": (641, {"duplicate": 13}),
    "disposable-mail": (10181, {}),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example beside the lists it describes."""
    folder = tmp_path_factory.mktemp("hubs")
    for each in shared("hubs").iterdir():
        (folder / each.name).symlink_to(each)
    return Path(shutil.copy(ROOT / "examples" / "lists" / "lists.toml", folder))


@pytest.fixture(scope="module")
def versions(home: Path, description: Path) -> dict[str, ListVersion]:
    with closing(Normalizer(read_keys(None, home))) as normalizer:
        return {version.name: version for version in import_lists(description, home, normalizer)}


@pytest.fixture(scope="module")
def registry(versions: dict[str, ListVersion], home: Path) -> Registry:
    return open_registry(home)


@pytest.fixture
def asking(registry: Registry, home: Path) -> Iterator[Normalizer]:
    with closing(Normalizer(read_keys(None, home), lists=registry)) as normalizer:
        yield normalizer


def test_every_list_is_taken_with_all_its_entries(versions: dict[str, ListVersion]) -> None:
    labels = versions["explorer-labels"]
    assert {name: (each.entries, each.ignored) for name, each in versions.items() if each is not labels} == ENTRIES
    assert labels.classes == {"contract": 12577, "hot_wallet": 820, "illicit": 256, "mixer": 98, "sanctioned": 72}
    assert labels.entries + sum(labels.ignored.values()) == 50212
    assert (labels.ignored["no address"], labels.ignored["label gaming"]) == (66, 770)


def found(normalizer: Normalizer, registry: Registry, form: str, values: list[str]) -> list[set[tuple[str, str]]]:
    """List and class of each value."""
    codes = normalizer.read(form, pa.array(values))["listed"].to_pylist()
    return [{(m.list_name, m.name) for m in registry.memberships(code or 0)} for code in codes]


@pytest.mark.parametrize("file", ["vpn_ipv4", "vpn_ipv6", "datacenter_ipv4", "datacenter_ipv6"])
def test_both_ends_of_every_range_are_found(file: str, asking: Normalizer, registry: Registry) -> None:
    networks = [
        ipaddress.ip_network(line) for line in (shared("hubs") / f"vpn_datacenter/{file}.txt").read_text().split()
    ]
    ends = [str(address) for network in networks for address in (network[0], network[-1])]
    wanted = ("vpn-ranges", "vpn") if file.startswith("vpn") else ("datacentre-ranges", "datacentre")
    assert all(wanted in each for each in found(asking, registry, "ip", ends))


def test_every_node_sanctioned_address_and_mail_host_is_found(asking: Normalizer, registry: Registry) -> None:
    nodes = (shared("hubs") / "tor/tor-nodes.lst").read_text().split()
    assert all(("tor-nodes", "tor") in each for each in found(asking, registry, "ip", nodes))
    lines = (shared("hubs") / "ofac_crypto/sanctioned_addresses.csv").read_text().split()[1:]
    wallets = [f"some-chain:{line.partition(',')[2]}" for line in lines]
    assert all(("ofac", "sanctioned") in each for each in found(asking, registry, "wallet", wallets))
    hosts = (shared("hubs") / "disposable_email/disposable_domains.txt").read_text().split()
    mails = [f"someone.{n}@{host}" for n, host in enumerate(hosts)]
    assert all(each == {("disposable-mail", "disposable_mail")} for each in found(asking, registry, "email", mails))
    assert found(asking, registry, "email", ["someone@gmail.com"]) == [set()]


def test_a_wallet_of_an_exchange_is_found_on_its_chain(asking: Normalizer, registry: Registry) -> None:
    kucoin = "0x689c56aef474df92d44a1b70850f808488f9769c"
    assert found(asking, registry, "wallet", [f"eth:{kucoin}", f"tron:{kucoin}", f"eth:{kucoin}:memo"]) == [
        {("explorer-labels", "hot_wallet")},
        set(),
        set(),
    ]


def test_the_commands_take_and_show_lists(
    home: Path, versions: dict[str, ListVersion], description: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKGRAPH_HOME", str(home))
    said = CliRunner().invoke(app, ["lists", str(description)]).stdout
    assert "ofac of 2024-09-27: held already, 641 entries; sanctioned 641; 13 rows left out" in said
    assert "they apply from the next observation on" in said
    held = json.loads(CliRunner().invoke(app, ["lists", "--json"]).stdout)
    assert {each["name"]: each["entries"] for each in held} == {name: each.entries for name, each in versions.items()}
