"""Whether the process lives, and whether it can answer."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import AskDep
from api.schemas.runs import Alive, AliveAnswer, AliveMeta, Ready, ReadyAnswer
from linkgraph.casework.verification import check_tail

router = APIRouter(tags=["health"])


@router.get("/livez", operation_id="livez", summary="The process is alive", response_model=AliveAnswer)
async def livez(ask: AskDep) -> Response:
    """Touches nothing: neither the store nor a thread of its own."""
    alive = AliveAnswer(meta=AliveMeta(request_id=ask.request_id), data=Alive(status="alive"))
    return Response(alive.model_dump_json(), media_type="application/json")


@router.get("/readyz", operation_id="readyz", summary="The service can answer", response_model=ReadyAnswer)
def readyz(ask: AskDep) -> Response:
    """A run is published, the store answers a question about it, and the tail of the audit is sound.

    A stale run is ready, and says that it is stale.
    """
    casework = ask.service.casework
    with casework.database.read() as connection:
        check_tail(connection, casework.chain, casework.anchors.read())
    with ask.read() as reading:
        reading.view.accounts([""])
        return reading.answer(ReadyAnswer, Ready(status="ready"))
