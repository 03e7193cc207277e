"""A run as the commands that read one open it: its store's view, and its solved network."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from linkgraph import runs
from linkgraph.errors import UsageError
from linkgraph.settings import Settings, read_settings
from linkgraph.solved import Solved
from linkgraph.store import open_view
from linkgraph.store.base import GraphView

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
OfRun = Annotated[str | None, typer.Option("--run", help="an earlier run instead of the published one")]


@contextmanager
def opened(run_id: str | None) -> Iterator[tuple[GraphView, Solved | None]]:
    """The published run, or `run_id`; no solved network where an earlier version made the run."""
    settings = read_settings()
    run = runs.open_run(settings.home, run_id)
    with closing(open_view(settings, run, earlier=_is_earlier(settings, run_id))) as view:
        yield view, runs.solved_of(run)


def _is_earlier(settings: Settings, run_id: str | None) -> bool:
    return run_id is not None and run_id != runs.published_id(settings.home)


def whole_key(net: Solved, text: str) -> str:
    """'kind:token' from its beginning, as `explain` shows it, with or without the dots; UsageError if several begin so.

    What begins no evidence of the run is left as it is.
    """
    found = net.keys.starting(text.removesuffix("..."), 2)
    if len(found) > 1 and text not in found:
        raise UsageError("several identifiers begin so: give more of the token, `--json` shows all of it")
    return found[0] if found else text


def time_in(text: str, wanted: str) -> datetime:
    """A time in epoch seconds or ISO 8601; UsageError that says what is `wanted`, if it is neither."""
    try:
        return datetime.fromtimestamp(int(text), UTC) if text.isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise UsageError(wanted) from None


def print_json(value: object) -> None:
    """Plain JSON, keys in order."""
    typer.echo(json.dumps(value, indent=1, sort_keys=True, default=str))
