"""The document says all that is served, and what is served is what the document says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api.app import create_app, routes
from api.security import OPEN
from linkgraph.casework.keys import ROLES
from tests.api.serving import bearing, new_key, settings_of

OPERATIONS = [
    ("GET", "/v1/accounts/{account_id}"),
    ("GET", "/v1/accounts/{account_id}/explanation"),
    ("POST", "/v1/accounts/{account_id}/what-if"),
    ("GET", "/v1/accounts/{account_id}/links/{other_account_id}"),
    ("GET", "/v1/accounts/{account_id}/neighbourhood"),
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
WITHOUT_PARAMETERS = ("/v1/runs/current", "/v1/audit/verify", "/livez", "/readyz")
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


def test_the_document_names_only_schemas_that_it_has(document: dict[str, Any]) -> None:
    named = {part.split('"')[0] for part in str(document).replace("'", '"').split("#/components/schemas/")[1:]}
    assert named <= set(document["components"]["schemas"])


@pytest.fixture(scope="module")
def described(world: httpx.Client) -> Any:
    return schemathesis.openapi.from_url(f"{world.base_url}/openapi.json")


@pytest.fixture(scope="module")
def keys(world: httpx.Client, world_home: Path) -> dict[str, dict[str, str]]:
    """For each role the header with a key of it."""
    return {role: bearing(new_key(world_home, role)) for role in ROLES}


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        *((*each, GenerationMode.POSITIVE) for each in OPERATIONS),
        *((*each, GenerationMode.NEGATIVE) for each in OPERATIONS if each[1] not in WITHOUT_PARAMETERS),
    ],
)
def test_what_is_served_is_what_is_described(
    described: Any, keys: dict[str, dict[str, str]], method: str, path: str, mode: GenerationMode
) -> None:
    operation = described[path][method]
    roles = operation.definition.raw.get("x-roles") or ["viewer"]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy(generation_mode=mode), role=st.sampled_from(roles))
    def holds(case: Any, role: str) -> None:
        # Of its own accord nobody makes a cursor that we have signed.
        excluded = [positive_data_acceptance] if "cursor" in (case.query or {}) else []
        # Which targets go with which verdict no schema says, nor whether a reason is plain text.
        unsaid = method == "POST" and ("/verdicts" in path or path == "/v1/reveals")
        excluded += [positive_data_acceptance] if unsaid else []
        answer = case.call(headers=keys[role])
        # Two ids that are too long make an address that is: refused too, by a status that the check does not know.
        # Nor does it know the status of a version that is none.
        excluded += [negative_data_rejection] if answer.status_code in (412, 414) else []
        # Whatever is put into an address is a text, so that a filter which takes any text refuses none.
        excluded += [negative_data_rejection] if path == "/v1/audit" else []
        case.validate_response(answer, headers=keys[role], excluded_checks=excluded)

    holds()
