"""A small night to ask about: nine share a tablet and two of them are confirmed frauds; and the ids that it holds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from linkgraph import runs
from linkgraph.nightly import Plan, run_night
from linkgraph.settings import Settings
from tests.golden.worlds import AS_OF, customer, feeds, label, login, settle, together

CREW = tuple(f"crew-{n}" for n in range(9))
NOW = AS_OF + 7_200.0
REASON = "the counter of a shop, seen on site"


@dataclass(frozen=True)
class Night:
    """Where it is, and what may be asked for. shared: what the first of the crew used, kind and token."""

    settings: Settings
    run_id: str
    rings: tuple[str, ...]
    shared: tuple[tuple[str, str], ...]


def small_night(folder: Path) -> Night:
    """Ingest, one night, published on the embedded store."""
    world = feeds(
        *together(*[customer(one, 40 - n, own=False) for n, one in enumerate(CREW)]),
        *[login(one, 3, device_id="a-tablet") for one in CREW],
        *[login(one, 3, fingerprint="a-print") for one in CREW[:3]],
        *[label(one, "fraud") for one in CREW[:2]],
    )
    settings = settle(folder, world)
    run_night(settings, Plan(AS_OF * 1_000_000))
    run = runs.open_run(settings.home)
    used = pq.read_table(run.table("used")).to_pylist()
    shared = {(row["kind"], row["identifier"]) for row in used if row["account_id"] == CREW[0]}
    rings = pq.read_table(run.table("rings"))["ring_id"].to_pylist()
    return Night(settings, run.run_id, tuple(rings), tuple(sorted(shared)))


def narrow(document: Any, night: Night) -> None:
    """Let parts of requests that name something name what is there, or nobody."""
    accounts = {"enum": [*CREW, "nobody"]}
    names = ("account_id", "other_account_id", "account_a", "account_b", "label_of", "not_with")
    ids: dict[str, Any] = dict.fromkeys(names, accounts)
    ids |= {name: {"enum": [night.run_id]} for name in ("run_id", "run", "since", "changed_since")}
    ids |= {"ring_id": {"enum": [*night.rings, "R-0"]}, "reason": {"enum": [REASON]}}
    ids |= {"kind": {"enum": [kind for kind, _ in night.shared]}}
    tokens = {"enum": [token for _, token in night.shared]}
    keys = {"enum": [f"{kind}:{token}" for kind, token in night.shared]}
    parameters = [
        parameter
        for methods in document["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
    ]
    for parameter in parameters:
        parameter["schema"] = ids.get(parameter["name"], parameter["schema"])
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("In"):
            found = ids | {"identifier": keys if name == "EvidenceIn" else tokens}
            schema["properties"] = {each: found.get(each, old) for each, old in schema["properties"].items()}
    document["components"]["schemas"]["ScopeIn"]["properties"]["accounts"]["items"] = accounts
