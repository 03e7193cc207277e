"""Who used a value: it becomes a token at once, and only that is looked for."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import AskDep, NoQueryDep
from api.problems import NO_TOKENISER, InvalidFieldError, ProblemError
from api.schemas.values import MatchOut, SearchAnswer, SearchIn, SearchOut

router = APIRouter(prefix="/v1/search", tags=["values"])

_MATCHES: Final = 50


@router.post("", operation_id="search", summary="Accounts that used a value", response_model=SearchAnswer)
def search(body: SearchIn, query: NoQueryDep, ask: AskDep) -> Response:
    """Accounts that used an identifier, given in plain, last seen first; none is an answer too.

    The value is in the body, since addresses are logged by others; here it is neither logged nor kept.
    """
    if ask.service.tokenise is None:
        raise ProblemError(NO_TOKENISER)
    token, fault = ask.service.tokenise(body.kind, body.value)
    if token is None:
        raise InvalidFieldError("/body/value", fault or "malformed")
    ask.note.object, ask.note.purpose = f"{body.kind}:{token}", body.case_id
    with ask.read() as reading:
        links = reading.view.users([f"{body.kind}:{token}"], _MATCHES + 1)
        accounts = {each.account_id: each for each in reading.view.accounts([link.account_id for link in links])}
        shown = [MatchOut.of(link, accounts[link.account_id]) for link in links[:_MATCHES]]
        more = len(links) > _MATCHES
        found = SearchOut(kind=body.kind, identifier=token, matches=shown, matches_more=more)
        return reading.answer(SearchAnswer, found, ["matches"] if more else [])
