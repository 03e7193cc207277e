"""Publishes a run of a home in a process that a test may kill: `python -m tests.neo4j_server.publish RUN [full]`.

Settings come from the environment. Says `ready`, and begins when a line arrives, so that loading takes no part in it;
a full one says each step.
"""

import sys

from linkgraph import runs
from linkgraph.nightly import publish
from linkgraph.settings import read_settings


def main() -> None:
    """Publish the run named on the command line."""
    settings = read_settings()
    run = runs.open_run(settings.home, sys.argv[1])
    _say("ready")
    sys.stdin.readline()
    publish(settings, run, _say, full=sys.argv[2:] == ["full"])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
