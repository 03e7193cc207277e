"""The one table of Neo4j server settings, and the texts made from it: `neo4j.conf` and the compose file.

A Neo4j server refuses to start on an unknown or doubled key, and two hand-kept files drift apart. So each key stands
here once, with its reason; the servers that tests start and `docker-compose.neo4j.yml` are both made from `SETTINGS`.
Pure: text in, text out, nothing is started or read, and the driver is not needed.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from linkgraph.errors import UsageError

VERSION: Final = "5.26.29"
"""The server release that is tested, to the patch."""

SECRET: Final = "/run/secrets/neo4j_auth"
"""Where the container finds `neo4j/PASSWORD`."""


class Setting(NamedTuple):
    """One line of `neo4j.conf`; `container` is its value inside a container, where that has to differ."""

    key: str
    value: str
    reason: str
    container: str | None = None


def post_connect(port: int) -> str:
    """What the Browser is told to do after a login: style and start guide of the kit served at `port`, and to draw what
    was asked for, not every relationship between what is drawn.
    """
    kit = f"http://localhost:{port}"
    return f"style {kit}/style.grass; config autoComplete: false; guide {kit}/start.html"


SETTINGS: Final[tuple[Setting, ...]] = (
    Setting("server.config.strict_validation.enabled", "true", "a misspelt setting stops the server"),
    Setting(
        "server.default_listen_address",
        "127.0.0.1",
        "not to be reached from other hosts; a container listens to all, but its ports are published on loopback",
        container="0.0.0.0",
    ),
    Setting("server.bolt.listen_address", ":7687", "the customary port of Bolt"),
    Setting("server.bolt.advertised_address", "127.0.0.1:7687", "the published port, where neo4j:// clients go"),
    Setting("server.http.enabled", "true", "serves the Neo4j Browser"),
    Setting("server.http.listen_address", ":7474", "the customary port of the Browser"),
    Setting("server.https.enabled", "false", "no certificate is shipped; see the notes on TLS"),
    Setting("server.memory.heap.initial_size", "3g", "equal to the maximum: it never has to grow"),
    Setting("server.memory.heap.max_size", "3g", "2-3 GB carry a nightly publish"),
    Setting("server.memory.pagecache.size", "3800m", "1.2 times the store: 3.0 GB with indexes at 10 million links"),
    Setting("dbms.memory.transaction.total.max", "1400m", "a runaway statement fails before it takes the heap with it"),
    Setting("db.transaction.timeout", "60s", "ceiling of a publish batch; readers set a lower one on each call"),
    Setting("db.lock.acquisition.timeout", "30s", "a publish that waits on a hand-held lock fails instead of hanging"),
    Setting("dbms.cypher.forbid_exhaustive_shortestpath", "true", "one such query takes the whole server"),
    Setting("dbms.security.allow_csv_import_from_file_urls", "false", "LOAD CSV would read files"),
    Setting("internal.dbms.cypher_ip_blocklist", "0.0.0.0/0,::/0", "LOAD CSV would fetch any address within reach"),
    Setting("dbms.usage_report.enabled", "false", "nothing about this graph is reported to anyone"),
    Setting("client.allow_telemetry", "false", "nor by the Browser"),
    Setting(
        "browser.post_connect_cmd",
        post_connect(7480),
        "what the Browser does after a login, where `linkgraph neo4j kit --serve` runs on its machine",
    ),
)

EXPLORE: Final[tuple[Setting, ...]] = (
    Setting(
        "server.databases.read_only", "neo4j", "people look at this one and change nothing; `system` cannot be named"
    ),
    Setting("db.transaction.timeout", "10s", "a question that takes longer is ended"),
    Setting("server.bolt.listen_address", ":7688", "beside the server of the API", container=":7687"),
    Setting("server.bolt.advertised_address", "127.0.0.1:7688", "the published port"),
    Setting("server.http.listen_address", ":7475", "the Browser, beside that of the other server", container=":7474"),
    Setting("server.memory.heap.initial_size", "1g", "equal to the maximum: it never has to grow"),
    Setting("server.memory.heap.max_size", "1g", "people ask one question at a time"),
    Setting("dbms.memory.transaction.total.max", "700m", "a runaway statement fails before it takes the heap with it"),
)
"""What an exploration instance has otherwise than the table, or besides."""

JVM: Final = (
    "-XX:+UseG1GC",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "-Dlog4j2.disable.jmx=true",
)
"""What Neo4j wants of its Java, server and tools alike; the scripts of an installation say the same."""

_KEY = re.compile(r"[A-Za-z0-9]+([._][A-Za-z0-9]+)*")

# The password goes to the shell by its environment: arguments can be read by every user of the host.
_HEALTH: Final = (
    f'auth="$(cat {SECRET})" &&',
    'NEO4J_USERNAME="${auth%%/*}" NEO4J_PASSWORD="${auth#*/}"',
    "cypher-shell --non-interactive -a bolt://127.0.0.1:7687 -d neo4j 'RETURN 1'",
)

_COMPOSE: Final = """\
# Neo4j Community for linkgraph. Made from the table in linkgraph/store/server.py: change that, not this file, and run
# `python -m tests.neo4j_server compose`.
#
# Once    mkdir -p .linkgraph && (umask 077 && printf 'neo4j/%s' "$(openssl rand -hex 16)" > .linkgraph/neo4j_auth)
# Start   docker compose -f docker-compose.neo4j.yml up --detach --wait
# Use     export NEO4J_URI=bolt://127.0.0.1:7687 NEO4J_PASSWORD="$(cut -d/ -f2 .linkgraph/neo4j_auth)"
#
# The file sets the password at the first start only. To change it later, alter it in the server (ALTER CURRENT USER SET
# PASSWORD) and write the new one to the file as well: the health check signs in with it. It may not hold a slash.
#
# Memory  heap + page cache + about 1 GB beside them, and 1-2 GB for the system: a host with 8 GB. Smaller hosts need
#         smaller values in the table.
#
# TLS     The ports are published on loopback, so passwords and answers never leave the host. To serve other hosts, put
#         private.key and public.crt into a folder ./certificates/bolt, add the volume ./certificates:/ssl:ro and
#             NEO4J_dbms_ssl_policy_bolt_enabled: "true"
#             NEO4J_dbms_ssl_policy_bolt_base__directory: /ssl/bolt
#             NEO4J_server_bolt_tls__level: REQUIRED
#         set the advertised address, publish 7687 alone, connect with bolt+s://, and give the health check bolt+ssc://.
#
# Explore  A second server, read-only, for people and their Browser, on a copy of the published run. linkgraph makes its
#         home on this host (LINKGRAPH_HOME=./.linkgraph); its password stands in .linkgraph/neo4j/explore_auth.
#             docker compose -f docker-compose.neo4j.yml --profile explore stop explore
#             linkgraph neo4j explore --no-start
#             docker compose -f docker-compose.neo4j.yml --profile explore up --detach --force-recreate --wait explore
#         builds it, and later refreshes it. LINKGRAPH_UID, LINKGRAPH_GID: owner of that home, 1000 if not set. Its
#         network does not masquerade: no other host answers it, even were the settings against LOAD CSV undone.
name: linkgraph-neo4j

