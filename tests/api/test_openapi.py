"""The document says all that is served, and what is served is what the document says."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api.app import create_app, routes
from api.security import OPEN
from tests.api.serving import settings_of

PATHS = [
    "/v1/accounts/{account_id}",
    "/v1/accounts/{account_id}/explanation",
    "/v1/accounts/{account_id}/links/{other_account_id}",
    "/v1/rings",
    "/v1/rings/{ring_id}",
    "/v1/rings/{ring_id}/history",
    "/v1/runs/current",
    "/v1/runs/{run_id}",
    "/livez",
    "/readyz",
]
WITHOUT_PARAMETERS = ("/v1/runs/current", "/livez", "/readyz")
PROBLEMS = {"400", "404", "413", "414", "422", "431", "500", "503"}


@pytest.fixture(scope="module")
def document(world: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = world.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operation."""
    for path, methods in document["paths"].items():
        assert list(methods) == ["get"]
        yield path, methods["get"]


def test_every_route_is_in_the_document(document: dict[str, Any], tmp_path: Any) -> None:
    app = create_app(settings_of(tmp_path), lambda: 0.0)
    served = {path for path, _ in operations(document)}
    assert served == set(PATHS)
    assert {route.path for route in routes()} == served
    assert app.openapi()["paths"].keys() == served


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
    assert len(seen) == len(document["paths"])


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
        assert set(schema["required"]) == set(schema["properties"]), name
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_the_document_names_only_schemas_that_it_has(document: dict[str, Any]) -> None:
    named = {part.split('"')[0] for part in str(document).replace("'", '"').split("#/components/schemas/")[1:]}
    assert named <= set(document["components"]["schemas"])


@pytest.fixture(scope="module")
def described(world: httpx.Client) -> Any:
    return schemathesis.openapi.from_url(f"{world.base_url}/openapi.json")


@pytest.fixture(scope="module")
def headers(world: httpx.Client) -> dict[str, str]:
    return {"Authorization": world.headers["Authorization"]}


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        *((path, GenerationMode.POSITIVE) for path in PATHS),
        *((path, GenerationMode.NEGATIVE) for path in PATHS if path not in WITHOUT_PARAMETERS),
    ],
)
def test_what_is_served_is_what_is_described(
    described: Any, headers: dict[str, str], path: str, mode: GenerationMode
) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=described[path]["GET"].as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        # Of its own accord nobody makes a cursor that we have signed.
        excluded = [positive_data_acceptance] if "cursor" in (case.query or {}) else []
        answer = case.call(headers=headers)
        # Two ids that are too long make an address that is: refused too, by a status that the check does not know.
        excluded += [negative_data_rejection] if answer.status_code == 414 else []
        case.validate_response(answer, headers=headers, excluded_checks=excluded)

    holds()
