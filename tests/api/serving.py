"""A real server on a free port of loopback, over the real application, for as long as a block lasts."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from api.app import create_app, routes
from api.schemas.base import Problem
from api.security import ACCESS
from api.server import configured, listen
from api.views import OpenView
from linkgraph.casework import keys
from linkgraph.casework.database import open_database
from linkgraph.runs import Run
from linkgraph.settings import Settings, read_settings
from linkgraph.store import open_view
from tests.builders import AS_OF, Tables
from tests.conftest import Store

NOW = AS_OF + 3_600
ROUTES = routes()


def settings_of(home: Path) -> Settings:
    """Settings of an embedded store, and of a server that does not count requests."""
    return read_settings(home=home, store="embedded", threads=1, memory_limit="256MB", requests_per_minute=0)


def publish(home: Path, content: Tables, run_id: str = "r-1") -> Run:
    """Write a run and make it the published one."""
    return Store(settings_of(home)).publish(content, run_id)


def new_key(home: Path, role: str = "lead", days: int = 400, now: float = NOW, settings: Settings | None = None) -> str:
    """The text of a new key; a service's may use every operation."""
    scope = tuple(ACCESS) if role == "service" else ()
    key = keys.new_key(f"test {role}", role, scope, days, int(now * 1e6))
    with (
        closing(open_database((settings or settings_of(home)).casework_url)) as database,
        database.write() as connection,
    ):
        return keys.create(connection, key)


def bearing(text: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"Authorization": f"Bearer {text}"}


def tokenise(kind: str, value: str) -> tuple[str | None, str | None]:
    """Some token of a value."""
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:32], None


def declared(response: httpx.Response) -> None:
    """Whatever a test asks: the answer holds the fields that its operation declares, and no other."""
    response.read()
    request = response.request
    path = request.url.raw_path.partition(b"?")[0].decode("latin-1")
    if not response.content or response.status_code == 304:
        return
    if response.status_code >= 400:
        Problem.model_validate_json(response.content)
        return
    for route in ROUTES:
        if request.method in (route.methods or ()) and route.path_regex.match(path):
            route.response_model.model_validate_json(response.content)
            return


@contextmanager
def serving(
    home: Path,
    now: Callable[[], float] = lambda: NOW,
    open_view: OpenView = open_view,
    role: str = "lead",
    vault: bool = False,
) -> Iterator[httpx.Client]:
    """A client of the application over `home`, with a key of its own."""
    settings = settings_of(home)
    if vault:
        (home / "vault.key").touch(0o600)
        (home / "vault.key").write_text("ab" * 32)
        settings = settings.model_copy(update={"vault_key_file": home / "vault.key"})
    headers = bearing(new_key(home, role))
    with (
        listening(create_app(settings, now, open_view, tokenise)) as url,
        httpx.Client(base_url=url, headers=headers, event_hooks={"response": [declared]}) as client,
    ):
        yield client


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """The address of a running server."""
    with listen("127.0.0.1", 0) as taken:
        server = uvicorn.Server(configured(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem in a response, whose form is checked."""
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    found: dict[str, Any] = response.json()
    assert found["code"] == code
    assert found["status"] == status
    assert found["request_id"] == response.headers["x-request-id"]
    assert set(found) == {"type", "title", "status", "code", "request_id", "errors"}
    return found