services:
  neo4j:
    image: neo4j:{version}-community
    restart: unless-stopped
    # A checkpoint is written on the way down; a server killed before it recovers at the next start instead.
    stop_grace_period: 60s
    ports:
      - "127.0.0.1:7687:7687"
      - "127.0.0.1:7474:7474"
    secrets:
      - neo4j_auth
    environment:
      NEO4J_AUTH_FILE: {secret}
{environment}
    healthcheck: &health
      test:
        - CMD-SHELL
        - >-
          {health}
      interval: 15s
      timeout: 10s
      retries: 4
      start_period: 120s
    volumes:
      - neo4j_data:/data
      - neo4j_logs:/logs

  explore:
    profiles: [explore]
    image: neo4j:{version}-community
    user: "${{LINKGRAPH_UID:-1000}}:${{LINKGRAPH_GID:-1000}}"
    restart: unless-stopped
    stop_grace_period: 60s
    ports:
      - "127.0.0.1:7688:7687"
      - "127.0.0.1:7475:7474"
    networks:
      - explore
    secrets:
      - source: explore_auth
        target: neo4j_auth
    environment:
      NEO4J_AUTH_FILE: {secret}
{explore}
    healthcheck: *health
    volumes:
      - ./.linkgraph/neo4j/explore/data:/data

