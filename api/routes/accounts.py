"""What the night says of an account, and why."""

from fastapi import APIRouter
from starlette.responses import Response

from api.citing import citer, teller
from api.cursors import Cursors
from api.deps import (
    AccountId,
    AskDep,
    LinkQueryDep,
    NearQueryDep,
    OtherId,
    RunQueryDep,
    TimelineQuery,
    TimelineQueryDep,
)
from api.problems import InvalidFieldError
from api.schemas.accounts import Card, CardAnswer, ExplanationAnswer, ExplanationOut
from api.schemas.graphs import GraphAnswer, GraphOut
from api.schemas.links import WhyAnswer, WhyOut
from api.schemas.timeline import TimelineAnswer, TimelineOut
from api.schemas.whatif import EachIn, MinimalIn, WhatIfAnswer, WhatIfIn, WhatIfOut
from linkgraph.explain.account import explain
from linkgraph.explain.drawing import neighbourhood
from linkgraph.explain.each import without_each
from linkgraph.explain.folding import Place
from linkgraph.explain.paths import WhyLimits, why_linked
from linkgraph.explain.timeline import Sources, Span, read_timeline
from linkgraph.explain.whatif import Supposition, what_if
from linkgraph.solved import needed

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])


@router.get("/{account_id}", operation_id="read_account", summary="Account card", response_model=CardAnswer)
def read_account(account_id: AccountId, query: RunQueryDep, ask: AskDep) -> Response:
    """The account in one minute: a sentence, at most three independent links, the strongest doubt, its ring."""
    with ask.read(query) as reading:
        found = explain(reading.view, account_id, net=reading.net(), whole=False)
        card = Card.of(found)
        return reading.answer(CardAnswer, card, ["links"] if card.links_more else [])


@router.get(
    "/{account_id}/explanation",
    operation_id="explain_account",
    summary="Why an account has its score",
    response_model=ExplanationAnswer,
)
def explain_account(account_id: AccountId, query: RunQueryDep, ask: AskDep) -> Response:
    """The exact shares of the score, the links and strongest pairs behind it, what is not counted, and every doubt."""
    with ask.read(query) as reading:
        found = explain(reading.view, account_id, net=reading.net())
        return reading.answer(ExplanationAnswer, ExplanationOut.of(found), found.limits_hit)


@router.post(
    "/{account_id}/what-if",
    operation_id="what_if",
    summary="What an account would be without some evidence",
    response_model=WhatIfAnswer,
)
def suppose(account_id: AccountId, query: RunQueryDep, body: WhatIfIn, ask: AskDep) -> Response:
    """Its score, flag and ring, recomputed exactly with that evidence moved to ground. Changes nothing."""
    with ask.read(query) as reading:
        net = needed(reading.net())
        if isinstance(body, EachIn):
            each = without_each(reading.view, net, account_id)
            return reading.answer(WhatIfAnswer, WhatIfOut.one_by_one(account_id, each), each.limits_hit)
        if isinstance(body, MinimalIn):
            found = explain(reading.view, account_id, net=net).clearing
            removed = list(found.identifiers) if found else []
            supposed = Supposition(identifiers=frozenset(removed))
        else:
            removed, supposed = body.identifiers, body.supposed(account_id)
        answer = what_if(reading.view, net, account_id, supposed)
        return reading.answer(WhatIfAnswer, WhatIfOut.of(answer, removed), answer.limits_hit)


@router.get(
    "/{account_id}/links/{other_account_id}",
    operation_id="why_linked",
    summary="Why two accounts are linked",
    response_model=WhyAnswer,
)
def read_link(account_id: AccountId, other_account_id: OtherId, query: LinkQueryDep, ask: AskDep) -> Response:
    """What the two share, by family of evidence, and the best paths between them, or that there is none so near."""
    with ask.read(query) as reading:
        citing = citer(ask.service.settings.ledger_folder, reading.run) if query.cite else None
        limits = WhyLimits(hops=query.hops)
        found = why_linked(reading.view, account_id, other_account_id, limits, reading.rulings(), citing)
        return reading.answer(WhyAnswer, WhyOut.of(found), found.limits_hit)


@router.get(
    "/{account_id}/neighbourhood",
    operation_id="read_neighbourhood",
    summary="What is around an account",
    response_model=GraphAnswer,
)
def read_neighbourhood(account_id: AccountId, query: NearQueryDep, ask: AskDep) -> Response:
    """Accounts within some hops and what they share; hubs are shown and not gone through. Caps that bit are named."""
    with ask.read(query) as reading:
        found = neighbourhood(reading.view, account_id, query.hops)
        return reading.answer(GraphAnswer, GraphOut.of(found), found.limits_hit)


@router.get(
    "/{account_id}/timeline",
    operation_id="read_timeline",
    summary="What happened to an account",
    response_model=TimelineAnswer,
)
def read_events(account_id: AccountId, query: TimelineQueryDep, ask: AskDep) -> Response:
    """What feeds told of the account, what reviewers ruled and what nights found of its rings, newest first.

    As the run knew it. What is alike is one event with a count, until something out of the ordinary happens. Feeds are
    read from the ledger, where it is at hand and not too large; else the night's summary says when each identifier was
    first used, and `limits_hit` names `ledger`.
    """
    run_id, after = _event_after(query, ask.service.cursors)
    with ask.read(query, run_id) as reading:
        run, tell = reading.run, teller(ask.service.settings.ledger_folder, reading.run)
        sources = Sources(run.verdicts(), tell, run.takeover_days())
        found = read_timeline(reading.view, account_id, _span(query, after), sources)
        last = found.events[-1].place if found.more else None
        cursor = ask.service.cursors.write_event(reading.stamp.run_id, last) if last else None
        return reading.answer(TimelineAnswer, TimelineOut.of(found, cursor), found.limits_hit)


def _event_after(query: TimelineQuery, cursors: Cursors) -> tuple[str | None, Place | None]:
    if query.cursor is None:
        return None, None
    found = cursors.read_event(query.cursor)
    if found is None:
        raise InvalidFieldError("/query/cursor", "unknown_cursor")
    if query.run not in (None, found[0]):
        raise InvalidFieldError("/query/run", "not_the_run_of_the_cursor")
    return found


def _span(query: TimelineQuery, after: Place | None) -> Span:
    since, until = (None if each is None else round(each.timestamp()) for each in (query.since, query.until))
    return Span(query.limit, after, since, until, frozenset(query.kinds))
