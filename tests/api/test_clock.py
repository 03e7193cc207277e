"""A clock that is put an hour back or on while the service runs: answers, verdicts and the audit go on as before."""

import pytest

from linkgraph.casework.opening import casework
from linkgraph.casework.verification import verify
from tests.api.night import CREW, NOW, REASON, Night, small_night
from tests.api.serving import bearing, new_key, serving

HOUR = 3_600.0
BODY = {"target": {"account_a": CREW[0], "account_b": CREW[1]}, "verdict": "not_evidence", "reason": REASON}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return small_night(tmp_path_factory.mktemp("clock"))


@pytest.mark.parametrize("shift", [-HOUR, HOUR])
def test_a_clock_that_jumps_changes_no_answer(night: Night, shift: float) -> None:
    home, clock = night.settings.home, [NOW]
    with serving(home, lambda: clock[0]) as client:
        key = {"Idempotency-Key": f"clock{shift}"}
        before = client.get(f"/v1/accounts/{CREW[0]}")
        made = client.post("/v1/verdicts", json=BODY, headers=key)
        clock[0] += shift
        after = client.get(f"/v1/accounts/{CREW[0]}")
        assert (before.status_code, made.status_code, after.status_code) == (200, 201, 200)
        assert after.json()["data"] == before.json()["data"]
        assert client.post("/v1/verdicts", json=BODY, headers=key).json() == made.json()
        verdict = made.json()["data"]
        assert client.get(f"/v1/verdicts/{verdict['verdict_id']}").json()["data"] == verdict
        version = {"Idempotency-Key": f"back{shift}", "If-Match": made.headers["etag"]}
        ended = client.post(f"/v1/verdicts/{verdict['verdict_id']}/withdraw", headers=version)
        assert (ended.status_code, ended.json()["data"]["state"]) == (200, "withdrawn")
        assert client.get("/v1/rings", headers=bearing(new_key(home, "viewer", now=NOW))).status_code == 200
        assert client.get("/readyz").status_code == 200
    with casework(night.settings) as opened, opened.database.read() as connection:
        assert verify(connection, opened.chain, opened.anchors.read()).sound
