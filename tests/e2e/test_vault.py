"""Values behind tokens, from feeds to a reveal; and that nothing but the vault holds them, with it or without."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.app import create_app
from ingest.normalize import Normalizer
from ingest.pipeline import take_files
from ingest.pseudonyms import read_keys
from ingest.reports import FileReport
from ingest.sources import Choice
from linkgraph import runs
from linkgraph.casework.audit import Row, Wanted, read_rows
from linkgraph.casework.idempotency import ANSWERS
from linkgraph.casework.opening import casework
from linkgraph.casework.vault import REVEALS
from linkgraph.commands.values import filling, tokeniser
from linkgraph.nightly import Plan, run_night
from linkgraph.settings import Settings, read_settings
from linkgraph.store import open_view
from tests.api.serving import bearing, listening, new_key, problem
from tests.unit.ingest.feeding import NOW, write

COUNT = 60
# One of each sort for every account, and a card number where a token belongs: such a row is refused.
EMAIL, PHONE, DEVICE = "marker.person{}@example.org", "+4915112{:06}", "marker-device-{}"
PANS = [f"4111111111{number:05}" for number in range(3)]


def ip(number: int) -> str:
    """An address of its own."""
    return f"198.51.{number % 100 + 100}.{number % 200 + 7}"


def feeds(folder: Path) -> Path:
    """Accounts in pairs that share a device."""
    write(
        folder / "accounts.csv",
        [
            {
                "account_id": f"A{number}",
                "created_at": "2025-12-01T00:00:00Z",
                "email": EMAIL.format(number),
                "phone": PHONE.format(number),
                "name": f"Marker Surname{number}",
            }
            for number in range(COUNT)
        ],
    )
    write(
        folder / "logins.csv",
        [
            {
                "account_id": f"A{number}",
                "at": f"2026-01-{day:02}T10:{number % 60:02}:00Z",
                "device_id": DEVICE.format(number // 2),
                "ip": ip(number),
            }
            for number in range(COUNT)
            for day in (3, 4)
        ],
    )
    return folder


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres), "no vault"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a published night, filled with a vault on each database, and without one."""
    home = tmp_path_factory.mktemp("values") / "home"
    key, server = home / "vault.key", request.param == "postgres"
    write(key, "ab" * 32).chmod(0o600)
    found = read_settings(
        home=home,
        database_url=request.getfixturevalue("postgres_server").new_database() if server else None,
        vault_key_file=None if request.param == "no vault" else key,
        threads=1,
        requests_per_minute=0,
    )
    with filling(found) as vault:
        take_files([feeds(home.parent / "feeds")], found, NOW, Choice(), nothing, vault)
    run_night(found, Plan())
    return found


def nothing(report: FileReport) -> None:
    """Progress nobody watches."""


@contextmanager
def served(settings: Settings) -> Iterator[httpx.Client]:
    """A client of that home with a key of an investigator."""
    headers = bearing(new_key_of(settings, "investigator"))
    with (
        tokeniser(settings) as tokenise,
        listening(create_app(settings, lambda: NOW / 1e6, tokenise=tokenise)) as url,
        httpx.Client(base_url=url, headers=headers) as client,
    ):
        yield client


def new_key_of(settings: Settings, role: str) -> str:
    """The text of a key."""
    return new_key(settings.home, role, now=NOW / 1e6, settings=settings)


def audit(settings: Settings) -> list[Row]:
    """All rows, oldest first."""
    with casework(settings) as opened, opened.database.read() as connection:
        return read_rows(connection, Wanted(), 1_000)[::-1]


def reveals(settings: Settings) -> int:
    """How many there were."""
    with casework(settings) as opened, opened.database.read() as connection:
        return len(connection.execute(select(REVEALS)).all())


def token(settings: Settings, kind: str, value: str) -> str:
    """As ingest makes it."""
    with closing(Normalizer(read_keys(None, settings.home), threads=1)) as normalizer:
        found, fault = normalizer.token_of(kind, value)
    assert fault is None
    return str(found)


