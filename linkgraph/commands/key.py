"""`linkgraph key`: who may use the API."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from linkgraph.casework import keys
from linkgraph.casework.audit import Act
from linkgraph.casework.database import Connection
from linkgraph.casework.keys import Key
from linkgraph.casework.opening import casework
from linkgraph.settings import read_settings

app: Final = typer.Typer(no_args_is_help=True, help="Access keys of the API.")

Days = Annotated[int, typer.Option("--days", min=1, max=366, help="until it expires")]


@app.command()
def create(
    role: Annotated[str, typer.Option(help="viewer, investigator, lead, compliance, admin or service")],
    name: Annotated[str, typer.Option(help="the person or system it is for")],
    days: Days = 90,
    scope: Annotated[list[str] | None, typer.Option(help="of a service: an operation it may use; repeat it")] = None,
) -> None:
    """Make a key and print it. It is shown this once: only its hash is kept."""
    key = keys.new_key(name, role, scope or [], days, now())
    with _changing("create_key") as (connection, about):
        text = keys.create(connection, key)
        about(key.key_id)
    _say_new(key, text)


@app.command("list")
def list_keys(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """All keys with role, state, expiry and last use."""
    with casework(read_settings()) as opened, opened.database.read() as connection:
        found, at = keys.list_keys(connection), now()
    if as_json:
        shown = [asdict(key) | {"state": key.state(at)} for key in found]
        typer.echo(json.dumps(shown, indent=1, sort_keys=True))
    for key in [] if as_json else found:
        used = day(key.last_used_at) if key.last_used_at else "never"
        typer.echo(
            f"{key.key_id}  {key.role:<12}  {key.state(at):<7}  until {day(key.expires_at)}  used {used}  {key.name}"
        )


@app.command()
def revoke(key_id: str) -> None:
    """End a key. Servers refuse it within ten seconds."""
    with _changing("revoke_key") as (connection, about):
        keys.revoke(connection, key_id, now())
        about(key_id)


@app.command()
def rotate(key_id: str, days: Days = 90) -> None:
    """Make a key to take another's place and print it; both are live until the old one is revoked."""
    with _changing("rotate_key") as (connection, about):
        key = keys.successor(connection, key_id, days, now())
        text = keys.create(connection, key)
        about(f"{key_id}/{key.key_id}")
    _say_new(key, text)
    typer.echo(f"when it is in use: linkgraph key revoke {key_id}", err=True)


def has_live_key() -> bool:
    """Whether anybody can use the API."""
    with casework(read_settings()) as opened, opened.database.read() as connection:
        return any(key.state(now()) == "live" for key in keys.list_keys(connection))


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1_000


def day(at: int) -> str:
    """The day of a time, UTC."""
    return datetime.fromtimestamp(at / 1e6, UTC).date().isoformat()


@contextmanager
def _changing(operation: str) -> Iterator[tuple[Connection, Callable[[str], None]]]:
    """A transaction in which one key is changed, and its row of the audit, which `about` names the key for."""
    named: list[str] = []
    with casework(read_settings()) as opened, opened.database.write() as connection:
        yield connection, named.append
        (key_id,) = named
        act = Act(f"uid:{os.getuid()}", "operator", operation, key_id, None, "command-line", "done")
        opened.chain.append(connection, [act], now())


def _say_new(key: Key, text: str) -> None:
    typer.echo(text)
    typer.echo(
        f"{key.role} key {key.key_id} for {key.name}, until {day(key.expires_at)}; it is not shown again", err=True
    )
