"""The API over the published run: `create_app` puts its parts together.

Every answer is of exactly one run and says which. The application follows the published pointer: the request after a
publish sees the new run. Errors are problems that never hold a submitted value, in answers and in the log.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio.to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.cursors import Cursors
from api.deps import Service, Tokenise
from api.front import Front
from api.metrics import MEDIA_TYPE, Metrics
from api.openapi import describe
from api.problems import (
    InvalidFieldError,
    ProblemError,
    on_http_error,
    on_invalid_field,
    on_invalid_request,
    on_problem,
)
from api.rates import Rates
from api.routes import accounts, audit, health, reveals, rings, runs, search, verdicts
from api.security import Door
from api.views import OpenView, Views
from linkgraph import __version__
from linkgraph.casework.opening import open_casework
from linkgraph.casework.recorder import Recorder
from linkgraph.settings import Settings
from linkgraph.store import open_view

_DESCRIPTION: Final = """Reads the published run of linkgraph: accounts, why they have their score, and rings.

Each answer is of exactly one run, named in `meta`. Lists that a limit cut are named there too. Errors are problems
(RFC 9457) and never repeat what was submitted. A key (`linkgraph key create`) goes with every request, as a bearer
token; each operation says which roles may use it."""

# Routes at work at once; others wait for one to end. Threads of Python take turns, and what a server answers waits for
# that of its thread: of 60 explanations a second from Neo4j forty workers gave 21, eight give 30.
_WORKERS: Final = 8

ROUTERS: Final = (
    accounts.router,
    rings.router,
    runs.router,
    verdicts.router,
    audit.router,
    search.router,
    reveals.router,
    health.router,
)


class Api(FastAPI):
    """FastAPI with our OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = describe(self, _DESCRIPTION)
        return self.openapi_schema


def create_app(
    settings: Settings,
    now: Callable[[], float],
    open_view: OpenView = open_view,
    tokenise: Tokenise | None = None,
) -> FastAPI:
    """The application. `now` gives the wall clock in epoch seconds; `open_view` opens the store of a run; `tokenise`
    makes tokens of the values that are searched for.

    CaseworkError if the casework database cannot be opened.
    """
    casework = open_casework(settings)
    metrics = Metrics(settings, casework, now)
    service = Service(settings, now, Views(settings, open_view), Cursors(casework.signing), casework, metrics, tokenise)
    recorder = Recorder(casework.database, casework.chain, casework.anchors, lambda: int(now() * 1e6))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _WORKERS
        recorder.start()
        yield
        recorder.close()
        service.views.close()
        casework.database.close()

    # The interactive pages of the framework load scripts from elsewhere; the document itself is served.
    app = Api(title="linkgraph", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.router.redirect_slashes = False
    app.state.service = service
    app.state.routes = routes()
    for router in ROUTERS:
        app.include_router(router)
    # No operation: it is for the collector on this machine, and a proxy passes on only what is below /v1.
    app.add_route("/metrics", lambda request: Response(metrics.text(), media_type=MEDIA_TYPE), include_in_schema=False)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(InvalidFieldError, on_invalid_field)
    app.add_exception_handler(HTTPException, on_http_error)
    door, rates = Door(casework.database, now, routes()), Rates(settings.requests_per_minute, time.monotonic)
    app.add_middleware(Front, door=door, rates=rates, recorder=recorder, metrics=metrics, abandon=service.views.abandon)
    return app


def routes() -> list[APIRoute]:
    """All routes that are served, but for the OpenAPI document itself."""
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
