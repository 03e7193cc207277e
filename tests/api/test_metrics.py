"""Figures of the service: what is counted, and that no label tells of a customer."""

import re
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from api.security import ACCESS
from linkgraph.runs import published_id
from tests.api.serving import NOW, publish, serving
from tests.builders import AS_OF, WORLD


def figures(client: httpx.Client) -> dict[tuple[str, ...], float]:
    """Every sample by its name and labels."""
    text = client.get("/metrics").text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def test_requests_rows_and_the_age_of_the_run_are_counted(home: Path) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        for path in ("/v1/accounts/a1", "/v1/accounts/a1", "/v1/accounts/Canary", "/v1/Canary", "/livez"):
            client.get(path)
        found = figures(client)
    count = "linkgraph_request_seconds_count"
    assert found[count, "read_account", "200"] == 2
    assert found[count, "read_account", "404"] == 1
    assert found[count, "none", "404"] == 1
    assert found[("linkgraph_audit_rows",)] == 4
    assert found[("linkgraph_run_age_seconds",)] == NOW - AS_OF
    assert found[("linkgraph_audit_seconds_count",)] == 4


def test_no_label_holds_anything_but_names_of_ours(home: Path) -> None:
    publish(home, WORLD)
    with serving(home) as client:
        for path in ("/v1/accounts/Canary?run=Canary", "/v1/rings/Canary", "/Canary", "/v1/rings?Canary=1"):
            client.get(path)
            client.request("CANARY", path)
        client.get("/v1/accounts/a1/explanation")
        text = client.get("/metrics").text
    assert "canary" not in text.lower()
    assert '="a1"' not in text
    operations = set(re.findall(r'operation="([^"]*)"', text))
    assert operations <= {*ACCESS, "none"}


def test_what_cannot_be_had_is_left_out(home: Path) -> None:
    with serving(home) as client:
        assert published_id(home) is None
        found = figures(client)
    assert ("linkgraph_run_age_seconds",) not in found
    assert found[("linkgraph_audit_rows",)] == 0
