"""The record of a run."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Ask, AskDep, NoQueryDep, RunId
from api.schemas.runs import RunAnswer, RunOut

router = APIRouter(prefix="/v1/runs", tags=["runs"])


@router.get("/current", operation_id="read_current_run", summary="The published run", response_model=RunAnswer)
def read_current_run(query: NoQueryDep, ask: AskDep) -> Response:
    """What the published run was made from, its stages, and its tables with their digests."""
    return _read(ask, None)


@router.get("/{run_id}", operation_id="read_run", summary="A run", response_model=RunAnswer)
def read_run(run_id: RunId, query: NoQueryDep, ask: AskDep) -> Response:
    """The same of an earlier run."""
    return _read(ask, run_id)


def _read(ask: Ask, run_id: str | None) -> Response:
    with ask.read(run_id=run_id) as reading:
        return reading.answer(RunAnswer, RunOut.of(reading.run.record()))
