"""Hostile text in every string of every operation: no server error, nothing of it comes back, and nothing changes.

What is sent is made from the OpenAPI document, so that a new operation is in it the day it is served.
"""

import copy
import json
import logging
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from api.changes import KEY_HEADER
from linkgraph.casework.database import open_database
from linkgraph.casework.rulings import is_reason
from tests.api.night import NOW, Night, narrow, small_night
from tests.api.serving import bearing, new_key, serving, settings_of
from tests.builders import digests_of

MARK = "Mallory"
# One more than there are things that one place of a body may hold.
CHOICES = 4
# Headers that no operation names and every client may send.
HEADERS = (
    "Authorization",
    "Cookie",
    "If-None-Match",
    "Origin",
    "Referer",
    "User-Agent",
    "X-Forwarded-For",
    "X-Request-Id",
)
CORPUS = [
    f"{MARK}' OR '1'='1",
    f'{MARK}"}}) MATCH (n) DETACH DELETE n //',
    f"{MARK}`) CALL dbms.shutdown() //",
    f"{MARK}\\u0027 UNION MATCH (n) RETURN n",
    f"{MARK}' UNION SELECT * FROM keys --",
    f"{MARK}'; DROP TABLE audit; --",
    f"{MARK} LOAD CSV FROM 'file:///etc/passwd' AS x",
    f"{MARK}' || (SELECT secret_hash FROM keys) || '",
    f"$where {MARK} {{{{7*7}}}} ${{jndi:ldap://127.0.0.1/{MARK}}}",
    f"../../../../etc/passwd{MARK}",
    f"<script>{MARK}</script>",
    f"=cmd|'/c {MARK}'!A1",
    f"{MARK}\r\nX-Injected: yes",
    f"{MARK}\u202e\u0000\ufeff",
    f"{MARK}" * 200,
]


class Sending(NamedTuple):
    """A request with one hostile text, and where that stands."""

    method: str
    path: str
    place: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return small_night(tmp_path_factory.mktemp("injection"))


@pytest.fixture(scope="module")
def client(night: Night) -> Iterator[httpx.Client]:
    with serving(night.settings.home, lambda: NOW, vault=True) as opened:
        yield opened


def example(schema: Any, document: Any, choice: int = 0) -> Any:
    """Some value of a schema, from its examples; where it may be one of several things, the one of that number.

    The first choice leaves out what may be left out.
    """
    if "$ref" in schema:
        return example(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, choice)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("examples") and schema.get("type") not in ("array", "object"):
        return schema["examples"][0]
    if schema.get("type") == "object":
        wanted = schema.get("required", ()) if choice == 0 else schema["properties"]
        return {name: example(schema["properties"][name], document, choice) for name in wanted}
    if schema.get("type") == "array":
        return [example(schema["items"], document, choice)]
    options = [each for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())) if each.get("type") != "null"]
    if not options:
        return schema.get("default", 1 if schema.get("type") else None)
    return example(options[min(choice, len(options) - 1)], document, choice)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where texts stand in a body."""
    if isinstance(value, str):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from leaves(each, (*path, key))


def replaced(body: Any, path: tuple[Any, ...], text: str) -> Any:
    """The body with another text at one place."""
    changed = copy.deepcopy(body)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = text
    return changed


def sendings(document: Any, text: str) -> Iterator[tuple[list[str], Sending]]:
    """Every operation, with the text in every place in turn; and its roles."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            roles = operation.get("x-roles", ["lead"])
            for sending in _of_operation(method.upper(), path, operation, document, text):
                yield roles, sending