def asked(settings: Settings, number: int = 3, **changes: Any) -> dict[str, Any]:
    """A reveal of three things of one account."""
    values = {"email": EMAIL, "phone": PHONE, "device": DEVICE}
    tokens = [
        {"kind": kind, "identifier": token(settings, kind, form.format(number // 2 if kind == "device" else number))}
        for kind, form in values.items()
    ]
    return {
        "case_id": "C-17",
        "account_id": f"A{number}",
        "tokens": tokens,
        "reason": "call back the holder",
    } | changes


def test_a_value_is_found_by_its_token(settings: Settings) -> None:
    with served(settings) as client:
        body = {"kind": "device", "value": f"  {DEVICE.format(4)} ", "case_id": "C-17"}
        data = client.post("/v1/search", json=body).json()["data"]
        assert [match["account_id"] for match in data["matches"]] == ["A9", "A8"]
        assert data["identifier"] == token(settings, "device", DEVICE.format(4))
        nobody = client.post("/v1/search", json=body | {"value": "marker-nobody"})
        assert (nobody.status_code, nobody.json()["data"]["matches"]) == (200, [])
        wrong = client.post("/v1/search", json={"kind": "email", "value": "marker", "case_id": "C-17"})
        assert problem(wrong, 422, "invalid_field")["errors"] == [{"pointer": "/body/value", "code": "malformed"}]
        assert "marker" not in wrong.text
    rows = audit(settings)[-3:]
    assert [(row.operation, row.purpose, row.status) for row in rows[:2]] == [("search", "C-17", 200)] * 2
    assert rows[0].object == f"device:{data['identifier']}"


def test_values_are_revealed_once_for_a_reason_or_not_at_all(settings: Settings) -> None:
    with served(settings) as client:
        sent, body = {"Idempotency-Key": "k1"}, asked(settings)
        answer = client.post("/v1/reveals", json=body, headers=sent)
        if settings.vault_key_file is None:
            problem(answer, 409, "no_vault")
            return
        data = answer.json()["data"]
        assert [each["value"] for each in data["values"]] == [EMAIL.format(3), PHONE.format(3), DEVICE.format(1)]
        again = client.post("/v1/reveals", json=body, headers=sent)
        assert again.json()["data"] == data
        problem(client.post("/v1/reveals", json=asked(settings, 5), headers=sent), 422, "idempotency_key_reused")
        problem(client.post("/v1/reveals", json=body), 400, "idempotency_key_missing")
    with casework(settings) as opened, opened.database.read() as connection:
        (kept,) = connection.execute(select(ANSWERS.c.body)).scalars()
        (reveal,) = connection.execute(select(REVEALS).where(REVEALS.c.account_id == "A3")).all()
    assert "marker" not in kept
    assert (reveal.reveal_id, reveal.reason) == (data["reveal_id"], "call back the holder")
    rows = [row for row in audit(settings) if row.operation == "reveal"]
    assert [(row.object, row.purpose, row.status) for row in rows[:2]] == [("A3", "C-17", 200)] * 2
    assert [row.after is None for row in rows[:2]] == [False, True]
    assert [(row.object or "")[:1] for row in rows[2:]] == ["~", ""]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"account_id": "A4"}, 404),
        ({"account_id": "nobody"}, 404),
        ({"tokens": [{"kind": "email", "identifier": "0" * 32}]}, 404),
        ({"tokens": []}, 422),
        ({"tokens": [{"kind": "email", "identifier": "marker@example.org"}]}, 422),
        ({"case_id": ""}, 422),
        ({"case_id": "C 17"}, 422),
        ({"reason": "short"}, 422),
        ({"reason": "card 4111 1111 1111 1111 of the holder"}, 422),
        ({"reason": "a reason with \u202e turned text"}, 422),
        ({"role": "admin"}, 422),
    ],
)
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_is_not_his_or_not_complete_is_not_revealed(settings: Settings, changes: Any, status: int) -> None:
    before = reveals(settings)
    with served(settings) as client:
        answer = client.post("/v1/reveals", json=asked(settings, **changes), headers={"Idempotency-Key": "k"})
    assert answer.status_code == status, answer.text
    assert "marker" not in answer.text
    assert reveals(settings) == before


def test_raw_values_are_in_the_vault_and_nowhere_else(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """Ledger, runs, graph, audit, answers, problems, logs, metrics; files byte by byte, tables row by row."""
    pans = [{"account_id": "A1", "at": "2026-01-05T10:00:00Z", "card_token": pan} for pan in PANS]
    rejected = write(settings.home.parent / "payments.csv", pans)
    with filling(settings) as vault, caplog.at_level(logging.DEBUG), pytest.raises(Exception) as refused:
        take_files([rejected], settings, NOW, Choice("payments"), nothing, vault)
    texts = [str(refused.value)]
    with served(settings) as client, caplog.at_level(logging.DEBUG):
        for path in ("/v1/accounts/A3", "/v1/accounts/A3/explanation", "/v1/rings", "/metrics", "/openapi.json"):
            texts.append(client.get(path).text)
        for value in (EMAIL.format(3), PHONE.format(3), PANS[0]):
            texts.append(client.get(f"/v1/accounts/{value}").text)
            texts.append(client.post("/v1/search", json={"kind": value, "value": value, "case_id": value}).text)
            body = {"kind": "email", "value": value, "case_id": "C-1"}
            texts.append(str(client.post("/v1/search", json=body).json()))
        client.post("/v1/reveals", json=asked(settings), headers={"Idempotency-Key": "k1"})
        texts.append(client.get("/metrics").text)
    ours = [record for record in caplog.records if record.name.startswith(("linkgraph", "uvicorn.error"))]
    texts += [str(record.__dict__) for record in ours]
    texts += [json.dumps([row._asdict() for row in audit(settings)])]
    with closing(open_view(settings, runs.open_run(settings.home))) as view:
        texts.append(str(view.links(["A3"], 100)))
    with casework(settings) as opened, opened.database.read() as connection:
        tables = connection.exec_driver_sql(_TABLES[connection.dialect.name]).scalars().all()
        texts += [str(connection.exec_driver_sql(f'select * from "{name}"').all()) for name in tables]
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    found = [path.read_bytes() for path in files]
    markers = ["marker", "Marker", PHONE.format(3), *PANS, ip(3)]
    for marker in markers:
        assert [text[:200] for text in texts if marker in text] == []
        assert [str(path) for path, content in zip(files, found, strict=True) if marker.encode() in content] == []


_TABLES = {
    "sqlite": "select name from sqlite_master where type = 'table'",
    "postgresql": "select tablename from pg_tables where schemaname = 'public'",
}
