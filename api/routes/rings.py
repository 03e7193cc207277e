"""Rings, a ring with its members and the links among them, and the life of a ring."""

from fastapi import APIRouter
from starlette.responses import Response

from api.cursors import Cursors, Place
from api.deps import Ask, AskDep, RingId, RingQueryDep, RingsQuery, RingsQueryDep, RunQueryDep
from api.problems import InvalidFieldError
from api.schemas.graphs import GraphAnswer, GraphOut
from api.schemas.rings import (
    RingAnswer,
    RingHistoryAnswer,
    RingHistoryOut,
    RingOut,
    RingPage,
    RingsAnswer,
)
from linkgraph import runs
from linkgraph.explain.drawing import draw_ring
from linkgraph.explain.history import read_history
from linkgraph.explain.ring import RingLimits, show_ring
from linkgraph.explain.ring_list import Wanted, read_rings
from linkgraph.model import RingsWanted

router = APIRouter(prefix="/v1/rings", tags=["rings"])


@router.get("", operation_id="list_rings", summary="Rings in a list", response_model=RingsAnswer)
def list_rings(query: RingsQueryDep, ask: AskDep) -> Response:
    """A page of rings, with what happened to each last. All pages that follow one another are of one run.

    Ask for every page with the same filters and order. A ring has a typology where members who are confirmed fraud are
    labelled with one: the night knows no other, so that rings without such a label have none.
    """
    place, since = _place(query, ask.service.cursors), _as_of(ask, query.changed_since)
    which = RingsWanted(query.status, query.typology, query.sort)
    with ask.read(query, place.run_id if place else None) as reading:
        found = read_rings(
            reading.view, Wanted(query.limit, (place.value, place.ring_id) if place else None, which, since)
        )
        after = Place(reading.stamp.run_id, query.sort, *found.next) if found.next else None
        page = RingPage.of(found, ask.service.cursors.write(after) if after else None)
        return reading.answer(RingsAnswer, page, ["ended"] if page.ended_more else [])


@router.get("/{ring_id}", operation_id="read_ring", summary="A ring", response_model=RingAnswer)
def read_ring(ring_id: RingId, query: RingQueryDep, ask: AskDep) -> Response:
    """The ring with its members, surest first, what holds it together and what it falls apart without, and its pairs.

    An id whose ring has merged into another answers with that ring, and says so.
    """
    with ask.read(query) as reading:
        limits = RingLimits(needed=reading.run.bits_needed(), since=_as_of(ask, query.since))
        report = show_ring(reading.view, ring_id, limits)
        ring = RingOut.of_report(report)
        return reading.answer(RingAnswer, ring, [*report.limits_hit, *ring.limits_hit])


@router.get("/{ring_id}/graph", operation_id="read_ring_graph", summary="A ring to draw", response_model=GraphAnswer)
def read_ring_graph(ring_id: RingId, query: RunQueryDep, ask: AskDep) -> Response:
    """Members and what at least two of them used, with places to draw at; of a large ring, alike ones as one node.

    Hubs are left out. The same ring has the same places however often it is asked for.
    """
    with ask.read(query) as reading:
        found = draw_ring(reading.view, ring_id)
        return reading.answer(GraphAnswer, GraphOut.of(found), found.limits_hit)


@router.get(
    "/{ring_id}/history",
    operation_id="read_ring_history",
    summary="The life of a ring",
    response_model=RingHistoryAnswer,
)
def read_ring_history(ring_id: RingId, query: RunQueryDep, ask: AskDep) -> Response:
    """What happened to the ring night by night, up to the run, and what caused it; of rings that have ended too."""
    with ask.read(query) as reading:
        life = RingHistoryOut.of(read_history(reading.view, ring_id))
        return reading.answer(RingHistoryAnswer, life, life.limits_hit)


def _as_of(ask: Ask, run_id: str | None) -> int | None:
    return None if run_id is None else int(runs.open_run(ask.service.settings.home, run_id).record()["as_of"])


def _place(query: RingsQuery, cursors: Cursors) -> Place | None:
    if query.cursor is None:
        return None
    place = cursors.read(query.cursor)
    if place is None:
        raise InvalidFieldError("/query/cursor", "unknown_cursor")
    if query.sort != place.sort:
        raise InvalidFieldError("/query/sort", "not_the_sort_of_the_cursor")
    if query.run not in (None, place.run_id):
        raise InvalidFieldError("/query/run", "not_the_run_of_the_cursor")
    return place
