import subprocess
import sys

import pyarrow as pa
import pytest
from neo4j._codec.packstream import RUST_AVAILABLE

from linkgraph.errors import StoreError
from linkgraph.store.neo4j import Login
from linkgraph.store.neo4j.connection import version_problem
from linkgraph.store.neo4j.spool import Spool

SCHEMA = pa.schema([pa.field("n", pa.int64(), nullable=False)])


@pytest.mark.parametrize("version", ["5.26.0", "5.26.29", "5.27.1"])
def test_a_release_we_know_is_written_and_read(version: str) -> None:
    assert version_problem(version, writing=True) is None
    assert version_problem(version, writing=False) is None


@pytest.mark.parametrize("version", ["3.5.35", "4.4.44", "5.9.0", "5.25.1"])
def test_a_release_that_is_too_old_is_neither_written_nor_read(version: str) -> None:
    for writing in (True, False):
        assert version_problem(version, writing) == f"release {version} is too old; 5.26 is needed"


@pytest.mark.parametrize("version", ["6.0.0", "2025.01.0", "2026.10.1"])
def test_a_newer_major_release_is_only_read(version: str) -> None:
    assert "newer" in str(version_problem(version, writing=True))
    assert version_problem(version, writing=False) is None


@pytest.mark.parametrize("version", ["", "5", "aura", "5.x"])
def test_a_release_that_cannot_be_told_is_refused(version: str) -> None:
    assert "cannot tell" in str(version_problem(version, writing=False))


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("bolt://127.0.0.1:7688", "127.0.0.1:7688"),
        ("neo4j+s://graph.example", "graph.example:7687"),
        ("bolt://neo4j:s3cret@db:1", "db:1"),
    ],
)
def test_messages_name_host_and_port_alone(uri: str, place: str) -> None:
    assert Login(uri, "neo4j", "s3cret").place == place


@pytest.mark.parametrize("uri", ["", "db:7687", "http://db:7474", "bolt://", "bolt://db:99999", "bolt://["])
def test_what_is_no_address_is_refused_without_showing_it(uri: str) -> None:
    with pytest.raises(StoreError, match="NEO4J_URI is not the address"):
        _ = Login(uri, "neo4j", "s3cret").place


def test_a_login_does_not_show_its_password() -> None:
    assert "s3cret" not in repr(Login("bolt://db", "neo4j", "s3cret"))


def test_a_spool_gives_its_batches_back_again_and_again() -> None:
    batches = [pa.record_batch({"n": [1, 2]}, schema=SCHEMA), pa.record_batch({"n": [3]}, schema=SCHEMA)]
    with Spool(SCHEMA) as spool:
        for batch in batches:
            spool.add(batch)
        spool.add(batches[0].slice(0, 0))
        assert spool.rows == 3
        assert list(spool.batches()) == batches
        assert list(spool.batches()) == batches


def test_rows_are_packed_by_the_extension() -> None:
    assert RUST_AVAILABLE


def test_the_driver_is_loaded_only_by_those_who_use_it() -> None:
    check = "import sys, linkgraph.store; sys.exit('neo4j' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
