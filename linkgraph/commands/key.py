"""`linkgraph key`: who may use the API."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from linkgraph.casework import keys
from linkgraph.casework.database import Database, open_database
from linkgraph.casework.keys import Key
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
    with _database() as database, database.write() as connection:
        text = keys.create(connection, key)
    _say_new(key, text)


@app.command("list")
def list_keys(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """All keys with role, state, expiry and last use."""
    with _database() as database, database.read() as connection:
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
    with _database() as database, database.write() as connection:
        keys.revoke(connection, key_id, now())


@app.command()
def rotate(key_id: str, days: Days = 90) -> None:
    """Make a key to take another's place and print it; both are live until the old one is revoked."""
    with _database() as database, database.write() as connection:
        key = keys.successor(connection, key_id, days, now())
        text = keys.create(connection, key)
    _say_new(key, text)
    typer.echo(f"when it is in use: linkgraph key revoke {key_id}", err=True)


def has_live_key() -> bool:
    """Whether anybody can use the API."""
    with _database() as database, database.read() as connection:
        return any(key.state(now()) == "live" for key in keys.list_keys(connection))


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1_000


def day(at: int) -> str:
    """The day of a time, UTC."""
    return datetime.fromtimestamp(at / 1e6, UTC).date().isoformat()


@contextmanager
def _database() -> Iterator[Database]:
    with closing(open_database(read_settings().casework_url)) as database:
        yield database


def _say_new(key: Key, text: str) -> None:
    typer.echo(text)
    typer.echo(
        f"{key.role} key {key.key_id} for {key.name}, until {day(key.expires_at)}; it is not shown again", err=True
    )
