"""Hostile text in every string of every operation: no server error, nothing of it comes back, and nothing changes.

What is sent is made from the OpenAPI document, so that a new operation is in it the day it is served.
"""

import copy
import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from linkgraph.casework.database import open_database
from tests.api.serving import bearing, new_key, publish, serving, settings_of
from tests.builders import WORLD

MARK = "Mallory"
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
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("injection")
    publish(found, WORLD)
    return found


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[httpx.Client]:
    with serving(home, vault=True) as opened:
        yield opened


def example(schema: Any, document: Any) -> Any:
    """Some value of a schema, from its examples."""
    if "$ref" in schema:
        return example(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("type") == "object":
        return {name: example(each, document) for name, each in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [example(schema["items"], document)]
    options = [each for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())) if each.get("type") != "null"]
    return example(options[0], document) if options else schema.get("default", 1 if schema.get("type") else None)


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
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    body = example(content, document) if content else None

    def sending(place: str, changed: dict[str, dict[str, str]], new_body: Any) -> Sending:
        filled = path
        for name, value in changed["path"].items():
            filled = filled.replace(f"{{{name}}}", quote(value, safe=""))
        return Sending(method, filled, place, changed["query"], changed["header"], new_body)

    for parameter in parameters:
        changed = copy.deepcopy(given)
        changed[parameter["in"]][parameter["name"]] = text
        yield sending(f"{parameter['in']}.{parameter['name']}", changed, body)
    for leaf in leaves(body):
        yield sending(f"body.{'.'.join(map(str, leaf))}", given, replaced(body, leaf, text))
    yield sending("query.new", {**given, "query": {**given["query"], text: "1"}}, body)
    if isinstance(body, dict):
        yield sending("body.new", given, {**body, text: text})


def state(home: Path) -> str:
    """Everything but the audit, the keys' last use and the answers kept for changes."""
    digest = hashlib.sha256((home / "runs" / "r-1" / "graph.duckdb").read_bytes())
    with closing(open_database(settings_of(home).casework_url)) as database, database.read() as connection:
        for name in ("keys", "verdicts", "vault", "reveals"):
            columns = "key_id, name, role, secret_hash, revoked_at" if name == "keys" else "*"
            rows = connection.exec_driver_sql(f"select {columns} from {name} order by 1").all()
            digest.update(json.dumps([list(map(str, row)) for row in rows]).encode())
    return digest.hexdigest()


def sendable(sending: Sending) -> bool:
    """A header holds what a header can hold."""
    return all(each.isascii() and each.isprintable() for each in sending.headers.values())


@pytest.mark.parametrize("number", range(len(CORPUS)))
def test_hostile_text_is_only_text(
    home: Path, client: httpx.Client, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    document = client.get("/openapi.json").json()
    keys = {role: new_key(home, role) for role in ("lead", "investigator", "compliance", "admin")}
    before, seen = state(home), 0
    with caplog.at_level(logging.INFO):
        for roles, sending in sendings(document, CORPUS[number]):
            if not sendable(sending):
                continue
            role = next(each for each in keys if each in roles)
            answer = _send(client, sending, bearing(keys[role]))
            seen += 1
            where = (sending.method, sending.path[:80], sending.place, answer.status_code)
            assert answer.status_code < 500, where
            assert "x-injected" not in answer.headers, where
            if answer.status_code >= 400:
                assert MARK not in answer.text + str(answer.headers), where
    assert seen > 60
    ours = [record.__dict__ for record in caplog.records if record.name.startswith(("linkgraph", "uvicorn.error"))]
    assert MARK not in str(ours)
    assert MARK not in client.get("/metrics").text
    assert state(home) == before


def _send(client: httpx.Client, sending: Sending, key: dict[str, str]) -> httpx.Response:
    content = {} if sending.body is None else {"content": json.dumps(sending.body)}
    headers = {**sending.headers, **key, "Content-Type": "application/json"}
    return client.request(sending.method, sending.path, params=sending.query, headers=headers, **content)  # type: ignore[arg-type]
