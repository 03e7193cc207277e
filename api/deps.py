"""What routes are handed: the parameters they share, and one look at one run, which says where an answer is from."""

import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote

from fastapi import Depends, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from api.auditing import Note
from api.cursors import PATTERN, Cursors
from api.masking import is_masked, masked
from api.metrics import Metrics
from api.schemas.base import Answer, BareAnswer, BareMeta, Meta
from api.schemas.timeline import EventKind
from api.schemas.values import CaseId
from api.views import Views
from linkgraph import __version__
from linkgraph.casework.keys import Principal
from linkgraph.casework.opening import Casework
from linkgraph.explain.bearing import Rulings
from linkgraph.explain.timeline import KINDS
from linkgraph.kit.serving import deep_link
from linkgraph.model import RingSort, RunStamp
from linkgraph.runs import Run
from linkgraph.settings import Settings
from linkgraph.solved import Solved
from linkgraph.store.base import GraphView

_RUN_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"


# From a kind and a value to its token, or to the code of what is wrong with it.
Tokenise = Callable[[str, str], tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Service:
    """All that outlives a request. `now` gives the wall clock in epoch seconds.

    tokenise: makes tokens of values; None where this machine has no keys for it.
    """

    settings: Settings
    now: Callable[[], float]
    views: Views
    cursors: Cursors
    casework: Casework
    metrics: Metrics
    tokenise: Tokenise | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One request's look at one run. `guide`: opens the Neo4j Browser on whom it is about; None where nothing does."""

    service: Service
    request_id: str
    principal: Principal | None
    run: Run
    view: GraphView
    stamp: RunStamp
    guide: str | None

    def net(self) -> Solved | None:
        """The run's solved network; None where an earlier version made the run."""
        return self.service.views.solved(self.run)

    def rulings(self) -> Rulings | None:
        """The verdicts in force in the run; None where an earlier version made it."""
        net = self.net()
        return None if net is None else Rulings(self.run.verdicts(), net)

    def answer(self, shape: type[Answer[Any]], data: object, limits_hit: Sequence[str] = ()) -> Response:
        """The answer in its frame, tokens cut for a viewer.

        Its tag changes with the run, when that goes stale, with what is cut, what it links to, and with the version of
        the product.
        """
        age = self.service.now() - self.stamp.as_of
        stale = age > self.service.settings.stale_hours * 3600
        meta = Meta(
            run_id=self.stamp.run_id,
            snapshot_id=self.stamp.run_id,
            as_of=self.stamp.as_of,
            cold_start=self.stamp.cold_start,
            stale=stale,
            truncated=bool(limits_hit),
            limits_hit=list(limits_hit),
            request_id=self.request_id,
            browser=self.guide,
        )
        for name in limits_hit:
            self.service.metrics.truncated.labels(name).inc()
        cut = self.principal is not None and is_masked(self.principal.role)
        stands_for = f"{__version__} {self.stamp.run_id} {stale} {cut} {self.guide}"
        tag = hmac.digest(self.service.casework.signing, stands_for.encode(), "sha256").hex()[:16]
        whole = shape(meta=meta, data=data)
        body = _cut(whole) if cut else whole.model_dump_json()
        return Response(body, headers={"ETag": f'W/"{tag}"'}, media_type="application/json")


def _cut(answer: Answer[Any]) -> str:
    content = answer.model_dump(mode="json")
    return json.dumps(content | {"data": masked(content["data"])}, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that may look at a run. `principal`: who asks; None where no key is needed.

    operation: its id. path: as it was sent. note: what its audit row says besides. guide: see Reading.
    """

    service: Service
    request_id: str
    principal: Principal | None
    operation: str
    path: str
    note: Note
    guide: str | None

    @property
    def now(self) -> int:
        """The wall clock in microseconds since 1970."""
        return int(self.service.now() * 1e6)

    @property
    def who(self) -> Principal:
        """Who asks, where a key is needed."""
        if self.principal is None:
            raise RuntimeError("an operation without a key asked who uses it")
        return self.principal

    @contextmanager
    def read(self, query: "RunQuery | None" = None, run_id: str | None = None) -> Iterator[Reading]:
        """The published run, or `run_id`, or that of the query, for as long as the block lasts.

        A read about a person says what for: its case is noted for the audit, whatever becomes of the read.
        """
        if query is not None:
            self.note.purpose = query.case_id
            run_id = run_id or query.run
        with self.service.views.read(run_id) as (run, view):
            # Guides are of the published run, which need not have whom an earlier one has.
            guide = self.guide if run_id is None else None
            yield Reading(self.service, self.request_id, self.principal, run, view, view.run(), guide)

    def answer(self, shape: type[BareAnswer[Any]], data: object, limits_hit: Sequence[str] = ()) -> Response:
        """An answer that comes from no run, in its frame."""
        meta = BareMeta(request_id=self.request_id, truncated=bool(limits_hit), limits_hit=list(limits_hit))
        return Response(shape(meta=meta, data=data).model_dump_json(), media_type="application/json")


async def _ask(request: Request) -> Ask:
    state, route = request.state, request.scope["route"]
    who = getattr(state, "principal", None)
    service: Service = request.app.state.service
    guide = _guide(service.settings, request.path_params)
    return Ask(service, state.request_id, who, route.operation_id, request.scope["path"], state.note, guide)


def _guide(settings: Settings, named: Mapping[str, str]) -> str | None:
    if settings.browser_url is None:
        return None
    for parameter, group in (("account_id", "accounts"), ("ring_id", "rings")):
        if parameter in named:
            return deep_link(settings.browser_url, settings.kit_port, group, unquote(named[parameter]))
    return None


class CaseQuery(BaseModel):
    """What a read about a person is for."""

    model_config = ConfigDict(extra="forbid")

    case_id: CaseId | None = Field(
        None,
        description="the case this is read for: the purpose in the audit. Required once there are cases here",
        examples=["C-17"],
    )


class RunQuery(CaseQuery):
    """The parameters that every read about a person from a run takes."""

    run: str | None = Field(
        None,
        pattern=_RUN_ID,
        description="id of an earlier run to read instead of the published one",
        examples=["r-20261123-8f558106da"],
    )


class RingsQuery(RunQuery):
    """How much of the list of rings, and from where."""

    limit: int = Field(20, ge=1, le=100, description="rings on a page")
    status: Literal["active", "oversized"] | None = Field(
        None, description="only rings of this status", examples=["active"]
    )
    typology: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="only rings whose confirmed members are mostly labelled with this typology",
        examples=["stolen_card_ring"],
    )
    sort: RingSort = Field(
        "score", description="best `score`, largest `size`, or those first that the newest night `changed`; then by id"
    )
    changed_since: str | None = Field(
        None,
        pattern=_RUN_ID,
        description="id of a run: only rings to which something happened in later nights",
        examples=["r-20261121-45321e2dea"],
    )
    cursor: str | None = Field(
        None,
        max_length=1024,
        pattern=PATTERN,
        description="`next_cursor` of the page before; it also names its run",
        examples=["9AgmnvTYg3emgyvn7Iuvcg.WyJyLTIwMjYwMTMwLTQ1MzIxZTJkZWEiLDAuMTgsIlItYjI0OWE2ZjJmNzI2Il0"],
    )


class RingQuery(RunQuery):
    """A ring, and since when its changes are told."""

    since: str | None = Field(
        None,
        pattern=_RUN_ID,
        description="id of a run: also tell what happened to the ring in later nights",
        examples=["r-20261121-45321e2dea"],
    )


class LinkQuery(RunQuery):
    """How far to look for a link."""

    hops: int = Field(4, ge=1, le=4, description="longest path; account, identifier, account is one hop")
    cite: bool = Field(
        False, description="cite observations from the ledger: slow, and only where it is at hand and not too large"
    )


class NearQuery(RunQuery):
    """How far to look around an account."""

    hops: int = Field(1, ge=1, le=4, description="account, identifier, account is one hop")


class TimelineQuery(RunQuery):
    """Which events of an account, and from where."""

    limit: int = Field(50, ge=1, le=100, description="events on a page")
    since: AwareDatetime | None = Field(
        None, description="only what was not over before this time", examples=["2026-01-01T00:00:00Z"]
    )
    until: AwareDatetime | None = Field(
        None, description="only what had begun before this time", examples=["2026-02-01T00:00:00Z"]
    )
    kinds: list[EventKind] = Field(
        [],
        max_length=len(KINDS),
        description="only events of these kinds; say it again for each",
        examples=[["dispute"]],
    )
    cursor: str | None = Field(
        None,
        max_length=2048,
        pattern=PATTERN,
        description="`next_cursor` of the page before; it also names its run",
        examples=["9AgmnvTYg3emgyvn7Iuvcg.WyJyLTIwMjYwMTMwLTQ1MzIxZTJkZWEiLDEsImxvZ2lucyIsImQwIiwzXQ"],
    )


class NoQuery(BaseModel):
    """No parameter at all."""

    model_config = ConfigDict(extra="forbid")


# As long as an id of the ledger may be.
_Text = Annotated[str, StringConstraints(max_length=512)]
# Paths are routed as they were sent, percent signs and all, so that an id may hold a slash.
_decoded: Final = BeforeValidator(lambda text: unquote(text, errors="strict"))

AskDep = Annotated[Ask, Depends(_ask)]
RunQueryDep = Annotated[RunQuery, Query()]
RingsQueryDep = Annotated[RingsQuery, Query()]
RingQueryDep = Annotated[RingQuery, Query()]
NearQueryDep = Annotated[NearQuery, Query()]
TimelineQueryDep = Annotated[TimelineQuery, Query()]
LinkQueryDep = Annotated[LinkQuery, Query()]
CaseQueryDep = Annotated[CaseQuery, Query()]
NoQueryDep = Annotated[NoQuery, Query()]
AccountId = Annotated[_Text, _decoded, Path(description="account id, percent-encoded", examples=["A0000288"])]
OtherId = Annotated[_Text, _decoded, Path(description="another account, percent-encoded", examples=["A0000289"])]
RingId = Annotated[_Text, _decoded, Path(description="ring id, percent-encoded", examples=["R-b249a6f2f726"])]
RunId = Annotated[str, Path(pattern=_RUN_ID, description="run id", examples=["r-20261123-8f558106da"])]