def _of_operation(method: str, path: str, operation: Any, document: Any, text: str) -> Iterator[Sending]:
    parameters = operation.get("parameters", [])
    given = {place: {} for place in ("path", "query", "header")}  # type: dict[str, dict[str, str]]
    for parameter in parameters:
        if parameter["in"] == "path" or parameter.get("required"):
            given[parameter["in"]][parameter["name"]] = str(example(parameter["schema"], document))
    bodies = _bodies(operation, document)

    def sending(place: str, name: str, body: Any) -> Sending:
        changed = given if place == "body" else {**given, place: {**given[place], name: text}}
        filled = path
        for part, value in changed["path"].items():
            filled = filled.replace(f"{{{part}}}", quote(value, safe=""))
        return Sending(method, filled, f"{place}.{name}", changed["query"], changed["header"], body)

    places = [(parameter["in"], parameter["name"]) for parameter in parameters]
    # No route sees these: one shows for all what becomes of them.
    places += [("header", name) for name in HEADERS if path == "/v1/runs/current"]
    yield from (sending(place, name, bodies[0]) for place, name in (*places, ("query", text)))
    # The same place of two bodies once, in the first: the shortest, which is taken most likely.
    bodies_of = {leaf: body for body in reversed(bodies) for leaf in leaves(body)}
    for leaf, body in bodies_of.items():
        yield sending("body", ".".join(map(str, leaf)), replaced(body, leaf, text))
    if isinstance(bodies[0], dict):
        yield sending("body", "new", {**bodies[0], text: text})


def _bodies(operation: Any, document: Any) -> list[Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return [example(content, document, choice) for choice in range(CHOICES)] if content else [None]


def rows_of(home: Path, table: str, columns: str = "*") -> list[dict[str, Any]]:
    """Rows of a table of the casework database."""
    with closing(open_database(settings_of(home).casework_url)) as database, database.read() as connection:
        return [dict(row) for row in connection.exec_driver_sql(f"select {columns} from {table} order by 1").mappings()]


def state(night: Night) -> tuple[dict[str, str], Any]:
    """The store's files, keys but for their last use, and the vault."""
    home = night.settings.home
    return digests_of(home / "runs" / night.run_id / "graph"), [
        rows_of(home, "keys", "key_id, name, role, secret_hash, revoked_at"),
        rows_of(home, "vault"),
    ]


def sendable(sending: Sending) -> bool:
    """A header holds what a header can hold."""
    return all(each.isascii() and each.isprintable() for each in sending.headers.values())


@pytest.mark.parametrize("number", range(len(CORPUS)))
def test_hostile_text_is_only_text(
    night: Night, client: httpx.Client, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    document, text, home = client.get("/openapi.json").json(), CORPUS[number], night.settings.home
    narrow(document, night)
    keys = {role: new_key(home, role, now=NOW) for role in ("lead", "investigator", "compliance", "admin")}
    before, statuses = state(night), Counter[int]()
    with caplog.at_level(logging.INFO):
        for roles, sending in sendings(document, text):
            if not sendable(sending):
                continue
            answer = _send(client, sending, bearing(keys[next(each for each in keys if each in roles)]))
            statuses[answer.status_code] += 1
            where = (sending.method, sending.path[:80], sending.place, answer.status_code)
            assert answer.status_code < 500, where
            assert "x-injected" not in answer.headers, where
            if answer.status_code >= 400:
                assert MARK not in answer.text + str(answer.headers), where
    assert statuses.total() > 80
    ours = [record.__dict__ for record in caplog.records if record.name.startswith(("linkgraph", "uvicorn.error"))]
    assert MARK not in str(ours)
    assert MARK not in client.get("/metrics").text
    assert state(night) == before
    check_kept(home, text)


def check_kept(home: Path, text: str) -> None:
    """What may be kept as a reason stands in the one row it belongs to, letter by letter; what may not, nowhere."""
    for table, shortest in (("verdicts", 1), ("reveals", 10)):
        kept = [row for row in rows_of(home, table) if MARK in str(row)]
        mine = [row for row in kept if row["reason"] == text]
        assert bool(mine) is (is_reason(text) and len(text) >= shortest), (table, text)
        assert all(MARK not in str({**row, "reason": ""}) for row in kept)
        assert {row["reason"] for row in kept} <= set(CORPUS)
    assert MARK not in str(rows_of(home, "audit"))


def _send(client: httpx.Client, sending: Sending, key: dict[str, str]) -> httpx.Response:
    content = {} if sending.body is None else {"content": json.dumps(sending.body)}
    # Else the second change would be refused for having been sent before.
    new = {} if sending.place.endswith(KEY_HEADER) else {KEY_HEADER: secrets.token_hex(8)}
    headers = {**key, **sending.headers, **new, "Content-Type": "application/json"}
    return client.request(sending.method, sending.path, params=sending.query, headers=headers, **content)  # type: ignore[arg-type]
