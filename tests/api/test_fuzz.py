"""What schemathesis makes of the document, for every operation and role: no server error, no ignored key, no surprise.

All its checks are held; where one is left out for some answers, the reason stands beside it. `make fuzz` sends at least
1,000 examples per operation and role.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api.app import routes
from api.security import ACCESS
from linkgraph.casework.keys import ROLES
from tests.api.night import NOW, Night, narrow, small_night
from tests.api.serving import bearing, new_key, serving
from tests.sizes import SHARE, sized

pytestmark = pytest.mark.sized

WITHOUT_PARAMETERS = ("/v1/runs/current", "/v1/audit/verify", "/livez", "/readyz")
# What fits the document, what does not, and what fits and names things that are there.
MODES = ("fitting", "wrong", "known")
# Where chance alone seldom finds what is taken: a verdict that is there, the one version of it, a target that fits.
SELDOM = ("/v1/verdicts", "/v1/reveals")
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": SHARE == 0, "database": None}
# What is found is shown as it was found in the gate; `make fuzz` looks for the smallest.
PHASES = (Phase.explicit, Phase.generate, *((Phase.shrink,) if SHARE else ()))


def cases() -> Iterator[Any]:
    """Every operation with every role that has it, in every mode."""
    for route in routes():
        (method,) = route.methods or {"GET"}
        modes = MODES[:1] if route.path in WITHOUT_PARAMETERS else MODES
        for role in (each for each in ROLES if each in ACCESS.get(str(route.operation_id), ROLES[:1])):
            for mode in modes:
                name = f"{route.operation_id}-{role}-{mode}"
                yield pytest.param(method, route.path, role, mode, sized(6, 1_200 // len(modes)), id=name)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return small_night(tmp_path_factory.mktemp("fuzz"))


@pytest.fixture(scope="module")
def client(night: Night) -> Iterator[httpx.Client]:
    with serving(night.settings.home, lambda: NOW, vault=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def described(client: httpx.Client) -> Any:
    """The document as it is served."""
    return schemathesis.openapi.from_url(f"{client.base_url}/openapi.json")


@pytest.fixture(scope="module")
def known(client: httpx.Client, night: Night) -> Any:
    """The document, with what is there for every id that is sent: else hardly a draw would get past a 404."""
    document = client.get("/openapi.json").json()
    narrow(document, night)
    found = schemathesis.openapi.from_dict(document)
    found.config.update(base_url=str(client.base_url))
    return found


@pytest.fixture(scope="module")
def keys(night: Night) -> dict[str, dict[str, str]]:
    """For each role the header with a key of it."""
    return {role: bearing(new_key(night.settings.home, role, now=NOW)) for role in ROLES}


def unsaid(case: Any, status: int) -> list[Any]:
    """Checks that know less than we do of what was sent."""
    method, path = case.method, case.path
    # Of its own accord nobody makes a cursor that we have signed. Which targets go with which verdict no schema says,
    # nor whether a reason is plain text.
    worded = method == "POST" and ("/verdicts" in path or path == "/v1/reveals")
    found = [positive_data_acceptance] if worded or "cursor" in (case.query or {}) else []
    # Two ids that are too long make an address that is: refused too, by a status that the check does not know. Nor does
    # it know the status of a version that is none. Whatever is put into an address is a text: a filter that takes any
    # text refuses none.
    return found + ([negative_data_rejection] if status in (412, 414) or path == "/v1/audit" else [])


@pytest.mark.parametrize(("method", "path", "role", "mode", "examples"), list(cases()))
def test_what_is_served_is_what_is_described(
    request: pytest.FixtureRequest,
    keys: dict[str, dict[str, str]],
    method: str,
    path: str,
    role: str,
    mode: str,
    examples: int,
) -> None:
    document = request.getfixturevalue("known" if mode == "known" else "described")
    kind, seen = GenerationMode.NEGATIVE if mode == "wrong" else GenerationMode.POSITIVE, set()

    @settings(max_examples=examples, phases=PHASES, **QUIET)  # type: ignore[arg-type]
    @given(case=document[path][method].as_strategy(generation_mode=kind))
    def holds(case: Any) -> None:
        answer = case.call(headers=keys[role])
        seen.add(answer.status_code)
        case.validate_response(answer, headers=keys[role], excluded_checks=unsaid(case, answer.status_code))

    holds()
    assert seen & {200, 201, 304} or mode != "known" or path.startswith(SELDOM), seen


@pytest.mark.parametrize("role", [each for each in ROLES if each != "admin"])
def test_where_an_answer_leads_is_served_as_described(known: Any, keys: dict[str, dict[str, str]], role: str) -> None:
    class Following(known.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": keys[role]}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            case.validate_response(
                response,
                headers=keys[role],
                excluded_checks=[*unsaid(case, response.status_code), positive_data_acceptance],
            )

    run_state_machine_as_test(
        Following,
        settings=settings(max_examples=sized(3, 200), stateful_step_count=6, phases=PHASES, **QUIET),  # type: ignore[arg-type]
    )


def test_a_key_that_is_not_asked_for_is_noticed(described: Any, keys: dict[str, dict[str, str]]) -> None:
    """What everything above relies on can fail: with a key in hand the same answer is right, without one it is not."""
    case = described["/v1/rings"]["GET"].Case()
    answer = case.call(headers=keys["lead"])
    case.validate_response(answer, headers=keys["lead"])
    answer.request.headers.pop("Authorization")
    with pytest.raises(FailureGroup):
        case.validate_response(answer)