networks:
  explore:
    driver_opts:
      com.docker.network.bridge.enable_ip_masquerade: "false"

volumes:
  neo4j_data:
  neo4j_logs:

secrets:
  neo4j_auth:
    file: ./.linkgraph/neo4j_auth
  explore_auth:
    file: ./.linkgraph/neo4j/explore_auth
"""


def bolt_address(host: str, port: int) -> dict[str, str]:
    """Overrides that make a server listen at `host:port`, and send routed clients there too."""
    address = f"{host}:{port}"
    return {"server.bolt.listen_address": address, "server.bolt.advertised_address": address}


def configuration(overrides: Mapping[str, str] | None = None) -> dict[str, str]:
    """Settings by key in the table's order; `overrides` replaces values, or adds keys behind the table's."""
    return {setting.key: setting.value for setting in SETTINGS} | dict(overrides or {})


def configuration_text(settings: Mapping[str, str]) -> str:
    """`neo4j.conf` of these settings, with the table's reasons. UsageError if one is not a line."""
    reasons = {setting.key: setting.reason for setting in SETTINGS}
    return "".join(_lines(settings, reasons))


def home_text(host: str, port: int, besides: Iterable[Setting] = ()) -> str:
    """`neo4j.conf` of a home that linkgraph makes: the table, and what an installed server says to its Java."""
    flags = "".join(f"server.jvm.additional={flag}\n" for flag in JVM)
    changed = {setting.key: setting.value for setting in besides}
    return configuration_text(configuration(changed | bolt_address(host, port))) + flags


def private_text(text: str, port: int) -> str:
    """`neo4j.conf` of the same server while it is being filled: one port on loopback, no TLS, writable."""
    private = {
        **bolt_address("127.0.0.1", port),
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "server.bolt.tls_level": "DISABLED",
    }
    lines = (line for line in text.splitlines(keepends=True) if not _is_public(line.partition("=")[0].strip(), private))
    return "".join([*lines, "\n", configuration_text(private)])


def _is_public(key: str, private: Mapping[str, str]) -> bool:
    return key in private or key.startswith(("dbms.ssl.policy.", "server.databases."))


def _lines(settings: Mapping[str, str], reasons: Mapping[str, str]) -> Iterator[str]:
    for key, value in settings.items():
        _check(key, value)
        if key in reasons:
            yield f"# {reasons[key]}\n"
        yield f"{key}={value}\n"


def _check(key: str, value: str) -> None:
    if not _KEY.fullmatch(key):
        raise UsageError(f"neo4j.conf: {key!r} is not the name of a setting")
    if not value or value != value.strip() or not value.isprintable():
        raise UsageError(f"neo4j.conf: the value of {key} is empty, padded, or more than one line")


def environment_name(key: str) -> str:
    """The variable by which the image takes a setting: underscores doubled, then dots to underscores."""
    return "NEO4J_" + key.replace("_", "__").replace(".", "_")


def compose_text() -> str:
    """The whole of `docker-compose.neo4j.yml`."""
    return _COMPOSE.format(
        version=VERSION,
        secret=SECRET,
        environment="\n".join(_environment(SETTINGS)),
        explore="\n".join(_environment(_explored())),
        # A single dollar would be replaced by compose itself.
        health="\n          ".join(line.replace("$", "$$") for line in _HEALTH),
    )


def _explored() -> Iterator[Setting]:
    """The table as an exploration instance has it."""
    besides = {setting.key: setting for setting in EXPLORE}
    for setting in SETTINGS:
        yield besides.pop(setting.key, setting)
    yield from besides.values()


def _environment(settings: Iterable[Setting]) -> Iterator[str]:
    for setting in settings:
        value = setting.value if setting.container is None else setting.container
        yield f"      # {setting.reason}"
        yield f"      {environment_name(setting.key)}: {json.dumps(value)}"
