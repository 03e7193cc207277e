"""A run on the wire, and the state of the service."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field

from api.schemas.base import Answer, Digest, RequestId, Time, Wire


class RunTable(Wire):
    """A table of the run."""

    rows: int = Field(examples=[3000])
    sha256: Digest


class RunInput(Wire):
    """A file that went in."""

    feed: str = Field(examples=["logins"])
    sha256: Digest
    rows: int = Field(examples=[3000])


class RunStage(Wire):
    """A stage that was passed."""

    name: str = Field(examples=["pair"])
    counts: dict[str, int | float] = Field(examples=[{"pairs": 1024}])
    seconds: float = Field(examples=[0.3])


class RunOut(Wire):
    """`run.json`, as far as it is for readers: nothing that is not named here is shown."""

    run_id: str = Field(examples=["r-20261123-8f558106da"])
    as_of: Time
    status: Literal["complete"]
    previous: str | None = Field(description="the run of the night before", examples=["r-20261122-45321e2dea"])
    code_version: str | None = Field(examples=["0.1.0"])
    seed: int | None = Field(examples=[0])
    cold_start: bool
    config_hash: str = Field(examples=["a2c4b74c9c7f0514"])
    configuration: dict[str, Any] = Field(
        description="constants of detection and the kinds table", examples=[{"parameters": {"tau": 0.3}}]
    )
    verdicts: list[str] = Field(description="ids of the verdicts it acts on", examples=[["v-5f0c1b2a9d8e"]])
    verdicts_at: Time | None = Field(description="the moment at which those were in force; null without any")
    inputs: list[RunInput]
    stages: list[RunStage]
    tables: dict[str, RunTable]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """From a run's record."""
        inputs = [RunInput(feed=feed, sha256=digest, rows=rows) for feed, digest, rows in record.get("inputs", [])]
        stages = [
            RunStage(name=name, counts=stage["counts"], seconds=stage["seconds"])
            for name, stage in record.get("stages", {}).items()
        ]
        return cls(
            run_id=record["run_id"],
            as_of=record["as_of"],
            status=record["status"],
            previous=record.get("previous"),
            code_version=record.get("code_version"),
            seed=record.get("seed"),
            cold_start=record["cold_start"],
            config_hash=record["config_hash"],
            configuration=record.get("configuration", {}),
            verdicts=record.get("verdicts", {}).get("in_force", []),
            verdicts_at=record.get("verdicts_at"),
            inputs=inputs,
            stages=stages,
            tables={
                name: RunTable(rows=table["rows"], sha256=table["sha256"]) for name, table in record["tables"].items()
            },
        )


class RunAnswer(Answer[RunOut]):
    """A run's record."""


class Ready(Wire):
    """The service can answer."""

    status: Literal["ready"]


class ReadyAnswer(Answer[Ready]):
    """The store answers and a run is published."""


class AliveMeta(Wire):
    """All that a process can say without touching anything."""

    request_id: RequestId


class Alive(Wire):
    """The process runs."""

    status: Literal["alive"]


class AliveAnswer(Wire):
    """The process runs."""

    meta: AliveMeta
    data: Alive
