"""The table of server settings, and the two texts made from it."""

import os
import re
import stat
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from linkgraph.errors import UsageError
from linkgraph.store import server
from tests.neo4j_server import jars
from tests.neo4j_server.__main__ import COMPOSE
from tests.neo4j_server.server import OVERRIDES, Neo4jServer

TEST_SPECIFIC = OVERRIDES.keys() | server.bolt_address("127.0.0.1", 1).keys()


def service(name: str = "neo4j") -> dict[str, Any]:
    """A service of the committed compose file."""
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="ascii"))["services"][name]
    return loaded


def setting_name(variable: str) -> str:
    """The setting that the image makes of a variable: single underscores to dots, then double ones back."""
    return re.sub(r"\.\.", "_", variable.removeprefix("NEO4J_").replace("_", "."))


def parsed(text: str) -> list[tuple[str, str]]:
    """Keys and values of a `neo4j.conf`, doubled ones twice."""
    lines = [line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#")]
    return [(key, value) for key, value in lines]


def test_no_key_stands_twice_in_the_table() -> None:
    assert [key for key, n in Counter(setting.key for setting in server.SETTINGS).items() if n > 1] == []


def test_every_setting_has_a_reason() -> None:
    assert [setting.key for setting in server.SETTINGS if not setting.reason] == []


def test_overrides_replace_and_add() -> None:
    settings = server.configuration({"db.transaction.timeout": "1s", "db.new": "x"})

    assert settings["db.transaction.timeout"] == "1s"
    assert list(settings) == [setting.key for setting in server.SETTINGS] + ["db.new"]
    assert server.configuration()["db.transaction.timeout"] == "60s"


def test_text_holds_each_setting_once() -> None:
    settings = server.configuration({**server.bolt_address("127.0.0.1", 7999), "db.new": "x"})

    assert parsed(server.configuration_text(settings)) == list(settings.items())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("", "x"),
        ("db new", "x"),
        ("db.new=y\ndb.other", "x"),
        ("#db.new", "x"),
        ("db..new", "x"),
        ("db.new", ""),
        ("db.new", " x"),
        ("db.new", "x\ndb.transaction.timeout=1s"),
        ("db.new", "x\r"),
    ],
)
def test_text_refuses_what_is_not_one_line(key: str, value: str) -> None:
    with pytest.raises(UsageError, match=r"neo4j\.conf"):
        server.configuration_text({key: value})


@pytest.mark.parametrize("setting", server.SETTINGS, ids=lambda setting: setting.key)
def test_variable_names_are_read_back_by_the_image(setting: server.Setting) -> None:
    assert setting_name(server.environment_name(setting.key)) == setting.key


def test_committed_compose_file_is_the_generated_one() -> None:
    assert COMPOSE.read_text(encoding="ascii") == server.compose_text(), "run `python -m tests.neo4j_server compose`"


def test_container_and_test_server_have_the_same_settings(tmp_path: Path) -> None:
    container = {setting_name(name): value for name, value in service()["environment"].items()}
    tested = Neo4jServer(tmp_path, tmp_path, port=7999).settings
    shared = {key: value for key, value in tested.items() if key not in TEST_SPECIFIC}

    assert {key for key, value in shared.items() if container[key] != value} == {"server.default_listen_address"}
    assert container.keys() - {"AUTH.FILE"} == {setting.key for setting in server.SETTINGS}


def test_a_new_test_server_overrides_no_more_than_it_says(tmp_path: Path) -> None:
    tested = Neo4jServer(tmp_path, tmp_path, port=7999).settings

    assert {key for key, value in tested.items() if server.configuration().get(key) != value} == TEST_SPECIFIC


def test_container_is_pinned_reached_by_loopback_only_and_stopped_with_patience() -> None:
    compose = service()

    assert compose["image"] == f"neo4j:{server.VERSION}-community"
    assert all(port.startswith("127.0.0.1:") for port in compose["ports"])
    assert compose["stop_grace_period"] == "60s"
    assert compose["restart"] == "unless-stopped"
    assert {volume.split(":")[1] for volume in compose["volumes"]} == {"/data", "/logs"}


