"""Commands: `fetch` the jars, `run` a server in the foreground, `lock` the jars' checksums, write the `compose` file.

python -m tests.neo4j_server fetch | run [--home DIR] [--port N] [--heap 1g] | lock | compose
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from linkgraph.store.server import compose_text
from tests.neo4j_server import jars
from tests.neo4j_server.server import Neo4jServer, ServerFailed

COMPOSE = Path(__file__).parents[2] / "docker-compose.neo4j.yml"


def main() -> int:
    """Exit code: 0, or 1 with the reason on standard error."""
    arguments = _arguments()
    try:
        if arguments.command == "run":
            _run(arguments)
        else:
            _say({"fetch": _fetch, "lock": _lock, "compose": _compose}[arguments.command]())
    except (jars.JarsUnavailable, jars.JarsDiffer, ServerFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.neo4j_server", description="A Neo4j server for tests")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch", help="fetch the jars into the cache and check them")
    commands.add_parser("lock", help="rewrite jars.sha256 after a change of pom.xml")
    commands.add_parser("compose", help="rewrite docker-compose.neo4j.yml after a change of the settings")
    run = commands.add_parser("run", help="start a server in the foreground, until Ctrl-C or SIGTERM")
    run.add_argument("--home", type=Path, help="folder that keeps the graph; default: a temporary one")
    run.add_argument("--port", type=int, help="port of Bolt; default: a free one")
    run.add_argument("--heap", default="1g", help="heap of the server; default: 1g")
    return parser.parse_args()


def _fetch() -> str:
    return str(jars.fetch())


def _lock() -> str:
    return f"{jars.write_lock()} jars in {jars.LOCK.name}"


def _compose() -> str:
    COMPOSE.write_text(compose_text(), encoding="ascii")
    return COMPOSE.name


def _run(arguments: argparse.Namespace) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else the server would outlive this process
    with tempfile.TemporaryDirectory(prefix="neo4j-") as temporary:
        home = (arguments.home or Path(temporary)).resolve()
        with Neo4jServer(home, jars.fetch(), heap=arguments.heap, port=arguments.port, lasting=True) as server:
            address = server.address
            _say(f"NEO4J_URI={address.uri}\nNEO4J_USER={address.user}\npassword in {server.password_file}")
            _until_interrupted(server)


def _until_interrupted(server: Neo4jServer) -> None:
    try:
        while server.pid:
            time.sleep(1)
    except KeyboardInterrupt:
        _say("stopping")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
