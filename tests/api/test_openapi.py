"""The document says all that is served; that what is served is what it says is `test_fuzz.py`."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from api.app import create_app, routes
from api.security import OPEN
from tests.api.serving import declared, settings_of

OPERATIONS = [
    ("GET", "/v1/accounts/{account_id}"),
    ("GET", "/v1/accounts/{account_id}/explanation"),
    ("POST", "/v1/accounts/{account_id}/what-if"),
    ("GET", "/v1/accounts/{account_id}/links/{other_account_id}"),
    ("GET", "/v1/accounts/{account_id}/neighbourhood"),
    ("GET", "/v1/accounts/{account_id}/timeline"),
    ("GET", "/v1/rings"),
    ("GET", "/v1/rings/{ring_id}"),
    ("GET", "/v1/rings/{ring_id}/graph"),
    ("GET", "/v1/rings/{ring_id}/history"),
    ("GET", "/v1/runs/current"),
    ("GET", "/v1/runs/{run_id}"),
    ("POST", "/v1/verdicts/preview"),
    ("POST", "/v1/verdicts"),
    ("GET", "/v1/verdicts"),
    ("GET", "/v1/verdicts/{verdict_id}"),
    ("GET", "/v1/verdicts/{verdict_id}/outcome"),
    ("POST", "/v1/verdicts/{verdict_id}/approve"),
    ("POST", "/v1/verdicts/{verdict_id}/reject"),
    ("POST", "/v1/verdicts/{verdict_id}/withdraw"),
    ("POST", "/v1/search"),
    ("POST", "/v1/reveals"),
    ("GET", "/v1/audit"),
    ("POST", "/v1/audit/verify"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
]
PROBLEMS = set(map(str, range(400, 600)))


@pytest.fixture(scope="module")
def document(world: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = world.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operation."""
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def test_every_route_is_in_the_document(document: dict[str, Any], tmp_path: Any) -> None:
    app = create_app(settings_of(tmp_path), lambda: 0.0)
    served = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert served == set(OPERATIONS)
    assert {(method, route.path) for route in routes() for method in route.methods or ()} == served
    assert app.openapi()["paths"].keys() == document["paths"].keys()


def test_every_operation_is_described_whole(document: dict[str, Any]) -> None:
    seen = set()
    for path, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["tags"], path
        assert operation["security"] == ([] if path in OPEN else [{"key": []}])
        assert (path in OPEN) is ("x-roles" not in operation)
        seen.add(operation["operationId"])
        for parameter in operation.get("parameters", []):
            assert parameter["schema"].get("examples") or "default" in parameter["schema"], (path, parameter["name"])
    assert len(seen) == len(OPERATIONS)


def test_every_answer_of_every_operation_is_described_whole(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        for status, answer in operation["responses"].items():
            assert answer["description"], (path, status)
            assert "X-Request-Id" in answer["headers"], (path, status)
            if status in PROBLEMS:
                (media,) = answer["content"].items()
                assert media[0] == "application/problem+json"
                assert media[1]["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert all(example["value"]["status"] == int(status) for example in media[1]["examples"].values())
        assert ("Retry-After" in operation["responses"].get("503", {}).get("headers", {})) is (path != "/livez")


def test_every_part_of_an_answer_is_closed_and_has_an_example_or_a_meaning(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema["additionalProperties"] is False, name
        assert schema["description"], name
        # What is sent may leave things out; an answer never does.
        assert name.endswith("In") or set(schema["required"]) == set(schema["properties"]), name
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_a_field_that_is_not_declared_is_noticed(world: httpx.Client) -> None:
    """Every test's answers go through `declared`, which can fail."""
    answer = world.get("/v1/accounts/a1")
    assert answer.status_code == 200
    more = answer.json()
    more["data"]["card_number"] = "4111111111111111"
    with pytest.raises(ValidationError, match="card_number"):
        declared(httpx.Response(200, json=more, request=answer.request))
    with pytest.raises(ValidationError, match="detail"):
        declared(httpx.Response(422, json={**world.get("/nowhere").json(), "detail": []}, request=answer.request))


def test_the_document_names_only_schemas_that_it_has(document: dict[str, Any]) -> None:
    named = {part.split('"')[0] for part in str(document).replace("'", '"').split("#/components/schemas/")[1:]}
    assert named <= set(document["components"]["schemas"])


def test_an_answer_leads_to_operations_that_take_what_it_hands_on(document: dict[str, Any]) -> None:
    named = {operation["operationId"]: operation for _, operation in operations(document)}
    for _, operation in operations(document):
        success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        for name, link in success.get("links", {}).items():
            taken = {each["name"] for each in named[link["operationId"]]["parameters"]}
            given = {each.removeprefix("header.") for each in link["parameters"]}
            assert given <= taken, name
            assert ("If-Match" in given) is ("If-Match" in taken), name


def test_the_case_is_described_as_it_is_held(document: dict[str, Any]) -> None:
    """A check by a function, standing before the pattern, once kept the pattern out of the document."""
    found = [
        parameter["schema"]
        for _, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "case_id"
    ]
    assert found
    assert all("pattern" in str(schema) for schema in found)
