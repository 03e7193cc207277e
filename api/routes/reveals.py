"""Values in plain, for a stated reason, to those who may: kept in the audit before anything is shown."""

import hashlib
import json
import secrets
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.auditing import named
from api.changes import Changed, IdempotencyKeyDep, once
from api.deps import Ask, AskDep, NoQueryDep
from api.problems import NO_VAULT, InvalidFieldError, ProblemError
from api.schemas.base import BareMeta
from api.schemas.values import RevealAnswer, RevealIn, RevealOut, ValueOut
from linkgraph.casework.database import Connection
from linkgraph.casework.rulings import is_reason
from linkgraph.casework.vault import Vault, note_reveal
from linkgraph.errors import NotFoundError

router = APIRouter(prefix="/v1/reveals", tags=["values"])

# Identifiers of one account that are looked through; an account with more uses than that is no person.
_LINKS: Final = 10_000


@router.post("", operation_id="reveal", summary="Values behind tokens", response_model=RevealAnswer)
def reveal(body: RevealIn, query: NoQueryDep, key: IdempotencyKeyDep, ask: AskDep) -> Response:
    """What stands behind identifiers of one account. The account has to have used every one of them.

    Sent again with the same key it is one reveal, and the values are read again. Without a vault the answer is 409.
    """
    ask.note.object, ask.note.purpose = named(body.account_id), body.case_id
    vault = ask.service.casework.vault
    if vault is None:
        raise ProblemError(NO_VAULT)
    if not is_reason(body.reason):
        raise InvalidFieldError("/body/reason", "not_plain")
    _check_used(ask, body)
    noted = once(ask, key, body, lambda connection: _note(connection, ask, body))
    return _shown(ask, vault, RevealAnswer.model_validate_json(noted.body))


def _check_used(ask: Ask, body: RevealIn) -> None:
    """NotFoundError unless the account is there and used all of them: whose a token is, is not told either."""
    with ask.read() as reading:
        used = {(link.kind, link.identifier) for link in reading.view.links([body.account_id], _LINKS)}
    if not {(each.kind, each.identifier) for each in body.tokens} <= used:
        raise NotFoundError("no such account, or not its identifiers")


def _note(connection: Connection, ask: Ask, body: RevealIn) -> Changed:
    """Keep that it was revealed; what is answered later is kept without the values."""
    reveal_id = f"V-{secrets.token_hex(6)}"
    tokens = json.dumps([f"{each.kind}:{each.identifier}" for each in body.tokens])
    row = {"reveal_id": reveal_id, "principal": ask.who.key_id, "case_id": body.case_id, "account_id": body.account_id}
    row |= {"tokens": tokens, "reason": body.reason}
    note_reveal(connection, row | {"at": int(ask.service.now() * 1e6)})
    values = [ValueOut(kind=each.kind, identifier=each.identifier, value=None) for each in body.tokens]
    data = RevealOut(reveal_id=reveal_id, case_id=body.case_id, account_id=body.account_id, values=values)
    answer = RevealAnswer(meta=BareMeta(request_id=ask.request_id, truncated=False, limits_hit=[]), data=data)
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
    return Changed(200, answer.model_dump_json(), named(body.account_id), after=digest, purpose=body.case_id)


def _shown(ask: Ask, vault: Vault, noted: RevealAnswer) -> Response:
    wanted = [(each.kind, each.identifier) for each in noted.data.values]
    with ask.service.casework.database.read() as connection:
        found = vault.open(connection, wanted)
    values = [each.model_copy(update={"value": found.get((each.kind, each.identifier))}) for each in noted.data.values]
    shown = noted.model_copy(update={"data": noted.data.model_copy(update={"values": values})})
    return Response(shown.model_dump_json(), media_type="application/json")
