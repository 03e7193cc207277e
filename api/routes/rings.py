"""Rings, a ring with its members and the links among them, and the life of a ring."""

from fastapi import APIRouter
from starlette.responses import Response

from api.cursors import Cursors, Place
from api.deps import AskDep, RingId, RingsQuery, RingsQueryDep, RunQueryDep
from api.problems import InvalidFieldError
from api.schemas.rings import (
    RingAnswer,
    RingHistoryAnswer,
    RingHistoryOut,
    RingOut,
    RingPage,
    RingRow,
    RingsAnswer,
)
from linkgraph.explain.history import read_history
from linkgraph.explain.ring import show_ring

router = APIRouter(prefix="/v1/rings", tags=["rings"])


@router.get("", operation_id="list_rings", summary="Rings, strongest first", response_model=RingsAnswer)
def list_rings(query: RingsQueryDep, ask: AskDep) -> Response:
    """A page of rings by score. All pages that follow one another are of the run of the first."""
    place = _place(query, ask.service.cursors)
    with ask.read(place.run_id if place else query.run) as reading:
        found = reading.view.rings(query.limit + 1, (place.score, place.ring_id) if place else None)
        shown, more = found[: query.limit], len(found) > query.limit
        after = Place(reading.stamp.run_id, shown[-1].score, shown[-1].ring_id) if more else None
        page = RingPage(
            rings=[RingRow.of(ring) for ring in shown],
            rings_more=more,
            next_cursor=ask.service.cursors.write(after) if after else None,
        )
        return reading.answer(RingsAnswer, page)


@router.get("/{ring_id}", operation_id="read_ring", summary="A ring", response_model=RingAnswer)
def read_ring(ring_id: RingId, query: RunQueryDep, ask: AskDep) -> Response:
    """The ring with its members, surest first, and the pairs among them, strongest first.

    An id whose ring has merged into another answers with that ring, and says so.
    """
    with ask.read(query.run) as reading:
        report = show_ring(reading.view, ring_id)
        return reading.answer(RingAnswer, RingOut.of_report(report), report.limits_hit)


@router.get(
    "/{ring_id}/history",
    operation_id="read_ring_history",
    summary="The life of a ring",
    response_model=RingHistoryAnswer,
)
def read_ring_history(ring_id: RingId, query: RunQueryDep, ask: AskDep) -> Response:
    """What happened to the ring night by night, up to the run, and what caused it; of rings that have ended too."""
    with ask.read(query.run) as reading:
        life = RingHistoryOut.of(read_history(reading.view, ring_id))
        return reading.answer(RingHistoryAnswer, life, life.limits_hit)


def _place(query: RingsQuery, cursors: Cursors) -> Place | None:
    if query.cursor is None:
        return None
    place = cursors.read(query.cursor)
    if place is None:
        raise InvalidFieldError("/query/cursor", "unknown_cursor")
    if query.run not in (None, place.run_id):
        raise InvalidFieldError("/query/run", "not_the_run_of_the_cursor")
    return place