def test_exploring_container_is_read_only_apart_and_started_on_demand() -> None:
    explore, main = service("explore"), service()
    changed = {setting_name(name): value for name, value in explore["environment"].items()}
    published = {port.rpartition(":")[0] for port in (*explore["ports"], *main["ports"])}

    assert explore["profiles"] == ["explore"]
    assert changed["server.databases.read_only"] == "neo4j"
    assert changed["db.transaction.timeout"] == "10s"
    assert changed["dbms.security.allow_csv_import_from_file_urls"] == "false"
    assert changed["internal.dbms.cypher_ip_blocklist"] == "0.0.0.0/0,::/0"
    assert changed.keys() - {"AUTH.FILE"} == {setting.key for setting in (*server.SETTINGS, *server.EXPLORE)}
    assert all(port.startswith("127.0.0.1:") for port in explore["ports"])
    assert len(published) == 4
    assert explore["networks"] == ["explore"]
    assert "networks" not in main
    assert explore["secrets"][0]["source"] not in main["secrets"]
    for shared in ("image", "healthcheck", "stop_grace_period", "restart"):
        assert explore[shared] == main[shared]


def test_private_settings_keep_what_an_operator_has_set_but_for_doors() -> None:
    text = server.home_text("10.0.0.7", 7688, server.EXPLORE) + "dbms.ssl.policy.bolt.enabled=true\nmy.key=a=b\n"
    public, private = parsed(text), parsed(server.private_text(text, 7999))
    once = [key for key, n in Counter(key for key, _ in private).items() if n > 1]

    assert once == ["server.jvm.additional"]
    assert dict(private) == {
        **{key: value for key, value in public if not key.startswith(("dbms.ssl", "server.databases"))},
        **server.bolt_address("127.0.0.1", 7999),
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "server.bolt.tls_level": "DISABLED",
    }
    assert dict(public)["server.databases.read_only"] == "neo4j"
    assert ("server.bolt.listen_address", "10.0.0.7:7688") in public


def test_container_takes_its_password_from_a_secret() -> None:
    whole = yaml.safe_load(COMPOSE.read_text(encoding="ascii"))

    assert service()["environment"]["NEO4J_AUTH_FILE"] == f"/run/secrets/{service()['secrets'][0]}"
    assert whole["secrets"].keys() == {*service()["secrets"], service("explore")["secrets"][0]["source"]}
    assert "NEO4J_AUTH" not in service()["environment"]


def test_jars_are_of_the_release_that_the_container_runs() -> None:
    locked = jars.read_lock()

    assert f"org.neo4j.neo4j-{server.VERSION}.jar" in locked
    assert f"<version>{server.VERSION}</version>" in jars.POM.read_text(encoding="utf-8")
    jars.check_names(locked)


def test_health_check_signs_in_without_showing_the_password(tmp_path: Path) -> None:
    secret = tmp_path / "auth"
    secret.write_text("neo4j/pass word$1\n", encoding="ascii")
    shell = tmp_path / "cypher-shell"
    shell.write_text('#!/bin/sh\nprintf "%s|" "$NEO4J_USERNAME" "$NEO4J_PASSWORD" "$*"\n', encoding="ascii")
    shell.chmod(stat.S_IRWXU)
    kind, command = service()["healthcheck"]["test"]
    command = command.replace("$$", "$").replace(server.SECRET, str(secret))

    path = f"{tmp_path}:{os.environ['PATH']}"
    run = subprocess.run(["sh", "-c", command], env={"PATH": path}, capture_output=True, text=True, check=True)

    user, password, arguments, _ = run.stdout.split("|")
    assert (kind, user, password) == ("CMD-SHELL", "neo4j", "pass word$1")
    assert arguments.endswith("-d neo4j RETURN 1")
    assert "pass word" not in arguments


def test_health_check_fails_without_its_secret(tmp_path: Path) -> None:
    command = service()["healthcheck"]["test"][1].replace("$$", "$").replace(server.SECRET, str(tmp_path / "none"))

    assert subprocess.run(["sh", "-c", command], capture_output=True, check=False).returncode != 0
