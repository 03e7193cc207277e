"""Who may do what: every operation, every role, every state of a key, as the one table says."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import anyio
import httpx
import pytest
from fastapi.routing import APIRoute

from api.app import routes
from api.security import ACCESS, KEY_SECONDS, OPEN, Door, may
from linkgraph.casework import keys
from linkgraph.casework.database import Database, open_database
from linkgraph.casework.keys import ROLES, Principal, Role
from linkgraph.errors import CaseworkError
from tests.api.serving import NOW, bearing, new_key, problem, publish, serving, settings_of
from tests.builders import WORLD

VALUES = {"account_id": "a1", "other_account_id": "a2", "ring_id": "r1", "run_id": "r-1"}
KEYED = [route for route in routes() if route.path not in OPEN]
STATES = ("none", "made up", "expired", "revoked", "of another home", "live")


@dataclass(frozen=True)
class House:
    """A server, and the text of a key for each role and state."""

    client: httpx.Client
    keys: Mapping[tuple[str, str], str]

    def ask(self, route: APIRoute, role: str, state: str) -> httpx.Response:
        """One request of an operation, with such a key."""
        (method,) = route.methods or {"GET"}
        path = re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "x"), route.path)
        headers = {} if state == "none" else bearing(self.keys[role, state])
        return self.client.request(method, path, headers=headers)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home, elsewhere = tmp_path_factory.mktemp("house"), tmp_path_factory.mktemp("elsewhere")
    publish(home, WORLD)
    made: dict[tuple[str, str], str] = {}
    for role in ROLES:
        made[role, "live"] = new_key(home, role)
        made[role, "made up"] = f"{made[role, 'live'][:-4]}AAAA"
        made[role, "expired"] = new_key(home, role, days=1, now=NOW - 86_400)
        made[role, "revoked"] = new_key(home, role)
        made[role, "of another home"] = new_key(elsewhere, role)
        revoke(home, made[role, "revoked"])
    with serving(home) as client:
        del client.headers["Authorization"]
        yield House(client, MappingProxyType(made))


def revoke(home: Path, text: str) -> None:
    """End a key."""
    with closing(open_database(settings_of(home).casework_url)) as database, database.write() as connection:
        keys.revoke(connection, text.split("_")[1], int(NOW * 1e6))


@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.operation_id)
def test_an_operation_is_open_to_the_roles_of_its_row_and_to_live_keys(house: House, route: APIRoute) -> None:
    for role, state in product(ROLES, STATES):
        answer = house.ask(route, role, state)
        if state != "live":
            problem(answer, 401, "unauthenticated")
            assert answer.headers["www-authenticate"] == "Bearer"
        elif role not in ACCESS[str(route.operation_id)]:
            problem(answer, 403, "forbidden")
        else:
            assert answer.status_code not in (401, 403), (role, answer.text)


def test_every_operation_has_its_row_and_every_row_its_operation() -> None:
    assert {route.operation_id for route in KEYED} == set(ACCESS)
    assert all(roles <= set(ROLES) for roles in ACCESS.values())
    assert len(KEYED) == len(ACCESS)


def test_an_operation_without_a_row_is_refused_to_everybody() -> None:
    assert [role for role in ROLES if may(Principal("k", "n", role, ("new",)), "new")] == []


def test_what_the_design_says_of_the_roles_holds_for_the_table() -> None:
    """Stated apart from the table: administrators read no customer data, viewers change nothing."""
    about_people = {each for each in ACCESS if not each.startswith(("read_run", "read_current_run", "verify_audit"))}
    assert [each for each in about_people if "admin" in ACCESS[each]] == []
    asking = {"what_if"}  # by POST, since what is asked may be long
    changing = {str(route.operation_id) for route in KEYED if route.methods != {"GET"}} - asking
    assert [each for each in changing if "viewer" in ACCESS[each]] == []


def test_a_service_may_only_do_what_its_key_names() -> None:
    service: Role = "service"
    assert may(Principal("k", "n", service, ("read_account",)), "read_account")
    assert not may(Principal("k", "n", service, ("read_account",)), "read_ring")
    assert not may(Principal("k", "n", service), "read_account")


@pytest.mark.parametrize("path", ["/v1/nowhere", "/", "/docs", "/metrics/x", "/livez/", "/livez%2f", "//livez"])
def test_what_is_not_named_open_needs_a_key(house: House, path: str) -> None:
    problem(house.client.get(path), 401, "unauthenticated")


@pytest.mark.parametrize("path", OPEN)
def test_what_is_open_needs_none(house: House, path: str) -> None:
    assert house.client.get(path).status_code == 200


def test_a_key_goes_in_one_header_and_nowhere_else(house: House) -> None:
    text = house.keys["lead", "live"]
    url = str(house.client.base_url)
    wrong: list[Any] = [
        {"Authorization": text},
        {"Authorization": f"Basic {text}"},
        {"Authorization": f"Bearer {text} {text}"},
        [("Authorization", f"Bearer {text}"), ("Authorization", f"Bearer {text}")],
        {"X-Api-Key": text},
        {"Cookie": f"key={text}"},
    ]
    assert {httpx.get(f"{url}/v1/rings", headers=each).status_code for each in wrong} == {401}
    assert httpx.get(f"{url}/v1/rings?key={text}").status_code == 401
    assert httpx.get(f"{url}/v1/rings", headers={"Authorization": f"bearer  {text}"}).status_code == 200


def test_what_is_missing_answers_the_same_to_all_who_may_ask(house: House) -> None:
    for role in sorted(ACCESS["read_account"]):
        answer = house.client.get("/v1/accounts/nobody", headers=bearing(house.keys[role, "live"]))
        problem(answer, 404, "not_found")


TOKEN = "0123456789abcdef" * 2


def with_tokens() -> Any:
    """The smallest world with tokens as long as real ones."""
    text = {"d1": TOKEN, "c1": TOKEN[::-1]}

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(each) for each in value]
        kind, colon, token = value.rpartition(":") if isinstance(value, str) else ("", "", "")
        return f"{kind}{colon}{text[token]}" if token in text else value

    def changed(table: Any) -> Any:
        rows = [{name: renamed(value) for name, value in row.items()} for row in table.to_pylist()]
        return type(table).from_pylist(rows, table.schema)

    return {name: changed(table) for name, table in WORLD.items()}


def test_a_viewer_reads_no_token_in_full_and_the_others_do(home: Path) -> None:
    publish(home, with_tokens())
    seen = dict.fromkeys(ACCESS, "")
    with serving(home) as client:
        for role, route in product(("viewer", "lead"), KEYED):
            path = re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "x"), route.path)
            if route.methods == {"GET"} and "verdict_id" not in route.path and role in ACCESS[str(route.operation_id)]:
                answer = client.get(path, headers=bearing(new_key(home, role)))
                assert answer.status_code == 200, answer.text
                seen[str(route.operation_id)] = answer.text
                if role == "viewer":
                    whole = [each for each in (TOKEN, TOKEN[::-1]) if each[:9] in answer.text]
                    assert whole == [], route.operation_id
                    assert TOKEN[:8] in answer.text or "runs" in path or path == "/v1/rings", path
        assert TOKEN in seen["read_account"]
        tags = {
            client.get("/v1/accounts/a1", headers=bearing(new_key(home, role))).headers["etag"] for role in ROLES[:2]
        }
    assert len(tags) == 2


def door(database: Database, clock: list[float]) -> Door:
    return Door(database, lambda: NOW, KEYED, lambda: clock[0])


def asked(text: str) -> dict[str, Any]:
    """A request of the account card."""
    scope = {"type": "http", "method": "GET", "path": "/v1/accounts/a1", "path_params": {}, "root_path": ""}
    return scope | {"headers": [(b"authorization", f"Bearer {text}".encode())]}


def test_a_revoked_key_is_refused_within_the_minute(database: Database) -> None:
    key, clock = keys.new_key("ann", "lead", (), 1, int(NOW * 1e6)), [0.0]
    with database.write() as connection:
        text = keys.create(connection, key)

    async def states() -> list[bool]:
        entrance, found = door(database, clock), []
        for at in (0.0, KEY_SECONDS - 0.1, KEY_SECONDS):
            clock[0] = at
            found.append((await entrance.enter(asked(text))).refusal is None)
            with database.write() as connection:
                keys.revoke(connection, key.key_id, int(NOW * 1e6))
        return found

    assert anyio.run(states) == [True, True, False]
    assert KEY_SECONDS <= 60


def test_the_use_of_a_key_is_kept(database: Database) -> None:
    key = keys.new_key("ann", "lead", (), 1, int(NOW * 1e6))
    with database.write() as connection:
        text = keys.create(connection, key)
    anyio.run(door(database, [0.0]).enter, asked(text))
    with database.read() as connection:
        assert keys.read_key(connection, key.key_id).last_used_at == int(NOW * 1e6)


def test_a_database_that_is_away_lets_nobody_in(database: Database) -> None:
    entrance = door(database, [0.0])
    with database.write() as connection:
        connection.exec_driver_sql("drop table keys")
    with pytest.raises(CaseworkError):
        anyio.run(entrance.enter, asked("lks_000000000000_" + 43 * "A"))
